//! A block with `count` or `for_each` that is in a stack, and the objects that Terraform makes of it.

use std::marker::PhantomData;

use crate::block::stack_set::StackSet;
use crate::expression::iteration::{each_in, each_pair_in};
use crate::{Expr, Map, Reference};

/// A block with `count` (`K` is `f64`) or `for_each` (`K` is `String`) that is in a stack: any number of objects.
#[derive(Clone, Debug)]
pub struct Instances<R, K> {
    pub(crate) reference: Reference,
    pub(crate) one: PhantomData<fn() -> (R, K)>,
}

impl<R, K> From<Reference> for Instances<R, K> {
    fn from(reference: Reference) -> Self {
        Self { reference, one: PhantomData }
    }
}

impl<R, K> AsRef<Reference> for Instances<R, K> {
    fn as_ref(&self) -> &Reference {
        &self.reference
    }
}

impl<R: From<Reference>, K> Instances<R, K> {
    /// One of the objects: by its position for `count`, by its key for `for_each`.
    #[must_use]
    pub fn at(&self, key: impl Into<InstanceKey<K>>) -> R {
        let key = key.into();
        self.reference.instance(&format!("[{}]", key.hcl), key.stacks).into()
    }

    /// The same of every object, as a list: in the order of `count`, or of the sorted keys.
    #[must_use]
    pub fn all<T>(&self, of: impl FnOnce(R) -> Expr<T>) -> Expr<Vec<T>> {
        let element = |path: &str| Reference::within(path.to_owned());
        each_in(&self.reference.object(), self.binding(), element).map(|one| of(one.into()))
    }

    /// How many objects there are.
    #[must_use]
    pub fn length(&self) -> Expr<f64> {
        Expr::call("length", [self.reference.object().into()])
    }

    /// A name for one of them inside an expression, which gets a number behind it where one stands inside of another.
    fn binding(&self) -> String {
        let address = self.reference.address();
        format!("each_{}_{}", address.type_name, address.name)
    }
}

impl<R: From<Reference>> Instances<R, String> {
    /// The same of every object, under its key.
    #[must_use]
    pub fn by_key<T>(&self, of: impl FnOnce(R) -> Expr<T>) -> Expr<Map<T>> {
        let element = |path: &str| Reference::within(path.to_owned());
        each_pair_in(&self.reference.object(), self.binding(), element)
            .to_map(|(key, one)| (key, of(one.into())))
    }

    /// The keys, sorted.
    #[must_use]
    pub fn keys(&self) -> Expr<Vec<String>> {
        Expr::call("keys", [self.reference.object().into()])
    }
}

/// What one object is chosen by: a position (`K` is `f64`) or a key (`K` is `String`).
#[derive(Clone, Debug)]
pub struct InstanceKey<K> {
    hcl: String,
    stacks: StackSet,
    key: PhantomData<fn() -> K>,
}

impl<K> From<&Expr<K>> for InstanceKey<K> {
    fn from(key: &Expr<K>) -> Self {
        Self { hcl: key.hcl().to_owned(), stacks: key.stacks(), key: PhantomData }
    }
}

impl<K> From<Expr<K>> for InstanceKey<K> {
    fn from(key: Expr<K>) -> Self {
        Self::from(&key)
    }
}

impl From<usize> for InstanceKey<f64> {
    fn from(position: usize) -> Self {
        Self { hcl: position.to_string(), stacks: StackSet::NONE, key: PhantomData }
    }
}

impl From<&str> for InstanceKey<String> {
    fn from(key: &str) -> Self {
        Self::from(Expr::<String>::from(key))
    }
}

impl From<String> for InstanceKey<String> {
    fn from(key: String) -> Self {
        Self::from(key.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Stack;
    use crate::{Raw, Resource};

    #[test]
    fn one_inside_of_another_has_a_name_of_its_own() {
        let mut stack = Stack::new("dev");
        let many = stack.add("many", Raw::new("aws_x").count(2));
        let keyed = stack.add("keyed", Raw::new("aws_x").for_each(["a"]));
        let id = |one: &Reference| one.attribute::<String>("id");
        let pairs = many.all(|outer| many.all(|inner| format!("{}-{}", id(&outer), id(&inner)).into()));
        assert_eq!(
            pairs.hcl(),
            "[for each_aws_x_many2 in aws_x.many : [for each_aws_x_many in aws_x.many : \
             \"${each_aws_x_many2.id}-${each_aws_x_many.id}\"]]"
        );
        let maps = keyed.by_key(|outer| keyed.by_key(|inner| Expr::from(json!([id(&outer), id(&inner)]))));
        assert_eq!(
            maps.hcl(),
            "{for key2, each_aws_x_keyed2 in aws_x.keyed : key2 => {for key, each_aws_x_keyed in aws_x.keyed : \
             key => [each_aws_x_keyed2.id, each_aws_x_keyed.id]}}"
        );
    }
}
