//! Whether a function gives every row another value.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::name::Name;
use crate::schema::Schema;

/// How a function behaves, as far as it is known.
pub(crate) enum Volatility {
    Stable,
    Volatile,
    Unknown,
}

/// Functions of PostgreSQL 15 to 18 and of its extensions, from `pg_proc`; `name v` is one that is volatile.
const FUNCTIONS: &str = include_str!("../../facts/functions.txt");

/// What the grammar writes like a call and `pg_proc` does not have.
const SYNTAX: [&str; 39] = [
    "all",
    "any",
    "array",
    "cast",
    "coalesce",
    "collation",
    "current_time",
    "current_timestamp",
    "exists",
    "extract",
    "greatest",
    "grouping",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "least",
    "localtime",
    "localtimestamp",
    "merge_action",
    "nullif",
    "row",
    "some",
    "treat",
    "trim",
    "xmlconcat",
    "xmlelement",
    "xmlforest",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
];

/// Volatile functions that neither change nor hold up anything that others use.
const QUIET: [&str; 34] = [
    "clock_timestamp",
    "currval",
    "gen_random_bytes",
    "gen_random_uuid",
    "gen_salt",
    "lastval",
    "nextval",
    "normal_rand",
    "pg_advisory_unlock",
    "pg_advisory_unlock_all",
    "pg_advisory_xact_lock",
    "pg_database_size",
    "pg_indexes_size",
    "pg_is_in_recovery",
    "pg_notify",
    "pg_partition_ancestors",
    "pg_partition_tree",
    "pg_relation_size",
    "pg_sequence_last_value",
    "pg_table_size",
    "pg_total_relation_size",
    "pg_try_advisory_lock",
    "pg_try_advisory_xact_lock",
    "pgp_sym_encrypt",
    "random",
    "random_normal",
    "set_config",
    "setseed",
    "timeofday",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuidv4",
    "uuidv7",
];

/// What a function of PostgreSQL does when it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BuiltIn {
    /// It computes something.
    Quiet,
    /// It changes or holds up something.
    Acts,
    /// PostgreSQL has no such function.
    Absent,
}

fn known() -> &'static HashMap<&'static str, bool> {
    static KNOWN: OnceLock<HashMap<&'static str, bool>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let lines = FUNCTIONS.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.strip_suffix(" v").map_or((line, false), |name| (name, true))).collect()
    })
}

/// What a function does, if it is PostgreSQL's own.
pub(super) fn built_in(function: &Name) -> BuiltIn {
    let name = function.name.as_str();
    if function.schema.as_deref().is_some_and(|schema| schema != "pg_catalog" && schema != "extensions") {
        return BuiltIn::Absent;
    }
    if SYNTAX.contains(&name) {
        return BuiltIn::Quiet;
    }
    match known().get(name) {
        Some(true) if QUIET.contains(&name) => BuiltIn::Quiet,
        Some(true) => BuiltIn::Acts,
        Some(false) => BuiltIn::Quiet,
        None => BuiltIn::Absent,
    }
}

/// The volatility of a function, of PostgreSQL or of an earlier migration.
pub(crate) fn volatility(schema: &Schema, function: &Name) -> Volatility {
    if let Some(functions) = schema.functions.get(function) {
        let is_volatile = functions.iter().any(|function| function.volatile);
        return if is_volatile { Volatility::Volatile } else { Volatility::Stable };
    }
    match known().get(function.name.as_str()) {
        Some(true) => Volatility::Volatile,
        Some(false) => Volatility::Stable,
        None if SYNTAX.contains(&function.name.as_str()) => Volatility::Stable,
        None => Volatility::Unknown,
    }
}
