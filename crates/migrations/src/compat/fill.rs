//! Rows for tables, as many as somebody wants to know about: what they are does not matter, how many they are does.

use postgres::Client;

use crate::compat::report::UnfilledTable;
use crate::identifier::in_quotes;

/// The tables that have rows of their own or of their partitions, those without references first.
const TABLES: &str = "SELECT c.oid::bigint, n.nspname::text, c.relname::text FROM pg_class c \
    JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^(pg_|information_schema)' ORDER BY c.oid";
/// The columns that an INSERT may name, each with what makes a value of it: its type behind all domains, that type's kind
/// and category (`pg_type`), how long it may be, and the first value of an enum.
const COLUMNS: &str = "WITH RECURSIVE base AS ( \
      SELECT a.attnum, a.attname, a.atttypid AS type, a.atttypmod AS modifier FROM pg_attribute a \
      WHERE a.attrelid = $1::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a' \
      UNION ALL \
      SELECT b.attnum, b.attname, t.typbasetype, CASE WHEN t.typtypmod > -1 THEN t.typtypmod ELSE b.modifier END \
      FROM base b JOIN pg_type t ON t.oid = b.type AND t.typtype = 'd') \
    SELECT b.attname::text, b.type::regtype::text, t.typtype::text, t.typcategory::text, b.modifier, \
      (SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = b.type ORDER BY e.enumsortorder LIMIT 1) \
    FROM base b JOIN pg_type t ON t.oid = b.type WHERE t.typtype <> 'd' ORDER BY b.attnum";

/// Fills every table with rows. Foreign keys and triggers are passed over; what a check or a key refuses is said.
pub(super) fn fill(client: &mut Client, rows: u64) -> Result<Vec<UnfilledTable>, postgres::Error> {
    let mut unfilled = Vec::new();
    client.batch_execute("SET session_replication_role = replica")?;
    for table in client.query(TABLES, &[])? {
        let (oid, schema, name): (i64, &str, &str) = (table.get(0), table.get(1), table.get(2));
        let shown = format!("{}.{}", in_quotes(schema), in_quotes(name));
        let (mut columns, mut values) = (Vec::new(), Vec::new());
        for column in client.query(COLUMNS, &[&oid])? {
            let value = value(column.get(1), column.get(2), column.get(3), column.get(4), column.get(5));
            columns.push(in_quotes(column.get(0)));
            values.push(value);
        }
        if columns.is_empty() {
            continue;
        }
        let insert = format!(
            "INSERT INTO {shown} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM generate_series(1, {rows}) AS n ON CONFLICT DO NOTHING",
            columns.join(", "),
            values.join(", ")
        );
        if let Err(error) = client.batch_execute(&insert) {
            let Some(refused) = error.as_db_error() else { return Err(error) };
            unfilled.push(UnfilledTable { table: shown, message: refused.message().to_owned() });
        }
    }
    client.batch_execute("RESET session_replication_role; ANALYZE")?;
    Ok(unfilled)
}

/// An expression that makes a value of `n`, the number of the row. Columns that refer to each other get the same.
fn value(data_type: &str, kind: &str, category: &str, modifier: i32, label: Option<&str>) -> String {
    if let Some(label) = label {
        return format!("'{}'::{data_type}", label.replace('\'', "''"));
    }
    let length = u64::try_from(modifier - 4).ok();
    match (data_type, kind, category) {
        ("smallint", ..) => "(n % 32000)::smallint".to_owned(),
        ("integer", ..) => "n::integer".to_owned(),
        ("numeric", ..) => {
            // Precision and scale are in the halves of the modifier (`numeric.c`).
            let digits = length.map_or(9, |packed| (packed >> 16).saturating_sub(packed & 0x7ff).min(9));
            format!("(n % {})::numeric", 10_u64.pow(u32::try_from(digits).unwrap_or(9)))
        }
        (_, _, "N") => format!("n::{data_type}"),
        ("uuid", ..) => "md5(n::text)::uuid".to_owned(),
        ("json" | "jsonb", ..) => format!("json_build_object('n', n)::{data_type}"),
        ("bytea", ..) => "decode(md5(n::text), 'hex')".to_owned(),
        ("xml", ..) => "'<n/>'::xml".to_owned(),
        (_, _, "S") => {
            let text = "'row ' || n";
            length
                .map_or_else(|| format!("({text})::{data_type}"), |length| format!("right({text}, {length})"))
        }
        (_, _, "B") => "n % 2 = 0".to_owned(),
        ("time without time zone" | "time with time zone", ..) => {
            format!("(time '00:00' + n * interval '1 second')::{data_type}")
        }
        (_, _, "D") => format!("(now() - n * interval '1 second')::{data_type}"),
        (_, _, "T") => "n * interval '1 second'".to_owned(),
        (_, _, "I") => format!("('10.0.0.0'::inet + n)::{data_type}"),
        (_, _, "A") => format!("'{{}}'::{data_type}"),
        (_, "r", _) => format!("'empty'::{data_type}"),
        _ => "NULL".to_owned(),
    }
}
