//! Everything but tables: dropping, renaming and replacing it.

use crate::finding::{RuleId, Subject};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Linter, Violation, contract_because, review_because, unsafe_because};
use crate::rules::refused;
use crate::statement::{Action, ConstraintKind, DomainAction, ObjectKind};

/// Checks what a statement does to objects.
pub(super) fn check(linter: &mut Linter<'_>, span: Span, action: &Action) {
    match action {
        Action::Drop { kind, names, .. } => drop(linter, span, *kind, names),
        Action::Rename { kind, name, to } => {
            rename(linter, span, *kind, name, &format!("renames the {} `{name}` to `{to}`", kind.word()))
        }
        Action::SetSchema { kind, name, to } => {
            rename(linter, span, *kind, name, &format!("moves the {} `{name}` to `{to}`", kind.word()));
        }
        Action::RenameColumn { kind, name, column, to }
            if linter.schema.is_live_object(*kind, name) && linter.schema.is_live(name) =>
        {
            linter.report(
                span,
                Subject::object(*kind, name),
                format!("renames `{column}` of the {} `{name}` to `{to}`", kind.word()),
                unsafe_because(
                    RuleId::RenamingColumn,
                    BREAKS,
                    "add the new name beside the old one, and drop the old one later",
                ),
            );
        }
        Action::RenameEnumValue { name, value } if linter.schema.is_live_object(ObjectKind::Type, name) => {
            linter.report(
                span,
                Subject::object(ObjectKind::Type, name),
                format!("renames the value {value} of `{name}`"),
                unsafe_because(
                    RuleId::RenamingObject,
                    "a running release that writes or compares the old value fails at once",
                    "add the new value, move rows and code over, and leave the old one unused",
                ),
            );
        }
        Action::DropAttribute { name, attribute } if linter.schema.is_live_object(ObjectKind::Type, name) => {
            linter.report(
                span,
                Subject::object(ObjectKind::Type, name),
                format!("drops the attribute `{attribute}` of `{name}`"),
                contract_because(RuleId::BanDropType, BREAKS, "release code that does not use it first"),
            );
        }
        Action::AlterAttribute { name, attribute } if linter.schema.is_live_object(ObjectKind::Type, name) => {
            linter.report(
                span,
                Subject::object(ObjectKind::Type, name),
                format!("changes the attribute `{attribute}` of `{name}`"),
                contract_because(
                    RuleId::ChangingCompositeType,
                    "a running release reads and writes values of the type as they were",
                    "make a new type beside it, and move columns and code over",
                ),
            );
        }
        Action::AlterView { name } if linter.schema.is_live(name) => linter.report(
            span,
            Subject::object(ObjectKind::View, name),
            format!("changes how the view `{name}` works"),
            replaced(RuleId::ReplacingView),
        ),
        Action::DropOther { words, .. }
            if linter.schema.is_live_object(ObjectKind::Other, &Name::plain(words)) =>
        {
            linter.report(
                span,
                Subject::File,
                format!("drops the {words}"),
                contract_because(
                    RuleId::BanDropObject,
                    "whatever relies on it stops or fails at once: running releases, subscribers, other objects",
                    "make sure that nothing uses it, and have it approved",
                ),
            );
        }
        Action::Unknown { words } => linter.report(
            span,
            Subject::File,
            format!("`{words}` is not known to any rule"),
            review_because(
                RuleId::UnknownStatement,
                "what it locks, and what a running release notices of it, cannot be judged",
                "try it with `migrations compat`, and have it approved",
            ),
        ),
        Action::AlterSettings { kind, words } => linter.report(
            span,
            Subject::File,
            format!("`{words}` changes a {}", kind.word()),
            review_because(
                RuleId::ChangingSettings,
                "every new connection of a running release gets the new settings or rights at once",
                "set it where the server is described, and show that every release that runs gets on with it",
            ),
        ),
        Action::Set { name, value: Some(value), .. } if changes_meaning(name, value) => linter.report(
            span,
            Subject::File,
            format!("sets {name} to {value} for the rest of the session"),
            review_because(
                RuleId::ChangingSettings,
                "triggers and foreign keys are passed over, or writes are refused, also those of the runner itself",
                "leave it out, or set it LOCAL and have it approved",
            ),
        ),
        Action::Publish { name, tables, is_new } => publish(linter, span, name, tables, *is_new),
        Action::MoveStorage => linter.report(
            span,
            Subject::File,
            "moves storage of indexes or tables",
            unsafe_because(
                RuleId::RewritingTable,
                "PostgreSQL copies them under ACCESS EXCLUSIVE: reads and writes wait until it is done",
                "build them anew there, CONCURRENTLY, and drop the old ones",
            ),
        ),
        Action::NotInTransaction { words } => alone(linter, span, words),
        Action::AlterDomain { name, action } => domain(linter, span, name, action),
        Action::CreateFunction { name, or_replace: true, .. }
            if linter.schema.functions.contains_key(name)
                && linter.schema.is_live_object(ObjectKind::Function, name) =>
        {
            linter.report(
                span,
                Subject::object(ObjectKind::Function, name),
                format!("replaces the function `{name}`"),
                replaced(RuleId::ReplacingFunction),
            );
        }
        Action::CreateView { name, or_replace: true, .. }
            if linter.schema.views.contains_key(name) && linter.schema.is_live(name) =>
        {
            linter.report(
                span,
                Subject::object(ObjectKind::View, name),
                format!("replaces the view `{name}`"),
                replaced(RuleId::ReplacingView),
            );
        }
        Action::AlterSequence { name } if linter.schema.is_live(name) => {
            linter.report(
                span, Subject::object(ObjectKind::Sequence, name),
                format!("changes the sequence `{name}`"),
                review_because(RuleId::AlteringSequence, "a sequence that restarts too low hands out keys that exist, and inserts of every release fail", "show where the sequence stands and where the largest key is"),
            );
        }
        Action::CreateRule { table, .. } if linter.schema.is_live(table) => {
            linter.report(
                span,
                Subject::table(table),
                format!("rewrites statements on `{table}`"),
                review_because(
                    RuleId::CreatingRule,
                    "a rule changes what the statements of a running release do",
                    "use a trigger, or show that old code does the same as before",
                ),
            );
        }
        Action::AlterSystem => linter.report(
            span,
            Subject::File,
            "changes the server's configuration",
            review_because(
                RuleId::AlterSystem,
                "it concerns every database of the server, and does not run in a transaction",
                "set it where the server is described",
            ),
        ),
        _ => {}
    }
}

const BREAKS: &str = "a running release that names it fails at once";

fn replaced(rule: RuleId) -> Violation {
    review_because(
        rule,
        "running releases get the new behaviour at once; whether they can live with it is not to be seen in the file",
        "create it under a new name, and move the releases over; or have it approved and tested with `migrations compat`",
    )
}

/// Settings with which later statements do something else than they say.
fn changes_meaning(name: &str, value: &str) -> bool {
    let is_on = !matches!(value.trim_matches('\''), "off" | "false" | "0" | "no");
    match name {
        "session_replication_role" => value.trim_matches('\'') != "origin",
        "default_transaction_read_only" | "transaction_read_only" => is_on,
        _ => false,
    }
}

/// A publication refuses updates of a table without a key from the moment that it has it.
fn publish(linter: &mut Linter<'_>, span: Span, name: &Name, tables: &[Name], is_new: bool) {
    let has_key = |table: &Name| {
        let mut constraints = linter.schema.constraints_of(table);
        constraints.any(|live| matches!(live.kind, ConstraintKind::PrimaryKey { .. }))
    };
    if !tables.is_empty() && tables.iter().all(|table| !linter.schema.is_live(table) || has_key(table)) {
        return;
    }
    let verb = if is_new { "makes" } else { "adds tables to" };
    linter.report(
        span, Subject::File,
        format!("{verb} the publication `{name}` of tables that may have no primary key"),
        review_because(
            RuleId::ChangingPublication,
            "PostgreSQL refuses UPDATE and DELETE of a published table without a replica identity: a running release fails",
            "name the tables, and give each a primary key or a replica identity first",
        ),
    );
}

/// Statements that stand alone in their file, because they run in no transaction.
fn alone(linter: &mut Linter<'_>, span: Span, words: &str) {
    if words.starts_with("DROP") {
        let rule = if words.ends_with("DATABASE") { RuleId::BanDropDatabase } else { RuleId::BanDropObject };
        linter.report(
            span,
            Subject::File,
            format!("runs {words}"),
            contract_because(rule, BREAKS, "make sure that nothing uses it, and have it approved"),
        );
    } else if words.starts_with("ALTER") || words.ends_with("SUBSCRIPTION") {
        linter.report(
            span,
            Subject::File,
            format!("runs {words}"),
            review_because(
                RuleId::UnknownStatement,
                "it reaches beyond the schema: rows arrive that no migration wrote, or sessions are shut out",
                "do it where the server is described, and have it approved",
            ),
        );
    }
}

fn drop(linter: &mut Linter<'_>, span: Span, kind: ObjectKind, names: &[Name]) {
    let rule = match kind {
        ObjectKind::Table => RuleId::BanDropTable,
        ObjectKind::View | ObjectKind::MaterializedView => RuleId::BanDropView,
        ObjectKind::Schema => RuleId::BanDropSchema,
        ObjectKind::Function => RuleId::BanDropFunction,
        ObjectKind::Type => RuleId::BanDropType,
        ObjectKind::Domain => RuleId::BanDropDomain,
        ObjectKind::Sequence => RuleId::BanDropSequence,
        ObjectKind::Extension => RuleId::BanDropExtension,
        ObjectKind::Trigger => return triggers(linter, span, RuleId::BanDropTrigger, kind, names),
        ObjectKind::Policy => return triggers(linter, span, RuleId::BanDropPolicy, kind, names),
        ObjectKind::Rule => return triggers(linter, span, RuleId::BanDropRule, kind, names),
        ObjectKind::Role => RuleId::BanDropRole,
        ObjectKind::Database => RuleId::BanDropDatabase,
        ObjectKind::Index | ObjectKind::Other => return,
    };
    for name in names {
        let is_relation = matches!(
            kind,
            ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Sequence
        );
        let is_live =
            if is_relation { linter.schema.is_live(name) } else { linter.schema.is_live_object(kind, name) };
        if is_live {
            linter.report(
                span, Subject::object(kind, name),
                format!("drops the {} `{name}`", kind.word()),
                contract_because(rule, BREAKS, "release code that does not name it; when no older release runs, drop it and have it approved"),
            );
        }
    }
}

/// The last name is the table's.
fn triggers(linter: &mut Linter<'_>, span: Span, rule: RuleId, kind: ObjectKind, names: &[Name]) {
    let [name, .., table] = names else { return };
    if linter.schema.is_live(table) && linter.schema.is_live_object(kind, name) {
        linter.report(
            span,
            Subject::object(kind, name),
            format!("drops the {} `{name}` of `{table}`", kind.word()),
            contract_because(
                rule,
                "what it does for a running release (a copy, a check, access to rows) no longer happens",
                "release code that does not rely on it first",
            ),
        );
    }
}

fn rename(linter: &mut Linter<'_>, span: Span, kind: ObjectKind, name: &Name, message: &str) {
    if kind == ObjectKind::Index
        && let Some(table) =
            refused::table_of_key(linter.schema, name).filter(|table| linter.schema.is_live(table))
    {
        let subject = Subject::constraint(table, &name.name);
        let message = format!("{message}, and with it the constraint of `{table}`");
        linter.report(
            span,
            subject,
            message,
            unsafe_because(
                RuleId::RenamingObject,
                "`ON CONFLICT ON CONSTRAINT` of a running release names the old constraint and fails",
                "leave the name, or release code that names the columns instead first",
            ),
        );
        return;
    }
    // Nothing but migrations names these.
    if matches!(kind, ObjectKind::Index | ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule) {
        return;
    }
    if linter.schema.is_live(name) && linter.schema.is_live_object(kind, name) {
        linter.report(
            span,
            Subject::object(kind, name),
            message,
            unsafe_because(
                RuleId::RenamingObject,
                BREAKS,
                "create it under the new name beside the old one, and drop the old one later",
            ),
        );
    }
}

fn domain(linter: &mut Linter<'_>, span: Span, name: &Name, action: &DomainAction) {
    if !linter.schema.is_live_object(ObjectKind::Domain, name) {
        return;
    }
    match action {
        DomainAction::AddConstraint { not_valid: false, .. } | DomainAction::SetNotNull => linter.report(
            span, Subject::object(ObjectKind::Domain, name),
            format!("adds a rule to the domain `{name}`"),
            unsafe_because(
                RuleId::BanAlterDomainWithAddConstraint,
                "PostgreSQL reads every table that has a column of the domain, under a lock that makes writes wait",
                "add it NOT VALID, and leave it so: new values fulfil it; or put a check on each table, NOT VALID and then validated",
            ),
        ),
        DomainAction::AddConstraint { not_valid: true, .. } => linter.report(
            span, Subject::object(ObjectKind::Domain, name),
            format!("adds a rule to the domain `{name}`"),
            contract_because(
                RuleId::NarrowingConstraint,
                "a running release that writes other values fails from this moment on",
                "make sure that every release that runs writes only what the rule allows, and have that approved",
            ),
        ),
        DomainAction::DropDefault => linter.report(
            span, Subject::object(ObjectKind::Domain, name),
            format!("drops the default of the domain `{name}`"),
            contract_because(RuleId::BanDropDefault, "an INSERT that leaves the column out stores null", "release code that writes the column first"),
        ),
        DomainAction::Validate => linter.report(
            span, Subject::object(ObjectKind::Domain, name),
            format!("validates a rule of the domain `{name}`"),
            unsafe_because(
                RuleId::BanAlterDomainWithAddConstraint,
                "PostgreSQL reads every table that has a column of the domain under SHARE: writes wait until it is done",
                "leave it NOT VALID: new values fulfil it; or put a check on each table, NOT VALID and then validated",
            ),
        ),
        DomainAction::DropConstraint(_)
        | DomainAction::DropNotNull
        | DomainAction::SetDefault
        | DomainAction::Widen => {}
    }
}
