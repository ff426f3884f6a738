//! Plans as a comment for a pull request. Sensitive values are masked before anything gets here.

use std::fmt::Write;

use formwork_core::secret::visible_line;
use formwork_review::page;
use formwork_terraform::{Action, PlanChanges, ResourceChange};

use crate::runner::{Report, StackReport, Status, report, text};

/// GitHub takes 65 536 characters in a comment; some room is left for what a workflow puts around it.
const MOST: usize = 60_000;

/// Room for what is put around the changes of one stack, and for the last line.
const FRAME: usize = 300;

/// The comment: what to look at in ten lines, counts per stack, what is replaced or destroyed, what failed or is missing, then all changes per stack,
/// folded. What does not fit is counted, with a pointer to where it can be read. Nothing is cut inside of something.
pub(crate) fn comment(report: &Report, pointer: &str) -> String {
    let mut out = String::new();
    if let Some(notice) = &report.sandbox {
        let _ = writeln!(out, "> **{notice}**\n");
    }
    write_summary(report, &mut out);
    write_counts(report, &mut out);
    write_gone(report, &mut out);
    write_hooks(report, &mut out);
    write_troubles(report, &mut out);
    let left_out = write_details(report, &mut out);
    if left_out > 0 {
        let what = if left_out == 1 { "change does" } else { "changes do" };
        let _ = writeln!(out, "\n{left_out} more {what} not fit here: see {pointer}.");
    }
    out
}

/// What to look at, as the page of the plan begins too.
fn write_summary(report: &Report, out: &mut String) {
    let stacks: Vec<_> = report
        .stacks
        .iter()
        .filter_map(|stack| {
            let changes = stack.changes.as_ref()?;
            Some((&changes.impact, changes.resources.iter().map(|it| it.action).collect()))
        })
        .collect();
    let lines = page::summary(&stacks);
    for (title, text) in &lines {
        // What was counted here is ours; the rest is text of policies and addresses, which says nothing to anybody as it is.
        let text = match *title {
            "Risk" | "Cost" => text.clone(),
            _ => format!("`{}`", visible_line(text).replace('`', "'")),
        };
        let _ = writeln!(out, "- **{title}**: {text}");
    }
    if !lines.is_empty() {
        out.push('\n');
    }
}

fn write_counts(report: &Report, out: &mut String) {
    out.push_str(
        "| stack | replaced | destroyed | changed | added | |\n| --- | --: | --: | --: | --: | --- |\n",
    );
    let mut left_out = 0;
    for stack in &report.stacks {
        let none = PlanChanges::default();
        let changes = stack.changes.as_ref().unwrap_or(&none);
        let remark = match &stack.status {
            Status::Planned if changes.resources.is_empty() => "outputs only".to_owned(),
            Status::Planned => String::new(),
            Status::Deferred(missing) if stack.changes.is_some() => {
                format!("**preview**, can't be applied: needs {}", report::needs(missing))
            }
            Status::Deferred(missing) => format!("deferred: needs {}", report::needs(missing)),
            status => status.name().to_owned(),
        };
        let row = format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            stack.stack,
            changes.count(Action::Replace),
            changes.count(Action::Destroy),
            changes.count(Action::Update),
            changes.count(Action::Create),
            cell(&remark)
        );
        if out.len() + row.len() <= MOST / 3 { out.push_str(&row) } else { left_out += 1 }
    }
    if left_out > 0 {
        let _ = writeln!(out, "| and {left_out} more stacks | | | | | |");
    }
}

/// Text in a table, which shows it as it is.
fn cell(text: &str) -> String {
    let text = cut(&visible_line(text), 500);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('|', "\\|").replace('`', "'").replace("](", "] (")
}

fn write_troubles(report: &Report, out: &mut String) {
    for stack in report.stacks.iter().filter(|stack| stack.status == Status::Missing) {
        let text = format!("\n**{} was not planned**: the job that plans it did not end well\n", stack.stack);
        if out.len() + text.len() <= MOST {
            out.push_str(&text);
        }
    }
    for stack in report.stacks.iter().filter(|stack| stack.status == Status::Failed) {
        for diagnostic in stack.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()) {
            let text = cut(&diagnostic.to_string(), 2_000);
            let text = format!("\n**{} failed**\n\n````text\n{text}\n````\n", stack.stack);
            if out.len() + text.len() <= MOST * 3 / 4 {
                out.push_str(&text);
            }
        }
    }
}

/// What a reviewer must not miss, unfolded.
fn write_gone(report: &Report, out: &mut String) {
    let is_gone = |change: &ResourceChange| matches!(change.action, Action::Replace | Action::Destroy);
    let resources = report.stacks.iter().flat_map(|stack| {
        let changes = stack.changes.iter().flat_map(|changes| &changes.resources);
        changes.map(move |change| (stack.stack.as_str(), change))
    });
    let mut gone: Vec<(&str, &ResourceChange)> = resources.filter(|(_, change)| is_gone(change)).collect();
    gone.sort_by_key(|(_, change)| change.action);
    if gone.is_empty() {
        return;
    }
    out.push_str("\n**Replaced or destroyed**\n\n");
    let mut left_out = 0;
    for (stack, change) in gone {
        let line = format!("- `{stack}` / `{}`\n", text::headline(change).replace('`', "'"));
        // They come again below; the folded part must not lose all its room to them.
        if out.len() + line.len() <= MOST / 2 { out.push_str(&line) } else { left_out += 1 }
    }
    if left_out > 0 {
        let _ = writeln!(out, "- and {left_out} more");
    }
}

/// What runs around the applies, unfolded: it does what no line below says.
fn write_hooks(report: &Report, out: &mut String) {
    let hooks = report.stacks.iter().flat_map(|stack| {
        let hooks = stack.changes.iter().flat_map(text::hooks);
        hooks.map(|hook| format!("- `{}` / `{}`\n", stack.stack, cut(&hook, 500).replace('`', "'")))
    });
    let hooks: Vec<String> = hooks.collect();
    if hooks.is_empty() {
        return;
    }
    out.push_str("\n**Runs around the apply**\n\n");
    let mut left_out = 0;
    for line in hooks {
        if out.len() + line.len() <= MOST * 5 / 8 { out.push_str(&line) } else { left_out += 1 }
    }
    if left_out > 0 {
        let _ = writeln!(out, "- and {left_out} more");
    }
}

/// The changes of each stack, folded. Gives back how many had no room.
fn write_details(report: &Report, out: &mut String) -> usize {
    let mut length = out.len() + report.stacks.len() * FRAME;
    let mut all: Vec<(&StackReport, Label, &ResourceChange)> =
        report.stacks.iter().flat_map(changes_of).collect();
    let count = all.len();
    // The gravest of all stacks get room first.
    all.sort_by_key(|(_, _, change)| change.action);
    let mut shown = Vec::new();
    for (stack, label, change) in all {
        let entry = entry(label, change);
        if length + entry.len() <= MOST {
            length += entry.len();
            shown.push((stack, entry));
        }
    }
    for stack in &report.stacks {
        let of_stack = shown.iter().filter(|(other, _)| other.stack == stack.stack);
        let body: String = of_stack.map(|(_, entry)| entry.as_str()).collect();
        if !body.is_empty() {
            // A fence of four holds text that has one of three.
            let _ = write!(
                out,
                "\n<details><summary>{}</summary>\n\n````diff\n{body}````\n\n</details>\n",
                stack.stack
            );
        }
    }
    count - shown.len()
}

/// Who changes something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    /// The apply.
    Apply,
    /// Somebody else, since the last one.
    Outside,
}

fn changes_of(stack: &StackReport) -> Vec<(&StackReport, Label, &ResourceChange)> {
    let Some(changes) = &stack.changes else { return Vec::new() };
    let own = changes.resources.iter().chain(&changes.outputs).map(|change| (stack, Label::Apply, change));
    own.chain(changes.drift.iter().map(|change| (stack, Label::Outside, change))).collect()
}

/// A change as lines of a diff: its first character gives a line its colour.
fn entry(label: Label, change: &ResourceChange) -> String {
    let mark = match change.action {
        _ if label == Label::Outside => '!',
        Action::Create | Action::Import => '+',
        Action::Update | Action::Move => '!',
        Action::Replace | Action::Destroy | Action::Forget => '-',
    };
    let outside = if label == Label::Outside { "changed outside: " } else { "" };
    let mut entry = format!("{mark} {outside}{}\n", text::headline(change));
    for argument in &change.arguments {
        // A fence in a value would end the block.
        let line = text::line(change.action, argument).replace("````", "'```");
        let _ = writeln!(entry, "      {line}");
    }
    entry
}

fn cut(text: &str, most: usize) -> String {
    let mut cut: String = text.chars().take(most).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut.replace("````", "'```")
}
