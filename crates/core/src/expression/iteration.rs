//! `for` expressions: closures that get what stands for an element.

use std::borrow::Cow;

use crate::block::stack_set::StackSet;
use crate::block::text;
use crate::expression::expr::Binding;
use crate::{Expr, Json, Map};

/// A `for` over a collection, from [`Expr::iter`]. `I` is what closures get: an element, or a key and a value.
///
/// ```
/// # use formwork_core::{Expr, Map};
/// # let names = Expr::<Vec<String>>::raw("var.names");
/// let greetings: Expr<Vec<String>> = names.iter().filter(|name| name.ne("")).map(|name| format!("hello {name}"));
/// assert_eq!(greetings.hcl(), r#"[for item in (var.names) : "hello ${item}" if item != ""]"#);
/// ```
///
/// What stands for an element belongs into the closure that it was given to. Names are chosen when the expression is
/// complete, so that one `for` inside another hides nothing.
#[derive(Debug)]
#[must_use = "a `for` is an expression once it is mapped"]
pub struct For<I> {
    collection: String,
    /// The stacks that the collection refers into.
    stacks: StackSet,
    bound: Vec<Bound>,
    element: I,
    condition: Option<Expr<bool>>,
}

/// A name that a `for` binds.
#[derive(Debug)]
struct Bound {
    name: Cow<'static, str>,
    /// What stands for the name until it is chosen: unlike all others while this value is there, since it is made of
    /// the address of `_unique`. No counter is shared, and none of it is left in the expression.
    mark: String,
    _unique: Box<u8>,
}

impl Bound {
    fn new(name: impl Into<Cow<'static, str>>) -> Self {
        let unique = Box::new(0);
        let mark = text::mark(std::ptr::from_ref::<u8>(&unique).addr());
        Self { name: name.into(), mark, _unique: unique }
    }

    fn expression<T>(&self) -> Expr<T> {
        Expr::postfix(&[&self.mark])
    }
}

impl<T> Expr<Vec<T>> {
    /// Goes through the elements of a list or set.
    pub fn iter(&self) -> For<Expr<T>> {
        let item = Bound::new("item");
        let element = item.expression();
        For {
            collection: in_place_of_collection(self),
            stacks: self.stacks(),
            bound: vec![item],
            element,
            condition: None,
        }
    }
}

impl<T> For<Expr<T>> {
    /// Gives closures the position, counted from 0, and the element.
    pub fn enumerate(self) -> For<(Expr<f64>, Expr<T>)> {
        let index = Bound::new("index");
        let element = (index.expression(), self.element);
        let bound = std::iter::once(index).chain(self.bound).collect();
        For { collection: self.collection, stacks: self.stacks, bound, element, condition: self.condition }
    }
}

impl<T> Expr<Map<T>> {
    /// Goes through the keys and values of a map, in the order of the keys.
    pub fn iter(&self) -> For<(Expr<String>, Expr<T>)> {
        let (key, value) = (Bound::new("key"), Bound::new("value"));
        let element = (key.expression(), value.expression());
        For {
            collection: in_place_of_collection(self),
            stacks: self.stacks(),
            bound: vec![key, value],
            element,
            condition: None,
        }
    }
}

/// The elements of a list, each under a name. What they are is made of the text that stands for one.
pub(crate) fn each_in<I>(collection: &Expr<Json>, name: String, element: impl FnOnce(&str) -> I) -> For<I> {
    let item = Bound::new(name);
    let element = element(&item.mark);
    let (collection, stacks) = (collection.hcl().to_owned(), collection.stacks());
    For { collection, stacks, bound: vec![item], element, condition: None }
}

/// The keys of a map and what is under them, each under a name.
pub(crate) fn each_pair_in<I>(
    collection: &Expr<Json>,
    name: String,
    element: impl FnOnce(&str) -> I,
) -> For<(Expr<String>, I)> {
    let (key, item) = (Bound::new("key"), Bound::new(name));
    let element = (key.expression(), element(&item.mark));
    let (collection, stacks) = (collection.hcl().to_owned(), collection.stacks());
    For { collection, stacks, bound: vec![key, item], element, condition: None }
}

impl<I: Clone> For<I> {
    /// Leaves out the elements for which the condition does not hold.
    pub fn filter(mut self, condition: impl FnOnce(I) -> Expr<bool>) -> Self {
        let condition = condition(self.element.clone());
        self.condition = Some(match self.condition {
            None => condition,
            Some(first) => first.and(condition),
        });
        self
    }

    /// A list with what the closure makes of each element: `[for item in list : …]`.
    pub fn map<U, V: Into<Expr<U>>>(self, body: impl FnOnce(I) -> V) -> Expr<Vec<U>> {
        let body = body(self.element.clone()).into();
        let stacks = body.stacks();
        self.finish('[', body.hcl(), ']').of_stacks(stacks)
    }

    /// A map with the key and the value that the closure makes of each element: `{for item in list : key => value}`.
    /// Terraform refuses a key that occurs twice.
    pub fn to_map<U, K: Into<Expr<String>>, V: Into<Expr<U>>>(
        self,
        body: impl FnOnce(I) -> (K, V),
    ) -> Expr<Map<U>> {
        let (key, value) = body(self.element.clone());
        let (key, value) = (key.into(), value.into());
        let body = [key.hcl(), " => ", value.hcl()].concat();
        self.finish('{', &body, '}').of_stacks(key.stacks().and(value.stacks()))
    }

    /// A map that has all the values of a key in a list: `{for item in list : key => value...}`.
    pub fn group<U, K: Into<Expr<String>>, V: Into<Expr<U>>>(
        self,
        body: impl FnOnce(I) -> (K, V),
    ) -> Expr<Map<Vec<U>>> {
        let (key, value) = body(self.element.clone());
        let (key, value) = (key.into(), value.into());
        let body = [key.hcl(), " => ", value.hcl(), "..."].concat();
        self.finish('{', &body, '}').of_stacks(key.stacks().and(value.stacks()))
    }

    fn finish<U>(self, open: char, body: &str, close: char) -> Expr<U> {
        let mut inside = body.to_owned();
        if let Some(condition) = &self.condition {
            inside.push_str(" if ");
            inside.push_str(condition.hcl());
        }
        let suffix = free_suffix(&self.bound, &inside);
        let names: Vec<String> = self.bound.iter().map(|bound| [&*bound.name, &suffix].concat()).collect();
        for (bound, name) in self.bound.iter().zip(&names) {
            inside = inside.replace(&bound.mark, name);
        }
        let names = names.join(", ");
        let stacks = self.condition.as_ref().map(Expr::stacks).unwrap_or_default().and(self.stacks);
        Expr::postfix(&[&format!("{open}for {names} in {} : {inside}{close}", self.collection)])
            .of_stacks(stacks)
    }
}

/// A collection that may be anything gets parentheses for the reader's sake alone where it ends in a `:` of its own.
fn in_place_of_collection<T>(collection: &Expr<T>) -> String {
    collection.within(Binding::Or).into_owned()
}

/// What is put behind the names so that none of them occurs in the text where they are bound.
fn free_suffix(bound: &[Bound], text: &str) -> String {
    let mut number = 1_usize;
    loop {
        let suffix = if number == 1 { String::new() } else { number.to_string() };
        if !bound.iter().any(|bound| occurs(&[&*bound.name, &suffix].concat(), text)) {
            return suffix;
        }
        number += 1;
    }
}

/// Whether a name occurs in HCL as one that could be bound: not as a part of another name, an attribute or a quoted key.
fn occurs(name: &str, text: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        let in_name = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
        let is_attribute = before == Some('.') && !text[..at].ends_with("..");
        let is_quoted = before == Some('"') && after == Some('"');
        !before.is_some_and(in_name) && !after.is_some_and(in_name) && !is_attribute && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_differ_where_one_is_inside_the_other() {
        let lists = Expr::<Vec<Vec<f64>>>::postfix(&["local.lists"]);
        let nested = lists.iter().map(|list| {
            let first = list.at(0);
            list.iter().filter(|item| item.gt(0)).map(move |item| item + first)
        });
        assert_eq!(
            nested.hcl(),
            "[for item2 in local.lists : [for item in item2 : item + item2[0] if item > 0]]"
        );
        let beside = lists.iter().map(|list| json!({"item": list.iter().map(|item| item), "x.item": list}));
        assert_eq!(
            beside.hcl(),
            "[for item2 in local.lists : {\"item\" = [for item in item2 : item], \"x.item\" = item2}]"
        );
    }

    #[test]
    fn maps_are_made_and_gone_through() {
        let map = Expr::<Map<f64>>::postfix(&["local.map"]);
        let swapped = map.iter().to_map(|(key, value)| (format!("{value}"), key));
        assert_eq!(swapped.hcl(), "{for key, value in local.map : value => key}");
        let grouped = map.iter().group(|(key, value)| (value.gt(1).then("many").otherwise("few"), key));
        assert_eq!(grouped.hcl(), "{for key, value in local.map : value > 1 ? \"many\" : \"few\" => key...}");
        let list = Expr::<Vec<Json>>::postfix(&["local.list"]);
        let numbered =
            list.iter().enumerate().map(|(index, item)| json!([index, item.field::<f64>("index")]));
        assert_eq!(numbered.hcl(), "[for index, item in local.list : [index, item.index]]");
    }
}
