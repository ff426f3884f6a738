//! Tags as an argument.

use formwork::{Map, Value};

/// The argument for tags: not set if there are none.
pub(crate) fn tags(tags: &Map<String>) -> Value<Map<String>> {
    match tags.is_empty() {
        true => Value::null(),
        false => tags.clone().into(),
    }
}
