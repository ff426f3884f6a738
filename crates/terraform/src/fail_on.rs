//! What must not go: a plan that destroys it fails.

use std::fmt;
use std::str::FromStr;

use glob::Pattern;

use crate::{Action, PlanChanges, ResourceChange};

/// An action that must not happen, to any resource or to those of some types.
#[derive(Clone, Debug)]
pub struct FailOn {
    action: FailOnAction,
    types: Option<Pattern>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FailOnAction {
    /// Also by a replacement, which takes the contents with it just the same.
    Destroy,
    Replace,
}

impl FailOn {
    /// The changes that must not happen.
    pub fn matching<'a>(&'a self, changes: &'a PlanChanges) -> impl Iterator<Item = &'a ResourceChange> {
        changes.resources.iter().filter(|change| {
            let is_meant = match self.action {
                FailOnAction::Destroy => matches!(change.action, Action::Destroy | Action::Replace),
                FailOnAction::Replace => change.action == Action::Replace,
            };
            is_meant && self.types.as_ref().is_none_or(|types| types.matches(&change.type_name))
        })
    }
}

/// `destroy`, `replace`, or either with a pattern of types: `replace:aws_db_*`.
impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (action, types) = match text.split_once(':') {
            Some((action, types)) => (action, Some(types)),
            None => (text, None),
        };
        let action = match action {
            "destroy" => FailOnAction::Destroy,
            "replace" => FailOnAction::Replace,
            other => return Err(format!("`{other}` is neither `destroy` nor `replace`")),
        };
        let pattern = |types| Pattern::new(types).map_err(|error| format!("`{types}`: {error}"));
        Ok(Self { action, types: types.map(pattern).transpose()? })
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.action {
            FailOnAction::Destroy => "destroy",
            FailOnAction::Replace => "replace",
        })?;
        self.types.as_ref().map_or(Ok(()), |types| write!(formatter, ":{types}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching(guard: &str) -> Vec<String> {
        let change = |type_name: &str, action| ResourceChange {
            address: format!("{type_name}.x"),
            type_name: type_name.to_owned(),
            action,
            moved_from: None,
            replaced_for: Vec::new(),
            arguments: Vec::new(),
            source: None,
        };
        let changes = PlanChanges {
            resources: vec![
                change("aws_db_instance", Action::Replace),
                change("aws_s3_bucket", Action::Destroy),
                change("aws_s3_object", Action::Update),
                change("aws_iam_role", Action::Forget),
            ],
            ..PlanChanges::default()
        };
        let guard: FailOn = guard.parse().unwrap();
        guard.matching(&changes).map(|change| change.address.clone()).collect()
    }

    #[test]
    fn a_replacement_destroys_too() {
        assert_eq!(matching("destroy"), ["aws_db_instance.x", "aws_s3_bucket.x"]);
        assert_eq!(matching("replace"), ["aws_db_instance.x"]);
    }

    #[test]
    fn types_are_patterns() {
        assert_eq!(matching("destroy:aws_s3_*"), ["aws_s3_bucket.x"]);
        assert_eq!(matching("replace:aws_s3_*"), [""; 0]);
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!("delete".parse::<FailOn>().unwrap_err(), "`delete` is neither `destroy` nor `replace`");
    }
}
