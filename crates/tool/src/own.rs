//! Verbs of programs that need no program: the tool has them too, whether there is a project or not.

use std::ffi::OsString;
use std::process::ExitCode;

use formwork_cli::{Program, UsageError, features_of, has_feature};
use formwork_core::Hint;

/// Whether the tool does this itself: the verb reads no stack, and the tool was built with what it needs.
pub(crate) fn does(words: &[String]) -> bool {
    let below = words.get(1).map(String::as_str).unwrap_or_default();
    let reads_no_stack = match words.first().map(String::as_str).unwrap_or_default() {
        "adopt" | "bindings" | "comment" | "convert" | "migrations" | "port" => true,
        // What an audit compares is what the stacks say.
        "gate" => below != "audit",
        // Outputs are those of stacks.
        "smoke" => !words.iter().any(|it| it == "--stack" || it.starts_with("--stack=")),
        _ => false,
    };
    reads_no_stack && features_of(words).into_iter().all(has_feature)
}

/// Runs it, in front of a program without a stack.
pub(crate) fn run(arguments: Vec<OsString>) -> ExitCode {
    let arguments = std::iter::once(OsString::from("formwork")).chain(arguments);
    Program::new(|_| Ok(())).run_with(arguments)
}

/// Says why a verb is nothing without a program, and where one comes from.
pub(crate) fn needs_a_project(words: &[String]) -> UsageError {
    let verb = words.first().map(String::as_str).unwrap_or_default();
    let why = match verb {
        "release" => "reads from the stacks which services there are",
        "gate" | "smoke" if does(&[verb.to_owned()]) => "reads stacks here",
        "gate" | "smoke" => "was left out of this `formwork`, which was built without the feature `delivery`",
        "pipelines" => "renders the workflows that the program describes",
        "schema" => "describes the settings that the program reads",
        "adopt" | "bindings" | "convert" | "migrations" | "port" => {
            "was left out of this `formwork` when it was built"
        }
        _ => "is about the stacks of a program",
    };
    let hint = Hint::new("`formwork new NAME` makes a project; --manifest-path names one that is elsewhere");
    UsageError(format!("`{verb}` {why}, and no package here or above depends on formwork{hint}"))
}

#[cfg(all(test, feature = "delivery", feature = "migrations"))]
mod tests {
    use super::*;

    #[test]
    fn only_what_reads_no_stack_is_done_without_a_program() {
        let does = |line: &str| does(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert!(does("bindings add aws_vpc") && does("migrations check") && does("gate wait"));
        assert!(does("smoke run") && !does("smoke run --stack shop"));
        assert!(!does("gate audit") && !does("plan") && !does("release status"));
    }
}
