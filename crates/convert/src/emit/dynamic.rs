//! `dynamic` blocks, and what `for_each` goes over.

use formwork_schema::BlockSchema;

use crate::configuration::Block;
use crate::emit::body::{Binding, Counts};
use crate::emit::code::Untyped;
use crate::emit::expression::{Writer, Written};
use crate::emit::literal;
use crate::emit::rust_text::word_in;
use crate::expression::Expression;
use crate::types::Type;

impl Writer<'_> {
    pub(crate) fn dynamic(
        &mut self,
        block: &Block,
        schema: &BlockSchema,
        binding: Binding<'_>,
        counts: &mut Counts,
    ) -> Written<String> {
        let label = block.label(0);
        let nested = schema.nested_block(label);
        let nested = nested.ok_or_else(|| Untyped(format!("the provider has no block `{label}`")))?;
        let for_each = block
            .body
            .attribute("for_each")
            .ok_or_else(|| Untyped("a `dynamic` block needs `for_each`".to_owned()))?;
        let content = block.body.blocks_of("content").next();
        let content = content.ok_or_else(|| Untyped("a `dynamic` block needs `content`".to_owned()))?;
        let iterator = block.body.attribute("iterator").map(|attribute| match &attribute.value {
            Expression::Root(name) => Ok(name.clone()),
            other => other
                .as_text()
                .map(str::to_owned)
                .ok_or_else(|| Untyped("the iterator is no name".to_owned())),
        });
        let iterator = iterator.transpose()?;
        if block.body.attribute("labels").is_some() || nested.nesting == formwork_schema::Nesting::Map {
            return Err(Untyped("the block has labels".to_owned()));
        }
        let (collection, item) = self.collection(&for_each.value, Keys::AsTheyAre)?;
        let name = iterator.clone().unwrap_or_else(|| label.to_owned());
        if self.scope.iterators.iter().any(|(known, _, _)| *known == name) {
            return Err(Untyped(format!("`{name}` hides another one")));
        }
        counts.typed += 1;
        let rust = self.scope.free(&name);
        self.scope.iterators.push((name.clone(), rust.clone(), item));
        let built = self.block_setter(content, nested, binding, counts);
        self.scope.iterators.pop();
        let built = built?;
        let uses = word_in(&rust, &built);
        let argument = if uses { rust } else { "_".to_owned() };
        let label = literal::string(label);
        let head = match iterator {
            None => format!("\n.dynamic({label}, {collection}"),
            Some(iterator) => format!("\n.dynamic_as({label}, {}, {collection}", literal::string(&iterator)),
        };
        Ok(format!("{head}, |body, {argument}| body{built})"))
    }

    /// What `for_each` goes over, and the type of its elements.
    pub(crate) fn collection(&mut self, value: &Expression, keys: Keys) -> Written<(String, Type)> {
        if let (Expression::Call(name, arguments, _), Keys::OfASet) = (value, keys)
            && let ("toset", [inner]) = (name.as_str(), &arguments[..])
        {
            if let Expression::List(items) = inner
                && !items.is_empty()
                && items.iter().all(|item| item.as_text().is_some())
            {
                let items: Vec<String> =
                    items.iter().filter_map(Expression::as_text).map(literal::string).collect();
                return Ok((format!("[{}]", items.join(", ")), Type::Text));
            }
            let ty = Type::list(Type::Text);
            let code = self.code(inner, Some(&ty))?.cast(&ty);
            return Ok((code.argument(), Type::Text));
        }
        match value {
            Expression::List(items)
                if !items.is_empty()
                    && items.iter().all(|item| item.as_text().is_some())
                    && keys == Keys::AsTheyAre =>
            {
                let items: Vec<String> =
                    items.iter().filter_map(Expression::as_text).map(literal::string).collect();
                Ok((format!("[{}]", items.join(", ")), Type::Text))
            }
            Expression::Object(entries) if matches!(self.infer(value), Type::Map(_)) => {
                let Type::Map(element) = self.infer(value) else { return Err(Untyped(String::new())) };
                Ok((self.map_calls(entries, &element)?, *element))
            }
            Expression::List(_) | Expression::Object(_) => {
                Ok((format!("json!({})", self.json(value)?), Type::Any))
            }
            _ => {
                let code = self.code(value, None)?;
                Ok(match (code.ty.clone(), keys) {
                    (Type::List(element), Keys::OfASet) => {
                        // A set is gone over as it is; a list would be converted.
                        (code.cast(&Type::map((*element).clone())).argument(), *element)
                    }
                    (Type::List(element) | Type::Map(element), _) => (code.argument(), *element),
                    _ => (code.cast(&Type::Any).argument(), Type::Any),
                })
            }
        }
    }
}

/// Whether the keys of a collection are those of a `for_each`, which takes sets and maps only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    OfASet,
    AsTheyAre,
}
