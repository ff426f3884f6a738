//! Which bodies run within which calls, and whether judging one again can say anything new.
//!
//! Two calls of a function that calls another one twice, and so on, are twice as many bodies with each function of the
//! chain. A body is judged again only if something is otherwise than when it was last judged.

use std::collections::HashMap;

use crate::finding::Subject;
use crate::name::Name;
use crate::position::Span;
use crate::rules::call::unknown;
use crate::rules::linter::Linter;
use crate::rules::lock::Timeouts;
use crate::schema::Schema;
use crate::statement::ObjectKind;

/// How often one call in a body is followed while it changes something each time: bodies can swap names to and fro.
const FOLLOWED: usize = 100;

/// The calls that a statement of the file leads to.
#[derive(Default)]
pub(super) struct CallStack {
    /// Functions whose bodies are being judged, the outermost first.
    within: Vec<Name>,
    /// How often a call in a function's body was followed.
    followed: HashMap<(Name, Span, Name), usize>,
    /// Functions that were judged, each with what it leaves as it is, if there is such a state.
    judged: HashMap<Name, Option<LintState>>,
    /// Calls of functions that were being judged.
    recursions: usize,
}

/// What the rules see, but for the statement itself.
struct LintState {
    findings: usize,
    locked: Option<Name>,
    timeouts: Timeouts,
    was_advised: bool,
    schema: Schema,
}

/// A body that is being judged.
pub(super) struct Judging {
    /// What was there before, if the function was judged already.
    before: Option<LintState>,
    recursions: usize,
}

impl CallStack {
    /// Follows a call, unless it says nothing new: its function is being judged, or changed nothing in the same state.
    /// One that is followed too often to go on is unknown.
    pub(super) fn enter(&mut self, linter: &mut Linter<'_>, span: Span, function: &Name) -> Option<Judging> {
        if self.within.is_empty() {
            // What a body is said to do names the outermost function.
            self.judged.clear();
            self.followed.clear();
        }
        if self.within.contains(function) {
            self.recursions += 1;
            return None;
        }
        let judged = self.judged.get(function);
        if judged.is_some_and(|state| state.as_ref().is_some_and(|state| state.is_of(linter))) {
            return None;
        }
        if let Some(caller) = self.within.last() {
            let followed = self.followed.entry((caller.clone(), span, function.clone())).or_default();
            if *followed == FOLLOWED {
                let subject = Subject::object(ObjectKind::Function, function);
                linter.report(
                    span,
                    subject,
                    format!("calls `{function}` too often to be followed"),
                    unknown(),
                );
                return None;
            }
            *followed += 1;
        }
        let before = judged.map(|_| LintState::of(linter));
        self.within.push(function.clone());
        Some(Judging { before, recursions: self.recursions })
    }

    /// Takes note of what a body changed. What depends on the calls around it is not remembered.
    pub(super) fn leave(&mut self, linter: &Linter<'_>, function: &Name, judging: Judging) {
        self.within.pop();
        let is_whole = judging.recursions == self.recursions;
        let unchanged = judging.before.filter(|before| is_whole && before.is_of(linter));
        self.judged.insert(function.clone(), unchanged);
    }
}

impl LintState {
    fn of(linter: &Linter<'_>) -> Self {
        Self {
            findings: linter.findings.len(),
            locked: linter.locked.clone(),
            timeouts: linter.timeouts.clone(),
            was_advised: linter.was_advised,
            schema: linter.schema.clone(),
        }
    }

    fn is_of(&self, linter: &Linter<'_>) -> bool {
        self.findings == linter.findings.len()
            && self.locked == linter.locked
            && self.timeouts == linter.timeouts
            && self.was_advised == linter.was_advised
            && self.schema == *linter.schema
    }
}
