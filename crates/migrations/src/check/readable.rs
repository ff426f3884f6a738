//! Files that cannot be checked: bytes that are not UTF-8, and text that is not SQL.

use crate::directory::MigrationFile;
use crate::finding::{Finding, RuleId};
use crate::parse::{ParsedFile, SyntaxError, SyntaxErrorKind};

/// A file's text, and what is wrong with its bytes. A byte-order mark is replaced, so that positions stay.
pub(super) fn text_of(file: &MigrationFile) -> (String, Option<(RuleId, String)>) {
    let text = String::from_utf8_lossy(&file.bytes).into_owned();
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

/// The commands of psql, and the first position that is not SQL: what follows it is often its consequence.
pub(super) fn syntax_errors(file: &ParsedFile) -> impl Iterator<Item = Finding> {
    let is_command = |error: &&SyntaxError| error.kind == SyntaxErrorKind::ClientCommand;
    let commands = file.errors.iter().filter(is_command);
    let first = file.errors.iter().find(|error| !is_command(error));
    commands.chain(first).map(syntax_error)
}

fn syntax_error(error: &SyntaxError) -> Finding {
    let mut finding = match &error.kind {
        SyntaxErrorKind::ClientCommand => Finding::invalid(
            RuleId::PsqlMetaCommand,
            "a command of psql",
            "golang-migrate sends the file to the server, which refuses it",
            "write SQL; to include a file, copy its text",
        ),
        SyntaxErrorKind::Grammar(message) => Finding::invalid(
            RuleId::SyntaxError,
            message,
            "PostgreSQL refuses the file, and golang-migrate leaves the version dirty",
            "try it on a scratch database: `migrations compat`",
        ),
    };
    finding.span = error.span;
    finding
}
