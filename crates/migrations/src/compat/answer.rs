//! What a database answers to a query: the shape of the answer, and what running it does.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;

use postgres::types::{Format, IsNull, Kind, ToSql, Type, private::BytesMut};
use postgres::{Client, SimpleQueryMessage, Transaction};

use crate::compat::query::Query;

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
    /// The rows of each table that it changed, column by column.
    pub stored: BTreeMap<String, BTreeMap<String, Vec<String>>>,
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
        transaction.batch_execute(&format!("SET LOCAL ROLE {}", quoted(role)))?;
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
        transaction.execute(&statement, &borrowed)
    } else {
        transaction.query(&statement, &borrowed).map(|rows| rows.len() as u64)
    };
    let effect = match ran {
        Ok(rows) => transaction
            .batch_execute("RESET ROLE; SET CONSTRAINTS ALL IMMEDIATE")
            .map_or_else(|error| Ok::<_, postgres::Error>(Err(DatabaseError::of(&error))), |()| Ok(Ok(())))?
            .map(|()| rows),
        Err(error) => Err(DatabaseError::of(&error)),
    };
    let effect = match effect {
        Ok(rows) => Ok(Effect { rows, stored: stored(&mut transaction, &counted)? }),
        Err(failure) => Err(failure),
    };
    transaction.rollback()?;
    Ok(Answer { shape: Ok(shape), effect: Some(effect) })
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
fn stored(
    transaction: &mut Transaction<'_>,
    counted: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, BTreeMap<String, Vec<String>>>, postgres::Error> {
    let now = changes(transaction)?;
    let changed = now.into_iter().filter(|(table, count)| counted.get(table) != Some(count));
    let mut stored = BTreeMap::new();
    for (table, _) in changed {
        let cells = format!(
            "SELECT cell.key, cell.value FROM {table} AS line, LATERAL jsonb_each_text(to_jsonb(line)) AS cell ORDER BY 1, 2"
        );
        let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for cell in texts(transaction.simple_query(&cells)?) {
            columns.entry(cell[0].clone()).or_default().push(cell[1].clone());
        }
        stored.insert(table, columns);
    }
    Ok(stored)
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

/// A name in double quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What another answer than before means. Columns that differ from run to run (`now()`, a sequence) are known from two
/// observations of the old database.
pub(super) fn difference(first: &Answer, second: &Answer, new: &Answer) -> Option<(u8, String)> {
    let old_shape = first.shape.as_ref().ok()?;
    let new_shape = match &new.shape {
        Ok(shape) => shape,
        Err(failure) => return Some((1, format!("it cannot be prepared any more: {failure}"))),
    };
    if old_shape.columns != new_shape.columns {
        let (old, new) = (old_shape.columns.join(", "), new_shape.columns.join(", "));
        return Some((1, format!("its columns change from ({old}) to ({new})")));
    }
    if old_shape.parameters != new_shape.parameters {
        let (old, new) = (old_shape.parameters.join(", "), new_shape.parameters.join(", "));
        return Some((1, format!("its parameters change from ({old}) to ({new})")));
    }
    match (first.effect.as_ref()?, new.effect.as_ref()?) {
        (Err(old), Err(new)) if old.code == new.code => None,
        (_, Err(failure)) => Some((2, format!("it fails: {failure}"))),
        (Err(failure), Ok(_)) => Some((2, format!("it no longer fails: {failure}"))),
        (Ok(old), Ok(new)) if old.rows != new.rows => {
            Some((2, format!("it returns or changes {} rows instead of {}", new.rows, old.rows)))
        }
        (Ok(old), Ok(new)) => {
            let again = match &second.effect {
                Some(Ok(again)) => again,
                _ => old,
            };
            stored_difference(old, again, new).map(|message| (2, message))
        }
    }
}

fn stored_difference(old: &Effect, again: &Effect, new: &Effect) -> Option<String> {
    let tables: BTreeSet<&String> = old.stored.keys().collect();
    for table in tables {
        let Some(new_columns) = new.stored.get(table) else {
            return Some(format!("it no longer writes to {table}"));
        };
        for (column, values) in &old.stored[table] {
            let is_steady = again.stored.get(table).and_then(|columns| columns.get(column)) == Some(values);
            let now = new_columns.get(column);
            if is_steady && now.is_some_and(|now| now != values) {
                return Some(format!("it stores other values in {table}.{column}"));
            }
        }
    }
    None
}
