//! What a rule sees and how it reports: the schema that a statement meets, and the findings so far.

use crate::directory::{Direction, Runner, Transaction};
use crate::finding::{Class, Finding, QuickFix, RuleId, Subject, TableLock};
use crate::name::Name;
use crate::position::Span;
use crate::rules::lock::Timeouts;
use crate::schema::Schema;

/// Findings that are looked at for one that reads the same: those of a statement stand together.
const MANY: usize = 100;

/// Why changes that write every row are unsafe.
pub(super) const REWRITES_TABLE: &str = "PostgreSQL writes every row and every index anew under ACCESS EXCLUSIVE: reads and writes of the table wait until it is done";

/// Collects the findings of a file.
pub(super) struct Linter<'a> {
    pub(super) schema: &'a mut Schema,
    pub(super) findings: Vec<Finding>,
    /// How many statements the file itself has.
    pub(super) top_level: usize,
    pub(super) direction: Direction,
    /// The versions of PostgreSQL that may run the file.
    pub(super) server: Server,
    pub(super) runner: Runner,
    /// How the file reaches the server.
    pub(super) transaction: Transaction,
    /// Whether the file has begun a transaction and not ended it.
    pub(super) has_begun: bool,
    /// The live table on which the transaction holds a lock that makes others wait.
    pub(super) locked: Option<Name>,
    /// Whether a limit on the wait for locks is in force.
    pub(super) timeouts: Timeouts,
    pub(super) was_advised: bool,
    /// The lock that the action takes which is being judged.
    pub(super) lock: Option<TableLock>,
    /// The statement that is being judged, if it is one of the file and does one thing.
    pub(super) replaceable: Option<Span>,
    /// The statement that called the function which is being read, and that function.
    pub(super) call: Option<(Span, Name)>,
}

/// The versions of PostgreSQL that may run a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Server {
    /// The oldest one.
    pub(super) oldest: u32,
    /// Whether somebody said which one it is.
    pub(super) is_stated: bool,
}

impl Server {
    /// The oldest version that is measured, and the newest.
    pub(super) const MEASURED: [u32; 2] = [15, 18];

    /// The version that somebody says, or any that is measured.
    pub(crate) fn new(stated: Option<u32>) -> Self {
        Self { oldest: stated.unwrap_or(Self::MEASURED[0]), is_stated: stated.is_some() }
    }
}

/// The safe way: words for a person, or files of SQL that lead to the same schema.
pub(super) struct Fix {
    text: String,
    files: Vec<String>,
}

impl Fix {
    /// Files of SQL, each applied by itself.
    pub(super) fn files(files: Vec<String>) -> Self {
        Self { text: files.join("\n-- next file\n"), files }
    }

    /// The safe way for a person to read.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}

impl From<String> for Fix {
    fn from(text: String) -> Self {
        Self { text, files: Vec::new() }
    }
}

impl From<&str> for Fix {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

/// A rule that a statement violates, and what that means.
pub(super) struct Violation {
    pub(super) rule: RuleId,
    pub(super) class: Class,
    pub(super) why: &'static str,
    pub(super) fix: Fix,
}

pub(super) fn unsafe_because(rule: RuleId, why: &'static str, fix: impl Into<Fix>) -> Violation {
    Violation { rule, class: Class::Unsafe, why, fix: fix.into() }
}

pub(super) fn contract_because(rule: RuleId, why: &'static str, fix: impl Into<Fix>) -> Violation {
    Violation { rule, class: Class::Contract, why, fix: fix.into() }
}

pub(super) fn review_because(rule: RuleId, why: &'static str, fix: impl Into<Fix>) -> Violation {
    Violation { rule, class: Class::Review, why, fix: fix.into() }
}

pub(super) fn advice_because(rule: RuleId, why: &'static str, fix: impl Into<Fix>) -> Violation {
    Violation { rule, class: Class::Expand, why, fix: fix.into() }
}

impl Linter<'_> {
    /// Puts files in the place of the statement that is being judged.
    fn quick_fix(&self, files: &[String]) -> Option<QuickFix> {
        let span = self.replaceable?;
        let (first, rest) = files.split_first()?;
        // Beside other statements, what must stand alone goes into files behind.
        let is_alone = self.top_level == 1;
        let text = if is_alone { first.trim_end().trim_end_matches(';').to_owned() } else { String::new() };
        let new_files = if is_alone { rest } else { files }.to_vec();
        Some(QuickFix { span, text, new_files })
    }

    /// Whether a statement of the file shares a transaction with others.
    pub(super) fn is_in_transaction(&self) -> bool {
        match self.transaction {
            Transaction::Message => self.top_level > 1,
            Transaction::Enclosed | Transaction::EnclosedIfPossible => true,
            Transaction::Statements => self.has_begun,
        }
    }

    /// Whether a server of this version, or a newer one, may run the file.
    pub(super) fn may_be(&self, version: u32) -> bool {
        !self.server.is_stated || self.server.oldest >= version
    }

    /// Reports a violation; what would read like a finding that is there already is not said twice.
    pub(super) fn report(
        &mut self,
        span: Span,
        subject: Subject,
        message: impl Into<String>,
        violation: Violation,
    ) {
        let Violation { rule, class, why, fix } = violation;
        let Fix { text: fix, files } = fix;
        let (mut span, mut message) = (span, message.into());
        if let Some((call, function)) = &self.call {
            span = *call;
            message = format!("{message}, in `{function}`, which runs here");
        }
        let lock = self.lock.clone().filter(|_| class != Class::Invalid);
        let quick_fix = self.quick_fix(&files);
        let why = why.to_owned();
        let finding = Finding { rule, subject, class, span, message, why, fix, files, lock, quick_fix };
        let reads_like = |known: &Finding| {
            (known.rule, known.class, known.span, &known.message, &known.why, &known.fix)
                == (rule, class, span, &finding.message, &finding.why, &finding.fix)
        };
        // A file of many statements has many findings: those of one place are enough to look at.
        if !self.findings.iter().rev().take(MANY).any(reads_like) {
            self.findings.push(finding);
        }
    }
}
