//! The functions of Terraform's language, by their own names, with the types of their arguments.
//!
//! Text, numbers, lists and maps of Rust can be given where an expression is taken. What takes any number of arguments
//! takes an array, a `Vec` or an expression for a list (`max([a, b])` is `max(a, b)`, `max(&list)` is `max(list...)`),
//! or `()` for none. Where Terraform does not say what the result is, the caller does:
//!
//! ```
//! use formwork_core::{Expr, functions};
//!
//! let names = Expr::<Vec<String>>::raw("var.names");
//! assert_eq!(functions::join("-", [names]).hcl(), r#"join("-", var.names)"#);
//! assert_eq!(functions::jsondecode::<f64>("1").hcl(), r#"jsondecode("1")"#);
//! ```
//!
//! Functions of providers, and the `core::` names of these, are called by [`Expr::call`] and [`provider`].

#[rustfmt::skip]
mod generated;
pub(crate) mod known;
pub mod refinement;
pub mod signature;

/// What `terraform metadata functions -json` says of the functions: its version in the first line, then one line for each,
/// such as `join(separator: string, lists...: list(string)) -> string`.
pub const FACTS: &str = include_str!("../../facts/functions.txt");

pub use crate::functions::generated::*;
use crate::{AnyArguments, Argument, Expr};

/// Calls a function of a provider by the provider's local name in the stack: `provider::aws::arn_parse(arn)`.
#[must_use]
pub fn provider<R>(provider: &str, function: &str, arguments: impl Into<AnyArguments>) -> Expr<R> {
    let name = ["provider::", provider, "::", function].concat();
    Expr::call(&name, arguments.into().into_arguments())
}

fn argument<T>(value: impl Into<Expr<T>>) -> Argument {
    value.into().into()
}

fn call<R, const N: usize>(function: &str, fixed: [Argument; N], rest: Vec<Argument>) -> Expr<R> {
    Expr::call(function, fixed.into_iter().chain(rest))
}
