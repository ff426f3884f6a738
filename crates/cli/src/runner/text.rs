//! A plan for a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use formwork_core::secret::visible_line;
use formwork_review::comparison::ArgumentChange;
use formwork_terraform::{Action, PlanChanges, ResourceChange};

use crate::diff::text;

const GOOD: Style = AnsiColor::Green.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();
const GONE: Style = AnsiColor::Red.on_default();
const BOLD: Style = Style::new().bold();

/// Writes what a plan does to a stack, a line per resource and per argument.
pub(crate) fn write(stack: &str, changes: &PlanChanges, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{BOLD}{stack}{BOLD:#}")?;
    for hook in hooks(changes) {
        writeln!(out, "  {hook}")?;
    }
    for change in &changes.drift {
        writeln!(out, "  {CHANGED}changed outside:{CHANGED:#} {}", headline(change))?;
        write_arguments(change, out)?;
    }
    for change in &changes.resources {
        let style = match change.action {
            Action::Replace | Action::Destroy | Action::Forget => GONE,
            Action::Update | Action::Move => CHANGED,
            Action::Create | Action::Import => GOOD,
        };
        writeln!(out, "  {style}{:>3}{style:#} {}", mark(change.action), headline(change))?;
        write_arguments(change, out)?;
    }
    for change in &changes.outputs {
        for argument in &change.arguments {
            writeln!(out, "      {}", line(change.action, &of_output(change, argument)))?;
        }
    }
    Ok(())
}

/// The commands that run around the apply, a line for each.
pub(crate) fn hooks(changes: &PlanChanges) -> impl Iterator<Item = String> {
    changes.hooks.iter().map(|(moment, command)| format!("{moment}: {command}"))
}

/// The address, what happens to it where the mark does not tell, and why.
pub(crate) fn headline(change: &ResourceChange) -> String {
    let mut line = change.address.clone();
    match (change.action, change.replaced_for.as_slice()) {
        (Action::Replace, []) => line.push_str(" is replaced"),
        (Action::Replace, causes) => line.push_str(&format!(" is replaced, for {}", causes.join(", "))),
        (Action::Destroy, _) => line.push_str(" is destroyed"),
        (Action::Forget, _) => line.push_str(" is forgotten, and stays"),
        (Action::Import, _) => line.push_str(" is imported"),
        _ => {}
    }
    if let Some(from) = &change.moved_from {
        line.push_str(&format!(" (was {from})"));
    }
    visible_line(&line)
}

/// The sign that stands for an action, as terraform's own.
pub(crate) const fn mark(action: Action) -> &'static str {
    match action {
        Action::Replace => "-/+",
        Action::Destroy => "-",
        Action::Forget => ".",
        Action::Update => "~",
        Action::Create => "+",
        Action::Import => "<-",
        Action::Move => "->",
    }
}

fn write_arguments(change: &ResourceChange, out: &mut impl Write) -> io::Result<()> {
    change
        .arguments
        .iter()
        .try_for_each(|argument| writeln!(out, "        {}", line(change.action, argument)))
}

/// What happens to an argument; of a new resource only what it gets.
pub(crate) fn line(action: Action, argument: &ArgumentChange) -> String {
    match (action, &argument.before, &argument.after) {
        (Action::Create, None, Some(after)) => text::new_line(&argument.path, after),
        _ => text::line(argument),
    }
}

/// An output's argument as one line says it: its path begins with the output's name.
fn of_output(output: &ResourceChange, argument: &ArgumentChange) -> ArgumentChange {
    let dot = if argument.path.is_empty() { "" } else { "." };
    ArgumentChange { path: format!("{}{dot}{}", output.address, argument.path), ..argument.clone() }
}
