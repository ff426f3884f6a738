//! How whoever invokes a function names it: the function itself, or one of its aliases.

use formwork::{Expr, Reference, Value, aws};

/// A function, or one alias of it, as what invokes it names it.
#[derive(Clone, Debug)]
pub enum Callee {
    /// The newest code that was uploaded.
    Function(aws::LambdaFunctionRef),
    /// The version that an alias names.
    Alias(aws::LambdaAliasRef),
}

impl Callee {
    /// The ARN, with the alias if there is one.
    #[must_use]
    pub fn arn(&self) -> Expr<String> {
        match self {
            Self::Function(function) => function.arn(),
            Self::Alias(alias) => alias.arn(),
        }
    }

    /// The ARN under which API Gateway invokes it.
    #[must_use]
    pub fn invoke_arn(&self) -> Expr<String> {
        match self {
            Self::Function(function) => function.invoke_arn(),
            Self::Alias(alias) => alias.invoke_arn(),
        }
    }

    /// Lets a service, such as `events.amazonaws.com`, invoke it for one source, by the source's ARN.
    pub fn permission(&self, service: &str, source_arn: impl Into<Value<String>>) -> aws::LambdaPermission {
        let permission = |name: Expr<String>| {
            aws::LambdaPermission::new(aws::LambdaPermissionArgs {
                action: "lambda:InvokeFunction".into(),
                function_name: name.into(),
                principal: service.into(),
            })
            .source_arn(source_arn.into())
        };
        match self {
            Self::Function(function) => permission(function.function_name()),
            Self::Alias(alias) => permission(alias.function_name()).qualifier(alias.name()),
        }
    }

    /// The logical name of what is invoked, to name by it what belongs to it.
    pub(crate) fn name(&self) -> &str {
        let reference: &Reference = match self {
            Self::Function(function) => function.as_ref(),
            Self::Alias(alias) => alias.as_ref(),
        };
        &reference.address().name
    }
}

impl From<&aws::LambdaFunctionRef> for Callee {
    fn from(function: &aws::LambdaFunctionRef) -> Self {
        Self::Function(function.clone())
    }
}

impl From<&aws::LambdaAliasRef> for Callee {
    fn from(alias: &aws::LambdaAliasRef) -> Self {
        Self::Alias(alias.clone())
    }
}
