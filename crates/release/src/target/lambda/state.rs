//! Where a release of one service stands, from what is true in AWS and nothing else.
//!
//! | state | stable alias | candidate alias |
//! |---|---|---|
//! | idle | no weights | no record, or of a release that the stable alias is done with |
//! | started | no weights | `started`, version as recorded |
//! | verified | no weights | `verified`, version as recorded |
//! | shifting | `shifting`, old version with a weight for the new one | any |
//! | watching | `watching`, new version, no weights | any |
//! | promoted | `promoted`, new version, no weights | of the same release |
//! | rolled back | `rolled_back`, version of before, no weights | of the same release |
//! | moved away | `shifting`, `watching` or `promoted`, but at another version than it brings: a person moved it | of the same release |
//! | foreign | weights, or a move after the record, that no release made | any |

use crate::engine::Phase;
use crate::target::lambda::alias::Alias;
use crate::target::lambda::record::Record;

/// Where a release of one service stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing is under way.
    Idle,
    /// The candidate alias points at a new version that nobody has tested yet.
    Started(Record),
    /// The candidate alias points at a new version that passed.
    Verified(Record),
    /// The new version gets a share of the calls.
    Shifting {
        /// What the stable alias records.
        record: Record,
        /// The share, in per cent.
        percent: u32,
    },
    /// The new version gets all calls, and is still being judged.
    Watching(Record),
    /// The new version serves.
    Promoted(Record),
    /// The release was taken back.
    RolledBack(Record),
    /// A person moved the stable alias away from the new version: the release is over, and nothing goes forward by itself.
    MovedAway(Record),
    /// The stable alias has weights that no release gave it.
    Foreign,
}

impl State {
    /// The record that it is known from.
    #[must_use]
    pub const fn record(&self) -> Option<&Record> {
        match self {
            Self::Idle | Self::Foreign => None,
            Self::Started(record)
            | Self::Verified(record)
            | Self::Shifting { record, .. }
            | Self::Watching(record)
            | Self::Promoted(record)
            | Self::RolledBack(record)
            | Self::MovedAway(record) => Some(record),
        }
    }

    /// Whether the stable alias is between two versions, or not settled on the new one.
    #[must_use]
    pub const fn is_unfinished(&self) -> bool {
        matches!(self, Self::Shifting { .. } | Self::Watching(_) | Self::Foreign)
    }

    /// What it is called.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Foreign => "foreign weights",
            Self::MovedAway(_) => "moved away by hand",
            Self::Started(_) => Phase::Started.name(),
            Self::Verified(_) => Phase::Verified.name(),
            Self::Shifting { .. } => Phase::Shifting.name(),
            Self::Watching(_) => Phase::Watching.name(),
            Self::Promoted(_) => Phase::Promoted.name(),
            Self::RolledBack(_) => Phase::RolledBack.name(),
        }
    }
}

/// Where a release stands whose two aliases were read.
#[must_use]
pub fn state(stable: &Alias, candidate: &Alias) -> State {
    if !stable.route.is_whole() {
        return match Record::read(&stable.description) {
            Some(record) if is_shift_of(stable, &record) => {
                State::Shifting { percent: stable.route.percent_of(&record.to), record }
            }
            _ => State::Foreign,
        };
    }
    let settled = stable.serving_record();
    if let Some(record) = settled.clone().filter(|record| record.phase == Phase::Watching) {
        return State::Watching(record);
    }
    let tested = candidate.serving_record().filter(|_| candidate.route.is_whole());
    let Some(tested) = tested else { return settled.map_or(State::Idle, of_settled) };
    if let Some(record) = moved_away(stable).filter(|record| is_about(record, &tested)) {
        return State::MovedAway(record);
    }
    match settled.filter(|record| is_about(record, &tested)) {
        Some(record) => of_settled(record),
        None if tested.phase == Phase::Verified => State::Verified(tested),
        None if tested.phase == Phase::Started => State::Started(tested),
        None => State::Idle,
    }
}

/// What the stable alias records of a release whose version it has no call for any more: route and record are written in
/// one call, so that somebody else moved it since.
pub(super) fn moved_away(stable: &Alias) -> Option<Record> {
    let went_forward =
        |record: &Record| matches!(record.phase, Phase::Shifting | Phase::Watching | Phase::Promoted);
    Record::read(&stable.description)
        .filter(|record| went_forward(record) && stable.route.percent_of(&record.to) == 0)
}

/// Whether weights are those of a release that shifts.
fn is_shift_of(stable: &Alias, record: &Record) -> bool {
    record.phase == Phase::Shifting
        && record.from.as_ref() == Some(&stable.route.version)
        && stable.route.weights.len() == 1
        && stable.route.weights.contains_key(&record.to)
}

/// Whether the stable alias is done with what the candidate alias holds. The same package in a function with other
/// settings is another version, and can be promoted again.
fn is_about(settled: &Record, tested: &Record) -> bool {
    let version = match settled.phase {
        Phase::RolledBack => settled.from.as_ref(),
        _ => Some(&settled.to),
    };
    settled.release == tested.release && version == Some(&tested.to)
}

fn of_settled(record: Record) -> State {
    match record.phase {
        Phase::Promoted => State::Promoted(record),
        Phase::RolledBack => State::RolledBack(record),
        Phase::Watching => State::Watching(record),
        Phase::Started | Phase::Verified | Phase::Shifting => State::Idle,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::lambda::alias::Route;

    fn alias(route: Route, record: Option<Record>) -> Alias {
        Alias {
            function: "orders".into(),
            name: "live".into(),
            route,
            description: record.map_or_else(|| "Moved by releases".into(), |record| record.text()),
            revision_id: "r1".into(),
        }
    }

    fn record(release: &str, phase: Phase, from: &str, to: &str) -> Record {
        Record::new(release, phase, to, 1, "me").from(from)
    }

    #[test]
    fn every_row_of_the_table() {
        let old = || alias(Route::to("1"), None);
        let candidate = |phase| alias(Route::to("2"), Some(record("a", phase, "1", "2")));
        let stable = |route, phase, to| alias(route, Some(record("a", phase, "1", to)));
        let name = |stable: &Alias, candidate: &Alias| state(stable, candidate).name();
        assert_eq!(name(&old(), &old()), "idle");
        assert_eq!(name(&old(), &candidate(Phase::Started)), "started");
        assert_eq!(name(&old(), &candidate(Phase::Verified)), "verified");
        let shifting = stable(Route::shared("1", "2", 10), Phase::Shifting, "2");
        let State::Shifting { percent, .. } = state(&shifting, &candidate(Phase::Verified)) else {
            panic!("{shifting:?}");
        };
        assert_eq!(percent, 10);
        let watching = stable(Route::to("2"), Phase::Watching, "2");
        assert_eq!(name(&watching, &candidate(Phase::Verified)), "watching");
        let promoted = stable(Route::to("2"), Phase::Promoted, "2");
        assert_eq!(name(&promoted, &candidate(Phase::Verified)), "promoted");
        let back = alias(Route::to("1"), Some(record("a", Phase::RolledBack, "2", "1")));
        assert_eq!(name(&back, &candidate(Phase::Verified)), "rolled back");
    }

    #[test]
    fn weights_that_no_release_gave_are_foreign() {
        let candidate = alias(Route::to("2"), Some(record("a", Phase::Verified, "1", "2")));
        for stable in [
            alias(Route::shared("1", "2", 10), None),
            alias(Route::shared("1", "3", 10), Some(record("a", Phase::Shifting, "1", "2"))),
            alias(Route::shared("2", "1", 10), Some(record("a", Phase::Promoted, "1", "2"))),
        ] {
            assert_eq!(state(&stable, &candidate), State::Foreign);
        }
    }

    #[test]
    fn a_new_candidate_after_a_release_is_a_new_release() {
        let stable = alias(Route::to("2"), Some(record("a", Phase::Promoted, "1", "2")));
        let candidate = alias(Route::to("3"), Some(record("b", Phase::Started, "2", "3")));
        assert_eq!(state(&stable, &candidate).name(), "started");
        // Somebody moved the candidate since: what its record says is not true any more.
        let moved = alias(Route::to("4"), Some(record("b", Phase::Started, "2", "3")));
        assert_eq!(state(&stable, &moved).name(), "promoted");
    }

    #[test]
    fn a_stable_alias_that_a_person_moved_is_not_settled() {
        let stable = alias(Route::to("7"), Some(record("a", Phase::Promoted, "1", "2")));
        assert_eq!(state(&stable, &alias(Route::to("2"), None)), State::Idle);
    }

    #[test]
    fn what_a_person_took_back_in_an_emergency_is_no_candidate_any_more() {
        let candidate = alias(Route::to("2"), Some(record("a", Phase::Verified, "1", "2")));
        for phase in [Phase::Shifting, Phase::Watching, Phase::Promoted] {
            let stable = alias(Route::to("1"), Some(record("a", phase, "1", "2")));
            assert_eq!(state(&stable, &candidate).name(), "moved away by hand", "{phase:?}");
        }
        // Another release since is one that nobody took back.
        let stable = alias(Route::to("1"), Some(record("a", Phase::Promoted, "1", "2")));
        let next = alias(Route::to("3"), Some(record("b", Phase::Verified, "1", "3")));
        assert_eq!(state(&stable, &next).name(), "verified");
    }
}
