//! Commands that run before and after the applies of a stack.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::{Diagnostic, Source, Stack};

/// The commands around an apply, each as its program and its arguments.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hooks {
    before: Vec<Vec<String>>,
    after: Vec<Vec<String>>,
    /// The line of the first.
    source: Option<Source>,
}

impl Stack {
    /// Runs a command before each apply that changes the stack. If it fails, nothing is applied.
    ///
    /// The first text is the program, the others are its arguments, which no shell reads:
    /// `stack.before_apply(["scripts/backup.sh", "orders"])`. It runs where the command line of Formwork runs, with its
    /// environment, and with the stack's name in `FORMWORK_STACK`. Every plan shows it, so it must hold no secret; what it
    /// prints is shown without the sensitive values of the plan. In the sandbox it runs only with `--run-hooks`.
    ///
    /// Several commands run in their order. No text, an empty program and an expression are diagnostics.
    #[track_caller]
    pub fn before_apply<T: Into<String>>(&mut self, command: impl IntoIterator<Item = T>) {
        let source = Source::here();
        if let Some(command) = self.hook(command, source) {
            self.hooks.before.push(command);
        }
    }

    /// Runs a command after each apply that has changed the stack, but not after one that failed. If it fails itself, the
    /// stack counts as failed, and those that need it are not applied. All else is as for [`Stack::before_apply`].
    #[track_caller]
    pub fn after_apply<T: Into<String>>(&mut self, command: impl IntoIterator<Item = T>) {
        let source = Source::here();
        if let Some(command) = self.hook(command, source) {
            self.hooks.after.push(command);
        }
    }

    fn hook<T: Into<String>>(
        &mut self,
        command: impl IntoIterator<Item = T>,
        source: Source,
    ) -> Option<Vec<String>> {
        let command: Vec<String> = command.into_iter().map(Into::into).collect();
        self.hooks.source.get_or_insert(source);
        match self.refused_hook(&command) {
            None => Some(command),
            Some(diagnostic) => {
                self.report(diagnostic.source(source));
                None
            }
        }
    }

    fn refused_hook(&self, command: &[String]) -> Option<Diagnostic> {
        if command.first().is_none_or(|program| program.trim().is_empty()) {
            let hint = "name the program first, then its arguments: `[\"scripts/backup.sh\", \"orders\"]`";
            return Some(self.diagnostic("a command around an apply names no program").hint(hint));
        }
        let text = command.concat();
        // What marks expressions inside text.
        if text.contains(|letter| matches!(letter, '\u{fdd0}'..='\u{fdd4}')) {
            let message = "a command around an apply holds an expression, which only Terraform can evaluate";
            let hint =
                "make it an output, and let the command ask for that: `cargo run -- output STACK NAME`";
            return Some(self.diagnostic(message).hint(hint));
        }
        text.contains('\0').then(|| self.diagnostic("a command around an apply holds a NUL, which none can"))
    }

    /// The line of the first command around the stack's applies, if it has any.
    pub(crate) const fn hook_source(&self) -> Option<Source> {
        self.hooks.source
    }
}

/// What a document says of itself.
pub(crate) struct Note<'a> {
    pub(crate) text: &'a str,
    pub(crate) hooks: &'a Hooks,
}

/// Text, or an object where there is more to say: Terraform skips either.
impl Serialize for Note<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Hooks { before, after, .. } = self.hooks;
        if before.is_empty() && after.is_empty() {
            return serializer.serialize_str(self.text);
        }
        let mut note = serializer.serialize_map(None)?;
        note.serialize_entry("note", self.text)?;
        for (name, commands) in [("before_apply", before), ("after_apply", after)] {
            if !commands.is_empty() {
                note.serialize_entry(name, commands)?;
            }
        }
        note.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{App, Expr};

    #[test]
    fn commands_stand_in_the_document_as_they_are() {
        let mut app = App::new();
        let stack = app.stack("shop");
        stack.before_apply(["scripts/backup.sh", "a b", "${x}"]);
        stack.after_apply(["true"]);
        stack.after_apply(["date"]);
        app.stack("plain");
        let settled = app.finish();
        assert_eq!(settled.diagnostics, []);
        let note = |index: usize| serde_json::to_value(&settled.stacks[index]).unwrap()["//"].clone();
        assert!(note(0).is_string());
        assert_eq!(note(1)["before_apply"], json!([["scripts/backup.sh", "a b", "${x}"]]));
        assert_eq!(note(1)["after_apply"], json!([["true"], ["date"]]));
    }

    #[test]
    fn what_cannot_run_is_a_diagnostic() {
        let mut app = App::new();
        let stack = app.stack("shop");
        stack.before_apply([""; 0]);
        stack.before_apply([" ", "x"]);
        stack.before_apply(["echo".to_owned(), format!("in {}", Expr::<String>::raw("path.module"))]);
        stack.after_apply(["a\0b"]);
        let module = app.stack("module");
        module.set_module();
        module.before_apply(["true"]);
        let messages: Vec<_> = app.finish().diagnostics.into_iter().map(|it| it.message).collect();
        assert_eq!(
            messages,
            [
                "a module for others to call has commands around its applies",
                "a command around an apply names no program",
                "a command around an apply names no program",
                "a command around an apply holds an expression, which only Terraform can evaluate",
                "a command around an apply holds a NUL, which none can",
            ]
        );
    }
}
