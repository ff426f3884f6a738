//! The status of a service, whichever target it is.

use serde::{Deserialize, Serialize, Serializer};

/// What is true of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What the stack calls it.
    pub service: String,
    /// In a word or two: `serving`, `deploying`, `failed`; of a function, where its release stands.
    pub state: String,
    /// What is unfinished or odd.
    pub warnings: Vec<String>,
    /// What is on its way, if something is.
    pub under_way: Option<UnderWay>,
    /// What serves, and what would be promoted.
    pub serving: Serving,
}

/// A release on its way: two versions serve, or one that is still judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnderWay {
    /// What serves meanwhile, such as `version 2 has 10% of the calls, version 1 the rest`.
    pub what: String,
    /// Since when, in seconds since 1970, if it is known.
    pub since: Option<u64>,
    /// How long it may be so, in seconds: whoever releases has decided or paused by then.
    pub cap: u64,
}

impl UnderWay {
    /// For how many seconds it has been so, if that is longer than it may be.
    #[must_use]
    pub fn overdue(&self, now: u64) -> Option<u64> {
        let seconds = now.saturating_sub(self.since?);
        (seconds > self.cap).then_some(seconds)
    }
}

/// What serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Serving {
    /// One thing, and another one that is a candidate.
    One(Candidate),
    /// Versions, by the aliases that requests come through.
    Aliases {
        /// The function.
        function: String,
        /// The aliases, those of the release first.
        aliases: Vec<AliasStatus>,
    },
}

/// What serves where one thing does, and what would be promoted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// What the service is, such as `an ECS service`.
    pub kind: &'static str,
    /// What serves: a task definition, an image, a release of the site.
    pub serving: String,
    /// The commit of it, if a release noted one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The release that brought what serves, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// What would be promoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate: Option<String>,
    /// The release that made the candidate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate_origin: Option<Origin>,
    /// Whether `verify` has passed it.
    pub verified: bool,
    /// What served before, and would again after a rollback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
}

/// Where a revision, an image or files come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The release's id.
    pub release: String,
    /// The commit that it was made from.
    pub commit: String,
}

impl Origin {
    /// An origin of which both parts are known.
    pub(crate) fn of(release: Option<&str>, commit: Option<&str>) -> Option<Self> {
        let filled = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(ToOwned::to_owned);
        Some(Self { release: filled(release)?, commit: filled(commit)? })
    }
}

/// An alias as it is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AliasStatus {
    /// The alias.
    pub alias: String,
    /// The versions that answer its calls, with their shares in per cent.
    pub versions: Vec<(String, u32)>,
    /// The commit of the first of them, if it is known.
    pub commit: Option<String>,
    /// The release that moved it last.
    pub release: Option<String>,
    /// How far that release is.
    pub phase: Option<Phase>,
    /// Since when, in seconds since 1970.
    pub since: Option<u64>,
    /// By whom.
    pub by: Option<String>,
    /// The version of before, that a rollback goes to.
    pub before: Option<String>,
}

/// How far a release is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Candidate alias: it points at the new version.
    Started,
    /// Candidate alias: the new version passed what was asked of it.
    Verified,
    /// Stable alias: the new version gets a share of the calls.
    Shifting,
    /// Stable alias: the new version gets all calls, and is still being judged.
    Watching,
    /// Stable alias: the new version serves.
    Promoted,
    /// Stable alias: the version of before serves again.
    RolledBack,
}

impl Phase {
    /// Whether a release in this phase has come as far as another one, on the same way.
    #[must_use]
    pub const fn reaches(self, other: Self) -> bool {
        match other {
            Self::Started => matches!(self, Self::Started | Self::Verified),
            Self::Verified => matches!(self, Self::Verified),
            Self::Shifting => matches!(self, Self::Shifting | Self::Watching | Self::Promoted),
            Self::Watching => matches!(self, Self::Watching | Self::Promoted),
            Self::Promoted => matches!(self, Self::Promoted),
            Self::RolledBack => matches!(self, Self::RolledBack),
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Verified => "verified",
            Self::Shifting => "shifting",
            Self::Watching => "watching",
            Self::Promoted => "promoted",
            Self::RolledBack => "rolled back",
        }
    }
}

/// A published version.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct HistoryEntry {
    /// The version.
    pub version: String,
    /// The release that published it, unless it was Terraform or a person.
    pub release: Option<String>,
    /// The commit that it was made from.
    pub commit: Option<String>,
    /// When it was published, as AWS writes it.
    pub published: String,
    /// The SHA-256 of its package, in base64.
    pub code_sha256: String,
    /// The aliases that point at it, also with a part of their calls.
    pub aliases: Vec<String>,
}

impl Status {
    /// What would be promoted, where there is one thing that serves.
    pub(crate) fn candidate(&self) -> Option<&str> {
        match &self.serving {
            Serving::One(one) => one.candidate.as_deref(),
            Serving::Aliases { .. } => None,
        }
    }

    /// What serves, where there is one thing that does.
    pub(crate) fn serving(&self) -> Option<&str> {
        match &self.serving {
            Serving::One(one) => Some(&one.serving),
            Serving::Aliases { .. } => None,
        }
    }

    /// The release that made the candidate, where there is one thing that serves.
    #[must_use]
    pub fn candidate_origin(&self) -> Option<&Origin> {
        match &self.serving {
            Serving::One(one) => one.candidate_origin.as_ref(),
            Serving::Aliases { .. } => None,
        }
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Of aliases it is always said whether there are warnings.
        let is_said = matches!(self.serving, Serving::Aliases { .. }) || !self.warnings.is_empty();
        let shown = StatusJson {
            service: &self.service,
            state: &self.state,
            warnings: is_said.then_some(&self.warnings),
            serving: &self.serving,
        };
        shown.serialize(serializer)
    }
}

#[derive(Serialize)]
struct StatusJson<'a> {
    service: &'a str,
    state: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<&'a Vec<String>>,
    #[serde(flatten)]
    serving: &'a Serving,
}
