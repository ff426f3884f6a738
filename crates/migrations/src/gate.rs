//! Ownership, approvals, waiting times and waivers: what decides whether a finding fails the check.

use crate::check::{Policy, State, changes};
use crate::directory::{Directory, MigrationFile};
use crate::finding::{Class, Finding};
use crate::log::Deployed;
use crate::name::Name;
use crate::policy::{Approval, Standing};
use crate::read::Reading;
use crate::schema::Schema;
use crate::statement::{Action, Span};
use crate::time::Moment;

/// Tables that a file touches, with the first statement that does.
pub(crate) fn touched(reading: &Reading, schema: &Schema) -> Vec<(Name, Span)> {
    let mut touched: Vec<(Name, Span)> = Vec::new();
    for statement in &reading.statements {
        if !statement.effects.iter().any(|effect| changes(&effect.action)) {
            continue;
        }
        // A new table is its creator's; what it refers to is touched.
        for name in &statement.tables {
            let is_view = schema.views.contains_key(name);
            if !is_view && !is_temporary(reading, name) && touched.iter().all(|(known, _)| known != name) {
                touched.push((name.clone(), statement.span));
            }
        }
    }
    touched
}

fn is_temporary(reading: &Reading, table: &Name) -> bool {
    reading.statements.iter().flat_map(|statement| &statement.effects).any(
        |effect| matches!(&effect.action, Action::CreateTable { name, temporary: true, .. } if name == table),
    )
}

/// Reports tables that the folder's service does not own.
pub(crate) fn ownership(
    policy: &Policy,
    directory: &Directory,
    touched: &[(Name, Span)],
    findings: &mut Vec<Finding>,
) {
    if policy.ownership.is_empty() {
        return;
    }
    let service = policy.ownership.service_of(&directory.path);
    let who = service.unwrap_or("the platform");
    for (table, span) in touched {
        let (rule, message, reviewers) = match policy.ownership.standing(table, service) {
            Standing::Own => continue,
            Standing::Core(reviewers) => {
                ("core-table", format!("{who} touches the core table `{table}`"), reviewers)
            }
            Standing::Shared(services, reviewers) => (
                "shared-table",
                format!("{who} touches `{table}`, which {} share", services.join(", ")),
                reviewers,
            ),
            Standing::Foreign(owner, reviewers) => {
                ("foreign-table", format!("{who} touches `{table}`, which {owner} owns"), reviewers)
            }
            Standing::Unowned => ("unowned-table", format!("nobody owns `{table}`"), &[][..]),
        };
        let fix = match reviewers {
            [] if rule == "unowned-table" => "add the table to ownership.toml".to_owned(),
            [] => "name reviewers in ownership.toml, and get an approval of one of them".to_owned(),
            reviewers => format!("get an approval of {}", reviewers.join(" or ")),
        };
        findings.push(Finding {
            rule: rule.to_owned(),
            class: Class::Review,
            span: *span,
            message,
            why: "others rely on the table, or nobody answers for it".to_owned(),
            fix,
        });
    }
}

/// What becomes of a finding.
pub(crate) fn state(policy: &Policy, path: &str, sha256: &str, finding: &Finding, now: Moment) -> State {
    if finding.class == Class::Expand {
        return State::Advice;
    }
    if let Some(waiver) = policy.waivers.find(path, &finding.rule)
        && waiver.expires > now
    {
        return State::Waived { reason: waiver.reason.clone(), until: waiver.expires };
    }
    let needs_people = matches!(finding.class, Class::Contract | Class::Review);
    if !needs_people
        || matches!(finding.rule.as_str(), "contract-wait" | "unowned-table" | "missing-down-file")
    {
        return State::Open;
    }
    let approvals = &policy.approvals;
    if let Some(label) = &approvals.label
        && policy.labels.contains(label)
    {
        return State::Approved { by: format!("label {label}") };
    }
    let is_reviewer = |approval: &&Approval| match finding.rule.as_str() {
        "core-table" | "shared-table" | "foreign-table" => reviewers(policy, finding).contains(&approval.by),
        _ => true,
    };
    let mut valid = approvals.of(path).filter(|approval| approval.sha256 == sha256 && approval.at <= now);
    match valid.find(is_reviewer) {
        Some(approval) => State::Approved { by: approval.by.clone() },
        None => State::Open,
    }
}

/// The reviewers that a finding about ownership names.
fn reviewers(policy: &Policy, finding: &Finding) -> Vec<String> {
    let Some(table) = finding.message.split('`').nth(1).map(Name::parse) else { return Vec::new() };
    // Whoever asks, the owners are the same: a name that no service has stands for all of them.
    match policy.ownership.standing(&table, Some("")) {
        Standing::Core(reviewers) | Standing::Shared(_, reviewers) | Standing::Foreign(_, reviewers) => {
            reviewers.to_vec()
        }
        Standing::Own | Standing::Unowned => Vec::new(),
    }
}

/// What a CONTRACT still waits for: the time since its EXPAND, and the end of the releases that used the old shape.
pub(crate) fn wait(
    policy: &Policy,
    directory: &Directory,
    file: &MigrationFile,
    sha256: &str,
    now: Moment,
    findings: &[Finding],
) -> Option<Finding> {
    let first =
        findings.iter().filter(|finding| finding.class == Class::Contract).map(|finding| finding.span);
    let span = first.min_by_key(|span| span.start)?;
    let hours = policy.approvals.wait();
    let report = |message: String, fix: String| {
        Some(Finding {
            rule: "contract-wait".to_owned(),
            class: Class::Contract,
            span,
            message,
            why: "until the new release has proved itself, the old one must be able to come back".to_owned(),
            fix,
        })
    };
    let approval = policy.approvals.of(&file.path).find(|approval| approval.sha256 == sha256);
    let expand = expand(policy, directory, file, approval.and_then(|approval| approval.expand));
    let Some(expand) = expand else {
        return report(
            "no log says when its EXPAND was deployed".to_owned(),
            "give the log with --log; `migrations log` keeps it".to_owned(),
        );
    };
    let over = expand.deployed_at.plus_hours(hours);
    if over > now {
        return report(
            format!(
                "its EXPAND {} was deployed {} hours ago; {hours} are to pass",
                expand.version,
                now.hours_since(expand.deployed_at)
            ),
            format!("wait until {over}"),
        );
    }
    let old = policy.log.releases.iter().filter(|release| release.deployed_at <= expand.deployed_at);
    let mut count = 0;
    for release in old {
        count += 1;
        let name = format!("release {} of {}", release.release, release.service);
        match release.retired_at {
            None => {
                return report(
                    format!("{name} is older than its EXPAND and still runs"),
                    "retire it, and record that with `migrations log retire`".to_owned(),
                );
            }
            Some(retired) if retired.plus_hours(hours) > now => {
                return report(
                    format!("{name} was retired {} hours ago; {hours} are to pass", now.hours_since(retired)),
                    format!("wait until {}", retired.plus_hours(hours)),
                );
            }
            Some(_) => {}
        }
    }
    if count == 0 && policy.log.releases.is_empty() {
        return report(
            "the log knows no releases, so nothing says that none uses the old shape".to_owned(),
            "record them with `migrations log release` and `migrations log retire`".to_owned(),
        );
    }
    None
}

/// The deployed migration that a CONTRACT ends: the one that its approval names, or the newest of the folder.
fn expand<'a>(
    policy: &'a Policy,
    directory: &Directory,
    file: &MigrationFile,
    named: Option<u64>,
) -> Option<&'a Deployed> {
    match named {
        Some(version) => policy.log.find(&directory.path, version),
        None => {
            let newest = policy.log.newest(&directory.path).filter(|newest| *newest < file.version)?;
            policy.log.find(&directory.path, newest)
        }
    }
}
