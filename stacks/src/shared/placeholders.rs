//! Values that no document of a system says and only whoever deploys it knows: accounts, and who must agree.
//!
//! Settings have examples in their place, so that the systems can be synthesized, reviewed and run in the sandbox. Nothing is
//! planned or applied for real with one of them.

use formwork::{Hint, Placeholder};

/// The accounts of examples in AWS's documentation, and one that nobody can have.
const EXAMPLE_ACCOUNTS: [&str; 5] =
    ["000000000000", "111122223333", "123456789012", "444455556666", "777788889999"];

/// A settings file: its path, and its text.
pub(crate) type File = (&'static str, &'static str);

/// The examples in the settings files of a system.
///
/// The account is asked for by the stacks that the patterns name. Approvers are numbers of GitHub, of which 0 is nobody's:
/// the stack `<system>-github` asks for them.
pub(crate) fn placeholders(system: &str, of_account: &[&str], files: &[File]) -> Vec<Placeholder> {
    let lines = files.iter().flat_map(|(file, text)| {
        text.lines().enumerate().map(move |(index, line)| (format!("{file}:{}", index + 1), line))
    });
    lines.filter_map(|(place, line)| of_line(system, of_account, &place, line)).collect()
}

fn of_line(system: &str, of_account: &[&str], place: &str, line: &str) -> Option<Placeholder> {
    let (key, value) = line.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    let (stacks, message) = match key {
        "account_id" if EXAMPLE_ACCOUNTS.contains(&value.trim_matches('"')) => (
            of_account.iter().map(|pattern| (*pattern).to_owned()).collect(),
            format!(
                "{place}: account_id is an example of AWS's documentation{}",
                Hint::new("`aws sts get-caller-identity --query Account` says yours")
            ),
        ),
        "approvers" | "approver_teams" if numbers(value).any(|number| number == "0") => (
            vec![format!("{system}-github")],
            format!(
                "{place}: {key} names nobody yet, and nobody could agree to a deployment{}",
                Hint::new(match key {
                    "approvers" => "`gh api users/NAME --jq .id` says the number of an account",
                    _ => "`gh api orgs/OWNER/teams/NAME --jq .id` says the number of a team",
                })
            ),
        ),
        _ => return None,
    };
    Some(Placeholder { stacks, message })
}

/// The numbers of a list such as `[1, 2]`.
fn numbers(list: &str) -> impl Iterator<Item = &str> {
    list.trim_matches(['[', ']']).split(',').map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_named_with_its_file_and_line_and_what_belongs_there() {
        let text = "region = \"us-east-1\"\naccount_id = \"111122223333\"\n";
        let production = "[deployment]\napprovers = []\napprover_teams = [7, 0]\n";
        let found = placeholders("shop", &["shop-*"], &[("project.toml", text), ("prod.toml", production)]);
        let shown: Vec<_> = found.iter().map(|it| (it.stacks.join(" "), it.message.as_str())).collect();
        assert_eq!(
            shown,
            [
                (
                    "shop-*".to_owned(),
                    "project.toml:2: account_id is an example of AWS's documentation\n  hint: `aws sts get-caller-identity --query Account` says yours"
                ),
                (
                    "shop-github".to_owned(),
                    "prod.toml:3: approver_teams names nobody yet, and nobody could agree to a deployment\n  hint: `gh api orgs/OWNER/teams/NAME --jq .id` says the number of a team"
                ),
            ]
        );
        let set = "account_id = \"578492750346\"\napprovers = [10]\n";
        assert_eq!(placeholders("shop", &["shop-*"], &[("project.toml", set)]), []);
    }
}
