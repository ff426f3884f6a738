//! Partitions: attaching and detaching them.

use crate::finding::{Class, RuleId, Subject};
use crate::identifier::{cut, quoted};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Fix, Linter, Violation, contract_because, unsafe_because};
use crate::schema::{Index, Schema};
use crate::statement::{ConstraintKind, PartitionBounds, TableAction};

const SCAN: &str = "PostgreSQL reads the whole partition under ACCESS EXCLUSIVE to check its bounds, and the default partition too";
const BUILD: &str = "PostgreSQL builds what the table has and the partition lacks under ACCESS EXCLUSIVE: reads and writes of the partition wait until it is done";

/// Checks `ATTACH PARTITION` and `DETACH PARTITION`.
pub(super) fn change(linter: &mut Linter<'_>, span: Span, table: &Name, action: &TableAction) {
    match action {
        TableAction::AttachPartition { partition, bounds } if linter.schema.is_live(partition) => {
            attach(linter, span, table, partition, bounds);
        }
        TableAction::DetachPartition { partition, concurrently } if linter.schema.is_live(table) => {
            let has_default = linter.schema.has_default_partition(table);
            if *concurrently && has_default {
                linter.report(
                    span, Subject::table(partition),
                    format!("detaches `{partition}` CONCURRENTLY beside a default partition"),
                    Violation {
                        rule: RuleId::RefusedOnPartitionedTable,
                        class: Class::Invalid,
                        why: "PostgreSQL refuses it: the migration fails and leaves the dirty flag",
                        fix: "detach it without CONCURRENTLY under a short lock_timeout, and have that approved".into(),
                    },
                );
            }
            let waits_shortly = has_default && linter.has_lock_timeout;
            if !(*concurrently || waits_shortly) {
                let mut files = vec![format!(
                    "ALTER TABLE {} DETACH PARTITION {} CONCURRENTLY;",
                    table.as_sql(),
                    partition.as_sql()
                )];
                files.extend(drop_left_check(linter.schema, table, partition));
                linter.report(
                    span, Subject::table(partition),
                    format!("detaches `{partition}`"),
                    unsafe_because(
                        RuleId::RequireConcurrentPartitionDetach,
                        "ACCESS EXCLUSIVE on the parent waits for every query that runs, and every later query waits behind it",
                        if has_default { Fix::from("detach it under a short lock_timeout: beside a default partition there is no other way") } else { Fix::files(files) },
                    ),
                );
            }
            detach(linter, span, table);
        }
        _ => {}
    }
}

/// CONCURRENTLY leaves the bounds as a check, so that the partition can be attached again; the plain form does not.
fn drop_left_check(schema: &Schema, table: &Name, partition: &Name) -> Option<String> {
    let key = schema.tables.get(table)?.partitioned.as_ref()?;
    let [column] = &key.columns[..] else { return None };
    let check = cut(&format!("{}_{column}_check", partition.name));
    let is_own = schema.constraint(partition, &check).is_some();
    (!is_own)
        .then(|| format!("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {};", partition.as_sql(), quoted(&check)))
}

pub(super) fn detach(linter: &mut Linter<'_>, span: Span, table: &Name) {
    linter.report(
        span,
        Subject::table(table),
        format!("rows vanish from `{table}`"),
        contract_because(
            RuleId::BanDetach,
            "a running release no longer finds the rows in the parent table",
            "do it when no release that runs reads these rows",
        ),
    );
}

/// A partition that may have rows is read, unless a validated check says that they belong there; and it gets every
/// index, key and foreign key that it lacks.
fn attach(linter: &mut Linter<'_>, span: Span, table: &Name, partition: &Name, bounds: &PartitionBounds) {
    let schema = &*linter.schema;
    let has_default = schema.has_default_partition(table);
    let condition = condition(schema, table, bounds);
    let is_proven =
        !has_default && condition.as_ref().is_some_and(|condition| condition.holds(schema, partition));
    let lacking = lacking_indexes(schema, table, partition);
    let lacks_key = lacks_constraint(schema, table, partition);
    if is_proven && lacking.is_empty() && !lacks_key {
        return;
    }
    let mut files: Vec<String> = Vec::new();
    let mut proof = None;
    if let Some(condition) = condition.filter(|_| !is_proven && !has_default && !lacks_key) {
        let (shown, check) = (partition.as_sql(), quoted(&cut(&format!("{}_bounds", partition.name))));
        let is_not_null = schema.is_proven_not_null(partition, &condition.column);
        let not_null = if is_not_null {
            String::new()
        } else {
            format!("{} IS NOT NULL AND ", quoted(&condition.column))
        };
        files.push(format!(
            "ALTER TABLE {shown} ADD CONSTRAINT {check} CHECK ({not_null}{}) NOT VALID;",
            condition.sql
        ));
        files.push(format!("ALTER TABLE {shown} VALIDATE CONSTRAINT {check};"));
        proof = Some(format!("ALTER TABLE {shown} DROP CONSTRAINT {check};"));
    }
    let can_prove = is_proven || !files.is_empty();
    for index in &lacking {
        let unique = if index.unique { "UNIQUE " } else { "" };
        files.push(format!(
            "CREATE {unique}INDEX CONCURRENTLY ON {} {};",
            partition.as_sql(),
            index.definition
        ));
    }
    let values = match bounds {
        PartitionBounds::Range { from, to } => format!("FROM ({}) TO ({})", from.join(", "), to.join(", ")),
        PartitionBounds::List(values) => format!("IN ({})", values.join(", ")),
        PartitionBounds::Default | PartitionBounds::Hash => String::new(),
    };
    files.push(format!(
        "ALTER TABLE {} ATTACH PARTITION {} FOR VALUES {values};",
        table.as_sql(),
        partition.as_sql()
    ));
    files.extend(proof);
    let fix = if can_prove && !lacks_key {
        Fix::files(files)
    } else {
        Fix::from(
            "attach an empty table, and move the rows in batches; or give the partition a validated check of its bounds, and every index and key of the table, first",
        )
    };
    linter.report(
        span,
        Subject::table(partition),
        format!("attaches `{partition}`, which may have rows"),
        unsafe_because(RuleId::AttachingPartition, if is_proven { BUILD } else { SCAN }, fix),
    );
}

/// What a row of the partition must fulfil.
struct Condition {
    column: String,
    sql: String,
    /// Its parts, each of which a check may have in any order: column, comparison and value.
    parts: Vec<[String; 3]>,
}

fn condition(schema: &Schema, table: &Name, bounds: &PartitionBounds) -> Option<Condition> {
    let key = schema.tables.get(table)?.partitioned.as_ref()?;
    let [column] = &key.columns[..] else { return None };
    let shown = quoted(column);
    let part = |comparison: &str, value: &str| [column.clone(), comparison.to_owned(), value.to_owned()];
    match bounds {
        PartitionBounds::Range { from, to } if key.strategy == "range" => {
            let ([from], [to]) = (&from[..], &to[..]) else { return None };
            let mut parts = Vec::new();
            if from != "minvalue" {
                parts.push(part(">=", from));
            }
            if to != "maxvalue" {
                parts.push(part("<", to));
            }
            let sql = parts.iter().map(|[_, comparison, value]| format!("{shown} {comparison} {value}"));
            let sql = sql.collect::<Vec<_>>().join(" AND ");
            (!sql.is_empty()).then_some(Condition { column: column.clone(), sql, parts })
        }
        PartitionBounds::List(values)
            if key.strategy == "list" && !values.iter().any(|value| value == "null") =>
        {
            let sql = format!("{shown} IN ({})", values.join(", "));
            let mut sorted = values.clone();
            sorted.sort();
            Some(Condition { column: column.clone(), sql, parts: vec![part("in", &sorted.join(","))] })
        }
        _ => None,
    }
}

impl Condition {
    /// Whether validated checks of the partition say it, and that the column is not null.
    fn holds(&self, schema: &Schema, partition: &Name) -> bool {
        let Some(table) = schema.tables.get(partition) else { return false };
        let mut known: Vec<[String; 3]> = Vec::new();
        let mut is_not_null = schema.is_proven_not_null(partition, &self.column);
        for (name, live) in table.constraints.iter().filter(|(_, live)| live.validated) {
            let ConstraintKind::Check { words, .. } = &live.kind else { continue };
            if schema.being_dropped.contains(&(partition.clone(), name.clone())) {
                continue;
            }
            for part in conjuncts(words) {
                is_not_null |= part == [&self.column, "is", "not", "null"];
                known.extend(comparison(&part));
            }
        }
        is_not_null && self.parts.iter().all(|part| known.contains(part))
    }
}

/// The parts of a condition between its `AND`s; with an `OR`, or anything nested, none.
fn conjuncts(words: &[String]) -> Vec<Vec<&str>> {
    if words.iter().any(|word| matches!(word.as_str(), "or" | "not" | "case" | "between"))
        && !words.windows(3).any(|three| three == ["is", "not", "null"])
    {
        return Vec::new();
    }
    if words.iter().any(|word| word == "or") {
        return Vec::new();
    }
    let parts = words.split(|word| word == "and");
    parts.map(|part| part.iter().map(String::as_str).collect()).collect()
}

/// `column >= DATE '2027-01-01'` without the type, and `column IN (…)` with its values in order.
fn comparison(part: &[&str]) -> Option<[String; 3]> {
    let part: Vec<&str> = match part {
        [column, "in", ..] => {
            let is_value = |word: &&&str| {
                word.starts_with('\'') || word.starts_with(|first: char| first.is_ascii_digit())
            };
            let mut values: Vec<&str> = part.iter().filter(is_value).copied().collect();
            values.sort_unstable();
            return Some([(*column).to_owned(), "in".to_owned(), values.join(",")]);
        }
        _ => part.iter().filter(|word| !matches!(**word, "(" | ")")).copied().collect(),
    };
    let [column, comparison, value @ ..] = &part[..] else { return None };
    let literal = value
        .iter()
        .find(|word| word.starts_with('\'') || word.starts_with(|first: char| first.is_ascii_digit()))?;
    let sign = if value.first() == Some(&"-") { "-" } else { "" };
    // A computed value is none that the bounds have.
    if value.iter().filter(|word| ["+", "-", "*", "/", "||"].contains(word)).count() > sign.len() {
        return None;
    }
    Some([(*column).to_owned(), (*comparison).to_owned(), format!("{sign}{literal}")])
}

/// Indexes of the table that no index of the partition is like.
fn lacking_indexes(schema: &Schema, table: &Name, partition: &Name) -> Vec<Index> {
    let of = |table: &Name| {
        schema.indexes.values().filter(|index| index.table == *table).cloned().collect::<Vec<_>>()
    };
    let own = of(partition);
    let is_like = |left: &Index, right: &Index| left.unique == right.unique && shape(left) == shape(right);
    let mut lacking: Vec<Index> =
        of(table).into_iter().filter(|index| !own.iter().any(|other| is_like(index, other))).collect();
    lacking.sort_by(|left, right| left.definition.cmp(&right.definition));
    lacking
}

fn shape(index: &Index) -> String {
    let lower: String = index.definition.to_lowercase().split_whitespace().collect();
    lower.trim_start_matches("usingbtree").to_owned()
}

/// Whether the table has a key or a foreign key that the partition has not.
fn lacks_constraint(schema: &Schema, table: &Name, partition: &Name) -> bool {
    let of = |name: &Name| {
        schema
            .tables
            .get(name)
            .map(|table| table.constraints.values().cloned().collect::<Vec<_>>())
            .unwrap_or_default()
    };
    let own = of(partition);
    of(table).iter().any(|constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey { columns, .. } => !own.iter().any(|other| matches!(&other.kind, ConstraintKind::PrimaryKey { columns: own, .. } if own == columns)),
        ConstraintKind::Unique { columns, .. } => !own.iter().any(|other| matches!(&other.kind, ConstraintKind::Unique { columns: own, .. } if own == columns)),
        ConstraintKind::ForeignKey { columns, table, .. } => !own.iter().any(|other| {
            other.validated && matches!(&other.kind, ConstraintKind::ForeignKey { columns: own, table: to, .. } if own == columns && to == table)
        }),
        ConstraintKind::Exclusion => true,
        ConstraintKind::Check { .. } | ConstraintKind::NotNull(_) => false,
    })
}
