//! Who a GitHub token speaks for: the `sub` claim, in the forms that GitHub sends.

/// How GitHub writes a repository in the `sub` claim. Which form a repository has: `gh api
/// repos/OWNER/NAME/actions/oidc/customization/sub`; the ids: `gh api repos/OWNER/NAME --jq '.owner.id, .id'`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectForm {
    /// `repo:owner/name:…`, of repositories made before 2026-07-15 that were not renamed or transferred since.
    Name,
    /// `repo:owner@id/name@id:…`, the form of all others (GitHub Changelog 2026-04-23, "Immutable subject claims").
    /// Who takes over an abandoned name does not get these ids.
    Immutable {
        /// The number of the user or organization.
        owner_id: u64,
        /// The number of the repository.
        repository_id: u64,
    },
    /// Either form, while a repository moves from one to the other.
    Both {
        /// The number of the user or organization.
        owner_id: u64,
        /// The number of the repository.
        repository_id: u64,
    },
}

/// One repository on GitHub. There is none for several: a wildcard in a name is a mistake that is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    owner: String,
    name: String,
    form: SubjectForm,
}

impl Repository {
    /// A repository by its owner and name, spelled as on GitHub: AWS tells upper case from lower.
    #[must_use]
    pub fn new(owner: &str, name: &str, form: SubjectForm) -> Self {
        Self { owner: owner.to_owned(), name: name.to_owned(), form }
    }

    /// Why this cannot be a repository, if it cannot.
    pub(crate) fn mistake(&self) -> Option<String> {
        let is_owner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_name = |byte: u8| is_owner(byte) || byte == b'.';
        if !(1..=39).contains(&self.owner.len()) || !self.owner.bytes().all(is_owner) {
            return Some(format!("`{}` is not the name of a user or organization on GitHub", self.owner));
        }
        if !(1..=100).contains(&self.name.len()) || !self.name.bytes().all(is_name) {
            return Some(format!("`{}` is not the name of a repository on GitHub", self.name));
        }
        None
    }

    /// How the claim begins, in every form that is accepted.
    fn prefixes(&self) -> Vec<String> {
        let Self { owner, name, form } = self;
        let by_name = format!("repo:{owner}/{name}:");
        let by_id = |owner_id: u64, id: u64| format!("repo:{owner}@{owner_id}/{name}@{id}:");
        match *form {
            SubjectForm::Name => vec![by_name],
            SubjectForm::Immutable { owner_id, repository_id } => vec![by_id(owner_id, repository_id)],
            SubjectForm::Both { owner_id, repository_id } => vec![by_name, by_id(owner_id, repository_id)],
        }
    }

    /// The claims that jobs of this repository have.
    pub(crate) fn claims(&self, subject: &Subject) -> Vec<String> {
        // In a pattern a wildcard in the repository's name would trust others; elsewhere it is a character like any.
        if subject.is_pattern() && self.mistake().is_some() {
            return Vec::new();
        }
        let tail = subject.tail();
        self.prefixes().into_iter().map(|prefix| prefix + &tail).collect()
    }
}

/// The jobs of a repository that may assume a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Jobs for a branch, such as `main`, that name no environment.
    Branch(String),
    /// Jobs for branches whose names begin alike, such as `release/*`, that name no environment. Whoever may push such
    /// a branch gets the role.
    BranchPattern(String),
    /// Jobs for a tag, such as `v1.0`, that name no environment.
    Tag(String),
    /// Jobs for tags whose names begin alike, such as `v*`, that name no environment.
    TagPattern(String),
    /// Jobs in an environment, such as `dev`, whatever their branch: the environment's own policy restricts that.
    Environment(String),
    /// Jobs for pull requests within the repository, before any review. Give such a role reading only.
    PullRequest,
}

impl Subject {
    /// Whether the claim is compared as a pattern.
    pub(crate) const fn is_pattern(&self) -> bool {
        matches!(self, Self::BranchPattern(_) | Self::TagPattern(_))
    }

    /// What is wrong with it and what to do instead, if something is.
    pub(crate) fn mistake(&self) -> Option<(String, &'static str)> {
        match self {
            Self::Branch(name) | Self::Tag(name) if name.contains(['*', '?']) => Some((
                format!("`{name}` is a pattern, not a name"),
                "use `Subject::BranchPattern` or `Subject::TagPattern` if every such branch or tag is trusted",
            )),
            Self::Branch(name) | Self::Tag(name) if !is_reference(name) => Some((
                format!("git refuses `{name}` for a branch or tag"),
                "give the short name, such as `main`",
            )),
            Self::BranchPattern(pattern) | Self::TagPattern(pattern) if pattern.starts_with(['*', '?']) => {
                Some((
                    format!("`{pattern}` trusts every branch or tag"),
                    "begin the pattern with what the names have in common, such as `release/*`",
                ))
            }
            Self::BranchPattern(pattern) | Self::TagPattern(pattern)
                if !is_reference(&pattern.replace(['*', '?'], "x")) =>
            {
                Some((
                    format!("no branch or tag matches `{pattern}`"),
                    "give short names, such as `release/*`",
                ))
            }
            // IAM would read `${` as a policy variable; the rest would be taken for wildcards by a reader.
            Self::Environment(name) if name.is_empty() || name.contains(['*', '?', '$']) => {
                Some((format!("`{name}` is not taken for an environment"), "name one environment"))
            }
            _ => None,
        }
    }

    fn tail(&self) -> String {
        match self {
            Self::Branch(name) | Self::BranchPattern(name) => format!("ref:refs/heads/{name}"),
            Self::Tag(name) | Self::TagPattern(name) => format!("ref:refs/tags/{name}"),
            // GitHub escapes the separator (GitHub Docs, "OpenID Connect reference", metadata containing `:`).
            Self::Environment(name) => format!("environment:{}", name.replace(':', "%3A")),
            Self::PullRequest => "pull_request".into(),
        }
    }
}

/// What `git check-ref-format` takes, less `$`, which IAM reads as the beginning of a policy variable.
fn is_reference(name: &str) -> bool {
    let refused = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || matches!(character, '~' | '^' | ':' | '?' | '*' | '[' | '\\' | '$')
    };
    !name.is_empty()
        && !name.contains(refused)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains("//")
        && !name.starts_with(['/', '-'])
        && !name.starts_with("refs/")
        && !name.ends_with(['/', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_have_the_forms_that_github_sends() {
        let both = SubjectForm::Both { owner_id: 123_456, repository_id: 456_789 };
        let repository = Repository::new("octo-org", "octo-repo", both);
        assert_eq!(
            repository.claims(&Subject::Branch("main".into())),
            [
                "repo:octo-org/octo-repo:ref:refs/heads/main",
                "repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main",
            ]
        );
        let repository = Repository::new("octo-org", "octo-repo", SubjectForm::Name);
        let claim = |subject: Subject| repository.claims(&subject).remove(0);
        assert_eq!(claim(Subject::Tag("v1".into())), "repo:octo-org/octo-repo:ref:refs/tags/v1");
        assert_eq!(claim(Subject::PullRequest), "repo:octo-org/octo-repo:pull_request");
        assert_eq!(
            claim(Subject::Environment("Production:V1".into())),
            "repo:octo-org/octo-repo:environment:Production%3AV1"
        );
    }

    #[test]
    fn wildcards_are_mistakes() {
        for (owner, name) in [("octo-org", "*"), ("*", "octo-repo"), ("octo/x", "y"), ("", "y"), ("o", "a b")]
        {
            assert!(Repository::new(owner, name, SubjectForm::Name).mistake().is_some(), "{owner}/{name}");
        }
        let anywhere = Repository::new("octo-org", "*", SubjectForm::Name);
        assert_eq!(anywhere.claims(&Subject::BranchPattern("release/*".into())), [""; 0]);
        assert_eq!(Repository::new("octo-org", "octo.repo_1", SubjectForm::Name).mistake(), None);
        for subject in [
            Subject::Branch("release/*".into()),
            Subject::Branch("refs/heads/main".into()),
            Subject::Branch("${aws:username}".into()),
            Subject::BranchPattern("*".into()),
            Subject::TagPattern("v 1".into()),
            Subject::Environment("*".into()),
        ] {
            assert!(subject.mistake().is_some(), "{subject:?}");
        }
        assert_eq!(Subject::BranchPattern("release/*".into()).mistake(), None);
    }
}
