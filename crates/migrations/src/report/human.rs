//! For people: the source with a caret, as rustc shows it.

use std::fmt::Write;

use crate::check::{CheckedFile, Judged, State};
use crate::report::{position, state_text};

/// Shows files with findings. `color` surrounds a heading with what makes it stand out: its class and the text.
#[must_use]
pub fn human(files: &[CheckedFile], heading: impl Fn(&str) -> String) -> String {
    let mut output = String::new();
    for file in files {
        for judged in &file.findings {
            // Writing to a string does not fail.
            let _ = finding(&mut output, file, judged, &heading);
        }
    }
    output
}

fn finding(
    output: &mut String,
    file: &CheckedFile,
    judged: &Judged,
    heading: &impl Fn(&str) -> String,
) -> std::fmt::Result {
    let found = &judged.finding;
    let word = match judged.state {
        State::Advice => "advice".to_owned(),
        _ => found.class.to_string(),
    };
    let place = position(&file.text, found.span.start);
    writeln!(output, "{} {}", heading(&format!("{word}[{}]:", found.rule)), found.message)?;
    writeln!(output, "  --> {}:{}:{}", file.path, place.line, place.column)?;
    let line = file.text.lines().nth(place.line - 1).unwrap_or_default();
    if !line.trim().is_empty() {
        let gutter = " ".repeat(place.line.to_string().len());
        let shown: String = line.chars().take(160).map(|it| if it == '\t' { ' ' } else { it }).collect();
        let length = length_on_line(&file.text, found.span.start, found.span.end);
        writeln!(output, "{gutter} |")?;
        writeln!(output, "{} | {shown}", place.line)?;
        if place.column <= 160 {
            let carets = "^".repeat(length.clamp(1, 161 - place.column));
            writeln!(output, "{gutter} | {}{carets}", " ".repeat(place.column - 1))?;
        }
    }
    writeln!(output, "  why: {}", found.why)?;
    writeln!(output, "  fix: {}", found.fix.replace('\n', "\n       "))?;
    if !matches!(judged.state, State::Open | State::Advice) {
        writeln!(output, "  {}", state_text(&judged.state))?;
    }
    writeln!(output)
}

fn length_on_line(text: &str, start: usize, end: usize) -> usize {
    let words = text.get(start..end.min(text.len())).unwrap_or_default();
    words.lines().next().unwrap_or_default().chars().count()
}
