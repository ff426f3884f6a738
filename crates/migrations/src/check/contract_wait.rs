//! How long a CONTRACT waits for the end of the releases that used the old shape.

use crate::directory::{Directory, MigrationFile};
use crate::finding::{Class, Finding, RuleId};
use crate::log::DeployedMigration;
use crate::policy::Policy;
use crate::timestamp::Timestamp;

/// What a CONTRACT still waits for: the time since its EXPAND, and the end of the releases that used the old shape.
pub(super) fn check(
    policy: &Policy,
    directory: &Directory,
    file: &MigrationFile,
    sha256: &str,
    now: Timestamp,
    findings: &[Finding],
) -> Option<Finding> {
    let contracts = findings.iter().filter(|finding| finding.class == Class::Contract);
    let first = contracts.min_by_key(|finding| finding.span.start)?;
    let (span, subject) = (first.span, &first.subject);
    let hours = policy.approvals.wait();
    let report = |message: String, fix: String| {
        Some(Finding {
            rule: RuleId::ContractWait,
            subject: subject.clone(),
            class: Class::Contract,
            span,
            message,
            why: "until the new release has proved itself, the old one must be able to come back".to_owned(),
            fix,
            files: Vec::new(),
            lock: None,
            quick_fix: None,
        })
    };
    let approval = policy.approvals.of(&file.path).find(|approval| approval.sha256 == sha256);
    let expand = ended_expand(policy, directory, file, approval.and_then(|approval| approval.expand));
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
fn ended_expand<'a>(
    policy: &'a Policy,
    directory: &Directory,
    file: &MigrationFile,
    named: Option<u64>,
) -> Option<&'a DeployedMigration> {
    match named {
        Some(version) => policy.log.find(&directory.path, version),
        None => {
            let newest = policy.log.newest(&directory.path).filter(|newest| *newest < file.version)?;
            policy.log.find(&directory.path, newest)
        }
    }
}
