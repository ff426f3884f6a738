//! What outlives an object, and what waits: names that stay taken, copies that are left, maintenance windows, upgrades
//! that must be permitted.

use crate::cloud::{Kept, Key};
use crate::constraints::region_of;
use crate::constraints::subject::{SOURCE, Subject};
use crate::provider_diagnostic::ProviderDiagnostic;
use crate::value::{Number, Object, Value};

const DAY: i64 = 24 * 60 * 60;
/// The day of the week on which the cloud begins, counted from Sunday: 1 January 2025 was a Wednesday.
const FIRST_DAY: i64 = 3;
const WEEK: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Subject<'_> {
    /// Whether the name is one that something had which is destroyed.
    pub(super) fn check_kept(&self) -> Option<ProviderDiagnostic> {
        let keeps = self.facts.keeps.as_ref()?;
        let is_ours = |kept: &Kept| {
            let same = |(name, value): (&String, &String)| self.text(name) == Some(value);
            kept.names.iter().all(same)
        };
        let kept = self.cloud.kept(self.kind, &self.place(), is_ours)?;
        let days = (kept.until - self.cloud.now() + DAY - 1) / DAY;
        let summary = format!("creating {}: {}", self.label(), keeps.error);
        let detail = format!("It is free again in {days} days. {} {SOURCE}", keeps.hint);
        Some(ProviderDiagnostic::new(summary, detail))
    }

    /// The name that stays taken once the object is destroyed.
    pub(crate) fn name_to_keep(&self) -> Option<Kept> {
        let keeps = self.facts.keeps.as_ref()?;
        let days = self.object.get(&keeps.days).and_then(number).unwrap_or(keeps.otherwise);
        let names = self.facts.unique.as_ref()?.by.iter();
        let names = names.filter_map(|name| Some((name.clone(), self.text(name)?.to_owned())));
        (days > 0).then(|| Kept {
            kind: self.kind.to_owned(),
            region: self.place(),
            names: names.collect(),
            until: self.cloud.now() + days * DAY,
        })
    }

    /// Whether the copy that is made at the end would have a name that is taken.
    pub(super) fn check_copy(&self) -> Option<ProviderDiagnostic> {
        let error = &self.facts.leaves.as_ref()?.error;
        let (key, _) = self.copy_to_leave()?;
        self.cloud.has(&key).then(|| {
            let summary = format!(
                "deleting {}: {error}: Cannot create the snapshot because a snapshot with the identifier {} already exists.",
                self.label(),
                key.id
            );
            ProviderDiagnostic::new(summary, SOURCE)
        })
    }

    /// The copy that is left once the object is destroyed.
    pub(crate) fn copy_to_leave(&self) -> Option<(Key, Object)> {
        let leaves = self.facts.leaves.as_ref()?;
        if self.object.get(&leaves.unless) == Some(&Value::Bool(true)) {
            return None;
        }
        let name = self.text(&leaves.argument).filter(|name| !name.is_empty())?;
        let (of, attribute) = &leaves.of;
        let key = Key { kind: leaves.type_name.clone(), region: self.place(), id: name.to_owned() };
        let mut copy = self.object.clone();
        copy.insert("id".to_owned(), name.into());
        copy.insert(of.clone(), self.object.get(attribute).cloned().unwrap_or(Value::Null));
        copy.insert(leaves.named.clone(), name.into());
        copy.insert("snapshot_type".to_owned(), "manual".into());
        copy.insert("status".to_owned(), "available".into());
        Some((key, copy))
    }

    /// Checks a change: another major version of an engine must be asked for (Amazon RDS API Reference,
    /// `ModifyDBInstance`).
    pub(super) fn check_change(&self, prior: &Object) -> Option<ProviderDiagnostic> {
        if !["aws_db_instance", "aws_rds_cluster"].contains(&self.kind) {
            return None;
        }
        let major = |object: &Object| {
            let engine = object.get("engine").and_then(Value::text).unwrap_or_default();
            // Before the tenth, PostgreSQL's major versions had two numbers, as those of MySQL have.
            let numbers = if engine.contains("postgres") { 1 } else { 2 };
            let version = object.get("engine_version").and_then(Value::text)?;
            Some(version.split('.').take(numbers).map(str::to_owned).collect::<Vec<_>>())
        };
        let (before, after) = (major(prior)?, major(self.object)?);
        let is_allowed = self.object.get("allow_major_version_upgrade") == Some(&Value::Bool(true));
        (before != after && !is_allowed).then(|| {
            let summary = format!(
                "updating {}: InvalidParameterCombination: The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.",
                self.label()
            );
            ProviderDiagnostic::of("engine_version", summary, SOURCE)
        })
    }

    /// When the object's next maintenance window begins, in seconds since the cloud began: what its argument says, such as
    /// `sun:04:00-sun:04:30`, or else in a week.
    pub(crate) fn next_window(&self) -> i64 {
        let now = self.cloud.now();
        let window = self.text("maintenance_window").or_else(|| self.text("preferred_maintenance_window"));
        let Some(begin) = window.and_then(second_of_week) else { return now + 7 * DAY };
        let of_now = (now + FIRST_DAY * DAY).rem_euclid(7 * DAY);
        now + (begin - of_now - 1).rem_euclid(7 * DAY) + 1
    }

    /// Where the object is kept.
    fn place(&self) -> String {
        region_of(self.facts, self.region, self.account)
    }
}

/// The second of the week, from Sunday on, at which a window begins.
fn second_of_week(window: &str) -> Option<i64> {
    let begin = window.split('-').next()?;
    let mut parts = begin.split(':');
    let day = parts.next()?.to_ascii_lowercase();
    let day = i64::try_from(WEEK.iter().position(|name| *name == day)?).ok()?;
    let (hour, minute): (i64, i64) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(day * DAY + hour * 3600 + minute * 60)
}

/// A whole number.
pub(crate) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(Number::Integer(number)) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_begin_on_a_day_at_a_time() {
        assert_eq!(second_of_week("sun:04:00-sun:04:30"), Some(4 * 3600));
        assert_eq!(second_of_week("Wed:23:30-thu:00:00"), Some(3 * DAY + 23 * 3600 + 30 * 60));
        assert_eq!(second_of_week("04:00-04:30"), None);
    }
}
