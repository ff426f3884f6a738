//! `dynamic` blocks: nested blocks that Terraform makes one of for each element of a collection.

use crate::{Block, Collection, Each, Json, Resource, Source};

/// The body of a block that nested blocks are set in: a resource, or a nested block with blocks of its own.
pub trait Body: Sized {
    /// The arguments and blocks set so far.
    fn body_mut(&mut self) -> &mut Block;

    /// Adds a nested block for each element of a collection that only Terraform knows. `fill` sets one of them, as it
    /// would without the collection:
    ///
    /// ```
    /// # use formwork_core::{Block, Body, Expr, Raw, Resource, functions};
    /// let ports = functions::toset(Expr::<Vec<String>>::raw("var.ports"));
    /// let group = Raw::new("aws_security_group").dynamic("ingress", &ports, |group, port| {
    ///     let mut rule = Block::new();
    ///     rule.set("to_port", port.value());
    ///     group.push("ingress", rule)
    /// });
    /// ```
    ///
    /// Inside, the element is called like the block (`ingress.value`); [`Body::dynamic_as`] chooses another name.
    #[must_use]
    #[track_caller]
    fn dynamic<C: Collection>(
        self,
        block: &str,
        collection: C,
        fill: impl FnOnce(Self, Each<C::Item>) -> Self,
    ) -> Self {
        let each = Each::new(block);
        add(self, block, None, collection.into_sequence(), |body| fill(body, each))
    }

    /// Does as [`Body::dynamic`] does, with a name of its own for the element: for blocks within blocks of one kind.
    #[must_use]
    #[track_caller]
    fn dynamic_as<C: Collection>(
        self,
        block: &str,
        iterator: &str,
        collection: C,
        fill: impl FnOnce(Self, Each<C::Item>) -> Self,
    ) -> Self {
        let each = Each::new(iterator);
        add(self, block, Some(iterator), collection.into_sequence(), |body| fill(body, each))
    }
}

impl<R: Resource> Body for R {
    fn body_mut(&mut self) -> &mut Block {
        self.block_mut()
    }
}

impl Body for Block {
    fn body_mut(&mut self) -> &mut Block {
        self
    }
}

/// Lets `fill` set the block in an empty body, and moves what it set into the `dynamic` block.
#[track_caller]
fn add<B: Body>(
    mut body: B,
    label: &str,
    iterator: Option<&str>,
    collection: Json,
    fill: impl FnOnce(B) -> B,
) -> B {
    let source = Source::here();
    let before = std::mem::take(body.body_mut());
    let mut body = fill(body);
    let filled = std::mem::replace(body.body_mut(), before);
    let block = dynamic(label, iterator, collection, filled);
    body.body_mut().add_dynamic(label, block, source);
    body
}

fn dynamic(label: &str, iterator: Option<&str>, collection: Json, mut filled: Block) -> Json {
    let refused =
        || Json::Invalid(format!("the function for `dynamic` must set the block `{label}`, once").into());
    let contents = filled.remove(label);
    if filled.entries().len() > 0 {
        return refused();
    }
    let (key, content) = match contents {
        Some(Json::Block(block)) => (None, *block),
        Some(Json::Blocks(mut blocks)) if blocks.len() == 1 => (None, blocks.remove(0)),
        Some(Json::Object(mut labelled)) if labelled.len() == 1 => match labelled.remove(0) {
            (key, Json::Block(block)) => (Some(key), *block),
            _ => return refused(),
        },
        _ => return refused(),
    };
    let mut block = Block::new();
    block.set("for_each", collection);
    if let Some(iterator) = iterator {
        block.set("iterator", Json::literal(iterator));
    }
    if let Some(key) = key {
        block.set("labels", Json::Array(vec![crate::block::text::template(&key)]));
    }
    block.nest("content", content);
    Json::Block(Box::new(block))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Expr, Raw};

    fn written(resource: Raw) -> String {
        let mut resource = resource;
        serde_json::to_string(resource.block_mut()).unwrap()
    }

    fn port(of: impl Into<Json>) -> Block {
        let mut block = Block::new();
        block.set("port", of);
        block
    }

    #[test]
    fn what_the_function_sets_becomes_the_content() {
        let ports = Expr::<Vec<f64>>::raw("var.ports");
        let group = Raw::new("aws_x")
            .push("rule", port(1))
            .dynamic("rule", &ports, |group, rule| group.push("rule", port(rule.value())));
        assert_eq!(
            written(group),
            concat!(
                r#"{"rule":[{"port":1}],"#,
                r#""dynamic":{"rule":[{"for_each":"${var.ports}","content":{"port":"${rule.value}"}}]}}"#
            )
        );
    }

    #[test]
    fn a_function_that_sets_anything_else_is_refused() {
        let ports = Expr::<Vec<f64>>::raw("var.ports");
        let mut group = Raw::new("aws_x").dynamic("rule", &ports, |group, _| group.set("port", 1));
        assert!(serde_json::to_string(group.block_mut()).is_err());
    }
}
