//! Access to elements of lists, maps and objects: `[0]`, `["key"]`, `.attribute`.

use crate::block::text;
use crate::expression::expr::Binding;
use crate::{Expr, Json, Map, is_identifier};

impl<T> Expr<Vec<T>> {
    /// The element at a position, counted from 0.
    #[must_use]
    pub fn at(&self, index: impl Into<Expr<f64>>) -> Expr<T> {
        self.index(&index.into())
    }

    /// One attribute of every element, or what a path such as `network[0].id` leads to: `list[*].attribute`.
    ///
    /// Terraform knows it for lists. The objects of a map are gone through with [`Expr::values`] before.
    #[must_use]
    pub fn each<U>(&self, attribute: &str) -> Expr<Vec<U>> {
        Expr::of(&[&self.within(Binding::Postfix), "[*].", attribute], Binding::Splat)
            .of_stacks(self.stacks())
    }
}

impl<T> Expr<Map<T>> {
    /// The value under a key.
    #[must_use]
    pub fn key(&self, key: impl Into<Expr<String>>) -> Expr<T> {
        self.index(&key.into())
    }

    /// The values, in the order of their keys: `values(map)`.
    #[must_use]
    pub fn values(&self) -> Expr<Vec<T>> {
        Expr::postfix(&["values(", self.hcl(), ")"]).of_stacks(self.stacks())
    }
}

impl Expr<Json> {
    /// One attribute of an object.
    #[must_use]
    pub fn field<U>(&self, name: &str) -> Expr<U> {
        if is_identifier(name) {
            self.step(&[".", name].concat())
        } else {
            self.step(&["[", &text::quoted(name), "]"].concat())
        }
    }

    /// The element of a list or tuple at a position, counted from 0.
    #[must_use]
    pub fn at<U>(&self, index: impl Into<Expr<f64>>) -> Expr<U> {
        self.index(&index.into())
    }

    /// The value that a map or an object has under a key.
    #[must_use]
    pub fn key<U>(&self, key: impl Into<Expr<String>>) -> Expr<U> {
        self.index(&key.into())
    }
}

impl<T> Expr<T> {
    fn index<K, U>(&self, key: &Expr<K>) -> Expr<U> {
        self.step(&["[", key.hcl(), "]"].concat()).of_stacks(key.stacks())
    }
}

/// What is not a list itself.
trait Single {}

impl Single for String {}
impl Single for bool {}
impl Single for f64 {}
impl<T> Single for Map<T> {}

#[expect(private_bounds, reason = "the bound says for which types the method is, and nobody adds to them")]
impl<T: Single> Expr<T> {
    /// A list of one element, or the empty list for `null`: `value[*]`.
    #[must_use]
    pub fn unless_null(&self) -> Expr<Vec<T>> {
        Expr::of(&[&self.within(Binding::Postfix), "[*]"], Binding::Splat).of_stacks(self.stacks())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_follow_references_and_wrap_the_rest() {
        let reference = Expr::<Vec<String>>::postfix(&["a.b.c"]);
        assert_eq!(reference.at(0).hcl(), "a.b.c[0]");
        let raw = Expr::<Vec<String>>::raw("x ? y : z");
        assert_eq!(raw.at(1).hcl(), "(x ? y : z)[1]");
        assert_eq!(reference.each::<String>("id").at(0).hcl(), "(a.b.c[*].id)[0]");
    }
}
