//! What is on a page.

use std::collections::{BTreeMap, BTreeSet};

use crate::action::Action;
use crate::comparison::ArgumentChange;
use crate::graph::Graph;
use crate::impact::Impact;

/// A page of a plan.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What is planned: `Plan of 3 stacks`.
    pub title: String,
    /// The commit that was planned.
    pub commit: Option<Link>,
    /// What has to be known about a simulation.
    pub notice: Option<String>,
    /// The stacks, in order.
    pub stacks: Vec<StackPage>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Exceptions from rules.
    pub waivers: Vec<Waived>,
    /// What is drawn.
    pub graph: Option<Graph>,
}

/// Text that may lead somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The text.
    pub text: String,
    /// An address that begins with `https://`.
    pub href: Option<String>,
}

/// A stack on a page.
#[derive(Clone, Debug, Default)]
pub struct StackPage {
    /// Its name.
    pub name: String,
    /// What became of planning it, in words.
    pub status: String,
    /// What its changes mean.
    pub impact: Impact,
    /// The changes, the gravest first.
    pub changes: Vec<Change>,
    /// Commands that run around its apply, each with its moment.
    pub hooks: Vec<String>,
}

/// Whether an apply changes something, or somebody did outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The apply will.
    Apply,
    /// It has been, since the last apply.
    Outside,
}

/// A change on a page.
#[derive(Clone, Debug)]
pub struct Change {
    /// The address; for outputs, `output.` and the name.
    pub address: String,
    /// The type; empty for outputs.
    pub type_name: String,
    /// What happens to it.
    pub action: Action,
    /// When.
    pub moment: Moment,
    /// The address that it had before.
    pub moved_from: Option<String>,
    /// Arguments that make a change a replacement.
    pub replaced_for: Vec<String>,
    /// Arguments that differ. Sensitive values are masked.
    pub arguments: Vec<ArgumentChange>,
    /// The line of the program that made it.
    pub source: Option<Link>,
    /// What refers to it: stacks and addresses.
    pub users: BTreeSet<(String, String)>,
}

/// Something that was found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// How grave it is.
    pub level: Level,
    /// The stack and the address.
    pub subject: String,
    /// What was found.
    pub message: String,
    /// The line of the program.
    pub source: Option<Link>,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The apply fails, or must not be.
    Error,
    /// To be known.
    Warning,
}

/// An exception from a rule.
#[derive(Clone, Debug)]
pub struct Waived {
    /// The stack and the address.
    pub subject: String,
    /// The rule.
    pub rule: String,
    /// Why.
    pub reason: String,
    /// The line that says so.
    pub source: Option<Link>,
}

/// How much a change asks for a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something is destroyed, or somebody may do or reach what they could not.
    High,
    /// Something that is there changes.
    Medium,
    /// Something is new, or only its address is.
    Low,
}

impl Severity {
    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

impl Change {
    /// What happens to it, in a word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        if matches!(self.moment, Moment::Outside) {
            return "changed outside";
        }
        if self.type_name.is_empty() {
            return "output";
        }
        match self.action {
            Action::Replace => "replaced",
            Action::Destroy => "destroyed",
            Action::Forget => "forgotten",
            Action::Update => "changed",
            Action::Create => "added",
            Action::Import => "imported",
            Action::Move => "moved",
        }
    }

    /// The block that it is an instance of.
    #[must_use]
    pub fn block(&self) -> &str {
        self.address.split('[').next().unwrap_or_default()
    }
}

impl StackPage {
    /// How much a change of this stack asks for a look.
    #[must_use]
    pub fn severity(&self, change: &Change, exposed: &BTreeSet<&str>) -> Severity {
        let is_new = matches!(change.action, Action::Create | Action::Import | Action::Move);
        if change.moment == Moment::Outside {
            return Severity::Medium;
        }
        if change.type_name.is_empty() {
            return Severity::Low;
        }
        if matches!(change.action, Action::Replace | Action::Destroy)
            || exposed.contains(change.address.as_str())
        {
            return Severity::High;
        }
        if is_new { Severity::Low } else { Severity::Medium }
    }

    /// The addresses whose changes open something: a way in, or a permission that was there and has more.
    #[must_use]
    pub fn exposed(&self) -> BTreeSet<&str> {
        use crate::exposure::ExposureKind;
        use crate::iam::AccessKind;
        let made: BTreeSet<&str> = self
            .changes
            .iter()
            .filter(|it| it.action == Action::Create)
            .map(|it| it.address.as_str())
            .collect();
        let ways = self.impact.exposure.iter().filter(|it| it.kind != ExposureKind::Lost);
        let ways = ways.map(|it| it.address.as_str());
        // What a new role may do is what it is made for.
        let access = self.impact.access.iter().filter(|it| it.opens() && it.kind != AccessKind::Unknown);
        ways.chain(access.map(|it| it.address.as_str()).filter(|it| !made.contains(it))).collect()
    }
}

impl Page {
    /// The anchors of all changes, by stack and address, in the order of the page.
    #[must_use]
    pub fn anchors(&self) -> BTreeMap<(&str, &str), String> {
        let all = self.stacks.iter().flat_map(|stack| stack.changes.iter().map(move |it| (stack, it)));
        let mut anchors = BTreeMap::new();
        for (number, (stack, change)) in all.enumerate() {
            let anchor = format!("c{}", number + 1);
            // A block is found by any of its instances.
            anchors.entry((stack.name.as_str(), change.block())).or_insert_with(|| anchor.clone());
            if change.moment == Moment::Apply {
                anchors.insert((stack.name.as_str(), change.address.as_str()), anchor);
            } else {
                anchors.entry((stack.name.as_str(), change.address.as_str())).or_insert(anchor);
            }
        }
        anchors
    }
}
