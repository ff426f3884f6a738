//! Files that cannot be checked: bytes that are not UTF-8, and text that is not SQL.

use crate::directory::{MigrationFile, Runner};
use crate::finding::{Finding, RuleId};
use crate::parse::{ParsedFile, SyntaxError, SyntaxErrorKind};

/// A file's text, and what is wrong with its bytes. A byte-order mark is replaced, so that positions stay.
pub(super) fn text_of(file: &MigrationFile, runner: Runner) -> (String, Option<(RuleId, String)>) {
    let mut text = String::from_utf8_lossy(&file.bytes).into_owned();
    if runner == Runner::Flyway {
        fill_placeholders(&mut text);
    }
    if let Err(error) = std::str::from_utf8(&file.bytes) {
        let message = format!("it is not UTF-8 at byte {}", error.valid_up_to());
        return (text, Some((RuleId::NotUtf8, message)));
    }
    if text.contains('\0') {
        return (text.replace('\0', " "), Some((RuleId::ZeroByte, "it has a zero byte".to_owned())));
    }
    match text.strip_prefix('\u{feff}') {
        Some(rest) => (
            format!("   {rest}"),
            Some((RuleId::ByteOrderMark, "it begins with a byte-order mark".to_owned())),
        ),
        None => (text, None),
    }
}

/// Puts a name where Flyway puts a value: `${schema}.users`. Positions stay.
fn fill_placeholders(text: &mut String) {
    let mut at = 0;
    while let Some(start) = text[at..].find("${").map(|found| at + found) {
        let Some(length) = text[start..].find('}') else { return };
        let range = start..=start + length;
        let is_name =
            |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | ':' | '.' | '-');
        if text[start + 2..start + length].chars().all(is_name) {
            text.replace_range(range, &format!("p{}", "_".repeat(length)));
        }
        at = start + 1;
    }
}

/// The commands of psql, and the first position that is not SQL: what follows it is often its consequence.
pub(super) fn syntax_errors(file: &ParsedFile, runner: Runner) -> impl Iterator<Item = Finding> {
    let is_command = |error: &&SyntaxError| error.kind == SyntaxErrorKind::ClientCommand;
    let commands = file.errors.iter().filter(is_command);
    let first = file.errors.iter().find(|error| !is_command(error));
    // psql takes its own commands; what is not SQL behind one may be its consequence.
    let takes_commands = runner == Runner::Psql;
    commands.filter(move |_| !takes_commands).chain(first).map(move |error| syntax_error(error, runner))
}

fn syntax_error(error: &SyntaxError, runner: Runner) -> Finding {
    let mut finding = match &error.kind {
        SyntaxErrorKind::ClientCommand => Finding::invalid(
            RuleId::PsqlMetaCommand,
            "a command of psql",
            &format!("{} sends the file to the server, which refuses it", runner.name()),
            "write SQL; to include a file, copy its text",
        ),
        SyntaxErrorKind::Grammar(message) => Finding::invalid(
            RuleId::SyntaxError,
            message,
            &format!("PostgreSQL refuses the file, and {}", runner.after_failure()),
            "try it on a scratch database: `migrations compat`",
        ),
    };
    finding.span = error.span;
    finding
}
