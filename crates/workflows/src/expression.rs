//! Expressions of GitHub, without their braces.

use serde::{Serialize, Serializer};

/// What GitHub evaluates before a job or step runs, such as `github.sha`: written without its braces.
///
/// An expression is never part of a [`Script`](crate::Script): what it becomes may be chosen by whoever opens a pull
/// request, and the runner would paste it into the shell's text. It reaches a script through a variable of the
/// environment (GitHub Docs, "Secure use reference", "Use an intermediate environment variable").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    text: String,
    level: Level,
}

/// How tightly the outermost operator binds; what binds less is put in parentheses (GitHub Docs, "Evaluate expressions
/// in workflows and actions", "Operators").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Compare,
    Not,
    Value,
}

impl Expression {
    /// A value of a context, such as `github.event.pull_request.number`.
    #[must_use]
    pub fn context(path: &str) -> Self {
        Self { text: path.to_owned(), level: Level::Value }
    }

    /// A value of the `github` context, such as `sha`.
    #[must_use]
    pub fn github(path: &str) -> Self {
        Self::context(&format!("github.{path}"))
    }

    /// An input of a dispatched or called workflow.
    #[must_use]
    pub fn input(name: &str) -> Self {
        Self::context(&format!("inputs.{name}"))
    }

    /// A variable of the repository or of the job's environment on GitHub.
    #[must_use]
    pub fn variable(name: &str) -> Self {
        Self::context(&format!("vars.{name}"))
    }

    /// A secret of the repository or of the job's environment on GitHub.
    #[must_use]
    pub fn secret(name: &str) -> Self {
        Self::context(&format!("secrets.{name}"))
    }

    /// The value of the job's matrix.
    #[must_use]
    pub fn matrix(name: &str) -> Self {
        Self::context(&format!("matrix.{name}"))
    }

    /// An output of an earlier step of the same job.
    #[must_use]
    pub fn step_output(step: &str, output: &str) -> Self {
        Self::context(&format!("steps.{step}.outputs.{output}"))
    }

    /// An output of a job that this one needs.
    #[must_use]
    pub fn job_output(job: &str, output: &str) -> Self {
        Self::context(&format!("needs.{job}.outputs.{output}"))
    }

    /// How a job ended that this one needs: `success`, `failure`, `cancelled` or `skipped`.
    #[must_use]
    pub fn job_result(job: &str) -> Self {
        Self::context(&format!("needs.{job}.result"))
    }

    /// The token that GitHub makes for the job, with the job's permissions.
    #[must_use]
    pub fn token() -> Self {
        Self::github("token")
    }

    /// Literal text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self { text: quoted(text), level: Level::Value }
    }

    /// A call of one of GitHub's functions, such as `startsWith`.
    #[must_use]
    pub fn call(function: &str, arguments: impl IntoIterator<Item = Self>) -> Self {
        let arguments: Vec<String> = arguments.into_iter().map(|argument| argument.text).collect();
        Self { text: format!("{function}({})", arguments.join(", ")), level: Level::Value }
    }

    /// True even if something before failed, but not if the run was cancelled.
    #[must_use]
    pub fn not_cancelled() -> Self {
        Self::call("cancelled", []).not()
    }

    /// True if something before failed.
    #[must_use]
    pub fn failure() -> Self {
        Self::call("failure", [])
    }

    /// True whatever happened before.
    #[must_use]
    pub fn always() -> Self {
        Self::call("always", [])
    }

    /// True for a run of this branch.
    #[must_use]
    pub fn on_branch(branch: &str) -> Self {
        Self::github("ref").is(&format!("refs/heads/{branch}"))
    }

    /// True for a run of this event, such as `push`.
    #[must_use]
    pub fn on_event(event: &str) -> Self {
        Self::github("event_name").is(event)
    }

    /// Whether this equals literal text; GitHub ignores the case.
    #[must_use]
    pub fn is(self, text: &str) -> Self {
        self.binary("==", Self::text(text), Level::Compare)
    }

    /// Whether this differs from literal text; GitHub ignores the case.
    #[must_use]
    pub fn is_not(self, text: &str) -> Self {
        self.binary("!=", Self::text(text), Level::Compare)
    }

    /// Whether this equals another expression.
    #[must_use]
    pub fn equals(self, other: Self) -> Self {
        self.binary("==", other, Level::Compare)
    }

    /// Whether both are true; otherwise the first that is not.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.binary("&&", other, Level::And)
    }

    /// The first that is true, otherwise the last.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.binary("||", other, Level::Or)
    }

    /// The opposite.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "a method among methods, as `and` and `or` are")]
    pub fn not(self) -> Self {
        Self { text: format!("!{}", self.at(Level::Not)), level: Level::Not }
    }

    /// The expression without braces.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn binary(self, operator: &str, other: Self, level: Level) -> Self {
        // Comparisons do not chain; `and` and `or` do, with themselves.
        let inner = if level == Level::Compare { Level::Not } else { level };
        Self { text: format!("{} {operator} {}", self.at(inner), other.at(inner)), level }
    }

    fn at(&self, level: Level) -> String {
        if self.level < level { format!("({})", self.text) } else { self.text.clone() }
    }
}

/// Without braces, as `if:` takes it.
impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// Text within an expression; a quote is doubled.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_nest_as_they_bind() {
        let push = Expression::on_event("push");
        let main = Expression::on_branch("main");
        let dev = Expression::on_branch("dev");
        assert_eq!(
            push.clone().and(main.clone().or(dev)).as_str(),
            "github.event_name == 'push' && (github.ref == 'refs/heads/main' || github.ref == 'refs/heads/dev')"
        );
        assert_eq!(push.clone().and(main.clone()).and(push.clone()).as_str().matches('(').count(), 0);
        assert_eq!(main.not().as_str(), "!(github.ref == 'refs/heads/main')");
        assert_eq!(Expression::not_cancelled().as_str(), "!cancelled()");
    }
}
