//! A block with `count` or `for_each` that is in a stack, and the objects that Terraform makes of it.

use std::marker::PhantomData;

use crate::block::text;
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
        let key = key.into().hcl;
        self.reference.instance(&format!("[{key}]")).into()
    }

    /// The same of every object, as a list: in the order of `count`, or of the sorted keys.
    #[must_use]
    pub fn all<T>(&self, of: impl FnOnce(R) -> Expr<T>) -> Expr<Vec<T>> {
        let (one, hcl) = (self.binding(), self.reference.hcl());
        let value = of(Reference::within(one.clone()).into());
        Expr::postfix(&["[for ", &one, " in ", &hcl, " : ", value.hcl(), "]"])
    }

    /// How many objects there are.
    #[must_use]
    pub fn length(&self) -> Expr<f64> {
        Expr::postfix(&["length(", &self.reference.hcl(), ")"])
    }

    /// A name for one of them inside an expression; it is that of no other block, so nothing is hidden by it.
    fn binding(&self) -> String {
        let address = self.reference.address();
        format!("each_{}_{}", address.type_name, address.name)
    }
}

impl<R: From<Reference>> Instances<R, String> {
    /// The same of every object, under its key.
    #[must_use]
    pub fn by_key<T>(&self, of: impl FnOnce(R) -> Expr<T>) -> Expr<Map<T>> {
        let (one, hcl) = (self.binding(), self.reference.hcl());
        let value = of(Reference::within(one.clone()).into());
        Expr::postfix(&["{for key, ", &one, " in ", &hcl, " : key => ", value.hcl(), "}"])
    }

    /// The keys, sorted.
    #[must_use]
    pub fn keys(&self) -> Expr<Vec<String>> {
        Expr::postfix(&["keys(", &self.reference.hcl(), ")"])
    }
}

/// What one object is chosen by: a position (`K` is `f64`) or a key (`K` is `String`).
#[derive(Clone, Debug)]
pub struct InstanceKey<K> {
    pub(crate) hcl: String,
    pub(crate) key: PhantomData<fn() -> K>,
}

impl<K> From<&Expr<K>> for InstanceKey<K> {
    fn from(key: &Expr<K>) -> Self {
        Self { hcl: key.hcl().to_owned(), key: PhantomData }
    }
}

impl<K> From<Expr<K>> for InstanceKey<K> {
    fn from(key: Expr<K>) -> Self {
        Self::from(&key)
    }
}

impl From<usize> for InstanceKey<f64> {
    fn from(position: usize) -> Self {
        Self { hcl: position.to_string(), key: PhantomData }
    }
}

impl From<&str> for InstanceKey<String> {
    fn from(key: &str) -> Self {
        // Text with half a fence stays visible in the result, where synthesis finds and reports it.
        Self { hcl: text::hcl_string(key).unwrap_or_else(|| text::quoted(key)), key: PhantomData }
    }
}

impl From<String> for InstanceKey<String> {
    fn from(key: String) -> Self {
        Self::from(key.as_str())
    }
}
