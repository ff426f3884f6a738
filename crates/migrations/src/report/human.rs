//! For people: the source with a caret, as rustc shows it.

use std::fmt::Write;

use crate::check::{CheckedFile, CheckedFinding};
use crate::finding::FindingState;

/// Shows files with findings. `color` surrounds a heading with what makes it stand out: its class and the text.
#[must_use]
pub fn human(files: &[CheckedFile], heading: impl Fn(&str) -> String) -> String {
    let mut output = String::new();
    for file in files {
        for checked in &file.findings {
            // Writing to a string does not fail.
            let _ = finding(&mut output, file, checked, &heading);
        }
    }
    output
}

fn finding(
    output: &mut String,
    file: &CheckedFile,
    checked: &CheckedFinding,
    heading: &impl Fn(&str) -> String,
) -> std::fmt::Result {
    let found = &checked.finding;
    let word = match checked.state {
        FindingState::Advice => "advice".to_owned(),
        _ => found.class.to_string(),
    };
    let start = file.position(found.span.start);
    writeln!(output, "{} {}", heading(&format!("{word}[{}]:", found.rule)), found.message)?;
    writeln!(output, "  --> {}:{}:{}", file.path, start.line, start.column)?;
    let line = file.text.lines().nth(start.line - 1).unwrap_or_default();
    if !line.trim().is_empty() {
        let gutter = " ".repeat(start.line.to_string().len());
        let shown: String = line.chars().take(160).map(|it| if it == '\t' { ' ' } else { it }).collect();
        let length = length_on_line(&file.text, found.span.start, found.span.end);
        writeln!(output, "{gutter} |")?;
        writeln!(output, "{} | {shown}", start.line)?;
        if start.column <= 160 {
            let carets = "^".repeat(length.clamp(1, 161 - start.column));
            writeln!(output, "{gutter} | {}{carets}", " ".repeat(start.column - 1))?;
        }
    }
    writeln!(output, "  why: {}", found.why)?;
    writeln!(output, "  fix: {}", found.fix.replace('\n', "\n       "))?;
    if !matches!(checked.state, FindingState::Open | FindingState::Advice) {
        writeln!(output, "  {}", checked.state)?;
    }
    writeln!(output)
}

fn length_on_line(text: &str, start: usize, end: usize) -> usize {
    let words = text.get(start..end.min(text.len())).unwrap_or_default();
    words.lines().next().unwrap_or_default().chars().count()
}
