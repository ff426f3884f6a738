//! Partitions: attaching and detaching them.

use crate::finding::{Class, RuleId, Subject};
use crate::identifier::{cut, quoted};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Fix, Linter, Violation, contract_because, unsafe_because};
use crate::schema::{Index, Schema};
use crate::statement::{ConstraintKind, Operator, PartitionBounds, TableAction};

const SCAN: &str = "PostgreSQL reads the whole partition under ACCESS EXCLUSIVE to check its bounds, and the default partition too";
const BUILD: &str = "PostgreSQL builds what the table has and the partition lacks under ACCESS EXCLUSIVE: reads and writes of the partition wait until it is done";

/// Checks `ATTACH PARTITION` and `DETACH PARTITION`.
pub(super) fn change(linter: &mut Linter<'_>, span: Span, table: &Name, action: &TableAction) {
    match action {
        TableAction::AttachPartition { partition, bounds } if linter.schema.is_live(partition) => {
            attach(linter, span, table, partition, bounds);
        }
        TableAction::AttachPartition { partition, bounds } => {
            beside_default(linter, span, table, partition, bounds);
        }
        TableAction::DetachPartition { partition, concurrently, .. } if linter.schema.is_live(table) => {
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
            let waits_shortly = has_default && linter.timeouts.limit_waiting();
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

/// Checks a new partition: the default partition is read for rows that belong into it.
pub(super) fn beside_default(
    linter: &mut Linter<'_>,
    span: Span,
    table: &Name,
    partition: &Name,
    bounds: &PartitionBounds,
) {
    let default = linter.schema.partitions(table).iter().find(|(_, is_default)| *is_default);
    let Some(default) = default.map(|(name, _)| name.clone()) else { return };
    if *bounds == PartitionBounds::Default
        || !linter.schema.is_live(&default)
        || condition(linter.schema, table, bounds).is_some_and(|it| it.fails(linter.schema, &default))
    {
        return;
    }
    linter.report(
        span,
        Subject::table(partition),
        format!("adds the partition `{partition}` beside the default partition `{default}`"),
        unsafe_because(
            RuleId::AttachingPartition,
            "PostgreSQL reads the whole default partition under ACCESS EXCLUSIVE, to see that none of its rows belongs into the new one",
            "add partitions before their rows come, so that the default partition stays empty; or give it a validated check that leaves the new bounds out",
        ),
    );
}

/// A partition that may have rows is read, unless a validated check says that they belong there; and it gets every
/// index, key and foreign key that it lacks.
fn attach(linter: &mut Linter<'_>, span: Span, table: &Name, partition: &Name, bounds: &PartitionBounds) {
    let schema = &*linter.schema;
    let condition = condition(schema, table, bounds);
    let has_default = schema.partitions(table).iter().any(|(default, is_default)| {
        *is_default && !condition.as_ref().is_some_and(|condition| condition.fails(schema, default))
    });
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
    /// Its parts, which checks may say in any order, or say more.
    parts: Vec<Operator>,
}

fn condition(schema: &Schema, table: &Name, bounds: &PartitionBounds) -> Option<Condition> {
    let key = schema.tables.get(table)?.partitioned.as_ref()?;
    let [column] = &key.columns[..] else { return None };
    let shown = quoted(column);
    match bounds {
        PartitionBounds::Range { from, to } if key.strategy == "range" => {
            let ([from], [to]) = (&from[..], &to[..]) else { return None };
            let (mut parts, mut sql) = (Vec::new(), Vec::new());
            if from != "minvalue" {
                parts.push(Operator::AtLeast(from.clone()));
                sql.push(format!("{shown} >= {from}"));
            }
            if to != "maxvalue" {
                parts.push(Operator::Below(to.clone()));
                sql.push(format!("{shown} < {to}"));
            }
            let sql = sql.join(" AND ");
            (!sql.is_empty()).then_some(Condition { column: column.clone(), sql, parts })
        }
        PartitionBounds::List(values)
            if key.strategy == "list" && !values.iter().any(|value| value == "null") =>
        {
            let sql = format!("{shown} IN ({})", values.join(", "));
            Some(Condition { column: column.clone(), sql, parts: vec![Operator::In(values.clone())] })
        }
        _ => None,
    }
}

impl Condition {
    /// Whether validated checks of the partition say it, and that the column is not null.
    fn holds(&self, schema: &Schema, partition: &Name) -> bool {
        let known = self.known(schema, partition);
        schema.is_proven_not_null(partition, &self.column)
            && self.parts.iter().all(|part| known.iter().any(|operator| operator.implies(part)))
    }

    /// Whether validated checks of another partition say that none of its rows fulfils it.
    fn fails(&self, schema: &Schema, partition: &Name) -> bool {
        let known = self.known(schema, partition);
        let contraries = self.parts.iter().filter_map(Operator::negated);
        contraries.into_iter().any(|contrary| known.iter().any(|operator| operator.implies(&contrary)))
    }

    /// What validated checks of a partition say of the column.
    fn known<'a>(&self, schema: &'a Schema, partition: &Name) -> Vec<&'a Operator> {
        let Some(table) = schema.tables.get(partition) else { return Vec::new() };
        let is_kept = |name: &String| !schema.being_dropped.contains(&(partition.clone(), name.clone()));
        let checks = table.constraints.iter().filter(|(name, live)| live.validated && is_kept(name));
        checks
            .filter_map(|(_, live)| match &live.kind {
                ConstraintKind::Check { comparisons, .. } => Some(comparisons),
                _ => None,
            })
            .flatten()
            .filter(|comparison| comparison.column == self.column)
            .map(|comparison| &comparison.operator)
            .collect()
    }
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
