//! The declarations of a module that its callers see (`variable`, `output`, `provider`), whichever syntax they are in.

use formwork_schema::Type;

use crate::module::{ModuleError, SourceLine};

/// What a block declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declares {
    Variable,
    Output,
}

impl Declares {
    /// What it is called in text for people.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Variable => "variable",
            Self::Output => "output",
        }
    }

    /// What a block of a name declares, if its callers see it.
    pub(crate) fn of(block: &str) -> Option<Self> {
        match block {
            "variable" => Some(Self::Variable),
            "output" => Some(Self::Output),
            _ => None,
        }
    }
}

/// A `variable` or `output` block.
#[derive(Clone, Debug)]
pub(crate) struct Declaration {
    pub(crate) declares: Declares,
    pub(crate) name: String,
    pub(crate) location: SourceLine,
    pub(crate) arguments: Arguments,
}

/// Arguments of a declaration; what is not given is none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) ty: Option<Type>,
    pub(crate) default: Option<Default>,
    pub(crate) description: Option<String>,
    pub(crate) deprecated: Option<String>,
    pub(crate) sensitive: Option<bool>,
    pub(crate) nullable: Option<bool>,
    pub(crate) ephemeral: Option<bool>,
}

/// The default of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Default {
    /// Text, a number, a truth or `null`, as HCL writes it.
    Plain(String),
    /// A list, a map or an object.
    Composed,
}

/// An argument's value, in whichever syntax it was written.
pub(crate) trait Given {
    /// The type constraint that it states.
    fn constraint(&self, location: &SourceLine) -> Result<Type, ModuleError>;

    /// The literal text that it is.
    fn text(&self) -> Option<String>;

    /// The truth that it is; Terraform takes the texts `true` and `false` too.
    fn truth(&self) -> Option<bool>;

    /// What it is as a default.
    fn default(&self) -> Default;
}

impl Arguments {
    /// Takes an argument of a block. Those that callers need not know are passed over.
    pub(crate) fn take(
        &mut self,
        name: &str,
        given: &impl Given,
        location: &SourceLine,
    ) -> Result<(), ModuleError> {
        let text = || given.text().ok_or_else(|| location.invalid(format!("`{name}` must be literal text")));
        let truth =
            || given.truth().ok_or_else(|| location.invalid(format!("`{name}` must be true or false")));
        match name {
            "type" => self.ty = Some(given.constraint(location)?),
            "default" => self.default = Some(given.default()),
            "description" => self.description = Some(text()?),
            "deprecated" => self.deprecated = Some(text()?),
            "sensitive" => self.sensitive = Some(truth()?),
            "nullable" => self.nullable = Some(truth()?),
            "ephemeral" => self.ephemeral = Some(truth()?),
            _ => {}
        }
        Ok(())
    }

    /// The same with what an override file states instead.
    pub(crate) fn overridden(self, by: Self) -> Self {
        Self {
            ty: by.ty.or(self.ty),
            default: by.default.or(self.default),
            description: by.description.or(self.description),
            deprecated: by.deprecated.or(self.deprecated),
            sensitive: by.sensitive.or(self.sensitive),
            nullable: by.nullable.or(self.nullable),
            ephemeral: by.ephemeral.or(self.ephemeral),
        }
    }
}

/// What one file of a module declares.
#[derive(Clone, Debug, Default)]
pub(crate) struct Declarations {
    pub(crate) blocks: Vec<Declaration>,
    /// Provider configurations that callers must hand over, such as `aws.east`.
    pub(crate) configurations: Vec<String>,
}
