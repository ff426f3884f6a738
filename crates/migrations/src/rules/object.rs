//! Everything but tables: dropping, renaming and replacing it.

use crate::name::Name;
use crate::rules::{Judge, Verdict, contract_because, review_because, unsafe_because};
use crate::statement::{Action, DomainAction, ObjectKind, Span};

/// Judges what a statement does to objects.
pub(super) fn judge(judge: &mut Judge<'_>, span: Span, action: &Action) {
    match action {
        Action::Drop { kind, names, .. } => drop(judge, span, *kind, names),
        Action::Rename { kind, name, to } => {
            rename(judge, span, *kind, name, &format!("renames the {} `{name}` to `{to}`", kind.word()))
        }
        Action::SetSchema { kind, name, to } => {
            rename(judge, span, *kind, name, &format!("moves the {} `{name}` to `{to}`", kind.word()));
        }
        Action::RenameColumn { kind, name, column, to }
            if judge.schema.is_live_object(*kind, name) && judge.schema.is_live(name) =>
        {
            judge.report(
                span,
                format!("renames `{column}` of the {} `{name}` to `{to}`", kind.word()),
                unsafe_because(
                    "renaming-column",
                    BREAKS,
                    "add the new name beside the old one, and drop the old one later",
                ),
            );
        }
        Action::RenameEnumValue { name, value } if judge.schema.is_live_object(ObjectKind::Type, name) => {
            judge.report(
                span,
                format!("renames the value {value} of `{name}`"),
                unsafe_because(
                    "renaming-object",
                    "a running release that writes or compares the old value fails at once",
                    "add the new value, move rows and code over, and leave the old one unused",
                ),
            );
        }
        Action::DropAttribute { name, attribute } if judge.schema.is_live_object(ObjectKind::Type, name) => {
            judge.report(
                span,
                format!("drops the attribute `{attribute}` of `{name}`"),
                contract_because("ban-drop-type", BREAKS, "release code that does not use it first"),
            );
        }
        Action::AlterDomain { name, action } => domain(judge, span, name, *action),
        Action::CreateFunction { name, or_replace: true, .. }
            if judge.schema.functions.contains_key(name)
                && judge.schema.is_live_object(ObjectKind::Function, name) =>
        {
            judge.report(span, format!("replaces the function `{name}`"), replaced("replacing-function"));
        }
        Action::CreateView { name, or_replace: true, .. }
            if judge.schema.views.contains_key(name) && judge.schema.is_live(name) =>
        {
            judge.report(span, format!("replaces the view `{name}`"), replaced("replacing-view"));
        }
        Action::AlterSequence { name } if judge.schema.is_live(name) => {
            judge.report(
                span,
                format!("changes the sequence `{name}`"),
                review_because("altering-sequence", "a sequence that restarts too low hands out keys that exist, and inserts of every release fail", "show where the sequence stands and where the largest key is"),
            );
        }
        Action::CreateRule { table } if judge.schema.is_live(table) => {
            judge.report(
                span,
                format!("rewrites statements on `{table}`"),
                review_because(
                    "creating-rule",
                    "a rule changes what the statements of a running release do",
                    "use a trigger, or show that old code does the same as before",
                ),
            );
        }
        Action::AlterSystem => judge.report(
            span,
            "changes the server's configuration",
            review_because(
                "alter-system",
                "it concerns every database of the server, and does not run in a transaction",
                "set it where the server is described",
            ),
        ),
        _ => {}
    }
}

const BREAKS: &str = "a running release that names it fails at once";

fn replaced(rule: &'static str) -> Verdict {
    review_because(
        rule,
        "running releases get the new behaviour at once; whether they can live with it is not to be seen in the file",
        "create it under a new name, and move the releases over; or have it approved and tested with `migrations compat`",
    )
}

fn drop(judge: &mut Judge<'_>, span: Span, kind: ObjectKind, names: &[Name]) {
    let rule = match kind {
        ObjectKind::Table => "ban-drop-table",
        ObjectKind::View | ObjectKind::MaterializedView => "ban-drop-view",
        ObjectKind::Schema => "ban-drop-schema",
        ObjectKind::Function => "ban-drop-function",
        ObjectKind::Type => "ban-drop-type",
        ObjectKind::Domain => "ban-drop-domain",
        ObjectKind::Sequence => "ban-drop-sequence",
        ObjectKind::Extension => "ban-drop-extension",
        ObjectKind::Trigger => return triggers(judge, span, "ban-drop-trigger", kind, names),
        ObjectKind::Policy => return triggers(judge, span, "ban-drop-policy", kind, names),
        ObjectKind::Rule => return triggers(judge, span, "ban-drop-rule", kind, names),
        ObjectKind::Role => "ban-drop-role",
        ObjectKind::Database => "ban-drop-database",
        ObjectKind::Index | ObjectKind::Other => return,
    };
    for name in names {
        let is_relation = matches!(
            kind,
            ObjectKind::Table | ObjectKind::View | ObjectKind::MaterializedView | ObjectKind::Sequence
        );
        let is_live =
            if is_relation { judge.schema.is_live(name) } else { judge.schema.is_live_object(kind, name) };
        if is_live {
            judge.report(
                span,
                format!("drops the {} `{name}`", kind.word()),
                contract_because(rule, BREAKS, "release code that does not name it; when no older release runs, drop it and have it approved"),
            );
        }
    }
}

/// The last name is the table's.
fn triggers(judge: &mut Judge<'_>, span: Span, rule: &'static str, kind: ObjectKind, names: &[Name]) {
    let [name, .., table] = names else { return };
    if judge.schema.is_live(table) && judge.schema.is_live_object(kind, name) {
        judge.report(
            span,
            format!("drops the {} `{name}` of `{table}`", kind.word()),
            contract_because(
                rule,
                "what it does for a running release (a copy, a check, access to rows) no longer happens",
                "release code that does not rely on it first",
            ),
        );
    }
}

fn rename(judge: &mut Judge<'_>, span: Span, kind: ObjectKind, name: &Name, message: &str) {
    // Nothing but migrations names these.
    if matches!(kind, ObjectKind::Index | ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule) {
        return;
    }
    if judge.schema.is_live(name) && judge.schema.is_live_object(kind, name) {
        judge.report(
            span,
            message,
            unsafe_because(
                "renaming-object",
                BREAKS,
                "create it under the new name beside the old one, and drop the old one later",
            ),
        );
    }
}

fn domain(judge: &mut Judge<'_>, span: Span, name: &Name, action: DomainAction) {
    if !judge.schema.is_live_object(ObjectKind::Domain, name) {
        return;
    }
    match action {
        DomainAction::AddConstraint { not_valid: false } | DomainAction::SetNotNull => judge.report(
            span,
            format!("adds a rule to the domain `{name}`"),
            unsafe_because(
                "ban-alter-domain-with-add-constraint",
                "PostgreSQL reads every table that has a column of the domain, under a lock that makes writes wait",
                "add it NOT VALID, and validate it in a file of its own",
            ),
        ),
        DomainAction::AddConstraint { not_valid: true } => judge.report(
            span,
            format!("adds a rule to the domain `{name}`"),
            contract_because(
                "narrowing-constraint",
                "a running release that writes other values fails from this moment on",
                "make sure that every release that runs writes only what the rule allows, and have that approved",
            ),
        ),
        DomainAction::DropDefault => judge.report(
            span,
            format!("drops the default of the domain `{name}`"),
            contract_because("ban-drop-default", "an INSERT that leaves the column out stores null", "release code that writes the column first"),
        ),
        DomainAction::Validate | DomainAction::Widen => {}
    }
}
