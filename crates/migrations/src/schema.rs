//! What the migrations before a statement have made: enough of the schema to tell a new table from a live one.

use std::collections::{HashMap, HashSet};

use crate::data_type::DataType;
use crate::name::Name;
use crate::statement::{
    Action, Column, Constraint, ConstraintKind, Generated, ObjectKind, Statement, TableAction,
};

/// The schema as far as it can be read from migrations. A table that no migration made is taken to be there and live.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    pub(crate) tables: HashMap<Name, Table>,
    pub(crate) indexes: HashMap<Name, Index>,
    /// Views, with the words of their queries.
    pub(crate) views: HashMap<Name, Vec<String>>,
    /// Whether the function is volatile.
    pub(crate) functions: HashMap<Name, bool>,
    pub(crate) enums: HashSet<Name>,
    pub(crate) others: HashSet<(ObjectKind, Name)>,
    /// What the file that is being read made itself.
    pub(crate) fresh: Fresh,
    /// Constraints that the statement which is being read drops: they prove nothing, because PostgreSQL drops first.
    pub(crate) leaving: HashSet<(Name, String)>,
}

/// What a file made itself: nobody uses it yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fresh {
    pub(crate) relations: HashSet<Name>,
    pub(crate) columns: HashSet<(Name, String)>,
    /// Constraints that the file added `NOT VALID`.
    pub(crate) unvalidated: HashSet<(Name, String)>,
    pub(crate) others: HashSet<(ObjectKind, Name)>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) columns: HashMap<String, LiveColumn>,
    pub(crate) constraints: HashMap<String, LiveConstraint>,
    pub(crate) row_security: bool,
    pub(crate) partitioned: bool,
    pub(crate) triggers: HashSet<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct LiveColumn {
    pub(crate) data_type: DataType,
    pub(crate) not_null: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct LiveConstraint {
    pub(crate) kind: ConstraintKind,
    pub(crate) validated: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Index {
    pub(crate) table: Name,
    pub(crate) unique: bool,
    pub(crate) columns: Vec<String>,
    pub(crate) computed: Vec<String>,
}

impl Schema {
    /// Begins a file: what was made before it is live now.
    pub(crate) fn begin_file(&mut self) {
        self.fresh = Fresh::default();
    }

    /// Whether a table, view or sequence was there before the file.
    pub(crate) fn is_live(&self, name: &Name) -> bool {
        !self.fresh.relations.contains(name)
    }

    /// Whether a column was there before the file, on a table that was.
    pub(crate) fn is_live_column(&self, table: &Name, column: &str) -> bool {
        self.is_live(table) && !self.fresh.columns.contains(&(table.clone(), column.to_owned()))
    }

    /// Whether anything else was there before the file.
    pub(crate) fn is_live_object(&self, kind: ObjectKind, name: &Name) -> bool {
        !self.fresh.others.contains(&(kind, name.clone()))
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
                    !self.leaving.contains(&(name.clone(), key.clone()))
                        && constraint.validated
                        && not_null.iter().any(|name| name == column)
                }
                _ => false,
            })
    }

    /// A view whose query reads a column of a table, as far as its words say.
    pub(crate) fn view_of(&self, table: &Name, column: &str) -> Option<&Name> {
        let reads = |words: &Vec<String>, text: &str| words.iter().any(|word| word == text);
        self.views
            .iter()
            .filter(|(_, words)| reads(words, &table.name) && (reads(words, column) || reads(words, "*")))
            .map(|(name, _)| name)
            .min()
    }

    /// Whether a check looks at a column.
    pub(crate) fn is_checked(&self, table: &Name, column: &str) -> bool {
        let constraints = self.tables.get(table).into_iter().flat_map(|table| table.constraints.values());
        constraints.map(|live| &live.kind).any(|kind| match kind {
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

    /// Takes over what a statement of the file does.
    pub(crate) fn apply(&mut self, statement: &Statement) {
        self.leaving.clear();
        for effect in &statement.effects {
            self.act(&effect.action);
        }
    }

    fn act(&mut self, action: &Action) {
        match action {
            Action::CreateTable {
                name,
                columns,
                constraints,
                if_not_exists,
                partition_of,
                partitioned,
                like,
                inherits,
                ..
            } => {
                if *if_not_exists && self.tables.contains_key(name) {
                    return;
                }
                let mut table = Table { partitioned: *partitioned, ..Table::default() };
                let parents = partition_of.iter().map(|(parent, _)| parent).chain(like).chain(inherits);
                for parent in parents {
                    table
                        .columns
                        .extend(self.tables.get(parent).map(|it| it.columns.clone()).unwrap_or_default());
                }
                for column in columns {
                    table.add_column(name, column, true);
                }
                for constraint in constraints {
                    table.add_constraint(name, constraint, true);
                }
                self.fresh.relations.insert(name.clone());
                self.tables.insert(name.clone(), table);
            }
            Action::AlterTable { table, action } => self.alter_table(table, action),
            Action::CreateIndex { name, table, columns, computed, options } => {
                let index = Index {
                    table: table.clone(),
                    unique: options.unique,
                    columns: columns.clone(),
                    computed: computed.clone(),
                };
                self.create_index(name.as_ref(), index);
            }
            Action::DropIndex { names, .. } => names.iter().for_each(|name| {
                self.indexes.remove(name);
            }),
            Action::Create { kind, name, .. } => {
                self.fresh.others.insert((*kind, name.clone()));
                self.others.insert((*kind, name.clone()));
                if *kind == ObjectKind::Sequence {
                    self.fresh.relations.insert(name.clone());
                }
            }
            Action::CreateView { kind, name, words, .. } => {
                let replaced = self.views.insert(name.clone(), words.clone());
                if replaced.is_none() {
                    self.fresh.relations.insert(name.clone());
                    self.fresh.others.insert((*kind, name.clone()));
                }
            }
            Action::CreateFunction { name, volatile, .. }
                if self.functions.insert(name.clone(), *volatile).is_none() =>
            {
                self.fresh.others.insert((ObjectKind::Function, name.clone()));
            }
            Action::CreateEnum { name, .. } | Action::CreateDomain { name, .. } => {
                let kind = match action {
                    Action::CreateEnum { .. } => ObjectKind::Type,
                    _ => ObjectKind::Domain,
                };
                self.enums.insert(name.clone());
                self.fresh.others.insert((kind, name.clone()));
            }
            Action::CreateTrigger { table, name, .. } => {
                self.fresh.others.insert((ObjectKind::Trigger, Name::plain(name)));
                self.tables.entry(table.clone()).or_default().triggers.insert(name.clone());
            }
            Action::Drop { kind, names, .. } => self.remove(*kind, names),
            Action::Rename { kind, name, to } => self.move_object(*kind, name, name.renamed(to)),
            Action::SetSchema { kind, name, to } => self.move_object(*kind, name, name.moved(to)),
            _ => {}
        }
    }

    fn remove(&mut self, kind: ObjectKind, names: &[Name]) {
        for name in names {
            match kind {
                ObjectKind::Table => {
                    self.tables.remove(name);
                    self.fresh.relations.remove(name);
                    self.indexes.retain(|_, index| index.table != *name);
                }
                ObjectKind::View | ObjectKind::MaterializedView => {
                    self.views.remove(name);
                    self.fresh.relations.remove(name);
                }
                ObjectKind::Function => {
                    self.functions.remove(name);
                }
                _ => {}
            }
            self.others.remove(&(kind, name.clone()));
        }
    }

    fn move_object(&mut self, kind: ObjectKind, from: &Name, to: Name) {
        match kind {
            ObjectKind::Table => self.rename_table(from, to),
            ObjectKind::View | ObjectKind::MaterializedView => {
                if let Some(words) = self.views.remove(from) {
                    self.views.insert(to, words);
                }
            }
            ObjectKind::Index => {
                if let Some(index) = self.indexes.remove(from) {
                    self.indexes.insert(to, index);
                }
            }
            _ => {}
        }
    }

    fn rename_table(&mut self, from: &Name, to: Name) {
        if let Some(table) = self.tables.remove(from) {
            self.tables.insert(to.clone(), table);
        }
        if self.fresh.relations.remove(from) {
            self.fresh.relations.insert(to.clone());
        }
        for index in self.indexes.values_mut().filter(|index| index.table == *from) {
            index.table = to.clone();
        }
    }

    fn create_index(&mut self, name: Option<&Name>, index: Index) {
        let table = &index.table;
        let made_up = || format!("{}_{}_idx", table.name, index.columns.join("_"));
        // An index is in the schema of its table, whatever is written.
        let name = table.renamed(&name.map_or_else(made_up, |name| name.name.clone()));
        self.fresh.others.insert((ObjectKind::Index, name.clone()));
        self.indexes.insert(name, index);
    }

    fn alter_table(&mut self, name: &Name, action: &TableAction) {
        match action {
            TableAction::RenameTo(to) => return self.rename_table(name, name.renamed(to)),
            TableAction::SetSchema(to) => return self.rename_table(name, name.moved(to)),
            TableAction::AddColumn { column, if_not_exists } => {
                let known = self.column(name, &column.name).is_some();
                if *if_not_exists && known {
                    return;
                }
                self.fresh.columns.insert((name.clone(), column.name.clone()));
            }
            TableAction::AddConstraint(constraint) if constraint.not_valid => {
                self.fresh.unvalidated.insert((name.clone(), constraint_name(name, constraint)));
            }
            _ => {}
        }
        self.tables.entry(name.clone()).or_default().act(name, action);
    }
}

impl Table {
    fn act(&mut self, name: &Name, action: &TableAction) {
        match action {
            TableAction::AddColumn { column, .. } => self.add_column(name, column, true),
            TableAction::DropColumn { name: column, .. } => {
                self.columns.remove(column);
            }
            TableAction::AlterType { name: column, data_type, .. } => {
                if let Some(column) = self.columns.get_mut(column) {
                    column.data_type = data_type.clone();
                }
            }
            TableAction::SetNotNull(column) | TableAction::DropNotNull(column) => {
                if let Some(column) = self.columns.get_mut(column) {
                    column.not_null = matches!(action, TableAction::SetNotNull(_));
                }
            }
            TableAction::AddConstraint(constraint) => {
                self.add_constraint(name, constraint, !constraint.not_valid)
            }
            TableAction::DropConstraint { name, .. } => {
                self.constraints.remove(name);
            }
            TableAction::ValidateConstraint(name) => {
                if let Some(constraint) = self.constraints.get_mut(name) {
                    constraint.validated = true;
                }
            }
            TableAction::RenameColumn { name, to } => {
                if let Some(column) = self.columns.remove(name) {
                    self.columns.insert(to.clone(), column);
                }
            }
            TableAction::RenameConstraint { name, to } => {
                if let Some(constraint) = self.constraints.remove(name) {
                    self.constraints.insert(to.clone(), constraint);
                }
            }
            TableAction::EnableRowSecurity => self.row_security = true,
            TableAction::DisableRowSecurity => self.row_security = false,
            _ => {}
        }
    }

    fn add_column(&mut self, table: &Name, column: &Column, validated: bool) {
        let is_key = column.constraints.iter().any(|it| matches!(it.kind, ConstraintKind::PrimaryKey { .. }));
        let not_null = column.not_null
            || is_key
            || column.generated == Generated::Identity
            || column.data_type.is_serial();
        let live = LiveColumn { data_type: column.data_type.clone(), not_null };
        self.columns.insert(column.name.clone(), live);
        for constraint in &column.constraints {
            self.add_constraint(table, constraint, validated);
        }
    }

    fn add_constraint(&mut self, table: &Name, constraint: &Constraint, validated: bool) {
        if let ConstraintKind::PrimaryKey { columns, .. } = &constraint.kind {
            for column in columns {
                if let Some(column) = self.columns.get_mut(column) {
                    column.not_null = true;
                }
            }
        }
        let live = LiveConstraint { kind: constraint.kind.clone(), validated };
        self.constraints.insert(constraint_name(table, constraint), live);
    }
}

/// The constraint's name, or the one that PostgreSQL makes up for it (`ChooseConstraintName`).
pub(crate) fn constraint_name(table: &Name, constraint: &Constraint) -> String {
    if let Some(name) = &constraint.name {
        return name.clone();
    }
    let table = &table.name;
    match &constraint.kind {
        ConstraintKind::PrimaryKey { .. } => format!("{table}_pkey"),
        ConstraintKind::Unique { columns, .. } => format!("{table}_{}_key", columns.join("_")),
        ConstraintKind::ForeignKey { columns, .. } => format!("{table}_{}_fkey", columns.join("_")),
        ConstraintKind::Check { columns, .. } => match &columns[..] {
            [column, ..] => format!("{table}_{column}_check"),
            [] => format!("{table}_check"),
        },
        ConstraintKind::Exclusion => format!("{table}_excl"),
        ConstraintKind::NotNull(column) => format!("{table}_{column}_not_null"),
    }
}
