//! Calls of modules.

use crate::configuration::Block;
use crate::emit::body::{Counts, comment_lines};
use crate::emit::code::Untyped;
use crate::emit::expression::Writer;
use crate::emit::literal;
use crate::emit::object::reference_text;
use crate::error::ConvertError;
use crate::expression::Expression;

impl Writer<'_> {
    /// What `stack.add` takes for a module call. The source is as the stack's document sees it.
    pub(crate) fn module_call(
        &mut self,
        block: &Block,
        source: &str,
        counts: &mut Counts,
    ) -> Result<String, ConvertError> {
        let text = self.repeated_block(block, counts, &mut |writer, counts| {
            let mut text = match block.body.text("version") {
                Some(version) => {
                    format!("Module::registry({}, {})", literal::string(source), literal::string(version))
                }
                None => format!("Module::new({})", literal::string(source)),
            };
            for attribute in block.body.attributes() {
                let name = attribute.name.as_str();
                if matches!(name, "source" | "version" | "providers" | "count" | "for_each" | "depends_on") {
                    continue;
                }
                counts.typed += 1;
                text.push_str(&comment_lines(&attribute.comments));
                let value = match &attribute.value {
                    // Nothing given would be another thing than null.
                    Expression::Null => "Expr::<Json>::null()".to_owned(),
                    value => writer.any_or_raw(value, counts),
                };
                text.push_str(&format!("\n.input({}, {value})", literal::string(name)));
            }
            if let Some(providers) = block.body.attribute("providers")
                && let Expression::Object(entries) = &providers.value
            {
                text.push_str(&comment_lines(&providers.comments));
                let pairs: Vec<(String, String)> =
                    entries.iter().map(|(key, value)| (reference_text(key), reference_text(value))).collect();
                let places: Option<Vec<&String>> = pairs
                    .iter()
                    .map(|(_, value)| writer.scope.places.get(&format!("provider.{value}")))
                    .collect();
                counts.typed += 1;
                match places {
                    Some(places) => {
                        for ((key, _), place) in pairs.iter().zip(places) {
                            text.push_str(&format!("\n.with_provider({}, &{place})", literal::string(key)));
                        }
                    }
                    None => {
                        let pairs: Vec<String> = pairs
                            .iter()
                            .map(|(key, value)| {
                                format!("{}: {}", literal::string(key), literal::string(value))
                            })
                            .collect();
                        text.push_str(&format!("\n.set(\"providers\", json!({{ {} }}))", pairs.join(", ")));
                    }
                }
            }
            if let Some(depends_on) = block.body.attribute("depends_on") {
                text.push_str(&comment_lines(&depends_on.comments));
                text.push_str(&writer.depends_on(depends_on));
            }
            text.push_str(&comment_lines(&block.body.comments));
            Ok(text)
        });
        text.map_err(|Untyped(reason)| block.place.refused(reason))
    }
}
