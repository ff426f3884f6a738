//! Scripts and commands. Quoting happens here and nowhere else.

use serde::{Serialize, Serializer};

use crate::text;

/// Lines of bash for one step, run with `-eo pipefail`.
///
/// A script has no expressions in it, only variables: there is no way to put an
/// [`Expression`](crate::Expression) here. Text that is not part of the program's source comes in as an argument of a
/// [`Command`] and is quoted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    lines: Vec<String>,
}

impl Script {
    /// A script that the source has in full.
    #[must_use]
    pub fn of(text: &'static str) -> Self {
        Self { lines: vec![text.trim_end().to_owned()] }
    }

    /// Adds a command, on a line of its own.
    #[must_use]
    pub fn then(mut self, command: Command) -> Self {
        self.lines.push(command.line);
        self
    }

    /// Adds lines that the source has in full.
    #[must_use]
    pub fn then_lines(mut self, text: &'static str) -> Self {
        self.lines.push(text.trim_end().to_owned());
        self
    }

    /// The shell's text.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.join("\n")
    }
}

impl From<Command> for Script {
    fn from(command: Command) -> Self {
        Self::default().then(command)
    }
}

/// Escaped for GitHub, which looks for expressions in scripts too.
impl Serialize for Script {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = text::literal(&self.text());
        // With a line break at its end, a script of one line stays a line and one of several ends as files do.
        if text.contains('\n') {
            text.push('\n');
        }
        serializer.serialize_str(&text)
    }
}

/// One command and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    line: String,
}

impl Command {
    /// A program, found on the path or by its own path.
    #[must_use]
    pub fn new(program: &str) -> Self {
        Self { line: quote(program) }
    }

    /// Adds an argument; whatever is in it, it stays one argument.
    #[must_use]
    pub fn argument(self, text: &str) -> Self {
        self.push(&quote(text))
    }

    /// Adds arguments.
    #[must_use]
    pub fn arguments<T: AsRef<str>>(self, texts: impl IntoIterator<Item = T>) -> Self {
        texts.into_iter().fold(self, |command, text| command.argument(text.as_ref()))
    }

    /// Adds the value of a variable of the environment as one argument.
    #[must_use]
    pub fn variable(self, name: &'static str) -> Self {
        self.push(&format!("\"${name}\""))
    }

    /// Adds an option and, as its value, that of a variable: `--commit="$SHA"`. Written with `=`, so that a value which
    /// begins with a dash is not taken for another option.
    #[must_use]
    pub fn option_variable(self, option: &str, name: &'static str) -> Self {
        self.push(&format!("{}=\"${name}\"", quote(option)))
    }

    /// Adds text and, right behind it, the value of a variable, as one argument.
    #[must_use]
    pub fn prefixed_variable(self, text: &str, name: &'static str) -> Self {
        self.push(&format!("{}\"${name}\"", quote(text)))
    }

    /// Writes what the command prints into a file.
    #[must_use]
    pub fn into_file(self, path: &str) -> Self {
        self.push(&format!("> {}", quote(path)))
    }

    /// Appends what the command prints to a file.
    #[must_use]
    pub fn onto_file(self, path: &str) -> Self {
        self.push(&format!(">> {}", quote(path)))
    }

    /// Appends what the command prints to the job's summary.
    #[must_use]
    pub fn into_summary(self) -> Self {
        self.push(">> \"$GITHUB_STEP_SUMMARY\"")
    }

    fn push(mut self, text: &str) -> Self {
        self.line.push(' ');
        self.line.push_str(text);
        self
    }
}

/// Text as one word of bash: bare where nothing in it means anything, otherwise in single quotes.
#[must_use]
pub fn quote(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:=@%+,".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command as Process;

    use super::*;

    #[test]
    fn bash_reads_back_what_was_quoted() {
        let texts = [
            "",
            "plain",
            "a b",
            "it's",
            "$(touch x)",
            "`id`",
            "\"; rm -rf / #",
            "a\nb",
            "-n",
            "${HOME}",
            "é\u{7f}\t",
            "~",
            "a=b",
            "{a,b}",
            "*",
            "${{ github.token }}",
        ];
        for text in texts {
            let line = format!("printf %s {}", quote(text));
            let output = Process::new("bash").args(["-c", &line]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
        }
    }

    #[test]
    fn github_sees_no_expression_in_an_argument() {
        let script = Script::from(Command::new("echo").argument("${{ github.token }}"));
        assert_eq!(serde_json::to_value(&script).unwrap(), "echo '${{ '${{' }} github.token }}'");
    }
}
