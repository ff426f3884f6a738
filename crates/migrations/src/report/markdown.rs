//! For job summaries and comments.

use std::fmt::Write;

use crate::check::CheckedFile;
use crate::finding::FindingState;

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
        if open == 0 { "safe".to_owned() } else { format!("{open} findings") }
    )?;
    writeln!(output, "| File | Class | Findings |\n| --- | --- | --- |")?;
    for file in files {
        writeln!(output, "| `{}` | {} | {} |", cell(&file.path), file.class, file.open().count())?;
    }
    for file in files {
        for checked in &file.findings {
            let found = &checked.finding;
            let line = file.position(found.span.start).line;
            let word = if checked.state == FindingState::Advice {
                "advice".to_owned()
            } else {
                found.class.to_string()
            };
            writeln!(
                output,
                "\n**{word}** `{}` at `{}:{line}`: {}\n",
                found.rule,
                file.path,
                text(&found.message)
            )?;
            writeln!(output, "{}\n\n```sql\n{}\n```", text(&found.why), found.fix.replace("```", "` ` `"))?;
            if !matches!(checked.state, FindingState::Open | FindingState::Advice) {
                writeln!(output, "\n_{}_", text(&checked.state.to_string()))?;
            }
        }
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
