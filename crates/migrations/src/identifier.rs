//! Names as SQL takes them.

use crate::name::Name;

/// A name that may have a schema.
pub(super) fn quoted_name(name: &Name) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(&name.name)),
        None => quoted(&name.name),
    }
}

/// A name in the schema of a table.
pub(super) fn in_schema(table: &Name, quoted_name: &str) -> String {
    match &table.schema {
        Some(schema) => format!("{}.{quoted_name}", quoted(schema)),
        None => quoted_name.to_owned(),
    }
}

/// A name as SQL takes it: in quotes where it must be.
pub(super) fn quoted(name: &str) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    // Words that PostgreSQL reserves and that people like for columns (its manual, appendix "SQL Key Words").
    let is_reserved = matches!(
        name,
        "user"
            | "order"
            | "group"
            | "default"
            | "end"
            | "limit"
            | "offset"
            | "table"
            | "column"
            | "check"
            | "from"
            | "to"
            | "all"
            | "select"
            | "where"
            | "references"
            | "primary"
            | "unique"
            | "desc"
            | "asc"
            | "when"
            | "then"
            | "window"
    );
    if is_plain && !is_reserved { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}
