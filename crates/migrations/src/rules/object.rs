//! Everything but tables: dropping, renaming and replacing it.

use crate::finding::{RuleId, Subject};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Linter, Violation, contract_because, review_because, unsafe_because};
use crate::statement::{Action, DomainAction, ObjectKind};

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
        Action::AlterDomain { name, action } => domain(linter, span, name, *action),
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
        Action::CreateRule { table } if linter.schema.is_live(table) => {
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

fn domain(linter: &mut Linter<'_>, span: Span, name: &Name, action: DomainAction) {
    if !linter.schema.is_live_object(ObjectKind::Domain, name) {
        return;
    }
    match action {
        DomainAction::AddConstraint { not_valid: false } | DomainAction::SetNotNull => linter.report(
            span, Subject::object(ObjectKind::Domain, name),
            format!("adds a rule to the domain `{name}`"),
            unsafe_because(
                RuleId::BanAlterDomainWithAddConstraint,
                "PostgreSQL reads every table that has a column of the domain, under a lock that makes writes wait",
                "add it NOT VALID, and validate it in a file of its own",
            ),
        ),
        DomainAction::AddConstraint { not_valid: true } => linter.report(
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
        DomainAction::Validate | DomainAction::Widen => {}
    }
}
