//! The source of references: what is read of an object that is in a stack.

use std::fmt::Write;

use formwork_schema::{Attribute, AttributeType, BlockSchema, Nesting, ObjectAttribute, Type};

use crate::names;
use crate::render::{Subject, Writer, described, rust_type, value_type};

impl Writer<'_> {
    pub(crate) fn reference(&self, out: &mut String, subject: &Subject<'_>, block: &BlockSchema) {
        let rust = &subject.rust;
        let _ = write!(
            out,
            "\n/// A `{}` that is in a stack.\n#[derive(Clone, Debug)]\npub struct {rust}Ref {{\n    reference: runtime::Reference,\n}}\n\nimpl From<runtime::Reference> for {rust}Ref {{\n    #[inline]\n    fn from(reference: runtime::Reference) -> Self {{\n        Self {{ reference }}\n    }}\n}}\n\nimpl AsRef<runtime::Reference> for {rust}Ref {{\n    #[inline]\n    fn as_ref(&self) -> &runtime::Reference {{\n        &self.reference\n    }}\n}}\n\nimpl {rust}Ref {{\n",
            subject.terraform
        );
        let read_by_one = read_by_position(block);
        let mut objects = String::new();
        let attributes = block.attributes.iter().filter(|attribute| {
            !attribute.write_only && !read_by_one.iter().any(|(name, _)| **name == *attribute.name)
        });
        let attributes = attributes.map(|attribute| {
            (
                &attribute.name,
                value_type(&attribute.ty),
                described(&attribute.ty),
                attribute.sensitive,
                attribute.deprecated,
            )
        });
        let blocks = block.blocks.iter().filter(|nested| *nested.name != *"timeouts").map(|nested| {
            let ty = match nested.nesting {
                Nesting::Single | Nesting::Group => "runtime::Json",
                Nesting::List | Nesting::Set => "Vec<runtime::Json>",
                Nesting::Map => "runtime::Map<runtime::Json>",
            };
            (&nested.name, ty.to_owned(), "nested blocks".to_owned(), false, nested.deprecated)
        });
        for (index, (name, ty, described, sensitive, deprecated)) in attributes.chain(blocks).enumerate() {
            out.push_str(if index > 0 { "\n" } else { "" });
            let note = if sensitive { ", sensitive" } else { "" };
            let _ = writeln!(out, "    /// Attribute `{name}`: {described}{note}.");
            out.push_str(if deprecated { "    #[deprecated]\n" } else { "" });
            let method = names::method_name(name);
            let _ = write!(
                out,
                "    #[must_use]\n    #[inline]\n    pub fn {method}(&self) -> runtime::Expr<{ty}> {{\n        self.reference.attribute(\"{name}\")\n    }}\n"
            );
        }
        for (name, keys) in &read_by_one {
            let (method, ty) = (names::method_name(name), self.object_reference(name, subject));
            let _ = write!(
                out,
                "\n    /// Attribute `{name}`: one of a list of objects, by its position from 0.\n    #[must_use]\n    pub fn {method}(&self, index: impl Into<runtime::Expr<f64>>) -> {ty} {{\n        {ty} {{ object: self.reference.attribute::<Vec<runtime::Json>>(\"{name}\").at(index) }}\n    }}\n"
            );
            let _ = write!(
                objects,
                "\n/// An object of the attribute `{name}` of `{}`.\n#[derive(Clone, Debug)]\npub struct {ty} {{\n    object: runtime::Expr<runtime::Json>,\n}}\n\nimpl {ty} {{\n",
                subject.terraform
            );
            for (index, key) in keys.iter().enumerate() {
                objects.push_str(if index > 0 { "\n" } else { "" });
                let _ = write!(
                    objects,
                    "    /// Key `{}`: {}.\n    #[must_use]\n    pub fn {}(&self) -> runtime::Expr<{}> {{\n        self.object.field(\"{}\")\n    }}\n",
                    key.name,
                    key.ty.description(),
                    names::method_name(&key.name),
                    rust_type(&key.ty),
                    key.name
                );
            }
            objects.push_str("}\n");
        }
        out.push_str("}\n");
        out.push_str(&objects);
    }

    /// The type that reads an object of an attribute: `MasterUserSecretRef`.
    fn object_reference(&self, attribute: &str, subject: &Subject<'_>) -> String {
        let name = names::type_name(attribute);
        let own = format!("{name}Ref");
        let is_taken = own == format!("{}Ref", subject.rust)
            || self.shapes.blocks.iter().any(|(known, ..)| *known == own)
            || self.shapes.objects.iter().any(|(known, _)| *known == own)
            || self.shapes.aliases.iter().any(|(alias, _)| *alias == own);
        if is_taken { format!("{name}ObjectRef") } else { own }
    }
}

/// The attributes that are read object by object, with the keys of these: lists of objects that the provider computes.
fn read_by_position(block: &BlockSchema) -> Vec<(&str, &[ObjectAttribute])> {
    let found = block.attributes.iter().map(|attribute| (&*attribute.name, keys_by_position(attribute)));
    found.filter_map(|(name, keys)| Some((name, keys?))).collect()
}

/// The keys of the objects of an attribute that is read by position. Sets have none, and what a program can set it reads
/// as a whole, as it does what is deprecated.
pub(crate) fn keys_by_position(attribute: &Attribute) -> Option<&[ObjectAttribute]> {
    match &attribute.ty {
        AttributeType::Value(Type::List(element))
            if !attribute.required && !attribute.optional && !attribute.deprecated =>
        {
            match &**element {
                Type::Object(keys) => Some(keys),
                _ => None,
            }
        }
        _ => None,
    }
}
