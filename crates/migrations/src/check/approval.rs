//! Waivers and approvals: whether a finding fails the check.

use crate::finding::{Class, Finding, FindingState, RuleId};
use crate::policy::{Approval, Policy};
use crate::timestamp::Timestamp;

/// What becomes of a finding.
pub(super) fn state(
    policy: &Policy,
    path: &str,
    sha256: &str,
    finding: &Finding,
    now: Timestamp,
) -> FindingState {
    if finding.class == Class::Expand {
        return FindingState::Advice;
    }
    if let Some(waiver) = policy.waivers.find(path, finding.rule)
        && waiver.expires > now
    {
        return FindingState::Waived { reason: waiver.reason.clone(), until: waiver.expires };
    }
    let Some(approvers) = approvers(policy, finding) else { return FindingState::Open };
    let approvals = &policy.approvals;
    if let Some(label) = &approvals.label
        && policy.labels.contains(label)
    {
        return FindingState::Approved { by: format!("label {label}") };
    }
    let may_approve = |approval: &&Approval| match approvers {
        Approvers::Anybody => true,
        Approvers::Reviewers(reviewers) => reviewers.contains(&approval.by),
    };
    let mut valid = approvals.of(path).filter(|approval| approval.sha256 == sha256 && approval.at <= now);
    match valid.find(may_approve) {
        Some(approval) => FindingState::Approved { by: approval.by.clone() },
        None => FindingState::Open,
    }
}

/// Who may approve a finding.
#[derive(Clone, Copy)]
enum Approvers<'a> {
    Anybody,
    Reviewers(&'a [String]),
}

/// Nobody may approve what a person cannot make good by looking at it.
fn approvers<'a>(policy: &'a Policy, finding: &Finding) -> Option<Approvers<'a>> {
    match finding.rule {
        RuleId::ContractWait | RuleId::UnownedTable | RuleId::MissingDownFile => None,
        RuleId::CoreTable | RuleId::SharedTable | RuleId::ForeignTable => {
            let owner = finding.subject.as_table().map(|table| policy.ownership.owner(table));
            Some(Approvers::Reviewers(owner.map_or(&[], |owner| owner.reviewers())))
        }
        _ if matches!(finding.class, Class::Contract | Class::Review) => Some(Approvers::Anybody),
        _ => None,
    }
}
