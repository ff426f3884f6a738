//! Whether a function gives every row another value.

use crate::name::Name;
use crate::schema::Schema;

/// How a function behaves, as far as it is known.
pub(super) enum Volatility {
    Stable,
    Volatile,
    Unknown,
}

/// Volatile functions of PostgreSQL and its common extensions (`pg_proc.provolatile = 'v'`, versions 15 to 18).
const VOLATILE: [&str; 22] = [
    "random",
    "random_normal",
    "gen_random_uuid",
    "uuidv4",
    "uuidv7",
    "clock_timestamp",
    "timeofday",
    "nextval",
    "currval",
    "lastval",
    "setval",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "gen_random_bytes",
    "gen_salt",
    "pg_sleep",
    "lo_create",
    "pg_notify",
    "set_config",
    "query_to_xml",
    "txid_current",
];

/// Functions of PostgreSQL that defaults call and that are stable or immutable.
const STABLE: [&str; 58] = [
    "now",
    "transaction_timestamp",
    "statement_timestamp",
    "current_setting",
    "current_database",
    "current_schema",
    "current_user",
    "to_timestamp",
    "to_char",
    "to_date",
    "to_number",
    "date_trunc",
    "date_part",
    "age",
    "timezone",
    "make_date",
    "make_interval",
    "make_timestamp",
    "make_timestamptz",
    "lower",
    "upper",
    "initcap",
    "trim",
    "btrim",
    "ltrim",
    "rtrim",
    "concat",
    "concat_ws",
    "coalesce",
    "nullif",
    "greatest",
    "least",
    "length",
    "substring",
    "substr",
    "replace",
    "repeat",
    "left",
    "right",
    "md5",
    "sha256",
    "encode",
    "decode",
    "abs",
    "round",
    "floor",
    "ceil",
    "ceiling",
    "mod",
    "power",
    "jsonb_build_object",
    "jsonb_build_array",
    "json_build_object",
    "json_build_array",
    "to_jsonb",
    "to_json",
    "array_fill",
    "format",
];

/// The volatility of a function, of PostgreSQL or of an earlier migration.
pub(super) fn volatility(schema: &Schema, function: &Name) -> Volatility {
    match schema.functions.get(function) {
        Some(true) => Volatility::Volatile,
        Some(false) => Volatility::Stable,
        None if VOLATILE.contains(&function.name.as_str()) => match function.name.as_str() {
            "txid_current" => Volatility::Stable,
            _ => Volatility::Volatile,
        },
        None if STABLE.contains(&function.name.as_str()) => Volatility::Stable,
        None => Volatility::Unknown,
    }
}
