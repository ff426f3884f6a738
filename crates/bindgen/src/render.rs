//! The source of one generated file.

use std::fmt::Write;

use formwork_schema::{
    Attribute, AttributeType, BlockSchema, Catalogue, CatalogueError, NestedBlock, Nesting, ObjectAttribute,
    Type,
};

use crate::kind::Kind;
use crate::names;
use crate::shapes::{Shapes, Use};

/// The largest number of required arguments that `new` takes one by one, if no two are of one type.
const POSITIONAL: usize = 3;

/// What a generated type is a binding of.
pub(crate) struct Subject<'a> {
    pub(crate) kind: Kind,
    /// The Terraform type, such as `aws_lambda_alias`.
    pub(crate) terraform: &'a str,
    /// The Rust type, such as `LambdaAlias`.
    pub(crate) rust: String,
    /// Whether the provider advises against the whole type.
    pub(crate) deprecated: bool,
}

/// Renders everything behind the header of a file.
pub(crate) fn file(
    subject: &Subject<'_>,
    block: &BlockSchema,
    catalogue: &Catalogue,
) -> Result<String, CatalogueError> {
    let own = [subject.rust.clone(), format!("{}Ref", subject.rust), format!("{}Args", subject.rust)];
    let shapes = Shapes::of(block, own, catalogue)?;
    let mut out = String::new();
    let writer = Writer { shapes: &shapes };
    let what = format!(
        "The {} `{}`.\n///\n/// Its page: <{}>",
        subject.kind.in_catalogue(),
        subject.terraform,
        page(subject, catalogue)
    );
    writer.block_type(&mut out, &subject.rust, &what, block, Role::Root(subject))?;
    writer.resource(&mut out, subject);
    writer.reference(&mut out, subject, block);
    writer.nested_types(&mut out, subject)?;
    Ok(out)
}

/// The address of the provider's page for a type.
fn page(subject: &Subject<'_>, catalogue: &Catalogue) -> String {
    let folder = match subject.kind {
        Kind::Resource => "resources",
        Kind::Data => "data-sources",
        Kind::Ephemeral => "ephemeral-resources",
    };
    // Pages are called like the type without the provider's own word.
    let page = subject.terraform.split_once('_').map_or(subject.terraform, |(_, name)| name);
    format!(
        "https://registry.terraform.io/providers/{}/{}/docs/{folder}/{page}",
        catalogue.source(),
        catalogue.version()
    )
}

/// Whether a type has an `…Args` literal: it requires too much to take one by one, or two values of one type, which a
/// caller could swap.
pub(crate) fn has_args(block: &BlockSchema) -> bool {
    let attributes = block.attributes.iter().filter(|attribute| attribute.required);
    let attributes = attributes.map(|attribute| value_type(&attribute.ty));
    let blocks = block.blocks.iter().filter(|nested| nested.min > 0);
    let blocks = blocks.map(|nested| format!("{:?} {}", nested.shape, is_single(nested)));
    needs_names(attributes.chain(blocks))
}

/// Whether arguments of these types need names.
pub(crate) fn needs_names(types: impl IntoIterator<Item = String>) -> bool {
    let types: Vec<String> = types.into_iter().collect();
    types.len() > POSITIONAL || types.iter().enumerate().any(|(index, ty)| types[..index].contains(ty))
}

/// Renders the provider block's type.
pub(crate) fn provider(block: &BlockSchema, catalogue: &Catalogue) -> Result<String, CatalogueError> {
    let shapes = Shapes::of(block, ["Provider".to_owned()], catalogue)?;
    let writer = Writer { shapes: &shapes };
    let mut out = String::new();
    writer.block_type(&mut out, "Provider", "The configuration of the provider.", block, Role::Provider)?;
    out.push_str(
        "\nimpl runtime::Provider for Provider {\n    #[inline]\n    fn provider_source(&self) -> runtime::ProviderSource {\n        super::source()\n    }\n\n    #[inline]\n    fn into_block(self) -> runtime::Block {\n        self.block\n    }\n}\n",
    );
    for (name, nested, usage) in &shapes.blocks {
        writer.block_type(
            &mut out,
            name,
            &format!("A block of the provider's configuration: `{name}`."),
            nested,
            Role::Nested(*usage),
        )?;
    }
    for (name, attributes) in &shapes.objects {
        writer.object_type(&mut out, name, attributes);
    }
    writer.aliases(&mut out);
    Ok(out)
}

#[derive(Clone, Copy)]
enum Role<'a> {
    Root(&'a Subject<'a>),
    Provider,
    Nested(Use),
}

pub(crate) struct Writer<'a> {
    pub(crate) shapes: &'a Shapes,
}

/// Something that `new` asks for.
struct Required {
    name: String,
    /// What the documentation of a field says.
    what: String,
    parameter: String,
    field: String,
    statement: String,
    field_statement: String,
}

impl Writer<'_> {
    fn nested_types(&self, out: &mut String, subject: &Subject<'_>) -> Result<(), CatalogueError> {
        for (name, block, usage) in &self.shapes.blocks {
            let what = format!("A block or object within `{}`.", subject.terraform);
            self.block_type(out, name, &what, block, Role::Nested(*usage))?;
        }
        for (name, attributes) in &self.shapes.objects {
            self.object_type(out, name, attributes);
        }
        self.aliases(out);
        Ok(())
    }

    /// Names that a shape has beside that of its type.
    fn aliases(&self, out: &mut String) {
        for (alias, name) in &self.shapes.aliases {
            let _ = write!(
                out,
                "\n/// What is called so has the shape of [`{name}`].\npub type {alias} = {name};\n"
            );
            let args = self.shapes.blocks.iter().find(|(known, ..)| known == name);
            if args.is_some_and(|(_, block, _)| has_args(block)) {
                let _ = write!(
                    out,
                    "\n/// What [`{alias}::new`] requires.\npub type {alias}Args = {name}Args;\n"
                );
            }
        }
    }

    fn block_type(
        &self,
        out: &mut String,
        name: &str,
        what: &str,
        block: &BlockSchema,
        role: Role<'_>,
    ) -> Result<(), CatalogueError> {
        let deprecated = matches!(role, Role::Root(subject) if subject.deprecated);
        let _ = write!(out, "\n/// {what}\n");
        out.push_str(if deprecated { "#[deprecated]\n" } else { "" });
        let _ =
            write!(out, "#[derive(Clone, Debug)]\npub struct {name} {{\n    block: runtime::Block,\n}}\n");
        let _ = write!(out, "\nimpl {name} {{\n");
        self.constructor(out, name, block);
        for attribute in block.attributes.iter().filter(|attribute| is_settable(attribute, role)) {
            self.attribute_setter(out, attribute);
        }
        for nested in &block.blocks {
            self.block_setter(out, nested);
        }
        out.push_str("}\n");
        // Resources have the body of the trait; other blocks need it only for blocks within them.
        if !matches!(role, Role::Root(_)) && !block.blocks.is_empty() {
            let _ = write!(
                out,
                "\nimpl runtime::Body for {name} {{\n    #[inline]\n    fn body_mut(&mut self) -> &mut runtime::Block {{\n        &mut self.block\n    }}\n}}\n"
            );
        }
        if has_args(block) {
            self.args(out, name, block);
        }
        if matches!(role, Role::Nested(Use::Attribute)) {
            let _ = write!(
                out,
                "\nimpl From<{name}> for runtime::Value<runtime::Json> {{\n    #[inline]\n    fn from(block: {name}) -> Self {{\n        Self::from_json(runtime::Json::Block(Box::new(block.block)))\n    }}\n}}\n"
            );
        }
        Ok(())
    }

    fn constructor(&self, out: &mut String, name: &str, block: &BlockSchema) {
        let required = self.required(block);
        if required.is_empty() {
            out.push_str("    /// Nothing is required.\n    #[must_use]\n    #[inline]\n    pub fn new() -> Self {\n        Self { block: runtime::Block::new() }\n    }\n");
            return;
        }
        let names: Vec<String> =
            required.iter().map(|one| format!("`{}`", one.name.trim_start_matches("r#"))).collect();
        let _ = write!(
            out,
            "    /// Takes what is required: {}.\n    #[must_use]\n    #[track_caller]\n",
            names.join(", ")
        );
        if has_args(block) {
            let _ = write!(
                out,
                "    pub fn new(args: {name}Args) -> Self {{\n        let mut block = runtime::Block::new();\n"
            );
            for one in &required {
                let _ = writeln!(out, "        {}", one.field_statement);
            }
        } else {
            let parameters: Vec<&str> = required.iter().map(|one| one.parameter.as_str()).collect();
            let _ = write!(
                out,
                "    pub fn new({}) -> Self {{\n        let mut block = runtime::Block::new();\n",
                parameters.join(", ")
            );
            for one in &required {
                let _ = writeln!(out, "        {}", one.statement);
            }
        }
        out.push_str("        Self { block }\n    }\n");
    }

    fn args(&self, out: &mut String, name: &str, block: &BlockSchema) {
        let _ = write!(
            out,
            "\n/// What [`{name}::new`] requires.\n#[derive(Clone, Debug)]\npub struct {name}Args {{\n"
        );
        for one in self.required(block) {
            let _ = write!(out, "    /// {}.\n    pub {},\n", one.what, one.field);
        }
        out.push_str("}\n");
    }

    fn required(&self, block: &BlockSchema) -> Vec<Required> {
        let attributes = block.attributes.iter().filter(|attribute| attribute.required).map(|attribute| {
            let (name, ty) = (names::method_name(&attribute.name), value_type(&attribute.ty));
            Required {
                parameter: format!("{name}: impl Into<runtime::Value<{ty}>>"),
                field: format!("{name}: runtime::Value<{ty}>"),
                statement: format!("block.set(\"{}\", {name}.into());", attribute.name),
                field_statement: format!("block.set(\"{}\", args.{name});", attribute.name),
                what: format!(
                    "Argument `{}`: {}{}",
                    attribute.name,
                    described(&attribute.ty),
                    notes(attribute)
                ),
                name,
            }
        });
        let blocks = block.blocks.iter().filter(|nested| nested.min > 0).map(|nested| {
            let (name, ty) = (names::method_name(&nested.name), self.shapes.block(nested.shape));
            let key = &nested.name;
            if is_single(nested) {
                Required {
                    parameter: format!("{name}: {ty}"),
                    field: format!("{name}: {ty}"),
                    statement: format!("block.nest(\"{key}\", {name}.block);"),
                    field_statement: format!("block.nest(\"{key}\", args.{name}.block);"),
                    what: format!("Block `{key}`: once"),
                    name,
                }
            } else {
                Required {
                    parameter: format!("{name}: impl IntoIterator<Item = {ty}>"),
                    field: format!("{name}: Vec<{ty}>"),
                    statement: format!("for one in {name} {{ block.push(\"{key}\", one.block); }}"),
                    field_statement: format!(
                        "for one in args.{name} {{ block.push(\"{key}\", one.block); }}"
                    ),
                    what: format!("Blocks `{key}`: {}", limits(nested)),
                    name,
                }
            }
        });
        attributes.chain(blocks).collect()
    }

    fn attribute_setter(&self, out: &mut String, attribute: &Attribute) {
        let (name, ty) = (names::method_name(&attribute.name), value_type(&attribute.ty));
        let notes = notes(attribute);
        let _ =
            write!(out, "\n    /// Argument `{}`: {}{notes}.\n", attribute.name, described(&attribute.ty));
        out.push_str(if attribute.deprecated { "    #[deprecated]\n" } else { "" });
        let _ = write!(
            out,
            "    #[must_use]\n    #[track_caller]\n    #[inline]\n    pub fn {name}(mut self, value: impl Into<runtime::Value<{ty}>>) -> Self {{\n        self.block.set(\"{}\", value.into());\n        self\n    }}\n",
            attribute.name
        );
    }

    fn block_setter(&self, out: &mut String, nested: &NestedBlock) {
        let (name, ty) = (names::method_name(&nested.name), self.shapes.block(nested.shape));
        let key = &nested.name;
        let often = match (is_single(nested), nested.max) {
            (true, _) => "at most once".to_owned(),
            (false, Some(max)) => format!("one more, at most {max}"),
            (false, None) => "one more".to_owned(),
        };
        let _ = write!(out, "\n    /// Block `{key}`: {often}.\n");
        out.push_str(if nested.deprecated { "    #[deprecated]\n" } else { "" });
        let (parameters, statement) = match nested.nesting {
            Nesting::Map => (
                format!("label: impl Into<String>, block: {ty}"),
                format!("self.block.label(\"{key}\", label, block.block);"),
            ),
            _ => {
                let add = if is_single(nested) { "nest_some" } else { "push_some" };
                (
                    format!("block: impl Into<Option<{ty}>>"),
                    format!("self.block.{add}(\"{key}\", block.into().map(|block| block.block));"),
                )
            }
        };
        let _ = write!(
            out,
            "    #[must_use]\n    #[track_caller]\n    #[inline]\n    pub fn {name}(mut self, {parameters}) -> Self {{\n        {statement}\n        self\n    }}\n"
        );
    }

    /// An object in Terraform's JSON syntax must have all of its keys: what is not set is null.
    fn object_type(&self, out: &mut String, name: &str, attributes: &[ObjectAttribute]) {
        let _ = write!(
            out,
            "\n/// An object. Every key is written; what is not set is null.\n#[derive(Clone, Debug)]\npub struct {name} {{\n    block: runtime::Block,\n}}\n\nimpl {name} {{\n    /// All keys are null.\n    #[must_use]\n    #[track_caller]\n    #[inline]\n    pub fn new() -> Self {{\n        let mut block = runtime::Block::new();\n"
        );
        for attribute in attributes.iter().filter(|attribute| !attribute.optional) {
            let _ = writeln!(out, "        block.set(\"{}\", runtime::Json::Null);", attribute.name);
        }
        out.push_str("        Self { block }\n    }\n");
        for attribute in attributes {
            let (method, ty) = (names::method_name(&attribute.name), rust_type(&attribute.ty));
            let _ = write!(
                out,
                "\n    /// Key `{}`: {}.\n    #[must_use]\n    #[track_caller]\n    #[inline]\n    pub fn {method}(mut self, value: impl Into<runtime::Value<{ty}>>) -> Self {{\n        self.block.set(\"{}\", value.into());\n        self\n    }}\n",
                attribute.name,
                attribute.ty.description(),
                attribute.name
            );
        }
        let _ = write!(
            out,
            "}}\n\nimpl From<{name}> for runtime::Value<runtime::Json> {{\n    #[inline]\n    fn from(object: {name}) -> Self {{\n        Self::from_json(object.block.into_object())\n    }}\n}}\n"
        );
    }

    fn resource(&self, out: &mut String, subject: &Subject<'_>) {
        let (rust, terraform) = (&subject.rust, subject.terraform);
        let kind = match subject.kind {
            Kind::Resource => "Resource",
            Kind::Data => "Data",
            Kind::Ephemeral => "Ephemeral",
        };
        let _ = write!(
            out,
            "\nimpl runtime::Resource for {rust} {{\n    type Ref = {rust}Ref;\n\n    #[inline]\n    fn kind(&self) -> runtime::Kind {{\n        runtime::Kind::{kind}\n    }}\n\n    #[inline]\n    fn type_name(&self) -> std::borrow::Cow<'static, str> {{\n        \"{terraform}\".into()\n    }}\n\n    #[inline]\n    fn provider_source(&self) -> runtime::ProviderSource {{\n        super::source()\n    }}\n\n    #[inline]\n    fn block_mut(&mut self) -> &mut runtime::Block {{\n        &mut self.block\n    }}\n}}\n"
        );
    }
}

pub(crate) fn value_type(ty: &AttributeType) -> String {
    match ty {
        AttributeType::Value(ty) => rust_type(ty),
        AttributeType::Nested { nesting, .. } => match nesting {
            Nesting::Single | Nesting::Group => "runtime::Json".to_owned(),
            Nesting::List | Nesting::Set => "Vec<runtime::Json>".to_owned(),
            Nesting::Map => "runtime::Map<runtime::Json>".to_owned(),
        },
    }
}

/// What is to be known of an argument beside its type.
fn notes(attribute: &Attribute) -> String {
    let notes = [
        (attribute.required, ", required"),
        (attribute.sensitive, ", sensitive"),
        (attribute.write_only, ", write-only: never in the state"),
    ];
    notes.into_iter().filter(|(is_so, _)| *is_so).map(|(_, note)| note).collect()
}

/// How many blocks of a required kind there can be.
fn limits(nested: &NestedBlock) -> String {
    match nested.max {
        Some(max) if max == nested.min => format!("exactly {max}"),
        Some(max) => format!("{} to {max}", nested.min),
        None => format!("at least {}", nested.min),
    }
}

/// Whether an argument gets a setter. The `id` of a resource is Terraform's: providers refuse it where they compute it.
fn is_settable(attribute: &Attribute, role: Role<'_>) -> bool {
    let is_own_id = *attribute.name == *"id"
        && attribute.computed
        && matches!(role, Role::Root(subject) if subject.kind == Kind::Resource);
    // What is required is asked for by `new`.
    attribute.optional && !attribute.required && !is_own_id
}

pub(crate) fn is_single(nested: &NestedBlock) -> bool {
    match nested.nesting {
        Nesting::Single | Nesting::Group => true,
        Nesting::List | Nesting::Set => nested.max == Some(1),
        Nesting::Map => false,
    }
}

pub(crate) fn rust_type(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "f64".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::List(element) | Type::Set(element) => format!("Vec<{}>", rust_type(element)),
        Type::Map(element) => format!("runtime::Map<{}>", rust_type(element)),
        Type::Dynamic | Type::Object(_) | Type::Tuple(_) => "runtime::Json".to_owned(),
    }
}

pub(crate) fn described(ty: &AttributeType) -> String {
    match ty {
        AttributeType::Value(ty) => ty.description(),
        AttributeType::Nested { nesting, .. } => match nesting {
            Nesting::Single | Nesting::Group => "object".to_owned(),
            Nesting::List => "list of objects".to_owned(),
            Nesting::Set => "set of objects".to_owned(),
            Nesting::Map => "map of objects".to_owned(),
        },
    }
}
