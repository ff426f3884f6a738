//! Commands that a stack has around its applies.

use std::fmt;
use std::io::{BufRead, BufReader, pipe};
use std::process::{Command, Stdio};

use formwork_core::secret::visible_line;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::masking::Secrets;
use crate::{Options, PlanChanges, PlanMode, ResourceChange, StackError, Workspace, protection};

/// How many lines of what a command printed are part of the message that it failed.
const LINES: usize = 20;

/// The commands around the applies of a stack, in their order, each as its program and its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApplyHooks {
    /// Before.
    #[serde(rename = "before_apply", skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<HookCommand>,
    /// After one that succeeded.
    #[serde(rename = "after_apply", skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<HookCommand>,
}

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HookCommand(Vec<String>);

/// When a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookMoment {
    /// Before the apply.
    Before,
    /// After it.
    After,
}

impl ApplyHooks {
    /// Those that a document names, which is where `Stack::before_apply` puts them: a plan of the document is one with them.
    pub(crate) fn of(document: &Value) -> Self {
        document.get("//").and_then(|note| Self::deserialize(note).ok()).unwrap_or_default()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// Those of a moment.
    #[must_use]
    pub fn at(&self, moment: HookMoment) -> &[HookCommand] {
        match moment {
            HookMoment::Before => &self.before,
            HookMoment::After => &self.after,
        }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (HookMoment, &HookCommand)> {
        let of = |moment| self.at(moment).iter().map(move |command| (moment, command));
        of(HookMoment::Before).chain(of(HookMoment::After))
    }
}

impl PlanChanges {
    /// Adds the commands that the stack has around applies: nothing else runs them. They are for what the stack is about, and
    /// not for what is noted in its state of what is protected.
    pub(crate) fn add_hooks(&mut self, workspace: &Workspace<'_>, mode: PlanMode) {
        let is_note = |it: &ResourceChange| it.output() == Some(protection::OUTPUT);
        let is_about_stack = !self.resources.is_empty() || !self.outputs.iter().all(is_note);
        if mode == PlanMode::Apply && is_about_stack {
            self.hooks = ApplyHooks::of(&workspace.document);
        }
    }
}

/// As in a program: `before_apply`.
impl fmt::Display for HookMoment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Before => "before_apply",
            Self::After => "after_apply",
        })
    }
}

/// As somebody would type it.
impl fmt::Display for HookCommand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |letter: char| letter.is_alphanumeric() || "_-./:=@%+,".contains(letter);
        for (position, word) in self.0.iter().enumerate() {
            let space = if position == 0 { "" } else { " " };
            let word = visible_line(word);
            if !word.is_empty() && word.chars().all(is_plain) {
                write!(formatter, "{space}{word}")?;
            } else {
                write!(formatter, "{space}'{}'", word.replace('\'', "'\\''"))?;
            }
        }
        Ok(())
    }
}

/// Runs the commands of a moment, one after the other. `on_line` gets what they print, line by line, without the sensitive
/// values of the plan.
///
/// # Errors
/// Fails at the first one that cannot be started or that fails, with the end of what it printed.
pub fn run_hooks(
    workspace: &Workspace<'_>,
    options: &Options,
    changes: &PlanChanges,
    moment: HookMoment,
    mut on_line: impl FnMut(&str),
) -> Result<(), StackError> {
    let secrets = options.variables.secrets(workspace).and(&changes.secrets);
    for command in changes.hooks.at(moment) {
        run(command, workspace, moment, &secrets, &mut on_line)?;
    }
    Ok(())
}

fn run(
    hook: &HookCommand,
    workspace: &Workspace<'_>,
    moment: HookMoment,
    secrets: &Secrets,
    on_line: &mut dyn FnMut(&str),
) -> Result<(), StackError> {
    let name = workspace.name();
    let failed = |why: String| StackError::new(format!("`{moment}` of `{name}` failed: `{hook}`: {why}"));
    let Some((program, arguments)) = hook.0.split_first() else { return Ok(()) };
    let (reader, writer) = pipe()?;
    let mut command = Command::new(program);
    command.args(arguments).env("FORMWORK_STACK", name);
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut watched =
        workspace.terraform.interrupt.spawn(&mut command).map_err(|error| failed(error.to_string()))?;
    // It holds our end of the pipe, which has to be closed for the other one to end.
    drop(command);
    let mut last: Vec<String> = Vec::new();
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let text = secrets.hidden(String::from_utf8_lossy(&line).trim_end());
        on_line(&text);
        if last.len() == LINES {
            last.remove(0);
        }
        last.push(text);
        line.clear();
    }
    let status = watched.child.wait()?;
    if status.success() { Ok(()) } else { Err(failed(format!("{status}\n{}", last.join("\n")))) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn commands_are_read_from_a_document() {
        let document =
            json!({"//": {"note": "x", "before_apply": [["a", "b c", "it's", ""]], "after_apply": [["d"]]}});
        let hooks = ApplyHooks::of(&document);
        let shown: Vec<String> =
            hooks.iter().map(|(moment, command)| format!("{moment}: {command}")).collect();
        assert_eq!(shown, ["before_apply: a 'b c' 'it'\\''s' ''", "after_apply: d"]);
        assert!(ApplyHooks::of(&json!({"//": "text"})).is_empty());
    }
}
