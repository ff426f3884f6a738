//! Keeping sensitive values out of what is shown.

use formwork_core::is_identifier;
use formwork_core::secret::SecretForms;
use formwork_review::comparison::ArgumentChange;
use serde_json::{Map, Value};

/// Stands for a value that is not shown.
pub const SENSITIVE: &str = "(sensitive value)";
/// Stands for a value that is not shown, where it is another one than before.
pub const SENSITIVE_CHANGED: &str = "(sensitive value, changed)";
pub use formwork_review::unknown::UNKNOWN;

/// Fewer digits are in many texts by chance.
const DIGITS: usize = 4;

/// The sensitive values of a plan, and those that were given. Terraform hides them only in the arguments that are known to
/// be sensitive; a provider may give them back in others, as `terraform_data` does in its `output`, and in what it says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets(SecretForms);

impl Secrets {
    /// Takes up all values that a mask of terraform's calls sensitive.
    pub(crate) fn gather(&mut self, value: &Value, mask: &Value) {
        let of_inner = |inner: &Value| if *mask == Value::Bool(true) { mask.clone() } else { inner.clone() };
        match (value, mask) {
            (Value::String(text), Value::Bool(true)) => self.0.add(text),
            (Value::Number(number), Value::Bool(true)) => {
                let text = number.to_string();
                if text.chars().filter(char::is_ascii_digit).count() >= DIGITS {
                    self.0.add(&text);
                }
            }
            (Value::Array(items), _) => {
                for (at, item) in items.iter().enumerate() {
                    self.gather(item, &of_inner(mask.get(at).unwrap_or(&Value::Null)));
                }
            }
            (Value::Object(entries), _) => {
                for (key, value) in entries {
                    self.gather(value, &of_inner(mask.get(key).unwrap_or(&Value::Null)));
                }
            }
            _ => {}
        }
    }

    /// Takes up a value that was given for a sensitive variable: text, or an expression of HCL with texts in it.
    pub(crate) fn add_given(&mut self, value: &str) {
        self.0.add(value);
        match serde_json::from_str(value) {
            Ok(parsed) => self.gather(&parsed, &Value::Bool(true)),
            Err(_) => value.split('"').skip(1).step_by(2).for_each(|text| self.0.add(text)),
        }
    }

    /// Takes up what a file of values gives to a sensitive variable, in JSON or, as far as texts can be told in it, in HCL.
    pub(crate) fn add_of_file(&mut self, file: &str, name: &str) {
        if let Ok(values) = serde_json::from_str::<Value>(file) {
            self.gather(&values[name], &Value::Bool(true));
            return;
        }
        let assigned = |line: &str| {
            let (left, value) = line.split_once('=')?;
            let left = left.trim().trim_matches('"');
            is_identifier(left).then(|| (left.to_owned(), value.trim().to_owned()))
        };
        let mut value: Option<String> = None;
        for line in file.lines() {
            let is_top_level = !line.starts_with([' ', '\t', '}', ']']);
            match assigned(line).filter(|_| is_top_level) {
                Some((left, first)) => {
                    value.take().into_iter().for_each(|value| self.add_given(&value));
                    value = (left == name).then_some(first);
                }
                None => value.iter_mut().for_each(|value| value.extend(["\n", line])),
            }
        }
        value.into_iter().for_each(|value| self.add_given(&value));
    }

    /// These and others.
    pub(crate) fn and(&self, others: &Self) -> Self {
        let mut all = self.clone();
        all.0.extend(&others.0);
        all
    }

    /// The text without them.
    pub(crate) fn hidden(&self, text: &str) -> String {
        self.0.hide(text, SENSITIVE)
    }

    /// Hides what a change shows of them.
    pub(crate) fn hide(&self, change: &mut ArgumentChange) {
        if self.0.is_empty() {
            return;
        }
        change.path = self.hidden(&change.path);
        if let Some(before) = &mut change.before {
            self.hide_in(before, SENSITIVE);
        }
        if let Some(after) = &mut change.after {
            let is_new = change.before.is_none();
            self.hide_in(after, if is_new { SENSITIVE } else { SENSITIVE_CHANGED });
        }
    }

    /// Hides them in a value.
    pub(crate) fn hide_all(&self, value: &mut Value) {
        if !self.0.is_empty() {
            self.hide_in(value, SENSITIVE);
        }
    }

    fn hide_in(&self, value: &mut Value, stand_in: &str) {
        match value {
            Value::String(text) if self.0.are_in(text) => *value = stand_in.into(),
            Value::Number(number) if self.0.are_in(&number.to_string()) => *value = stand_in.into(),
            Value::Array(items) => items.iter_mut().for_each(|item| self.hide_in(item, stand_in)),
            Value::Object(entries) => {
                entries.values_mut().for_each(|value| self.hide_in(value, stand_in));
                if entries.keys().any(|key| self.0.are_in(key)) {
                    let old = std::mem::take(entries);
                    entries.extend(old.into_iter().map(|(key, value)| (self.hidden(&key), value)));
                }
            }
            _ => {}
        }
    }
}

/// A value before the change, without what any of the masks calls sensitive.
pub(crate) fn before(value: &Value, masks: &[&Value]) -> Value {
    if value.is_null() {
        return Value::Null;
    }
    if masks.contains(&&Value::Bool(true)) {
        return SENSITIVE.into();
    }
    match value {
        Value::Object(entries) => {
            let inner = |(key, value): (&String, &Value)| (key.clone(), before(value, &within(masks, key)));
            Value::Object(entries.iter().map(inner).collect())
        }
        Value::Array(items) => {
            let inner = |(at, value): (usize, &Value)| before(value, &within(masks, at));
            Value::Array(items.iter().enumerate().map(inner).collect())
        }
        value => value.clone(),
    }
}

/// A value after the change, without what any of the masks calls sensitive, and with words for what is not known yet.
pub(crate) fn after(
    before: Option<&Value>,
    value: Option<&Value>,
    masks: &[&Value],
    unknown: &Value,
) -> Value {
    if *unknown == Value::Bool(true) {
        return UNKNOWN.into();
    }
    if masks.contains(&&Value::Bool(true)) && value.is_some_and(|value| !value.is_null()) {
        let is_changed = before.is_some_and(|before| !before.is_null()) && before != value;
        return if is_changed { SENSITIVE_CHANGED } else { SENSITIVE }.into();
    }
    match (value, unknown) {
        (Some(Value::Array(_)), _) | (None | Some(Value::Null), Value::Array(_)) => {
            let length = |value: Option<&Value>| value.and_then(Value::as_array).map_or(0, Vec::len);
            let inner = |at| {
                let unknown = unknown.get(at).unwrap_or(&Value::Null);
                let before = before.and_then(|before| before.get(at));
                after(before, value.and_then(|value| value.get(at)), &within(masks, at), unknown)
            };
            Value::Array((0..length(value).max(length(Some(unknown)))).map(inner).collect())
        }
        (Some(Value::Object(_)), _) | (None | Some(Value::Null), Value::Object(_)) => {
            let keys = |value: Option<&Value>| {
                value.and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned().collect::<Vec<_>>()
            };
            let inner = |key: String| {
                let unknown = unknown.get(&key).unwrap_or(&Value::Null);
                let before = before.and_then(|before| before.get(&key));
                let inner = after(before, value.and_then(|it| it.get(&key)), &within(masks, &key), unknown);
                (key, inner)
            };
            Value::Object(keys(value).into_iter().chain(keys(Some(unknown))).map(inner).collect())
        }
        (Some(value), _) => value.clone(),
        (None, _) => Value::Null,
    }
}

/// The masks of an inner value.
fn within<'a>(masks: &[&'a Value], index: impl serde_json::value::Index + Copy) -> Vec<&'a Value> {
    masks.iter().filter_map(|mask| mask.get(index)).collect()
}

#[cfg(test)]
mod tests {
    use super::Secrets;

    #[test]
    fn values_of_sensitive_variables_are_known_from_files_of_each_kind() {
        for file in [
            r#"{"other": "shown-one", "password": "hunter22", "keys": ["unused-one"]}"#,
            "other = \"shown-one\"\npassword   = \"hunter22\"\nkeys = [\n  \"unused-one\",\n]\n",
            "password=<<EOT\nhunter22\nEOT\nother = \"shown-one\"\n",
        ] {
            let mut secrets = Secrets::default();
            secrets.add_of_file(file, "password");
            assert_eq!(
                secrets.hidden("hunter22 shown-one unused-one"),
                "(sensitive value) shown-one unused-one",
                "{file}"
            );
        }
        let mut secrets = Secrets::default();
        secrets.add_of_file(
            "keys = {\n  first = \"hunter22\"\n  second = [\"hunter23\"]\n}\na = \"shown-one\"\n",
            "keys",
        );
        let hidden = secrets.hidden("hunter22 hunter23 shown-one");
        assert_eq!(hidden, "(sensitive value) (sensitive value) shown-one");
    }
}
