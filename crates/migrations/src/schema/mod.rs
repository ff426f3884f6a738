//! What the migrations before a statement have made: enough of the schema to tell a new table from a live one.
//!
//! May import: `name`, `identifier`, `data_type`, `position` and `statement`.

mod apply;
mod column_change;

use std::collections::{HashMap, HashSet};

use crate::data_type::DataType;
use crate::name::Name;
use crate::position::Span;
use crate::statement::{
    Constraint, ConstraintKind, ObjectKind, PartitionKey, RowWrite, Statement, TriggerBody,
};

/// The schema as far as it can be read from migrations. A table that no migration made is taken to be there and live.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Schema {
    pub(crate) tables: HashMap<Name, Table>,
    pub(crate) indexes: HashMap<Name, Index>,
    pub(crate) views: HashMap<Name, View>,
    /// Functions, those of one name together.
    pub(crate) functions: HashMap<Name, Vec<Function>>,
    pub(crate) enums: HashSet<Name>,
    pub(crate) domains: HashMap<Name, Domain>,
    pub(crate) others: HashSet<(ObjectKind, Name)>,
    /// What the file that is being read made itself.
    pub(crate) created: CreatedInFile,
    /// Temporary tables of the file, which hide others of their name.
    pub(crate) temporary: HashSet<String>,
    /// The schemas that the file searches, if it says.
    pub(crate) search_path: Option<Vec<String>>,
    /// What was there at each savepoint.
    pub(crate) saved: Vec<Self>,
    /// Constraints that the statement which is being read drops: they prove nothing, because PostgreSQL drops first.
    pub(crate) being_dropped: HashSet<(Name, String)>,
}

/// Whether a release that runs may use what the files before made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FilesBefore {
    /// They may be deployed.
    Deployed,
    /// They are deployed together with the next file.
    DeployedTogether,
}

/// What a file made itself: nobody uses it yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CreatedInFile {
    pub(crate) relations: HashSet<Name>,
    pub(crate) columns: HashMap<(Name, String), NewColumn>,
    /// Constraints that the file added `NOT VALID`.
    pub(crate) unvalidated: HashSet<(Name, String)>,
    pub(crate) others: HashSet<(ObjectKind, Name)>,
}

/// A view.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct View {
    /// The words of its query.
    pub(crate) words: Vec<String>,
    /// What it reads, and writes where it can be written.
    pub(crate) tables: Vec<Name>,
    /// The functions that run when it is read.
    pub(crate) calls: Vec<Name>,
    pub(crate) is_materialized: bool,
    /// Whether it has rows, if it keeps them.
    pub(crate) is_filled: bool,
}

/// A domain. One with a constraint is written into every row of a column that is added.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Domain {
    pub(crate) base: DataType,
    pub(crate) constraints: Vec<String>,
    pub(crate) not_null: bool,
    pub(crate) has_default: bool,
}

/// A function.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Function {
    pub(crate) arguments: String,
    pub(crate) volatile: bool,
    pub(crate) as_trigger: TriggerBody,
    /// Columns of the row that it names as a trigger.
    pub(crate) row_fields: Vec<String>,
    /// Columns of the row that it sets as a trigger.
    pub(crate) row_writes: Vec<RowWrite>,
    /// What it does when it is called.
    pub(crate) statements: Vec<Statement>,
}

impl Function {
    /// The commands of a rule, before they are read.
    pub(crate) const fn of_rule() -> Self {
        Self {
            arguments: String::new(),
            volatile: true,
            as_trigger: TriggerBody::Quiet,
            row_fields: Vec::new(),
            row_writes: Vec::new(),
            statements: Vec::new(),
        }
    }
}

/// What is known of a new column that the running release does not know.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NewColumn {
    pub(crate) fills_itself: bool,
    /// Whether a check of the file demands a value.
    pub(crate) is_demanded: bool,
    /// Where the file takes away what filled it.
    pub(crate) default_dropped: Option<Span>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) columns: HashMap<String, LiveColumn>,
    pub(crate) constraints: HashMap<String, LiveConstraint>,
    pub(crate) row_security: bool,
    pub(crate) partitioned: Option<PartitionKey>,
    /// Its partitions, and whether one is the default.
    pub(crate) partitions: Vec<(Name, bool)>,
    /// Its triggers and rules, and the function or commands of each, if they are known.
    pub(crate) triggers: HashMap<String, Option<Name>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LiveColumn {
    pub(crate) data_type: DataType,
    pub(crate) not_null: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LiveConstraint {
    pub(crate) kind: ConstraintKind,
    pub(crate) validated: bool,
    /// What was written behind its name.
    pub(crate) definition: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Index {
    pub(crate) table: Name,
    pub(crate) unique: bool,
    pub(crate) columns: Vec<String>,
    pub(crate) computed: Vec<String>,
    /// What was written behind the table.
    pub(crate) definition: String,
}

/// Domains over domains that are followed.
const DEEPEST: usize = 100;

impl Schema {
    /// Begins a file: what was made before it is live now, unless it is deployed together with the file.
    pub(crate) fn begin_file(&mut self, before: FilesBefore) {
        match before {
            FilesBefore::Deployed => self.created = CreatedInFile::default(),
            FilesBefore::DeployedTogether => {
                self.created.unvalidated.clear();
                self.created.columns.values_mut().for_each(|column| column.default_dropped = None);
            }
        }
        self.temporary.clear();
        self.search_path = None;
        self.saved.clear();
    }

    /// Remembers what is there, for a savepoint.
    pub(crate) fn save(&mut self) {
        // Without what earlier savepoints have.
        let mut saved = std::mem::take(&mut self.saved);
        saved.push(self.clone());
        self.saved = saved;
    }

    /// Goes back to the last savepoint, which stays.
    pub(crate) fn roll_back(&mut self) {
        if let Some(last) = self.saved.last().cloned() {
            let saved = std::mem::take(&mut self.saved);
            *self = Self { saved, ..last };
        }
    }

    /// Ends the settings that were made behind the last savepoint, and the savepoint with them.
    pub(crate) fn end_settings(&mut self) {
        if let Some(last) = self.saved.pop() {
            self.search_path = last.search_path;
        }
    }

    /// Whether a table, view or sequence was there before the file.
    pub(crate) fn is_live(&self, name: &Name) -> bool {
        !self.created.relations.contains(name) && name.schema.as_deref() != Some("pg_temp")
    }

    /// Whether what is written into a table or view reaches rows that were there before the file.
    pub(crate) fn reaches_live_rows(&self, name: &Name) -> bool {
        let of_view = || self.views.get(name).into_iter().flat_map(|view| &view.tables);
        self.is_live(name) || of_view().any(|table| table != name && self.reaches_live_rows(table))
    }

    /// The object that a name means: a temporary table hides others, and the search path says in which schema to look.
    pub(crate) fn resolve(&self, name: &Name) -> Name {
        match &name.schema {
            Some(schema) if schema.starts_with("pg_temp") => name.moved("pg_temp"),
            Some(schema) if schema == "pg_catalog" => Name::plain(&name.name),
            Some(_) => name.without_public(),
            None if self.temporary.contains(&name.name) => name.moved("pg_temp"),
            None => {
                let path = self.search_path.iter().flatten().map(|schema| name.moved(schema));
                let mut path = path.peekable();
                let first = path.peek().cloned();
                path.find(|name| self.is_known(name)).or(first).unwrap_or_else(|| name.clone())
            }
        }
    }

    /// The function that a name means. Those of PostgreSQL itself are found whatever the search path is.
    pub(crate) fn resolve_function(&self, name: &Name) -> Name {
        let resolved = self.resolve(name);
        if name.schema.is_some() || self.functions.contains_key(&resolved) { resolved } else { name.clone() }
    }

    fn is_known(&self, name: &Name) -> bool {
        self.tables.contains_key(name)
            || self.views.contains_key(name)
            || self.indexes.contains_key(name)
            || self.functions.contains_key(name)
            || self.others.iter().any(|(_, other)| other == name)
    }

    /// A domain with a constraint, which PostgreSQL checks for every row.
    pub(crate) fn is_constrained_domain(&self, data_type: &DataType) -> bool {
        self.domain_and_bases(data_type).any(|domain| domain.not_null || !domain.constraints.is_empty())
    }

    /// A domain that has a default, which a column of it has too.
    pub(crate) fn is_domain_with_default(&self, data_type: &DataType) -> bool {
        self.domain_and_bases(data_type).any(|domain| domain.has_default)
    }

    fn domain_and_bases(&self, data_type: &DataType) -> impl Iterator<Item = &Domain> {
        let domain = |data_type: &DataType| {
            let name = self.resolve(&Name::parse(&data_type.base));
            self.domains.get(&name).filter(|domain| !data_type.array && domain.base != *data_type)
        };
        std::iter::successors(domain(data_type), move |inner| domain(&inner.base)).take(DEEPEST)
    }

    /// The columns of each unique key of a table. Of a table that no migration made, `id` is taken to be one.
    pub(crate) fn keys(&self, name: &Name) -> Vec<Vec<String>> {
        let mut keys = vec![vec!["ctid".to_owned()]];
        let Some(table) = self.tables.get(name).filter(|table| !table.columns.is_empty()) else {
            keys.push(vec!["id".to_owned()]);
            return keys;
        };
        keys.extend(table.constraints.values().filter_map(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, .. } | ConstraintKind::Unique { columns, .. } => {
                Some(columns.clone()).filter(|columns| !columns.is_empty())
            }
            _ => None,
        }));
        let unique = self.indexes.values().filter(|index| index.table == *name && index.unique);
        keys.extend(unique.filter(|index| index.computed.is_empty()).map(|index| index.columns.clone()));
        keys
    }

    /// The tables whose rows go, or change, with a row of this one: `ON DELETE CASCADE`, `SET NULL`, `SET DEFAULT`.
    pub(crate) fn changed_by_deletion(&self, name: &Name) -> Option<&Name> {
        let follows = |live: &LiveConstraint| {
            let definition = live.definition.to_lowercase();
            let behind = definition.split("on delete").nth(1).unwrap_or_default().trim_start();
            matches!(&live.kind, ConstraintKind::ForeignKey { table, .. } if table == name)
                && ["cascade", "set null", "set default"].iter().any(|words| behind.starts_with(words))
        };
        let mut tables = self.tables.iter().filter(|(table, _)| self.is_live(table));
        tables.find(|(_, table)| table.constraints.values().any(follows)).map(|(table, _)| table)
    }

    /// Whether a table is divided into partitions.
    pub(crate) fn is_partitioned(&self, name: &Name) -> bool {
        self.tables.get(name).is_some_and(|table| table.partitioned.is_some())
    }

    /// Whether a view keeps its rows.
    pub(crate) fn is_materialized(&self, name: &Name) -> bool {
        self.views.get(name).is_some_and(|view| view.is_materialized)
    }

    /// The table that a table is a partition of.
    pub(crate) fn parent_of(&self, name: &Name) -> Option<&Name> {
        let has = |table: &Table| table.partitions.iter().any(|(partition, _)| partition == name);
        self.tables.iter().find(|(_, table)| has(table)).map(|(parent, _)| parent)
    }

    /// The partitions of a table, and whether each is the default.
    pub(crate) fn partitions(&self, name: &Name) -> &[(Name, bool)] {
        self.tables.get(name).map_or(&[], |table| &table.partitions)
    }

    /// Whether a table has a partition for what is in no other one.
    pub(crate) fn has_default_partition(&self, name: &Name) -> bool {
        self.partitions(name).iter().any(|(_, is_default)| *is_default)
    }

    /// The constraints of a table.
    pub(crate) fn constraints_of(&self, name: &Name) -> impl Iterator<Item = &LiveConstraint> {
        self.tables.get(name).into_iter().flat_map(|table| table.constraints.values())
    }

    /// Whether a column was there before the file, on a table that was.
    pub(crate) fn is_live_column(&self, table: &Name, column: &str) -> bool {
        self.is_live(table) && !self.created.columns.contains_key(&(table.clone(), column.to_owned()))
    }

    /// Whether anything else was there before the file.
    pub(crate) fn is_live_object(&self, kind: ObjectKind, name: &Name) -> bool {
        !self.created.others.contains(&(kind, name.clone()))
    }

    /// The name of a constraint, or the one that PostgreSQL makes up for it.
    pub(crate) fn constraint_name(&self, table: &Name, constraint: &Constraint) -> String {
        constraint_name(self.tables.get(table), table, constraint)
    }

    pub(crate) fn column(&self, table: &Name, column: &str) -> Option<&LiveColumn> {
        self.tables.get(table)?.columns.get(column)
    }

    pub(crate) fn constraint(&self, table: &Name, name: &str) -> Option<&LiveConstraint> {
        self.tables.get(table)?.constraints.get(name)
    }

    /// Whether a validated check says that a column has no nulls, so that `SET NOT NULL` need not look.
    pub(crate) fn is_proven_not_null(&self, name: &Name, column: &str) -> bool {
        let Some(table) = self.tables.get(name) else { return false };
        table.columns.get(column).is_some_and(|column| column.not_null)
            || table.constraints.iter().any(|(key, constraint)| match &constraint.kind {
                ConstraintKind::Check { not_null, .. } => {
                    !self.being_dropped.contains(&(name.clone(), key.clone()))
                        && constraint.validated
                        && not_null.iter().any(|name| name == column)
                }
                _ => false,
            })
    }

    /// A view whose query reads a column of a table, as far as its words say.
    pub(crate) fn view_of(&self, table: &Name, column: &str) -> Option<&Name> {
        let reads = |view: &View, text: &str| view.words.iter().any(|word| word == text);
        self.views
            .iter()
            .filter(|(_, view)| reads(view, &table.name) && (reads(view, column) || reads(view, "*")))
            .map(|(name, _)| name)
            .min()
    }

    /// Whether a check looks at a column.
    pub(crate) fn is_checked(&self, table: &Name, column: &str) -> bool {
        self.constraints_of(table).map(|live| &live.kind).any(|kind| match kind {
            ConstraintKind::Check { columns, .. } => columns.iter().any(|name| name == column),
            _ => false,
        })
    }

    /// Whether an index computes something of a column, in its condition or instead of a column: such an index is built
    /// anew with every change of the column's type (`CheckIndexCompatible` in PostgreSQL's `indexcmds.c`).
    pub(crate) fn is_computed_from(&self, table: &Name, column: &str) -> bool {
        let of_table = self.indexes.values().filter(|index| index.table == *table);
        of_table.flat_map(|index| &index.computed).any(|word| word == column)
    }
}

/// The constraint's name, or the one that PostgreSQL makes up for it (`ChooseConstraintName`).
fn constraint_name(known: Option<&Table>, table: &Name, constraint: &Constraint) -> String {
    if let Some(name) = &constraint.name {
        return name.clone();
    }
    let first = made_up_name(known.map(|known| &known.columns), &table.name, constraint);
    let is_taken = |name: &String| known.is_some_and(|known| known.constraints.contains_key(name));
    let numbered = (1..).map(|number| format!("{first}{number}"));
    std::iter::once(first.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(first)
}

fn made_up_name(
    columns_of_table: Option<&HashMap<String, LiveColumn>>,
    table: &str,
    constraint: &Constraint,
) -> String {
    match &constraint.kind {
        ConstraintKind::PrimaryKey { .. } => format!("{table}_pkey"),
        ConstraintKind::Unique { columns, .. } => format!("{table}_{}_key", columns.join("_")),
        ConstraintKind::ForeignKey { columns, .. } => format!("{table}_{}_fkey", columns.join("_")),
        // A check of one column has its name; the words may be functions, too.
        ConstraintKind::Check { columns, .. } => {
            let is_column = |name: &&String| columns_of_table.is_none_or(|known| known.contains_key(*name));
            let mut named: Vec<&String> = columns.iter().filter(is_column).collect();
            named.sort();
            named.dedup();
            match named[..] {
                [column] => format!("{table}_{column}_check"),
                _ => format!("{table}_check"),
            }
        }
        ConstraintKind::Exclusion => format!("{table}_excl"),
        ConstraintKind::NotNull(column) => format!("{table}_{column}_not_null"),
    }
}
