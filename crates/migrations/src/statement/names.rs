//! The names in a statement, all of which a search path or a temporary table may turn into others.

use crate::name::Name;
use crate::statement::{
    Action, Column, ColumnDefault, Constraint, ConstraintKind, Scope, Statement, TableAction,
};

impl Statement {
    /// Replaces every name of a relation, and every name of a function.
    pub(crate) fn rename(&mut self, relation: &impl Fn(&Name) -> Name, function: &impl Fn(&Name) -> Name) {
        if let Scope::Function(name) = &mut self.scope {
            *name = function(name);
        }
        self.calls.iter_mut().for_each(|name| *name = function(name));
        self.tables.iter_mut().for_each(|name| *name = relation(name));
        for effect in &mut self.effects {
            effect.action.rename(relation, function);
        }
    }
}

impl Action {
    fn rename(&mut self, relation: &impl Fn(&Name) -> Name, function: &impl Fn(&Name) -> Name) {
        match self {
            Self::CreateTable { name, columns, constraints, partition_of, like, inherits, .. } => {
                *name = relation(name);
                let parents = partition_of.iter_mut().map(|(parent, _)| parent);
                parents.chain(like).chain(inherits).for_each(|name| *name = relation(name));
                columns.iter_mut().for_each(|column| rename_column(column, relation, function));
                constraints.iter_mut().for_each(|constraint| rename_constraint(constraint, relation));
            }
            Self::AlterTable { table, action, .. } => {
                *table = relation(table);
                match action {
                    TableAction::AddColumn { column, .. } => rename_column(column, relation, function),
                    TableAction::AddConstraint(constraint) => rename_constraint(constraint, relation),
                    TableAction::AttachPartition { partition, .. }
                    | TableAction::DetachPartition { partition, .. }
                    | TableAction::Inherit(partition) => *partition = relation(partition),
                    TableAction::SetDefault { functions, .. } => {
                        functions.iter_mut().for_each(|name| *name = function(name));
                    }
                    _ => {}
                }
            }
            Self::CreateTrigger { table, function: called, .. } => {
                *table = relation(table);
                if let Some(called) = called {
                    *called = function(called);
                }
            }
            Self::CreateFunction { name, .. } => *name = function(name),
            Self::CreateIndex { name, table, .. } => {
                *table = relation(table);
                if let Some(name) = name {
                    *name = relation(name);
                }
            }
            Self::CreatePolicy { table, .. }
            | Self::AlterPolicy { table }
            | Self::CreateRule { table, .. }
            | Self::Update { table, .. }
            | Self::Delete { table, .. }
            | Self::Insert { table, .. }
            | Self::Merge { table, .. } => *table = relation(table),
            Self::CreateView { name, .. }
            | Self::AlterView { name }
            | Self::Create { name, .. }
            | Self::Rename { name, .. }
            | Self::SetSchema { name, .. }
            | Self::RenameColumn { name, .. }
            | Self::AddEnumValue { name, .. }
            | Self::RenameEnumValue { name, .. }
            | Self::CreateEnum { name, .. }
            | Self::CreateDomain { name, .. }
            | Self::AlterDomain { name, .. }
            | Self::DropAttribute { name, .. }
            | Self::AlterAttribute { name, .. }
            | Self::AlterSequence { name }
            | Self::Refresh { name, .. }
            | Self::Reindex { name: Some(name), .. } => *name = relation(name),
            Self::DropIndex { names, .. }
            | Self::Drop { names, .. }
            | Self::Revoke { names }
            | Self::Truncate { tables: names, .. }
            | Self::Lock { tables: names, .. }
            | Self::LockRows { tables: names }
            | Self::Publish { tables: names, .. } => names.iter_mut().for_each(|name| *name = relation(name)),
            Self::Reindex { name: None, .. }
            | Self::MoveStorage
            | Self::DropOther { .. }
            | Self::CreateOther { .. }
            | Self::Unknown { .. }
            | Self::AlterSettings { .. }
            | Self::AlterDefaultPrivileges
            | Self::CopyOnServer { .. }
            | Self::CopyFromClient
            | Self::Vacuum { .. }
            | Self::Cluster
            | Self::Begin
            | Self::Commit
            | Self::Rollback
            | Self::Savepoint
            | Self::RollbackToSavepoint
            | Self::Set { .. }
            | Self::DynamicSql
            | Self::UnparsedBody { .. }
            | Self::ForeignBody { .. }
            | Self::AlterSystem
            | Self::NotInTransaction { .. }
            | Self::DiscardTemporary
            | Self::Harmless => {}
        }
    }
}

fn rename_column(column: &mut Column, relation: &impl Fn(&Name) -> Name, function: &impl Fn(&Name) -> Name) {
    column.constraints.iter_mut().for_each(|constraint| rename_constraint(constraint, relation));
    if let ColumnDefault::Calls(functions) = &mut column.default {
        functions.iter_mut().for_each(|name| *name = function(name));
    }
}

fn rename_constraint(constraint: &mut Constraint, relation: &impl Fn(&Name) -> Name) {
    if let ConstraintKind::ForeignKey { table, .. } = &mut constraint.kind {
        *table = relation(table);
    }
}
