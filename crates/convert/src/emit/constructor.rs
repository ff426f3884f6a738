//! How a type of a binding is made: what `new` takes. All that depends on the shape of constructors is in this file.

use formwork_bindgen::surface;
use formwork_schema::{BlockSchema, NestedBlock};

/// Something that `new` asks for.
pub(crate) enum Required<'a> {
    /// An argument.
    Attribute(&'a formwork_schema::Attribute),
    /// A block that is there once.
    Block(&'a NestedBlock),
    /// Blocks that repeat.
    Blocks(&'a NestedBlock),
}

/// What `new` asks for, in its order.
pub(crate) fn required(schema: &BlockSchema) -> Vec<Required<'_>> {
    let attributes = schema.attributes.iter().filter(|attribute| attribute.required).map(Required::Attribute);
    let blocks = schema.blocks.iter().filter(|nested| nested.min > 0).map(|nested| {
        if surface::is_single(nested) { Required::Block(nested) } else { Required::Blocks(nested) }
    });
    attributes.chain(blocks).collect()
}

impl Required<'_> {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Attribute(attribute) => &attribute.name,
            Self::Block(nested) | Self::Blocks(nested) => &nested.name,
        }
    }
}

/// The call of `new`: `path` leads to the module that `name` is in; the values are those of `required`, in its order.
pub(crate) fn call(
    path: &str,
    name: &str,
    schema: &BlockSchema,
    required: &[Required<'_>],
    values: &[Vec<String>],
) -> String {
    if !surface::has_args(schema) {
        let values = required.iter().zip(values).map(|(one, value)| match one {
            Required::Blocks(_) => format!("[{}]", value.join(", ")),
            _ => value.join(", "),
        });
        return format!("{path}::{name}::new({})", values.collect::<Vec<_>>().join(", "));
    }
    let fields = required.iter().zip(values).map(|(one, value)| {
        let field = surface::method_name(one.name());
        match one {
            Required::Attribute(_) => format!("{field}: {}.into()", receiver(&value.join(", "))),
            Required::Block(_) => format!("{field}: {}", value.join(", ")),
            Required::Blocks(_) => format!("{field}: vec![{}]", value.join(", ")),
        }
    });
    format!("{path}::{name}::new({path}::{name}Args {{ {} }})", fields.collect::<Vec<_>>().join(", "))
}

/// What a method can be called on.
fn receiver(value: &str) -> String {
    let is_loose = value.starts_with(['&', '-', '!'])
        || [" + ", " - ", " * ", " / ", " % "].iter().any(|operator| value.contains(operator))
            && !value.ends_with(['"', ')']);
    if is_loose { format!("({value})") } else { value.to_owned() }
}
