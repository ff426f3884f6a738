//! What the real provider refuses in a plan: arguments that do not agree with each other. Each was tried with hashicorp/aws
//! 5.100.0, and has its words.

use crate::constraints::lifetime::number;
use crate::constraints::subject::Subject;
use crate::provider_diagnostic::ProviderDiagnostic;
use crate::value::{Object, Value};

impl Subject<'_> {
    /// Whether arguments that are known contradict each other; `config` is what was written of them.
    pub(super) fn check_agreement(&self, config: &Object) -> Vec<ProviderDiagnostic> {
        match self.kind {
            "aws_sqs_queue" => self.check_queue_name().into_iter().collect(),
            "aws_dynamodb_table" => self.check_table(config),
            _ => Vec::new(),
        }
    }

    fn check_queue_name(&self) -> Option<ProviderDiagnostic> {
        let name = self.text("name").filter(|name| !name.is_empty())?;
        let is_fifo = self.object.get("fifo_queue") == Some(&Value::Bool(true));
        let stem = if is_fifo { name.strip_suffix(".fifo") } else { Some(name) };
        let is_letter = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        let is_name = stem.is_some_and(|stem| (1..=80).contains(&name.len()) && stem.chars().all(is_letter));
        (!is_name).then(|| {
            let hint = match (is_fifo, name.ends_with(".fifo")) {
                (true, false) => "A queue with `fifo_queue` has `.fifo` at the end of its name.",
                (false, true) => "A name with `.fifo` at its end is for a queue with `fifo_queue`.",
                _ => "It has up to 80 letters, digits, hyphens and underscores.",
            };
            ProviderDiagnostic::of("name", format!("invalid queue name: {name}"), hint)
        })
    }

    fn check_table(&self, config: &Object) -> Vec<ProviderDiagnostic> {
        let mut found = Vec::new();
        let is_on_demand = self.text("billing_mode") == Some("PAY_PER_REQUEST");
        let is_known = !matches!(self.object.get("billing_mode"), Some(Value::Unknown));
        // A table that is a copy has the capacity of what it is a copy of.
        let is_copy = ["restore_source_name", "restore_source_table_arn"]
            .into_iter()
            .any(|name| self.object.get(name).is_some_and(|value| !value.is_null()));
        if !is_on_demand && is_known && !is_copy {
            for argument in ["read_capacity", "write_capacity"] {
                let capacity = config.get(argument);
                if capacity.is_none_or(Value::is_null) || capacity.and_then(number) == Some(0) {
                    let summary =
                        format!("{argument} must be at least 1 when billing_mode is \"PROVISIONED\"");
                    found.push(ProviderDiagnostic::of(argument, summary, ""));
                }
            }
        }
        let keys = ["hash_key", "range_key"];
        let of = |object: &Object| -> Vec<Value> {
            keys.into_iter().filter_map(|key| object.get(key)).filter(|key| !key.is_null()).cloned().collect()
        };
        let mut used = of(self.object);
        for index in ["local_secondary_index", "global_secondary_index"] {
            let indexes = self.object.get(index).map_or(&[][..], Value::elements);
            used.extend(indexes.iter().filter_map(Value::object).flat_map(of));
        }
        let attributes = self.object.get("attribute").map_or(&[][..], Value::elements);
        let unused: Vec<&str> = attributes
            .iter()
            .filter_map(|attribute| attribute.object()?.get("name"))
            .filter(|name| !used.contains(name))
            .filter_map(Value::text)
            .collect();
        if !unused.is_empty() && !used.contains(&Value::Unknown) {
            let summary = format!("all attributes must be indexed. Unused attributes: {unused:?}");
            found.push(ProviderDiagnostic::of("attribute", summary, ""));
        }
        found
    }
}
