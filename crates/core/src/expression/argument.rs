//! Arguments of functions.

use std::marker::PhantomData;

use crate::Expr;
use crate::block::text::Hcl;
use crate::expression::literal::{entry, joined};

/// An argument of a function that takes any type: an expression or a literal, as HCL.
#[derive(Clone, Debug)]
pub struct Argument(Hcl);

impl Argument {
    /// The elements of a list as the last arguments of a call: `list...`.
    #[must_use]
    pub fn expand<T>(list: impl Into<Expr<Vec<T>>>) -> Self {
        let list = list.into();
        Self(Hcl::new([list.hcl(), "..."].concat(), list.stacks()))
    }
}

impl<T> From<Expr<T>> for Argument {
    fn from(expression: Expr<T>) -> Self {
        Self::from(&expression)
    }
}

impl<T> From<&Expr<T>> for Argument {
    fn from(expression: &Expr<T>) -> Self {
        Self(expression.to_hcl())
    }
}

macro_rules! literals {
    ($($literal:ty => $content:ty),+ $(,)?) => {$(
        impl From<$literal> for Argument {
            fn from(literal: $literal) -> Self {
                Expr::<$content>::from(literal).into()
            }
        }
    )+};
}

literals!(
    &str => String, String => String, &String => String, bool => bool, serde_json::Value => crate::Json,
    u8 => f64, u16 => f64, u32 => f64, u64 => f64, u128 => f64, usize => f64,
    i8 => f64, i16 => f64, i32 => f64, i64 => f64, i128 => f64, isize => f64, f64 => f64,
);

impl<I: Into<Self>> From<Vec<I>> for Argument {
    fn from(items: Vec<I>) -> Self {
        Self(joined("[", items.into_iter().map(|item| item.into().0), "]"))
    }
}

impl<I: Into<Self>, const N: usize> From<[I; N]> for Argument {
    fn from(items: [I; N]) -> Self {
        Self::from(Vec::from(items))
    }
}

impl<V: Into<Self>, const N: usize> From<[(&str, V); N]> for Argument {
    fn from(entries: [(&str, V); N]) -> Self {
        let entries = entries.map(|(key, value)| entry(key, value.into().0));
        Self(joined("{", entries, "}"))
    }
}

/// The arguments of type `T` at the end of a call, as many as there are: an array, a `Vec`, a slice, `()` for none, or
/// an expression for a list, whose elements become the arguments (`max(list...)`).
#[derive(Clone, Debug)]
pub struct Arguments<T> {
    items: Vec<Hcl>,
    expanded: Option<Hcl>,
    content: PhantomData<fn() -> T>,
}

impl<T> Arguments<T> {
    /// Puts the elements of a list behind the arguments that are there: `max(1, list...)`.
    #[must_use]
    pub fn expand(mut self, list: impl Into<Expr<Vec<T>>>) -> Self {
        let list = list.into();
        // Only the last argument of a call can be expanded, so that two lists have to become one before.
        self.expanded = Some(match self.expanded {
            None => list.to_hcl(),
            Some(first) => joined("concat(", [first, list.to_hcl()], ")"),
        });
        self
    }

    pub(crate) fn into_arguments(self) -> Vec<Argument> {
        let expanded = self.expanded.map(|list| joined("", [list], "..."));
        self.items.into_iter().chain(expanded).map(Argument).collect()
    }

    const fn of(items: Vec<Hcl>) -> Self {
        Self { items, expanded: None, content: PhantomData }
    }
}

impl<T, I: Into<Expr<T>>> FromIterator<I> for Arguments<T> {
    fn from_iter<A: IntoIterator<Item = I>>(items: A) -> Self {
        Self::of(items.into_iter().map(|item| item.into().to_hcl()).collect())
    }
}

impl<T> From<()> for Arguments<T> {
    fn from((): ()) -> Self {
        Self::of(Vec::new())
    }
}

impl<T, I: Into<Expr<T>>> From<Vec<I>> for Arguments<T> {
    fn from(items: Vec<I>) -> Self {
        items.into_iter().collect()
    }
}

impl<T, I: Into<Expr<T>>, const N: usize> From<[I; N]> for Arguments<T> {
    fn from(items: [I; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<T, I: Clone + Into<Expr<T>>> From<&[I]> for Arguments<T> {
    fn from(items: &[I]) -> Self {
        items.iter().cloned().collect()
    }
}

impl<T> From<Expr<Vec<T>>> for Arguments<T> {
    fn from(list: Expr<Vec<T>>) -> Self {
        Self::from(()).expand(list)
    }
}

impl<T> From<&Expr<Vec<T>>> for Arguments<T> {
    fn from(list: &Expr<Vec<T>>) -> Self {
        Self::from(()).expand(list)
    }
}

/// The arguments of any types at the end of a call, such as those of `format`: a tuple, an array or a `Vec`, `()` for
/// none, or an expression for a list, whose elements become the arguments.
#[derive(Clone, Debug)]
pub struct AnyArguments(Vec<Argument>);

impl AnyArguments {
    pub(crate) fn into_arguments(self) -> Vec<Argument> {
        self.0
    }
}

impl From<()> for AnyArguments {
    fn from((): ()) -> Self {
        Self(Vec::new())
    }
}

impl<I: Into<Argument>> From<Vec<I>> for AnyArguments {
    fn from(items: Vec<I>) -> Self {
        Self(items.into_iter().map(Into::into).collect())
    }
}

impl<I: Into<Argument>, const N: usize> From<[I; N]> for AnyArguments {
    fn from(items: [I; N]) -> Self {
        Self(items.into_iter().map(Into::into).collect())
    }
}

impl<T> From<Expr<Vec<T>>> for AnyArguments {
    fn from(list: Expr<Vec<T>>) -> Self {
        Self(vec![Argument::expand(list)])
    }
}

impl<T> From<&Expr<Vec<T>>> for AnyArguments {
    fn from(list: &Expr<Vec<T>>) -> Self {
        Self(vec![Argument::expand(list)])
    }
}

macro_rules! tuples {
    ($(($($name:ident),+))+) => {$(
        impl<$($name: Into<Argument>),+> From<($($name,)+)> for AnyArguments {
            fn from(arguments: ($($name,)+)) -> Self {
                #[expect(non_snake_case, reason = "a type and its value share their name here")]
                let ($($name,)+) = arguments;
                Self(vec![$($name.into()),+])
            }
        }
    )+};
}

tuples!((A)(A, B)(A, B, C)(A, B, C, D)(A, B, C, D, E)(A, B, C, D, E, F)(A, B, C, D, E, F, G)(
    A, B, C, D, E, F, G, H
));

impl<T> Expr<T> {
    /// The result of a function by its name, such as `call("join", [",".into(), names.into()])`. It serves functions
    /// of providers (`provider::aws::arn_parse`) and names such as `core::join`; those of Terraform itself are in
    /// [`functions`](crate::functions), with the types of their arguments.
    pub fn call(function: &str, arguments: impl IntoIterator<Item = Argument>) -> Self {
        let arguments = joined("(", arguments.into_iter().map(|argument| argument.0), ")");
        Self::postfix(&[function, &arguments.text]).of_stacks(arguments.stacks)
    }

    fn to_hcl(&self) -> Hcl {
        Hcl::new(self.hcl().to_owned(), self.stacks())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_take_literals_and_expressions() {
        let names = Expr::<Vec<String>>::postfix(&["a.b.c"]);
        let joined = Expr::<String>::call("join", ["-${".into(), (&names).into()]);
        assert_eq!(joined.hcl(), "join(\"-$${\", a.b.c)");
    }

    #[test]
    fn two_lists_are_expanded_as_one() {
        let [a, b] = ["local.a", "local.b"].map(|hcl| Expr::<Vec<f64>>::postfix(&[hcl]));
        let arguments = Arguments::from([1]).expand(a).expand(b).into_arguments();
        assert_eq!(Expr::<f64>::call("max", arguments).hcl(), "max(1, concat(local.a, local.b)...)");
    }
}
