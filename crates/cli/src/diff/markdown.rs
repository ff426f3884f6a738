//! Changes as a comment for a pull request.

use std::fmt::Write;

use formwork_review::comparison::{Change, ChangeKind, Comparison};

use crate::diff::text;

/// GitHub takes 65 536 characters in a comment; some room is left for what a workflow puts around it.
const MOST: usize = 60_000;

/// Room for what is put around the changes of one stack, and for the last line.
const FRAME: usize = 200;

/// The comment: counts per stack, then the changes per stack, folded. What does not fit is counted.
pub(crate) fn comment(comparison: &Comparison) -> String {
    if comparison.is_empty() {
        return "No changes.\n".to_owned();
    }
    let stacks: Vec<&[Change]> = comparison.changes.chunk_by(|a, b| a.stack == b.stack).collect();
    let mut out = String::from("| stack | removed | changed | added |\n| --- | --: | --: | --: |\n");
    for changes in &stacks {
        let count = |kind| changes.iter().filter(|change| change.kind == kind).count();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            changes[0].stack,
            count(ChangeKind::Removed),
            count(ChangeKind::Changed),
            count(ChangeKind::Added)
        );
    }
    let shown = fitting(&comparison.changes, out.len() + stacks.len() * FRAME);
    let left_out = comparison.changes.len() - shown.len();
    for entries in shown.chunk_by(|a, b| a.0.stack == b.0.stack) {
        let body: String = entries.iter().map(|(_, entry)| entry.as_str()).collect();
        // A fence of four holds text that has one of three.
        let _ = write!(
            out,
            "\n<details><summary>{}</summary>\n\n````diff\n{body}````\n\n</details>\n",
            entries[0].0.stack
        );
    }
    if left_out > 0 {
        let what = if left_out == 1 { "change does" } else { "changes do" };
        let _ = writeln!(out, "\n{left_out} more {what} not fit here: run `diff` to see them.");
    }
    out
}

/// The changes that there is room for, by stack and kind. What goes away is what a reviewer must see: no stack's
/// additions take the place of another one's removals.
fn fitting(changes: &[Change], mut length: usize) -> Vec<(&Change, String)> {
    let mut by_kind: Vec<&Change> = changes.iter().collect();
    by_kind.sort_by_key(|change| change.kind);
    let mut shown = Vec::new();
    for change in by_kind {
        let entry = entry(change);
        if length + entry.len() <= MOST {
            length += entry.len();
            shown.push((change, entry));
        }
    }
    // The sort is stable, so that each stack's removals stay in front.
    shown.sort_by(|a, b| a.0.stack.cmp(&b.0.stack));
    shown
}

fn entry(change: &Change) -> String {
    let mark = match change.kind {
        ChangeKind::Added => '+',
        ChangeKind::Changed => '!',
        ChangeKind::Removed => '-',
    };
    let mut entry = format!("{mark} {}\n", change.address);
    for argument in &change.arguments {
        let _ = writeln!(entry, "      {}", text::line(argument));
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_comment_says_what_it_leaves_out() {
        let change = |number: usize| Change {
            stack: "dev".to_owned(),
            address: format!("aws_s3_bucket.{}{number}", "b".repeat(1000)),
            kind: ChangeKind::Added,
            arguments: Vec::new(),
        };
        let comment = comment(&Comparison { changes: (0..100).map(change).collect() });
        assert!(comment.len() < 61_000, "{}", comment.len());
        let shown = comment.matches("+ aws_s3_bucket.b").count();
        let last = comment.lines().last();
        assert_eq!(
            last,
            Some(&*format!("{} more changes do not fit here: run `diff` to see them.", 100 - shown))
        );
    }

    #[test]
    fn removals_come_before_another_stacks_additions() {
        let change = |stack: &str, kind, number: usize| Change {
            stack: stack.to_owned(),
            address: format!("aws_s3_bucket.{}{number}", "b".repeat(1000)),
            kind,
            arguments: Vec::new(),
        };
        let mut changes: Vec<Change> =
            (0..100).map(|number| change("a", ChangeKind::Added, number)).collect();
        changes.extend((0..10).map(|number| change("b", ChangeKind::Removed, number)));
        let comment = comment(&Comparison { changes });
        assert_eq!(comment.matches("- aws_s3_bucket.b").count(), 10);
        assert!(comment.matches("+ aws_s3_bucket.b").count() > 40);
    }
}
