//! What each statement makes of the schema.

use crate::data_type::DataType;
use crate::name::Name;
use crate::schema::{
    Domain, Function, Index, LiveColumn, LiveConstraint, NewColumn, Schema, Table, View, constraint_name,
};
use crate::statement::{
    Action, Column, Constraint, ConstraintKind, DomainAction, Generated, KeyIndex, ObjectKind,
    PartitionBounds, Statement, TableAction, domain_check,
};

impl Schema {
    /// Takes over what a statement of the file does.
    pub(crate) fn apply(&mut self, statement: &Statement) {
        self.being_dropped.clear();
        for effect in &statement.effects {
            self.act(&effect.action);
            if let Action::CreateView { kind, name, words, with_data, .. } = &effect.action {
                let view = View {
                    words: words.clone(),
                    tables: statement.tables.clone(),
                    calls: statement.calls.clone(),
                    is_materialized: *kind == ObjectKind::MaterializedView,
                    is_filled: *with_data,
                };
                self.views.insert(name.clone(), view);
            }
        }
    }

    /// Takes over the columns that a statement adds, which its other actions may change.
    pub(crate) fn add_columns(&mut self, statement: &Statement) {
        for effect in &statement.effects {
            if matches!(&effect.action, Action::AlterTable { action: TableAction::AddColumn { .. }, .. }) {
                self.act(&effect.action);
            }
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
                let mut table = Table { partitioned: partitioned.clone(), ..Table::default() };
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
                self.created.relations.insert(name.clone());
                self.tables.insert(name.clone(), table);
                if let Some((parent, is_default)) = partition_of
                    && let Some(parent) = self.tables.get_mut(parent)
                {
                    parent.partitions.push((name.clone(), *is_default));
                }
            }
            Action::AlterTable { table, action, .. } => self.alter_table(table, action),
            Action::CreateIndex { name, table, columns, computed, definition, options } => {
                let index = Index {
                    table: table.clone(),
                    unique: options.unique,
                    columns: columns.clone(),
                    computed: computed.clone(),
                    definition: definition.clone(),
                };
                self.create_index(name.as_ref(), index, options.if_not_exists);
            }
            Action::DropIndex { names, .. } => names.iter().for_each(|name| {
                self.indexes.remove(name);
            }),
            Action::Create { kind, name, .. } => {
                self.created.others.insert((*kind, name.clone()));
                self.others.insert((*kind, name.clone()));
                if *kind == ObjectKind::Sequence {
                    self.created.relations.insert(name.clone());
                }
            }
            Action::CreateView { kind, name, .. } if !self.views.contains_key(name) => {
                self.created.relations.insert(name.clone());
                self.created.others.insert((*kind, name.clone()));
            }
            Action::CreateEnum { name, .. } | Action::CreateDomain { name, .. } => {
                let kind = match action {
                    Action::CreateEnum { .. } => ObjectKind::Type,
                    _ => ObjectKind::Domain,
                };
                if let Action::CreateDomain { base, constraints, not_null, has_default, .. } = action {
                    let domain = Domain {
                        base: base.clone(),
                        constraints: constraints.clone(),
                        not_null: *not_null,
                        has_default: *has_default,
                    };
                    self.domains.insert(name.clone(), domain);
                }
                self.enums.insert(name.clone());
                self.created.others.insert((kind, name.clone()));
            }
            Action::CreateTrigger { table, name, function, .. } => {
                self.created.others.insert((ObjectKind::Trigger, Name::plain(name)));
                let table = self.tables.entry(table.clone()).or_default();
                table.triggers.insert(name.clone(), function.clone());
            }
            Action::CreateRule { table, body: Some(body) } => {
                let table = self.tables.entry(table.clone()).or_default();
                table.triggers.insert(body.name.clone(), Some(body.clone()));
            }
            Action::Refresh { name, with_data, .. } => {
                if let Some(view) = self.views.get_mut(name) {
                    view.is_filled = *with_data;
                }
            }
            Action::CreateOther { words } => {
                self.created.others.insert((ObjectKind::Other, Name::plain(words)));
            }
            Action::Publish { name, is_new: true, .. } => {
                let words = format!("publication {name}");
                self.created.others.insert((ObjectKind::Other, Name::plain(&words)));
            }
            Action::AlterDomain { name, action } => {
                self.alter_domain(name, action);
            }
            Action::Drop { kind, names, .. } => self.remove(*kind, names),
            Action::Rename { kind, name, to } => self.move_object(*kind, name, name.renamed(to)),
            Action::SetSchema { kind, name, to } => self.move_object(*kind, name, name.moved(to)),
            _ => {}
        }
    }

    /// Takes over a function, with what it does when it is called.
    pub(crate) fn define(&mut self, name: &Name, function: Function) {
        if !self.functions.contains_key(name) {
            self.created.others.insert((ObjectKind::Function, name.clone()));
        }
        let known = self.functions.entry(name.clone()).or_default();
        known.retain(|other| other.arguments != function.arguments);
        known.push(function);
    }

    fn alter_domain(&mut self, name: &Name, action: &DomainAction) {
        let text = DataType::from_words(&["text".to_owned()]);
        let domain = self.domains.entry(name.clone()).or_insert_with(|| Domain {
            base: text,
            constraints: Vec::new(),
            not_null: false,
            has_default: false,
        });
        match action {
            DomainAction::AddConstraint { name: written, .. } => {
                let made_up = || domain_check(name, &domain.constraints);
                let name = written.clone().unwrap_or_else(made_up);
                domain.constraints.push(name);
            }
            DomainAction::DropConstraint(dropped) => domain.constraints.retain(|known| known != dropped),
            DomainAction::SetNotNull => domain.not_null = true,
            DomainAction::DropNotNull => domain.not_null = false,
            DomainAction::SetDefault => domain.has_default = true,
            DomainAction::DropDefault => domain.has_default = false,
            DomainAction::Validate | DomainAction::Widen => {}
        }
    }

    fn remove(&mut self, kind: ObjectKind, names: &[Name]) {
        for name in names {
            match kind {
                ObjectKind::Table => {
                    self.tables.remove(name);
                    self.created.relations.remove(name);
                    if name.schema.as_deref() == Some("pg_temp") {
                        self.temporary.remove(&name.name);
                    }
                    self.indexes.retain(|_, index| index.table != *name);
                }
                ObjectKind::View | ObjectKind::MaterializedView => {
                    self.views.remove(name);
                    self.created.relations.remove(name);
                }
                ObjectKind::Function => {
                    self.functions.remove(name);
                }
                ObjectKind::Domain => {
                    self.domains.remove(name);
                }
                ObjectKind::Trigger => {
                    if let [trigger, .., table] = names
                        && let Some(table) = self.tables.get_mut(table)
                    {
                        table.triggers.remove(&trigger.name);
                    }
                }
                ObjectKind::Rule => {
                    if let [rule, .., table] = names
                        && let Some(live) = self.tables.get_mut(table)
                    {
                        live.triggers.remove(&format!("{} on {table}", rule.name));
                    }
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
                if let Some(view) = self.views.remove(from) {
                    self.views.insert(to, view);
                }
            }
            ObjectKind::Index => {
                // An index of a constraint has its name.
                let of_schema = self.tables.iter_mut().filter(|(table, _)| table.schema == from.schema);
                for (_, table) in of_schema {
                    if let Some(constraint) = table.constraints.remove(&from.name) {
                        table.constraints.insert(to.name.clone(), constraint);
                    }
                }
                if let Some(index) = self.indexes.remove(from) {
                    self.indexes.insert(to, index);
                }
            }
            ObjectKind::Domain | ObjectKind::Type => {
                if let Some(domain) = self.domains.remove(from) {
                    self.domains.insert(to, domain);
                }
            }
            ObjectKind::Function => {
                if let Some(functions) = self.functions.remove(from) {
                    self.functions.insert(to, functions);
                }
            }
            _ => {}
        }
    }

    fn rename_table(&mut self, from: &Name, to: Name) {
        if let Some(table) = self.tables.remove(from) {
            self.tables.insert(to.clone(), table);
        }
        if self.created.relations.remove(from) {
            self.created.relations.insert(to.clone());
        }
        for index in self.indexes.values_mut().filter(|index| index.table == *from) {
            index.table = to.clone();
        }
    }

    fn create_index(&mut self, name: Option<&Name>, index: Index, if_not_exists: bool) {
        let table = &index.table;
        let made_up = || format!("{}_{}_idx", table.name, index.columns.join("_"));
        // An index is in the schema of its table, whatever is written.
        let name = table.renamed(&name.map_or_else(made_up, |name| name.name.clone()));
        if if_not_exists && self.indexes.contains_key(&name) {
            return;
        }
        self.created.others.insert((ObjectKind::Index, name.clone()));
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
                let key = (name.clone(), column.name.clone());
                let fills_itself = column.fills_itself() || self.is_domain_with_default(&column.data_type);
                // One statement that adds a column and changes it adds it twice here.
                let known = self.created.columns.get(&key).copied();
                let new = NewColumn { fills_itself, is_demanded: false, default_dropped: None };
                self.created.columns.insert(key, known.unwrap_or(new));
            }
            TableAction::DropDefault(column) | TableAction::SetDefault { name: column, .. } => {
                if let Some(column) = self.created.columns.get_mut(&(name.clone(), column.clone())) {
                    column.fills_itself = matches!(action, TableAction::SetDefault { .. });
                }
            }
            TableAction::RenameColumn { name: from, to } => {
                if let Some(column) = self.created.columns.remove(&(name.clone(), from.clone())) {
                    self.created.columns.insert((name.clone(), to.clone()), column);
                }
                let of_table = self.indexes.values_mut().filter(|index| index.table == *name);
                of_table.for_each(|index| index.rename_column(from, to));
            }
            TableAction::DropColumn { name: column, .. } => {
                self.created.columns.remove(&(name.clone(), column.clone()));
                self.indexes.retain(|_, index| index.table != *name || !index.names(column));
            }
            TableAction::AttachPartition { partition, bounds } => {
                let is_default = *bounds == PartitionBounds::Default;
                if let Some(table) = self.tables.get_mut(name) {
                    table.partitions.push((partition.clone(), is_default));
                }
            }
            TableAction::DetachPartition { partition, .. } => {
                if let Some(table) = self.tables.get_mut(name) {
                    table.partitions.retain(|(known, _)| known != partition);
                }
            }
            TableAction::AddConstraint(Constraint {
                kind: ConstraintKind::PrimaryKey { index: KeyIndex::Existing(index), .. },
                ..
            }) => {
                // A primary key makes the columns of its index NOT NULL.
                let columns = self.indexes.get(&name.renamed(index)).map(|index| index.columns.clone());
                let table = self.tables.entry(name.clone()).or_default();
                for column in columns.into_iter().flatten() {
                    if let Some(column) = table.columns.get_mut(&column) {
                        column.not_null = true;
                    }
                }
            }
            TableAction::AddConstraint(constraint) if constraint.not_valid && !constraint.not_enforced => {
                let constraint_name = constraint_name(self.tables.get(name), name, constraint);
                self.created.unvalidated.insert((name.clone(), constraint_name));
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
                self.constraints.retain(|_, constraint| !constraint.names(column));
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
                self.add_constraint(name, constraint, !constraint.not_valid && !constraint.not_enforced)
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
                self.constraints.values_mut().for_each(|constraint| constraint.rename_column(name, to));
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
        // One statement that adds a column and changes it adds it twice here.
        if self.columns.insert(column.name.clone(), live).is_some() {
            return;
        }
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
        let live = LiveConstraint {
            kind: constraint.kind.clone(),
            validated,
            definition: constraint.definition.clone(),
        };
        let name = constraint_name(Some(self), table, constraint);
        self.constraints.insert(name, live);
    }
}
