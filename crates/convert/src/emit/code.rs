//! Pieces of Rust, with the type that they have.

use crate::types::Type;

/// Rust whose type is `Expr<T>`.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) text: String,
    pub(crate) ty: Type,
    pub(crate) form: Form,
}

/// What kind of Rust expression it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A variable or field, which must not be moved.
    Place,
    /// A call: methods can follow.
    Call,
    /// An operator: methods need parentheses.
    Operator,
}

/// Why an expression stays raw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Untyped(pub(crate) String);

impl Code {
    pub(crate) fn call(text: impl Into<String>, ty: Type) -> Self {
        Self { text: text.into(), ty, form: Form::Call }
    }

    pub(crate) fn place(text: impl Into<String>, ty: Type) -> Self {
        Self { text: text.into(), ty, form: Form::Place }
    }

    /// What methods are called on.
    pub(crate) fn receiver(&self) -> String {
        match self.form {
            Form::Operator => format!("({})", self.text),
            Form::Place | Form::Call => self.text.clone(),
        }
    }

    /// What can be given where an expression is taken: variables by reference.
    pub(crate) fn argument(&self) -> String {
        match self.form {
            Form::Place => format!("&{}", self.text),
            Form::Operator | Form::Call => self.text.clone(),
        }
    }

    /// A value of its own.
    pub(crate) fn owned(&self) -> String {
        match self.form {
            Form::Place => format!("{}.clone()", self.text),
            Form::Operator | Form::Call => self.text.clone(),
        }
    }

    /// The same with another type.
    pub(crate) fn cast(self, ty: &Type) -> Self {
        if self.ty == *ty {
            return self;
        }
        let receiver = match self.form {
            Form::Place => format!("{}.clone()", self.text),
            _ => self.receiver(),
        };
        Self::call(format!("{receiver}.cast::<{}>()", ty.rust()), ty.clone())
    }
}

/// The variable or field that Rust text borrows, if it is nothing but that.
pub(crate) fn borrowed(text: &str) -> Option<&str> {
    let place = text.strip_prefix('&')?;
    place.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '.')).then_some(place)
}
