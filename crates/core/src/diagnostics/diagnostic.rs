//! A mistake in a program, collected while stacks are built and checked.

use std::fmt::{self, Display, Formatter};

use crate::syntax::fence_marks::shown;
use crate::{Hint, Origin, Source, nearest};

/// One mistake: what is wrong, where, and the nearest right thing. All diagnostics are reported together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, lower-case, without a period.
    pub message: String,
    /// The stack that it is in; empty for what concerns the whole program.
    pub stack: String,
    /// The Terraform address, such as `aws_lambda_alias.orders_live`, if one thing is to blame.
    pub address: Option<String>,
    /// The path to the argument within the block, such as `vpc_config.subnet_ids`.
    pub argument: Option<String>,
    /// The lines of Rust that made it, the most telling one first.
    pub sources: Vec<Source>,
    /// What to do instead.
    pub hint: Hint,
    /// The name of the [`Rule`](crate::Rule) that it breaks; none for what is wrong anywhere.
    pub rule: Option<&'static str>,
}

impl Diagnostic {
    /// A diagnostic in a stack.
    pub fn new(stack: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            message: shown(message.into()),
            stack: stack.into(),
            address: None,
            argument: None,
            sources: Vec::new(),
            hint: Hint::none(),
            rule: None,
        }
    }

    /// Names the address.
    #[must_use]
    pub fn at(mut self, address: impl Display) -> Self {
        self.address = Some(shown(address.to_string()));
        self
    }

    /// Names the argument.
    #[must_use]
    pub fn argument(mut self, path: impl Into<String>) -> Self {
        self.argument = Some(shown(path.into()));
        self
    }

    /// Adds a source line; a line that is there already is not added again.
    #[must_use]
    pub fn source(mut self, source: Source) -> Self {
        let is_same = |known: &Source| (known.file(), known.line()) == (source.file(), source.line());
        if !self.sources.iter().any(is_same) {
            self.sources.push(source);
        }
        self
    }

    /// Adds the lines that made an object.
    #[must_use]
    pub fn origin(self, origin: Origin) -> Self {
        let diagnostic = self.source(origin.source);
        match origin.scope {
            Some(scope) => diagnostic.source(scope),
            None => diagnostic,
        }
    }

    /// Says what to do instead.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Hint::new(hint);
        self
    }

    /// Suggests the known name that is nearest to a wrong one, if one is near.
    #[must_use]
    pub fn did_you_mean<'a>(self, wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(wrong, known) {
            Some(right) => self.hint(format!("did you mean `{right}`?")),
            None => self,
        }
    }
}

/// The path from a block to an argument in it; it displays as `vpc_config.subnet_ids`.
#[derive(Clone, Copy, Debug)]
pub struct ArgumentPath<'a> {
    /// What the argument is in, unless that is the block itself.
    pub parent: Option<&'a Self>,
    /// The name of the argument or key.
    pub name: &'a str,
}

impl<'a> ArgumentPath<'a> {
    /// The names on the path, the innermost first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self), |path| path.parent).map(|path| path.name)
    }

    /// The name that the path begins with.
    #[must_use]
    pub const fn outermost(&self) -> &'a str {
        let mut path = self;
        while let Some(parent) = path.parent {
            path = parent;
        }
        path.name
    }
}

impl Display for ArgumentPath<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self.parent {
            Some(parent) => write!(formatter, "{parent}.{}", self.name),
            None => formatter.write_str(self.name),
        }
    }
}

impl Display for Diagnostic {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.message)?;
        if let Some(rule) = self.rule {
            write!(formatter, " [{rule}]")?;
        }
        for source in &self.sources {
            write!(formatter, "\n  --> {source}")?;
        }
        let path: Vec<&str> = [
            Some(self.stack.as_str()).filter(|stack| !stack.is_empty()),
            self.address.as_deref(),
            self.argument.as_deref(),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !path.is_empty() {
            write!(formatter, "\n  in {}", path.join(" / "))?;
        }
        write!(formatter, "{}", self.hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_near() {
        let names = ["function_name", "role", "runtime"];
        assert_eq!(nearest("funtion_name", names), Some("function_name"));
        assert_eq!(nearest("bucket", names), None);
    }

    #[test]
    fn a_diagnostic_reads_from_what_to_where_to_hint() {
        let diagnostic = Diagnostic::new("dev", "unknown argument `rol`")
            .at("aws_lambda_function.orders")
            .argument("rol")
            .did_you_mean("rol", ["role"]);
        assert_eq!(
            diagnostic.to_string(),
            "unknown argument `rol`\n  in dev / aws_lambda_function.orders / rol\n  hint: did you mean `role`?"
        );
    }
}
