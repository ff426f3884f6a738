//! What a block reads of other objects, and whether they have it.

use std::fmt::Display;

use formwork_core::functions::signature::Kind as ValueKind;
use formwork_core::references::{self, BlockReference, Step, Traversal};
use formwork_core::{ArgumentPath, Block, Diagnostic, Hint, Json, Object, Origin, Source, Stack};

use crate::check::shape::Shape;
use crate::check::value;
use crate::{AttributeType, Kind, Type};

/// One reference in an argument.
pub(crate) struct Read<'a> {
    traversal: Traversal<'a>,
    argument: String,
    /// Whether the argument is nothing but the reference.
    is_whole: bool,
    depth: Depth,
    source: Source,
    object: Origin,
}

/// What a reference leads to.
pub(crate) struct Target<'a> {
    pub(crate) kind: Kind,
    pub(crate) type_name: &'a str,
    pub(crate) object: &'a Object,
    /// The steps behind the object's name.
    rest: &'a [Step<'a>],
    name: &'a str,
}

/// Collects what a text reads.
pub(crate) fn in_text<'a>(
    text: &'a str,
    position: TextPosition<'_>,
    object: Origin,
    reads: &mut Vec<Read<'a>>,
) {
    // What cannot be read was reported when the stack was settled.
    let _ = references::in_template(text, &mut |traversal| {
        // The shortest one that reads something of an object is `type.name.attribute`.
        if traversal.steps.len() > 2 {
            reads.push(Read {
                traversal: traversal.clone(),
                argument: position.path.to_string(),
                is_whole: is_plain(text),
                depth: position.depth,
                source: position.source,
                object,
            });
        }
    });
}

/// How deep in an argument a text stands.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Depth {
    Argument,
    Element,
    Deeper,
}

/// Where a text stands.
#[derive(Clone, Copy)]
pub(crate) struct TextPosition<'p> {
    pub(crate) path: &'p ArgumentPath<'p>,
    pub(crate) source: Source,
    depth: Depth,
}

/// Visits every text of a block that may be a template.
pub(crate) fn texts<'a>(
    block: &'a Block,
    parent: Option<&ArgumentPath<'_>>,
    visit: &mut dyn FnMut(&'a str, TextPosition<'_>),
) {
    for entry in block.entries() {
        let path = &ArgumentPath { parent, name: &entry.name };
        texts_of_json(
            &entry.value,
            TextPosition { path, source: entry.source, depth: Depth::Argument },
            visit,
        );
    }
}

fn texts_of_json<'a>(
    json: &'a Json,
    position: TextPosition<'_>,
    visit: &mut dyn FnMut(&'a str, TextPosition<'_>),
) {
    match json {
        Json::Template(text) => visit(text, position),
        Json::Array(items) => {
            let depth = if position.depth == Depth::Argument { Depth::Element } else { Depth::Deeper };
            items.iter().for_each(|item| texts_of_json(item, TextPosition { depth, ..position }, visit));
        }
        Json::Object(entries) => {
            let position = TextPosition { depth: Depth::Deeper, ..position };
            for (key, value) in entries {
                visit(key, position);
                texts_of_json(value, position, visit);
            }
        }
        Json::Block(block) => texts(block, Some(position.path), visit),
        Json::Blocks(blocks) => blocks.iter().for_each(|block| texts(block, Some(position.path), visit)),
        Json::Null
        | Json::Bool(_)
        | Json::Integer(_)
        | Json::Decimal(_)
        | Json::String(_)
        | Json::Invalid(_) => {}
    }
}

/// Whether a template is one reference by names and nothing else: `${type.name.attribute}`.
fn is_plain(text: &str) -> bool {
    references::reference(text)
        .is_some_and(|traversal| traversal.steps.iter().all(|step| matches!(step, Step::Name(_))))
}

/// The object that a reference leads to, if it is one of the stack: a single one, or one that is chosen by an index.
pub(crate) fn target<'s>(traversal: &'s Traversal<'_>, stack: &'s Stack) -> Option<Target<'s>> {
    let BlockReference { kind: found, type_name, name, rest } = traversal.block()?;
    let kind = match found {
        formwork_core::Kind::Resource => Kind::Resource,
        formwork_core::Kind::Data => Kind::Data,
        formwork_core::Kind::Ephemeral => Kind::Ephemeral,
        _ => return None,
    };
    let object = stack.block(found, type_name, name)?;
    let rest = if object.block.get("count").is_some() || object.block.get("for_each").is_some() {
        match rest.split_first() {
            Some((Step::Index(_) | Step::Key(_) | Step::Computed, rest)) => rest,
            // All objects at once, or their keys.
            _ => return None,
        }
    } else {
        rest
    };
    Some(Target { kind, type_name, object, rest, name })
}

/// What is read of an object, as far as functions tell it apart. Splats make lists, which are known without its shape.
pub(crate) fn kind(target: &Target<'_>, shape: &Shape) -> Option<ValueKind> {
    if target.rest.contains(&Step::Splat) {
        return None;
    }
    Some(match follow(target.rest, shape).ok()?.ty? {
        Type::String => ValueKind::Text,
        Type::Number => ValueKind::Number,
        Type::Bool => ValueKind::Bool,
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => ValueKind::List,
        Type::Map(_) | Type::Object(_) => ValueKind::Map,
        Type::Dynamic => return None,
    })
}

impl Read<'_> {
    /// The object that is read, if it is one of the stack: a single one, or one that is chosen by an index.
    pub(crate) fn target<'s>(&'s self, stack: &'s Stack) -> Option<Target<'s>> {
        target(&self.traversal, stack)
    }

    /// Follows the reference through the target's shape. `expected` is what the argument takes.
    pub(crate) fn check(
        &self,
        stack: &Stack,
        address: &dyn Display,
        target: &Target<'_>,
        shape: &Shape,
        expected: Expected<'_>,
    ) -> Option<Diagnostic> {
        let prefix = match target.kind {
            Kind::Data => "data.",
            Kind::Ephemeral => "ephemeral.",
            _ => "",
        };
        let name = format_args!("{prefix}{}.{}", target.type_name, target.name);
        let (message, hint) = match (follow(target.rest, shape), expected) {
            (Err(lost), _) => (format!("`{name}` {}", lost.message), lost.hint),
            (Ok(found), Expected::Value(ty)) if self.is_whole && self.depth != Depth::Deeper => {
                let from = found.ty.filter(|from| !value::converts(from, ty))?;
                let (from, to) = (from.description(), ty.description());
                (format!("expected {to}, but `{name}` gives {from} here"), Hint::none())
            }
            _ => return None,
        };
        let diagnostic = Diagnostic::new(stack.name(), message)
            .at(address)
            .argument(&*self.argument)
            .source(self.source)
            .origin(self.object);
        Some(Diagnostic { hint, ..diagnostic })
    }

    /// Whether the reference is an element of a list rather than the argument itself.
    pub(crate) fn is_inside_list(&self) -> bool {
        self.depth != Depth::Argument
    }

    /// The argument that the reference stands in, as a path from the block.
    pub(crate) fn argument(&self) -> &str {
        &self.argument
    }
}

/// What is expected where a reference stands.
#[derive(Clone, Copy)]
pub(crate) enum Expected<'a> {
    /// Nothing is known of it.
    Anything,
    /// A value of a type.
    Value(&'a Type),
}

/// A reference that leads nowhere.
struct Lost {
    message: String,
    hint: Hint,
}

/// What a reference leads to.
struct Found<'a> {
    /// Its type, if it is an attribute's whole value.
    ty: Option<&'a Type>,
}

fn follow<'s>(steps: &[Step<'_>], shape: &'s Shape) -> Result<Found<'s>, Lost> {
    let unknown = Found { ty: None };
    // Indexes and splats choose among blocks; which names there are does not depend on them.
    let names = steps.iter().enumerate().filter_map(|(index, step)| match step {
        Step::Name(name) => Some((index, *name)),
        Step::Index(_) | Step::Key(_) | Step::Computed | Step::Splat => None,
    });
    let mut shape = shape;
    for (index, name) in names {
        if let Some(inner) = shape.block(name) {
            shape = inner;
            continue;
        }
        let Some(attribute) = shape.schema.attribute(name) else {
            if shape.schema.open {
                return Ok(unknown);
            }
            let hint = Hint::from(shape.nearest(name).map(|near| format!("did you mean `{near}`?")));
            return Err(Lost { message: format!("has no attribute `{name}`"), hint });
        };
        if attribute.write_only {
            let message = format!("keeps no `{name}`: it is write-only and cannot be read");
            return Err(Lost { message, hint: Hint::none() });
        }
        return match &attribute.ty {
            AttributeType::Nested { .. } => match shape.nested_attribute(name) {
                Some(inner) => follow(&steps[index + 1..], inner),
                None => Ok(unknown),
            },
            AttributeType::Value(ty) if index + 1 == steps.len() => Ok(Found { ty: Some(ty) }),
            AttributeType::Value(ty) => {
                into_type(&steps[index + 1..], ty, name)?;
                Ok(unknown)
            }
        };
    }
    Ok(unknown)
}

/// Follows steps into the value of an attribute.
fn into_type(steps: &[Step<'_>], ty: &Type, name: &str) -> Result<(), Lost> {
    let Some((step, rest)) = steps.split_first() else { return Ok(()) };
    match (ty, step) {
        (Type::Dynamic | Type::Tuple(_), _) => Ok(()),
        (Type::Map(element), Step::Name(key) | Step::Key(key)) => into_type(rest, element, key),
        (
            Type::List(element) | Type::Set(element) | Type::Map(element),
            Step::Computed | Step::Splat | Step::Index(_) | Step::Key(_),
        ) => into_type(rest, element, name),
        (Type::Object(attributes), Step::Name(key) | Step::Key(key)) => {
            match attributes.iter().find(|attribute| *attribute.name == **key) {
                Some(attribute) => into_type(rest, &attribute.ty, key),
                None => {
                    let hint = Hint::nearest(key, attributes.iter().map(|attribute| &*attribute.name));
                    Err(Lost { message: format!("has no `{key}` in its `{name}`"), hint })
                }
            }
        }
        (Type::Object(_), _) => Ok(()),
        (Type::List(_) | Type::Set(_), Step::Name(key)) => {
            let message = format!("has no `{key}` in its `{name}`, which is a {}", ty.description());
            Err(Lost { message, hint: Hint::new("take one element first, with `at`") })
        }
        (Type::String | Type::Number | Type::Bool, _) => {
            let message = format!("has nothing inside its `{name}`, which is a {}", ty.description());
            Err(Lost { message, hint: Hint::none() })
        }
    }
}
