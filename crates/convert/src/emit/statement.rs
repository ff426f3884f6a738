//! Variables, local values, outputs, providers, and what a configuration says of its state: statements of Rust.

use formwork_bindgen::surface::TypeNames;
use formwork_core::backend;

use crate::configuration::{Attribute, Block};
use crate::emit::body::{Binding, Counts, comment_lines, raw};
use crate::emit::code::Untyped;
use crate::emit::dynamic::Keys;
use crate::emit::expression::{Writer, Written};
use crate::emit::literal;
use crate::emit::object::reference_text;
use crate::emit::providers::Providers;
use crate::error::ConvertError;
use crate::expression::Expression;
use crate::types::{Type, constraint};

/// Rust that makes a value, and the type that it has.
pub(crate) struct Made {
    pub(crate) text: String,
    pub(crate) ty: Type,
}

impl Writer<'_> {
    /// `stack.variable(…)`.
    pub(crate) fn variable(&mut self, block: &Block, counts: &mut Counts) -> Result<Made, ConvertError> {
        let name = block.label(0);
        let body = &block.body;
        let (ty, mut text) = match body.attribute("type") {
            None => (Type::Any, "Variable::<Json>::new()".to_owned()),
            Some(attribute) => {
                let known = constraint(&attribute.value);
                let known = known
                    .ok_or_else(|| attribute.place.refused(format!("`{}` is not a type", attribute.raw)))?;
                match known.built {
                    Some(built) => (known.ty, format!("Variable::of({built})")),
                    None => {
                        let text = format!("Variable::<{}>::new()", known.ty.rust());
                        (known.ty, text)
                    }
                }
            }
        };
        let is_json = text.starts_with("Variable::of");
        let flag = |attribute: &Attribute| match &attribute.value {
            Expression::Bool(truth) => Some(*truth),
            value => value.as_text().and_then(|text| text.parse::<bool>().ok()),
        };
        for attribute in body.attributes() {
            counts.typed += 1;
            if attribute.name != "type" || !attribute.comments.is_empty() {
                text.push_str(&comment_lines(&attribute.comments));
            }
            match attribute.name.as_str() {
                "type" => {}
                "default" => {
                    let value = literal::plain(&attribute.value);
                    let value = value.ok_or_else(|| {
                        attribute
                            .place
                            .refused("the default of a variable must be known without anything else")
                    })?;
                    text.push_str(&format!("\n.default_value({value})"));
                }
                "description" => {
                    let description = attribute.value.as_text();
                    let description = description
                        .ok_or_else(|| attribute.place.refused("a description must be literal text"))?;
                    text.push_str(&format!("\n.description({})", literal::string(description)));
                }
                "sensitive" if flag(attribute) == Some(true) => text.push_str("\n.sensitive()"),
                "ephemeral" if flag(attribute) == Some(true) => text.push_str("\n.ephemeral()"),
                "nullable" if flag(attribute) == Some(false) => text.push_str("\n.not_null()"),
                "sensitive" | "ephemeral" | "nullable" => {
                    text.push_str(&format!("\n// {} = {}, as it is anyway\n", attribute.name, attribute.raw));
                }
                "deprecated" => {
                    text.push_str(&format!(
                        "\n.deprecated({})",
                        literal::string(attribute.value.as_text().unwrap_or_default())
                    ));
                }
                other => {
                    return Err(attribute.place.refused(format!("a variable has no argument `{other}`")));
                }
            }
        }
        for validation in body.blocks_of("validation") {
            let arguments = self.condition(validation, counts);
            let arguments = arguments.map_err(|Untyped(reason)| validation.place.refused(reason))?;
            text.push_str(&comment_lines(&validation.comments));
            text.push_str(&format!("\n.validation({arguments})"));
        }
        text.push_str(&comment_lines(&body.comments));
        let cast = match (is_json, &ty) {
            (true, Type::Any) | (false, _) => String::new(),
            (true, ty) => format!(".cast::<{}>()", ty.rust()),
        };
        Ok(Made { text: format!("stack.variable({}, {text}){cast}", literal::string(name)), ty })
    }

    /// `stack.local(…)`.
    pub(crate) fn local(&mut self, attribute: &Attribute, counts: &mut Counts) -> Made {
        counts.typed += 1;
        let made = match self.made(&attribute.value) {
            Ok(made) => made,
            Err(Untyped(reason)) => {
                counts.typed -= 1;
                counts.raw += 1;
                Made { text: raw(&attribute.value, &Type::Any, &reason), ty: Type::Any }
            }
        };
        Made {
            text: format!("stack.local({}, {})", literal::string(&attribute.name), made.text),
            ty: made.ty,
        }
    }

    /// A value whose type Rust knows.
    fn made(&mut self, value: &Expression) -> Written<Made> {
        let ty = self.infer(value);
        Ok(match (value, &ty) {
            (Expression::Null, _) => Made { text: "Expr::<Json>::null()".to_owned(), ty: Type::Any },
            (Expression::List(items), Type::List(_)) if items.is_empty() => Made {
                text: "Value::<Vec<Json>>::from(Vec::<Expr<Json>>::new())".to_owned(),
                ty: Type::list(Type::Any),
            },
            (Expression::List(_), Type::List(_)) => {
                Made { text: format!("Value::<{}>::from({})", ty.rust(), self.value_of(value, &ty)?), ty }
            }
            (Expression::Object(entries), Type::Map(element)) => {
                Made { text: self.map_calls(entries, element)?, ty }
            }
            (Expression::List(_) | Expression::Object(_), _) => {
                Made { text: format!("json!({})", self.json(value)?), ty: Type::Any }
            }
            (
                Expression::Bool(_) | Expression::Number(_) | Expression::Template(_) | Expression::Unary(..),
                _,
            ) => Made { text: self.any_of(value)?, ty },
            _ => {
                let code = self.code(value, None)?;
                Made { text: code.argument(), ty: code.ty }
            }
        })
    }

    /// `stack.output(…)` or `stack.export(…)`.
    pub(crate) fn output(&mut self, block: &Block, counts: &mut Counts) -> Result<String, ConvertError> {
        let body = &block.body;
        let name = literal::string(block.label(0));
        let value = body.attribute("value");
        let value = value
            .ok_or_else(|| block.place.refused(format!("the output `{}` has no value", block.label(0))))?;
        counts.typed += 1;
        let made = match self.made(&value.value) {
            Ok(made) => made.text,
            Err(Untyped(reason)) => {
                counts.typed -= 1;
                counts.raw += 1;
                raw(&value.value, &Type::Any, &reason)
            }
        };
        let comments = comment_lines(&value.comments);
        let is_plain = body.items.len() == 1;
        if is_plain {
            return Ok(format!("{comments}stack.output({name}, {made})"));
        }
        let mut text = format!("{comments}Export::new({made})");
        for attribute in body.attributes() {
            text.push_str(&if attribute.name == "value" {
                String::new()
            } else {
                comment_lines(&attribute.comments)
            });
            counts.typed += 1;
            let is_true = reference_text(&attribute.value) == "true";
            match attribute.name.as_str() {
                "value" => {}
                "description" => {
                    let description = attribute.value.as_text();
                    let description = description
                        .ok_or_else(|| attribute.place.refused("a description must be literal text"))?;
                    text.push_str(&format!("\n.description({})", literal::string(description)));
                }
                "sensitive" if is_true => text.push_str("\n.sensitive()"),
                "ephemeral" if is_true => text.push_str("\n.ephemeral()"),
                "sensitive" | "ephemeral" => {
                    text.push_str(&format!("\n// {} = {}\n", attribute.name, attribute.raw))
                }
                "depends_on" => {
                    let calls = self.depends_on(attribute);
                    if calls.contains(".set(") {
                        return Err(attribute
                            .place
                            .refused("an output can wait for whole objects of this file only"));
                    }
                    text.push_str(&calls);
                }
                other => return Err(attribute.place.refused(format!("an output has no argument `{other}`"))),
            }
        }
        for condition in body.blocks_of("precondition") {
            let arguments = self.condition(condition, counts);
            let arguments = arguments.map_err(|Untyped(reason)| condition.place.refused(reason))?;
            text.push_str(&format!("\n.precondition({arguments})"));
        }
        text.push_str(&comment_lines(&body.comments));
        Ok(format!("stack.export({name}, {text})"))
    }

    /// `stack.provider(…)` or `stack.provider_alias(…)`.
    pub(crate) fn provider(
        &mut self,
        block: &Block,
        providers: &mut Providers,
        counts: &mut Counts,
    ) -> Result<String, ConvertError> {
        let name = block.label(0);
        let alias = block.body.attribute("alias").map(|attribute| reference_text(&attribute.value));
        let skipped = |attribute: &&Attribute| !matches!(attribute.name.as_str(), "alias" | "version");
        let provider = providers.by_name.get(name).cloned();
        let mut typed = None;
        if let Some(provider) = &provider
            && let Some(catalogue) = &provider.catalogue
            && provider.source.rsplit('/').next() == Some(name)
            && let Some(schema) = catalogue.provider()?
        {
            let names = TypeNames::of_provider(&schema.block, catalogue)?;
            let module = crate::emit::names::variable(name);
            let path = format!("{module}::provider");
            let binding = Binding { catalogue, names: &names, path: &path };
            let mut body = block.body.clone();
            body.items.retain(|item| match item {
                crate::configuration::Item::Attribute(attribute) => skipped(&attribute),
                crate::configuration::Item::Block(_) => true,
            });
            let before = *counts;
            match self.built(&body, &schema.block, binding, &module, "Provider", counts) {
                Ok(text) => {
                    providers.used.entry(name.to_owned()).or_default();
                    // Secrets of a provider stand in no resource, so that nothing permits them.
                    typed = Some(text);
                }
                Err(_) => *counts = before,
            }
        }
        let text = match typed {
            Some(text) => text,
            None => {
                let source = provider.map_or_else(|| format!("hashicorp/{name}"), |provider| provider.source);
                let mut text =
                    format!("RawProvider::new({}, {})", literal::string(name), literal::string(&source));
                for attribute in block.body.attributes().filter(skipped) {
                    counts.raw += 1;
                    text.push_str(&comment_lines(&attribute.comments));
                    let value = self.any_or_raw(&attribute.value, counts);
                    text.push_str(&format!("\n.set({}, {value})", literal::string(&attribute.name)));
                }
                let mut kinds: Vec<&str> = Vec::new();
                for inner in block.body.blocks() {
                    if !kinds.contains(&inner.kind.as_str()) {
                        kinds.push(&inner.kind);
                    }
                }
                for kind in kinds {
                    let ones: Vec<String> = block
                        .body
                        .blocks_of(kind)
                        .map(|inner| self.body_json(&inner.body, &[], counts))
                        .collect();
                    text.push_str(&format!(
                        "\n.set({}, json!([{}]))",
                        literal::string(kind),
                        ones.join(", ")
                    ));
                }
                text
            }
        };
        Ok(match alias {
            None => format!("stack.provider({text})"),
            Some(alias) => format!("stack.provider_alias({}, {text})", literal::string(&alias)),
        })
    }

    /// `moved`, `import` and `removed`.
    pub(crate) fn state_statement(
        &mut self,
        block: &Block,
        counts: &mut Counts,
    ) -> Result<String, ConvertError> {
        let body = &block.body;
        let argument = |name: &str| {
            body.attribute(name)
                .ok_or_else(|| block.place.refused(format!("a `{}` block needs `{name}`", block.kind)))
        };
        counts.typed += body.items.len();
        match block.kind.as_str() {
            "moved" => {
                let from = literal::string(&reference_text(&argument("from")?.value));
                let to = literal::string(&reference_text(&argument("to")?.value));
                Ok(format!("stack.moved({from}, {to})"))
            }
            "removed" => {
                let from = literal::string(&reference_text(&argument("from")?.value));
                let keeps = body.blocks_of("lifecycle").any(|inner| {
                    inner.body.attribute("destroy").is_some_and(|it| reference_text(&it.value) == "false")
                });
                let mut text = format!("Removed::{}({from})", if keeps { "keep" } else { "destroy" });
                for provisioner in body.blocks_of("provisioner") {
                    let inner = self.provisioner(provisioner, counts);
                    let inner = inner.map_err(|Untyped(reason)| provisioner.place.refused(reason))?;
                    text.push_str(&format!("\n.provisioner({inner})"));
                }
                Ok(format!("stack.removed({text})"))
            }
            _ => {
                let to = argument("to")?;
                let mut collection = None;
                if let Some(for_each) = body.attribute("for_each") {
                    let found = self.collection(&for_each.value, Keys::OfASet);
                    let (text, item) = found.map_err(|Untyped(reason)| for_each.place.refused(reason))?;
                    self.scope.each = Some(item);
                    collection = Some(text);
                }
                // The key of the instance is computed for each.
                let target = match (&collection, &to.value) {
                    (Some(_), Expression::Index(inner, key)) => {
                        let place =
                            inner.as_path().and_then(|path| self.scope.places.get(&path.join(".")).cloned());
                        match (place, self.expr_of(key, &Type::Text)) {
                            (Some(place), Ok(key)) => format!("&{place}.at({key})"),
                            _ => literal::string(&reference_text(&to.value)),
                        }
                    }
                    _ => literal::string(&reference_text(&to.value)),
                };
                let mut text = match (body.attribute("id"), body.attribute("identity")) {
                    (Some(id), _) => {
                        format!("Import::id({target}, {})", self.value_or_raw(&id.value, &Type::Text, counts))
                    }
                    (None, Some(identity)) => {
                        format!(
                            "Import::identity({target}, {})",
                            self.value_or_raw(&identity.value, &Type::Any, counts)
                        )
                    }
                    (None, None) => return Err(block.place.refused("an `import` block needs `id`")),
                };
                if let Some(provider) = body.attribute("provider") {
                    let name = reference_text(&provider.value);
                    match self.scope.places.get(&format!("provider.{name}")) {
                        Some(place) => text.push_str(&format!(".provider(&{place})")),
                        None => {
                            return Err(provider
                                .place
                                .refused(format!("there is no provider configuration `{name}`")));
                        }
                    }
                }
                self.scope.each = None;
                Ok(match collection {
                    Some(collection) => {
                        format!("stack.import_existing(Import::for_each({collection}, |each| {text}))")
                    }
                    None => format!("stack.import_existing({text})"),
                })
            }
        }
    }

    /// `stack.check(…)`.
    pub(crate) fn check(
        &mut self,
        block: &Block,
        providers: &mut Providers,
        counts: &mut Counts,
    ) -> Result<String, ConvertError> {
        let mut inner = String::new();
        for data in block.body.blocks_of("data") {
            let object = self.object_block(data, providers, counts)?;
            let rust = self.scope.free(data.label(1));
            inner.push_str(&comment_lines(&data.comments));
            inner.push_str(&format!(
                "let {rust} = check.data({}, {object});\n",
                literal::string(data.label(1))
            ));
            self.scope.places.insert(format!("data.{}.{}", data.label(0), data.label(1)), rust);
        }
        for assertion in block.body.blocks_of("assert") {
            let arguments = self.condition(assertion, counts);
            let arguments = arguments.map_err(|Untyped(reason)| assertion.place.refused(reason))?;
            inner.push_str(&comment_lines(&assertion.comments));
            inner.push_str(&format!("check.assert({arguments});\n"));
        }
        for data in block.body.blocks_of("data") {
            let address = format!("data.{}.{}", data.label(0), data.label(1));
            if let Some(rust) = self.scope.places.remove(&address) {
                let rest = inner.replacen(&format!("let {rust} = "), "", 1);
                if !crate::emit::rust_text::word_in(&rust, &rest) {
                    inner = rest;
                }
            }
        }
        Ok(format!("stack.check({}, |check| {{\n{inner}}})", literal::string(block.label(0))))
    }

    /// The `terraform` block.
    pub(crate) fn settings(
        &mut self,
        block: &Block,
        counts: &mut Counts,
    ) -> Result<Vec<String>, ConvertError> {
        let mut statements = Vec::new();
        for item in block.body.attributes() {
            counts.typed += 1;
            let comments = comment_lines(&item.comments);
            match item.name.as_str() {
                "required_version" => {
                    let version = item.value.as_text().unwrap_or_default();
                    statements
                        .push(format!("{comments}stack.require_terraform({})", literal::string(version)));
                }
                "experiments" => {
                    return Err(item.place.refused("experiments of Terraform are not supported"));
                }
                other => {
                    return Err(item
                        .place
                        .refused(format!("the `terraform` block has no argument `{other}`")));
                }
            }
        }
        for inner in block.body.blocks() {
            let comments = comment_lines(&inner.comments);
            match inner.kind.as_str() {
                "required_providers" => {}
                "backend" | "cloud" => {
                    statements.push(format!("{comments}stack.backend({})", backend(inner, counts)?));
                }
                "provider_meta" => {
                    let mut text = String::from("{ let mut meta = formwork::Block::new();");
                    for attribute in inner.body.attributes() {
                        let value = self.any_or_raw(&attribute.value, counts);
                        text.push_str(&format!(" meta.set({}, {value});", literal::string(&attribute.name)));
                    }
                    text.push_str(" meta }");
                    statements.push(format!(
                        "{comments}stack.provider_meta({}, {text})",
                        literal::string(inner.label(0))
                    ));
                }
                other => {
                    return Err(inner.place.refused(format!("the `terraform` block has no block `{other}`")));
                }
            }
        }
        Ok(statements)
    }
}

fn backend(block: &Block, counts: &mut Counts) -> Result<String, ConvertError> {
    let kind = if block.kind == "cloud" { "cloud" } else { block.label(0) };
    let Some(known) = backend::KINDS.iter().find(|known| known.name == kind) else {
        return Err(block.place.refused(format!("Terraform has no backend `{kind}`")));
    };
    let (body, required) = (&block.body, known.required);
    let text = |name: &str| body.text(name).map(literal::string);
    let given: Vec<String> =
        required.iter().map(|name| text(name).unwrap_or_else(|| "\"\"".to_owned())).collect();
    let mut out = format!("Backend::from(backend::{}::new({}))", known.type_name, given.join(", "));
    for name in required.iter().filter(|name| body.attribute(name).is_none()) {
        out.push_str(&format!(
            "\n// given to `terraform init`\n.set({}, json!(null))",
            literal::string(name)
        ));
    }
    for attribute in body.attributes().filter(|attribute| !required.contains(&attribute.name.as_str())) {
        counts.typed += 1;
        let value = literal::plain(&attribute.value);
        let value = value.ok_or_else(|| {
            attribute.place.refused("settings of a backend must be known without anything else")
        })?;
        out.push_str(&comment_lines(&attribute.comments));
        out.push_str(&format!("\n.set({}, {value})", literal::string(&attribute.name)));
    }
    for inner in body.blocks() {
        let entries = inner.body.attributes().map(|attribute| {
            Some(format!("{}: {}", literal::string(&attribute.name), literal::json(&attribute.value)?))
        });
        let entries: Option<Vec<String>> = entries.collect();
        let entries = entries.ok_or_else(|| {
            inner.place.refused("settings of a backend must be known without anything else")
        })?;
        out.push_str(&format!(
            "\n.set({}, json!({{ {} }}))",
            literal::string(&inner.kind),
            entries.join(", ")
        ));
    }
    Ok(out)
}
