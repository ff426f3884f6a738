//! Tags as an argument.

use formwork::{Map, Value};

/// The argument for tags: not set if there are none.
pub(crate) fn tags(tags: &Map<String>) -> Value<Map<String>> {
    if tags.is_empty() { Value::null() } else { tags.clone().into() }
}
