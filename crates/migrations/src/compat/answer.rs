//! What a database answers to a query: the shape of the answer, and what running it does.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use postgres::types::{Format, FromSql, IsNull, Kind, ToSql, Type, private::BytesMut};
use postgres::{Client, Row, SimpleQueryMessage, Transaction};

use crate::compat::query::Query;
use crate::identifier::in_quotes;

/// What a database answers to a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// Names and types of the columns, and types of the parameters; or the error of preparing it.
    pub shape: Result<Shape, DatabaseError>,
    /// What running it in a transaction does, which is then taken back. Nothing if it could not be prepared.
    pub effect: Option<Result<Effect, DatabaseError>>,
}

/// Columns and parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// `name type` of each column.
    pub columns: Vec<String>,
    /// The type of each parameter.
    pub parameters: Vec<String>,
}

/// What running a query does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Effect {
    /// Rows that it returns or changes.
    pub rows: u64,
    /// What it returns, column by column, in no order.
    pub values: BTreeMap<String, Vec<Value>>,
    /// What it made of the rows of each table, column by column.
    pub stored: BTreeMap<String, BTreeMap<String, StoredColumn>>,
}

/// A value as the server sends it, or null.
pub(super) type Value = Option<Vec<u8>>;

/// The values of a column in the rows that a query changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct StoredColumn {
    /// In rows that are gone.
    before: Vec<String>,
    /// In rows that are new.
    after: Vec<String>,
}

/// A value of any type, without reading it.
struct AnyValue(Vec<u8>);

impl<'a> FromSql<'a> for AnyValue {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// An error of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DatabaseError {
    /// SQLSTATE.
    pub code: String,
    /// The message.
    pub message: String,
}

impl DatabaseError {
    pub(super) fn of(error: &postgres::Error) -> Self {
        match error.as_db_error() {
            Some(error) => Self { code: error.code().code().to_owned(), message: error.message().to_owned() },
            None => Self { code: "?".to_owned(), message: error.to_string() },
        }
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.message, self.code)
    }
}

/// An argument as text: the server reads it as it reads a literal.
#[derive(Debug)]
pub(super) struct Text(pub(super) Option<String>);

impl ToSql for Text {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match &self.0 {
            Some(text) => {
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
            None => Ok(IsNull::Yes),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    postgres::types::to_sql_checked!();
}

/// A type as drivers treat it: text is text, with or without a limit.
fn type_name(kind: &Type) -> String {
    match *kind {
        Type::VARCHAR => Type::TEXT.to_string(),
        Type::VARCHAR_ARRAY => Type::TEXT_ARRAY.to_string(),
        _ => kind.to_string(),
    }
}

/// The arguments of a query: those that it has, or some that fit the types.
pub(super) fn arguments(query: &Query, types: &[Type]) -> Vec<Text> {
    let given = query.arguments.as_deref().unwrap_or_default();
    let choose =
        |(index, kind): (usize, &Type)| Text(given.get(index).cloned().unwrap_or_else(|| sample(kind)));
    types.iter().enumerate().map(choose).collect()
}

fn sample(kind: &Type) -> Option<String> {
    let text = match kind.kind() {
        Kind::Array(_) => "{}",
        Kind::Enum(values) => return values.first().cloned(),
        Kind::Domain(base) => return sample(base),
        _ => match *kind {
            Type::BOOL => "true",
            Type::UUID => "00000000-0000-0000-0000-000000000001",
            Type::DATE => "2026-01-01",
            Type::TIMESTAMP | Type::TIMESTAMPTZ => "2026-01-01 00:00:00+00",
            Type::TIME | Type::TIMETZ => "00:00",
            Type::INTERVAL => "1 day",
            Type::JSON | Type::JSONB => "{}",
            Type::BYTEA => "\\x00",
            Type::INET | Type::CIDR => "10.0.0.1",
            Type::INT2
            | Type::INT4
            | Type::INT8
            | Type::OID
            | Type::NUMERIC
            | Type::FLOAT4
            | Type::FLOAT8 => "1",
            Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME | Type::CHAR => "a",
            _ => return None,
        },
    };
    Some(text.to_owned())
}

/// Asks a database. The query runs as a role, in a transaction that is taken back.
///
/// # Errors
/// Fails if the connection does, or if the role cannot be taken.
pub(super) fn answer(
    client: &mut Client,
    query: &Query,
    role: Option<&str>,
) -> Result<Answer, postgres::Error> {
    let mut transaction = client.transaction()?;
    let answer = answer_in(&mut transaction, query, role)?;
    transaction.rollback()?;
    Ok(answer)
}

/// Asks within a transaction, and leaves no trace in it.
pub(super) fn answer_in(
    outer: &mut Transaction<'_>,
    query: &Query,
    role: Option<&str>,
) -> Result<Answer, postgres::Error> {
    let mut transaction = outer.transaction()?;
    if let Some(role) = role {
        transaction.batch_execute(&format!("SET LOCAL ROLE {}", in_quotes(role)))?;
    }
    let statement = match transaction.prepare(&query.sql) {
        Ok(statement) => statement,
        Err(error) => {
            let failure = DatabaseError::of(&error);
            transaction.rollback()?;
            return Ok(Answer { shape: Err(failure), effect: None });
        }
    };
    let shape = Shape {
        columns: statement
            .columns()
            .iter()
            .map(|it| format!("{} {}", it.name(), type_name(it.type_())))
            .collect(),
        parameters: statement.params().iter().map(type_name).collect(),
    };
    let counted = changes(&mut transaction)?;
    let values = arguments(query, statement.params());
    let borrowed: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
    let ran = if statement.columns().is_empty() {
        transaction.execute(&statement, &borrowed).map(|rows| (rows, BTreeMap::new()))
    } else {
        transaction.query(&statement, &borrowed).map(|rows| (rows.len() as u64, values_of(&rows)))
    };
    let effect = match ran {
        Ok(rows) => transaction
            .batch_execute("RESET ROLE; SET CONSTRAINTS ALL IMMEDIATE")
            .map_or_else(|error| Ok::<_, postgres::Error>(Err(DatabaseError::of(&error))), |()| Ok(Ok(())))?
            .map(|()| rows),
        Err(error) => Err(DatabaseError::of(&error)),
    };
    let after = match &effect {
        Ok(_) => changed_tables(&mut transaction, &counted)?,
        Err(_) => BTreeMap::new(),
    };
    transaction.rollback()?;
    // Only what the query itself did to the rows counts: they may be others than before the migration.
    let mut stored = BTreeMap::new();
    for (table, after) in after {
        let before = rows_of(outer, &table)?;
        stored.insert(table, stored_columns(before, after));
    }
    let effect = effect.map(|(rows, values)| Effect { rows, values, stored });
    Ok(Answer { shape: Ok(shape), effect: Some(effect) })
}

fn values_of(rows: &[Row]) -> BTreeMap<String, Vec<Value>> {
    let mut values: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for row in rows {
        for (index, column) in row.columns().iter().enumerate() {
            let value = row.try_get::<_, Option<AnyValue>>(index).unwrap_or_default();
            values.entry(column.name().to_owned()).or_default().push(value.map(|AnyValue(bytes)| bytes));
        }
    }
    values.values_mut().for_each(|column| column.sort());
    values
}

/// How many rows of each table were changed. Only the difference of two such counts says what happened between them:
/// the server adds up what the session did before, until it finds the time to report that.
fn changes(transaction: &mut Transaction<'_>) -> Result<BTreeMap<String, String>, postgres::Error> {
    let counts = "SELECT relid::regclass::text, (n_tup_ins + n_tup_upd + n_tup_del)::text FROM pg_stat_xact_user_tables";
    let rows = texts(transaction.simple_query(counts)?);
    Ok(rows
        .into_iter()
        .map(|mut row| (row.remove(0), row.remove(0)))
        .filter(|(_, count)| count != "0")
        .collect())
}

/// The rows of the tables that were changed since a count.
fn changed_tables(
    transaction: &mut Transaction<'_>,
    counted: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Vec<String>>, postgres::Error> {
    let now = changes(transaction)?;
    let mut tables = BTreeMap::new();
    for (table, _) in now.into_iter().filter(|(table, count)| counted.get(table) != Some(count)) {
        let rows = rows_of(transaction, &table)?;
        tables.insert(table, rows);
    }
    Ok(tables)
}

/// The rows of a table as JSON. `.*` names the row whatever its columns are called.
fn rows_of(transaction: &mut Transaction<'_>, table: &str) -> Result<Vec<String>, postgres::Error> {
    let rows = format!("SELECT to_jsonb(formwork_row.*)::text FROM {table} AS formwork_row ORDER BY 1");
    Ok(texts(transaction.simple_query(&rows)?).into_iter().flatten().collect())
}

/// The rows that only one of two lists has, column by column. Both lists are in order.
fn stored_columns(before: Vec<String>, after: Vec<String>) -> BTreeMap<String, StoredColumn> {
    let count = |rows: &[String]| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        rows.iter().for_each(|row| *counts.entry(row.clone()).or_default() += 1);
        counts
    };
    let (old, new) = (count(&before), count(&after));
    let only = |rows: &BTreeMap<String, usize>, others: &BTreeMap<String, usize>| -> Vec<String> {
        let more = rows.iter().flat_map(|(row, count)| {
            let more = count.saturating_sub(others.get(row).copied().unwrap_or_default());
            std::iter::repeat_n(row.clone(), more)
        });
        more.collect()
    };
    let mut columns: BTreeMap<String, StoredColumn> = BTreeMap::new();
    let mut add = |rows: Vec<String>, list: fn(&mut StoredColumn) -> &mut Vec<String>| {
        for row in rows {
            let cells: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(&row).unwrap_or_default();
            for (column, value) in cells {
                list(columns.entry(column).or_default()).push(value.to_string());
            }
        }
    };
    add(only(&old, &new), |column| &mut column.before);
    add(only(&new, &old), |column| &mut column.after);
    for column in columns.values_mut() {
        column.before.sort();
        column.after.sort();
    }
    columns
}

fn texts(messages: Vec<SimpleQueryMessage>) -> Vec<Vec<String>> {
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|index| row.get(index).unwrap_or("NULL").to_owned()).collect())
        }
        _ => None,
    });
    rows.collect()
}

/// How bad a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    /// The release fails, or does something else.
    Breaks,
    /// A person should look at it.
    Warns,
}

/// A difference between two answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub severity: Severity,
    pub level: u8,
    pub message: String,
}

impl Difference {
    fn breaks(level: u8, message: String) -> Self {
        Self { severity: Severity::Breaks, level, message }
    }

    fn warns(level: u8, message: String) -> Self {
        Self { severity: Severity::Warns, level, message }
    }
}

/// What another answer than before means. Columns that differ from run to run (`now()`, a sequence) are known from two
/// observations of the old database.
pub(super) fn difference(query: &Query, first: &Answer, second: &Answer, new: &Answer) -> Option<Difference> {
    let old_shape = first.shape.as_ref().ok()?;
    let new_shape = match &new.shape {
        Ok(shape) => shape,
        Err(failure) => {
            return Some(Difference::breaks(1, format!("it cannot be prepared any more: {failure}")));
        }
    };
    let mut warning = None;
    if old_shape.columns != new_shape.columns {
        let (old, new) = (old_shape.columns.join(", "), new_shape.columns.join(", "));
        let message = format!("its columns change from ({old}) to ({new})");
        let only_adds = old_shape.columns.iter().all(|column| new_shape.columns.contains(column));
        if !only_adds || !query.has_star() {
            return Some(Difference::breaks(1, message));
        }
        // sqlc writes the columns out when it generates, so the release never sends the star.
        if !query.is_generated {
            warning = Some(Difference::warns(1, message));
        }
    }
    if old_shape.parameters != new_shape.parameters {
        let (old, new) = (old_shape.parameters.join(", "), new_shape.parameters.join(", "));
        return Some(Difference::breaks(1, format!("its parameters change from ({old}) to ({new})")));
    }
    let (Some(old), Some(now)) = (first.effect.as_ref(), new.effect.as_ref()) else { return warning };
    match (old, now) {
        (Err(old), Err(new)) if old.code == new.code => warning,
        (_, Err(failure)) => Some(Difference::breaks(2, format!("it fails: {failure}"))),
        (Err(failure), Ok(_)) => Some(Difference::breaks(2, format!("it no longer fails: {failure}"))),
        (Ok(old), Ok(new)) if old.rows > new.rows => Some(Difference::breaks(
            2,
            format!("it returns or changes {} rows instead of {}", new.rows, old.rows),
        )),
        (Ok(old), Ok(new)) => {
            let again = match &second.effect {
                Some(Ok(again)) => again,
                _ => old,
            };
            if let Some(message) = stored_difference(old, again, new) {
                return Some(Difference::breaks(2, message));
            }
            if old.rows < new.rows {
                let message = format!("it returns or changes {} rows instead of {}", new.rows, old.rows);
                return Some(Difference::warns(2, message));
            }
            values_difference(old, again, new).map(|message| Difference::warns(2, message)).or(warning)
        }
    }
}

/// A column whose values are others, although they were the same twice before.
fn values_difference(old: &Effect, again: &Effect, new: &Effect) -> Option<String> {
    old.values.iter().find_map(|(column, values)| {
        let is_steady = again.values.get(column) == Some(values);
        let is_other = new.values.get(column).is_some_and(|now| now != values);
        (is_steady && is_other).then(|| format!("it answers other values in {column}"))
    })
}

fn stored_difference(old: &Effect, again: &Effect, new: &Effect) -> Option<String> {
    for (table, columns) in &old.stored {
        let Some(new_columns) = new.stored.get(table) else {
            return Some(format!("it no longer writes to {table}"));
        };
        for (column, values) in columns {
            let is_steady = again.stored.get(table).and_then(|columns| columns.get(column)) == Some(values);
            let Some(now) = new_columns.get(column) else { continue };
            // What the query leaves as it is may have been changed by the migration.
            let is_left = values.before == values.after && now.before == now.after;
            if is_steady && !is_left && now.after != values.after {
                return Some(format!("it stores other values in {table}.{column}"));
            }
        }
    }
    None
}
