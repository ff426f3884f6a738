//! Resources, data sources and ephemeral resources.

use formwork_bindgen::surface::TypeNames;

use crate::configuration::{Attribute, Block};
use crate::emit::body::{Binding, Counts, comment_lines};
use crate::emit::code::Untyped;
use crate::emit::dynamic::Keys;
use crate::emit::expression::{Writer, Written};
use crate::emit::literal;
use crate::emit::providers::{Providers, binding_kind, rust_path};
use crate::error::ConvertError;
use crate::expression::Expression;
use crate::types::Type;

impl Writer<'_> {
    /// What `stack.add` takes for a resource, data source or ephemeral resource.
    pub(crate) fn object_block(
        &mut self,
        block: &Block,
        providers: &mut Providers,
        counts: &mut Counts,
    ) -> Result<String, ConvertError> {
        let before = *counts;
        let schema = providers.schema(block)?;
        let reason = match (schema, providers.binding(block)) {
            (Some(schema), Some((provider, catalogue))) => {
                let kind = binding_kind(block);
                let (path, name, blocks) = rust_path(provider, kind, block.label(0));
                let names = TypeNames::of(&name, &schema.block, catalogue)?;
                let binding = Binding { catalogue, names: &names, path: &blocks };
                let (provider, type_name) = (provider.to_owned(), block.label(0).to_owned());
                let deprecated = self.scope.deprecated;
                self.scope.deprecated |= schema.deprecated;
                let written = self.repeated_block(block, counts, &mut |writer, counts| {
                    let mut text = writer.built(&block.body, &schema.block, binding, &path, &name, counts)?;
                    text.push_str(&writer.meta(block, counts)?);
                    Ok(text)
                });
                match written {
                    Ok(text) => {
                        providers.used.entry(provider).or_default().insert((kind, type_name));
                        return Ok(text);
                    }
                    Err(Untyped(reason)) => {
                        self.scope.deprecated = deprecated;
                        reason
                    }
                }
            }
            _ => "no catalogue describes it".to_owned(),
        };
        *counts = before;
        let is_builtin = block.label(0) == "terraform_data" && block.kind == "resource";
        let fallback = self.repeated_block(block, counts, &mut |writer, counts| match is_builtin {
            true => writer.terraform_data(block, counts),
            false => writer.raw_object(block, counts),
        });
        let text = fallback.map_err(|Untyped(reason)| block.place.refused(reason))?;
        Ok(match is_builtin || block.label(0) == "terraform_remote_state" {
            true => text,
            false => format!("\n// Not typed: {}\n{text}", reason.replace('\n', " ")),
        })
    }

    fn terraform_data(&mut self, block: &Block, counts: &mut Counts) -> Written<String> {
        let mut text = String::from("TerraformData::new()");
        for attribute in block.body.attributes() {
            match attribute.name.as_str() {
                "input" | "triggers_replace" => {
                    counts.typed += 1;
                    text.push_str(&comment_lines(&attribute.comments));
                    let value = self.any_or_raw(&attribute.value, counts);
                    text.push_str(&format!("\n.{}({value})", attribute.name));
                }
                name if crate::emit::body::META.contains(&name) => {}
                name => return Err(Untyped(format!("`terraform_data` has no argument `{name}`"))),
            }
        }
        text.push_str(&self.meta(block, counts)?);
        Ok(text)
    }

    fn raw_object(&mut self, block: &Block, counts: &mut Counts) -> Written<String> {
        let constructor = match block.kind.as_str() {
            "data" => "Raw::data",
            "ephemeral" => "Raw::ephemeral",
            _ => "Raw::new",
        };
        let mut text = format!("{constructor}({})", literal::string(block.label(0)));
        let is_meta = |name: &str| crate::emit::body::META.contains(&name);
        for attribute in block.body.attributes().filter(|attribute| !is_meta(&attribute.name)) {
            text.push_str(&comment_lines(&attribute.comments));
            counts.typed += 1;
            counts.raw += 1;
            let value = self.any_or_raw(&attribute.value, counts);
            counts.typed = counts.typed.saturating_sub(1);
            text.push_str(&format!("\n.set({}, {value})", literal::string(&attribute.name)));
        }
        let mut kinds: Vec<&str> = Vec::new();
        for inner in block.body.blocks() {
            let kind = inner.kind.as_str();
            if !kinds.contains(&kind) && !matches!(kind, "lifecycle" | "provisioner" | "connection") {
                kinds.push(kind);
            }
        }
        for kind in kinds {
            let only = crate::configuration::Body {
                items: block
                    .body
                    .items
                    .iter()
                    .filter(
                        |item| matches!(item, crate::configuration::Item::Block(inner) if inner.kind == kind),
                    )
                    .cloned()
                    .collect(),
                comments: Vec::new(),
            };
            let entries = self.body_json(&only, &[], counts);
            // The one entry of the object is the value of the argument.
            let value = entries.trim_start_matches("{ ").split_once(": ").map_or("[]", |(_, value)| value);
            let value = value.strip_suffix(" }").unwrap_or(value);
            text.push_str(&format!("\n.set({}, json!({value}))", literal::string(kind)));
        }
        text.push_str(&self.meta(block, counts)?);
        Ok(text)
    }

    /// A block with its `count` or `for_each` around it.
    pub(crate) fn repeated_block(
        &mut self,
        block: &Block,
        counts: &mut Counts,
        fill: &mut dyn FnMut(&mut Self, &mut Counts) -> Written<String>,
    ) -> Written<String> {
        if let Some(count) = block.body.attribute("count") {
            counts.typed += 1;
            let value = self.value_or_raw(&count.value, &Type::Number, counts);
            let comments = comment_lines(&count.comments);
            self.scope.count = true;
            let inner = fill(self, counts);
            self.scope.count = false;
            let inner = inner?;
            return Ok(match crate::emit::rust_text::word_in("index", &inner) {
                true => format!("{comments}count({value}, |index| {inner})"),
                false => format!("{inner}{comments}.count({value})"),
            });
        }
        if let Some(for_each) = block.body.attribute("for_each") {
            counts.typed += 1;
            let comments = comment_lines(&for_each.comments);
            let (collection, item) = match self.collection(&for_each.value, Keys::OfASet) {
                Ok(found) => found,
                Err(Untyped(reason)) => {
                    counts.typed -= 1;
                    counts.raw += 1;
                    (crate::emit::body::raw(&for_each.value, &Type::Any, &reason), Type::Any)
                }
            };
            let outer = self.scope.each.replace(item);
            let inner = fill(self, counts);
            self.scope.each = outer;
            let inner = inner?;
            return Ok(match crate::emit::rust_text::word_in("each", &inner) {
                true => format!("{comments}for_each({collection}, |each| {inner})"),
                false => format!("{inner}{comments}.for_each({collection})"),
            });
        }
        fill(self, counts)
    }

    /// Terraform's own arguments and blocks.
    pub(crate) fn meta(&mut self, block: &Block, counts: &mut Counts) -> Written<String> {
        let mut out = String::new();
        if let Some(provider) = block.body.attribute("provider") {
            out.push_str(&comment_lines(&provider.comments));
            counts.typed += 1;
            let name = reference_text(&provider.value);
            match self.scope.places.get(&format!("provider.{name}")) {
                Some(place) => out.push_str(&format!("\n.provider(&{place})")),
                None => out.push_str(&format!("\n.set(\"provider\", {})", literal::string(&name))),
            }
        }
        if let Some(depends_on) = block.body.attribute("depends_on") {
            out.push_str(&comment_lines(&depends_on.comments));
            counts.typed += 1;
            out.push_str(&self.depends_on(depends_on));
        }
        for inner in block.body.blocks() {
            match inner.kind.as_str() {
                "lifecycle" => {
                    out.push_str(&comment_lines(&inner.comments));
                    out.push_str(&format!("\n.lifecycle({})", self.lifecycle(inner, counts)?));
                }
                "connection" => {
                    out.push_str(&comment_lines(&inner.comments));
                    out.push_str(&format!("\n.connection({})", self.connection(inner, counts)?));
                }
                "provisioner" => {
                    out.push_str(&comment_lines(&inner.comments));
                    out.push_str(&format!("\n.provisioner({})", self.provisioner(inner, counts)?));
                }
                _ => {}
            }
        }
        Ok(out)
    }

    pub(crate) fn depends_on(&self, attribute: &Attribute) -> String {
        let Expression::List(items) = &attribute.value else { return String::new() };
        let places: Option<Vec<String>> = items
            .iter()
            .map(|item| {
                let path = item.as_path()?;
                // Terraform waits for the whole object, whatever of it is named.
                let address = path.join(".");
                self.scope
                    .places
                    .get(&address)
                    .filter(|_| !address.starts_with("var.") && !address.starts_with("local."))
                    .cloned()
            })
            .collect();
        match places {
            Some(places) => places.iter().map(|place| format!("\n.depends_on(&{place})")).collect(),
            None => {
                let items: Vec<String> =
                    items.iter().map(|item| literal::string(&reference_text(item))).collect();
                format!("\n.set(\"depends_on\", json!([{}]))", items.join(", "))
            }
        }
    }

    pub(crate) fn lifecycle(&mut self, block: &Block, counts: &mut Counts) -> Written<String> {
        let mut out = String::from("Lifecycle::new()");
        for attribute in block.body.attributes() {
            counts.typed += 1;
            out.push_str(&comment_lines(&attribute.comments));
            let truth = match &attribute.value {
                Expression::Bool(truth) => Some(*truth),
                value => value.as_text().and_then(|text| text.parse().ok()),
            };
            match (attribute.name.as_str(), truth) {
                ("create_before_destroy" | "prevent_destroy", Some(true)) => {
                    out.push_str(&format!("\n.{}(true)", attribute.name))
                }
                ("create_before_destroy" | "prevent_destroy", Some(false)) => {
                    out.push_str(&format!("\n// {} = false, as it is anyway\n", attribute.name));
                }
                ("ignore_changes", _) => match &attribute.value {
                    Expression::List(items) => {
                        let items: Vec<String> =
                            items.iter().map(|item| literal::string(&reference_text(item))).collect();
                        match items.as_slice() {
                            [] => out.push_str("\n// ignore_changes = []\n"),
                            items if items.iter().any(|item| item == "\"*\"") => {
                                out.push_str("\n.ignore_all_changes()")
                            }
                            items => out.push_str(&format!("\n.ignore_changes([{}])", items.join(", "))),
                        }
                    }
                    _ => out.push_str("\n.ignore_all_changes()"),
                },
                ("replace_triggered_by", _) => {
                    let Expression::List(items) = &attribute.value else {
                        return Err(Untyped("`replace_triggered_by` is no list".to_owned()));
                    };
                    for item in items {
                        let place = item.as_path().and_then(|path| self.scope.places.get(&path.join(".")));
                        match place {
                            Some(place) => out.push_str(&format!("\n.replace_triggered_by(&{place})")),
                            None => {
                                let reference = literal::string(&crate::hcl::write(item));
                                out.push_str(&format!(
                                    "\n.replace_triggered_by_attribute(&Expr::<Json>::raw({reference}))"
                                ));
                            }
                        }
                    }
                }
                (name, _) => return Err(Untyped(format!("nothing stands for `{name}` in `lifecycle`"))),
            }
        }
        for condition in block.body.blocks() {
            match condition.kind.as_str() {
                "precondition" | "postcondition" => {
                    out.push_str(&comment_lines(&condition.comments));
                    let arguments = self.condition(condition, counts)?;
                    out.push_str(&format!("\n.{}({arguments})", condition.kind));
                }
                kind => return Err(Untyped(format!("nothing stands for `{kind}` in `lifecycle`"))),
            }
        }
        out.push_str(&comment_lines(&block.body.comments));
        Ok(out)
    }

    /// The arguments of a condition: what must hold, and the message.
    pub(crate) fn condition(&mut self, block: &Block, counts: &mut Counts) -> Written<String> {
        let missing = |name: &str| Untyped(format!("`{name}` is missing"));
        let condition = block.body.attribute("condition").ok_or_else(|| missing("condition"))?;
        let message = block.body.attribute("error_message").ok_or_else(|| missing("error_message"))?;
        counts.typed += 2;
        let comments: String = comment_lines(&condition.comments) + &comment_lines(&message.comments);
        let condition = match self.code(&condition.value, Some(&Type::Truth)) {
            Ok(code) => code.cast(&Type::Truth),
            Err(Untyped(reason)) => {
                counts.typed -= 1;
                counts.raw += 1;
                crate::emit::code::Code::call(
                    crate::emit::body::raw(&condition.value, &Type::Truth, &reason),
                    Type::Truth,
                )
            }
        };
        let condition = match condition.form {
            crate::emit::code::Form::Operator => format!("&({})", condition.text),
            _ => format!("&{}", condition.text),
        };
        let message = self.value_or_raw(&message.value, &Type::Text, counts);
        Ok(format!("{comments}{condition}, {message}"))
    }

    pub(crate) fn connection(&mut self, block: &Block, counts: &mut Counts) -> Written<String> {
        let argument = |writer: &mut Self, name: &str, counts: &mut Counts| {
            let attribute = block.body.attribute(name)?;
            counts.typed += 1;
            Some(writer.value_or_raw(&attribute.value, &Type::Text, counts))
        };
        let kind = match block.body.text("type") {
            Some("winrm") => "winrm",
            _ => "ssh",
        };
        let host = argument(self, "host", counts).unwrap_or_else(|| "Value::null()".to_owned());
        let user = argument(self, "user", counts).unwrap_or_else(|| "Value::null()".to_owned());
        let mut out = format!("Connection::{kind}({host}, {user})");
        if block.body.attribute("type").is_none() {
            out.push_str("\n.set(\"type\", Json::Null)");
        }
        for attribute in block.body.attributes() {
            if matches!(attribute.name.as_str(), "host" | "user")
                || attribute.name == "type" && attribute.value.as_text().is_some()
            {
                continue;
            }
            counts.typed += 1;
            out.push_str(&comment_lines(&attribute.comments));
            let value = self.any_or_raw(&attribute.value, counts);
            out.push_str(&format!("\n.set({}, {value})", literal::string(&attribute.name)));
        }
        Ok(out)
    }

    pub(crate) fn provisioner(&mut self, block: &Block, counts: &mut Counts) -> Written<String> {
        let body = &block.body;
        let mut take = |writer: &mut Self, name: &str, ty: &Type| {
            let attribute = body.attribute(name)?;
            counts.typed += 1;
            Some(writer.value_or_raw(&attribute.value, ty, counts))
        };
        let texts = Type::list(Type::Text);
        let (mut out, taken): (String, &[&str]) = match block.label(0) {
            "local-exec" => {
                let command = take(self, "command", &Type::Text);
                let command = command.ok_or_else(|| Untyped("`command` is missing".to_owned()))?;
                (format!("Provisioner::local_exec({command})"), &["command"])
            }
            "remote-exec" => {
                if let Some(inline) = take(self, "inline", &texts) {
                    (format!("Provisioner::remote_exec({inline})"), &["inline"])
                } else if let Some(script) = take(self, "script", &Type::Text) {
                    (format!("Provisioner::remote_script({script})"), &["script"])
                } else {
                    let scripts = take(self, "scripts", &texts);
                    let scripts = scripts
                        .ok_or_else(|| Untyped("`inline`, `script` and `scripts` are missing".to_owned()))?;
                    (format!("Provisioner::remote_scripts({scripts})"), &["scripts"])
                }
            }
            "file" => {
                let destination = take(self, "destination", &Type::Text);
                let destination =
                    destination.ok_or_else(|| Untyped("`destination` is missing".to_owned()))?;
                if let Some(source) = take(self, "source", &Type::Text) {
                    (format!("Provisioner::file({source}, {destination})"), &["source", "destination"])
                } else {
                    let content = take(self, "content", &Type::Text);
                    let content =
                        content.ok_or_else(|| Untyped("`source` and `content` are missing".to_owned()))?;
                    (format!("Provisioner::content({content}, {destination})"), &["content", "destination"])
                }
            }
            kind => return Err(Untyped(format!("nothing stands for the provisioner `{kind}`"))),
        };
        for attribute in body.attributes().filter(|attribute| !taken.contains(&attribute.name.as_str())) {
            counts.typed += 1;
            out.push_str(&comment_lines(&attribute.comments));
            let keyword = reference_text(&attribute.value);
            let call = match attribute.name.as_str() {
                "working_dir" => {
                    format!("working_dir({})", self.value_or_raw(&attribute.value, &Type::Text, counts))
                }
                "interpreter" => {
                    format!("interpreter({})", self.value_or_raw(&attribute.value, &texts, counts))
                }
                "environment" => format!(
                    "environment({})",
                    self.value_or_raw(&attribute.value, &Type::map(Type::Text), counts)
                ),
                "quiet" if attribute.value == Expression::Bool(true) => "quiet()".to_owned(),
                "quiet" => continue,
                "when" if keyword == "destroy" => "on_destroy()".to_owned(),
                "when" => continue,
                "on_failure" if keyword == "continue" => "on_failure(OnFailure::Continue)".to_owned(),
                "on_failure" => "on_failure(OnFailure::Fail)".to_owned(),
                name => return Err(Untyped(format!("nothing stands for `{name}` of a provisioner"))),
            };
            out.push_str(&format!("\n.{call}"));
        }
        for inner in body.blocks_of("connection") {
            out.push_str(&format!("\n.connection({})", self.connection(inner, counts)?));
        }
        Ok(out)
    }
}

/// A reference as text: what Terraform reads bare, with or without quotes around it.
pub(crate) fn reference_text(expression: &Expression) -> String {
    match expression.as_text() {
        Some(text) => text.to_owned(),
        None => crate::hcl::write(expression),
    }
}
