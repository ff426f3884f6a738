//! For job summaries and comments.

use std::fmt::Write;

use crate::check::{CheckedFile, CheckedFinding};
use crate::finding::{FindingState, TableLock};

/// A table of the files, and each finding below it.
#[must_use]
pub fn markdown(files: &[CheckedFile]) -> String {
    let mut output = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut output, files);
    output
}

fn write(output: &mut String, files: &[CheckedFile]) -> std::fmt::Result {
    let open: usize = files.iter().map(|file| file.open().count()).sum();
    writeln!(
        output,
        "### Migrations: {}\n",
        match open {
            0 => "safe".to_owned(),
            1 => "1 finding".to_owned(),
            open => format!("{open} findings"),
        }
    )?;
    writeln!(output, "| File | Class | Findings |\n| --- | --- | --- |")?;
    for file in files {
        writeln!(output, "| `{}` | {} | {} |", cell(&file.path), file.class, file.open().count())?;
    }
    let mut left_out = 0;
    for file in files {
        for checked in &file.findings {
            let mut part = String::new();
            finding(&mut part, file, checked)?;
            if output.len() + part.len() > LONGEST {
                left_out += 1;
            } else {
                output.push_str(&part);
            }
        }
    }
    if left_out > 0 {
        writeln!(
            output,
            "\n{left_out} more findings do not fit here: `migrations check` shows all of them."
        )?;
    }
    Ok(())
}

/// GitHub takes 65536 characters in a comment; a line on what is left out fits behind this.
const LONGEST: usize = 65_000;

/// A finding: what it is, which lock is taken and who waits, why, and the safe way.
fn finding(output: &mut String, file: &CheckedFile, checked: &CheckedFinding) -> std::fmt::Result {
    let found = &checked.finding;
    let line = file.position(found.span.start).line;
    let word =
        if checked.state == FindingState::Advice { "advice".to_owned() } else { found.class.to_string() };
    writeln!(output, "\n**{word}** `{}` at `{}:{line}`: {}\n", found.rule, file.path, text(&found.message))?;
    if let Some(TableLock { mode, table }) = &found.lock {
        writeln!(output, "- Lock: {} on `{table}`: {}", mode.as_sql(), mode.who_waits())?;
    }
    writeln!(output, "- Why: {}", text(&found.why))?;
    if found.files.is_empty() && !found.fix.contains('\n') {
        writeln!(output, "- Safe way: {}", text(&found.fix))?;
    } else {
        writeln!(output, "- Safe way:\n\n```sql\n{}\n```", found.fix.replace("```", "` ` `"))?;
    }
    if !matches!(checked.state, FindingState::Open | FindingState::Advice) {
        writeln!(output, "\n_{}_", text(&checked.state.to_string()))?;
    }
    Ok(())
}

fn cell(content: &str) -> String {
    content.replace('|', "\\|").replace('\n', " ")
}

/// Text that the reader's browser must not take for HTML.
fn text(content: &str) -> String {
    content.replace('&', "&amp;").replace('<', "&lt;").replace('\n', " ")
}
