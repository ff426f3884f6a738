//! Who runs the migrations: how it names files, in which order it takes them, and in which transactions.
//!
//! What each does is from its source: golang-migrate `source/parse.go`, sqlx `sqlx-core/src/migrate/source.rs`, refinery
//! `refinery_core/src/util.rs` and its driver for PostgreSQL, Flyway `PostgreSQLParser.java` and `ParserSqlScript.java`;
//! of Atlas, Prisma and Django from their manuals, of psql from its own.

use std::fs;
use std::io::Read;
use std::path::Path;

/// A program that applies migrations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Runner {
    /// `000002_add.up.sql` and `000002_add.down.sql`; the whole file in one message.
    #[default]
    GolangMigrate,
    /// `2_add.sql`, or `2_add.up.sql` and `2_add.down.sql`; in a transaction, unless the file begins with
    /// `-- no-transaction`.
    Sqlx,
    /// `V2__add.sql` and `U2__add.sql`, in folders within each other; in a transaction.
    Refinery,
    /// `V1.2__add.sql`, `R__views.sql`, `U1.2__add.sql`, in folders within each other; in a transaction, unless no
    /// statement of the file can run in one.
    Flyway,
    /// `20240102030405_add.sql` beside `atlas.sum`; in a transaction, unless the file begins with `-- atlas:txmode none`.
    Atlas,
    /// `20240102030405_add/migration.sql`; the whole file in one message.
    Prisma,
    /// What `sqlmigrate` prints, a file each, in the order of their names: it says itself where transactions begin.
    Django,
    /// Files in the order of their names, statement by statement.
    Psql,
}

/// How a file reaches the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transaction {
    /// In one message, which PostgreSQL runs as one transaction unless the file has a single statement.
    #[default]
    Message,
    /// Between BEGIN and COMMIT.
    Enclosed,
    /// Between BEGIN and COMMIT, unless no statement of the file can run in a transaction.
    EnclosedIfPossible,
    /// Statement by statement: each is a transaction of its own, unless the file itself begins one.
    Statements,
}

impl Runner {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::GolangMigrate,
        Self::Sqlx,
        Self::Refinery,
        Self::Flyway,
        Self::Atlas,
        Self::Prisma,
        Self::Django,
        Self::Psql,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GolangMigrate => "golang-migrate",
            Self::Sqlx => "sqlx",
            Self::Refinery => "refinery",
            Self::Flyway => "Flyway",
            Self::Atlas => "Atlas",
            Self::Prisma => "Prisma",
            Self::Django => "Django",
            Self::Psql => "psql",
        }
    }

    /// How a migration is named.
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            Self::GolangMigrate => "000002_add_timezone.up.sql",
            Self::Sqlx => "20240102030405_add_timezone.sql",
            Self::Refinery => "V2__add_timezone.sql",
            Self::Flyway => "V1.2__add_timezone.sql",
            Self::Atlas | Self::Psql => "20240102030405_add_timezone.sql",
            Self::Prisma => "20240102030405_add_timezone/migration.sql",
            Self::Django => "0002_add_timezone.sql",
        }
    }

    /// The runner that the form of a folder shows, and what shows it. Nothing where several are possible.
    #[must_use]
    pub fn recognise(folder: &Path) -> Option<(Self, String)> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .ok()?
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        if names.iter().any(|name| name == "atlas.sum") {
            return Some((Self::Atlas, "atlas.sum".to_owned()));
        }
        if let Some(name) = names.iter().find(|name| folder.join(name).join("migration.sql").is_file()) {
            return Some((Self::Prisma, format!("{name}/migration.sql")));
        }
        let of_flyway = names.iter().find(|name| {
            let is_dotted = flyway_version(name).is_some_and(|version| version.contains(['.', '_']));
            is_sql(name) && (name.starts_with("R__") || (name.starts_with('V') && is_dotted))
        });
        if let Some(name) = of_flyway {
            return Some((Self::Flyway, name.clone()));
        }
        let opts_out =
            names.iter().filter(|name| is_sql(name)).find(|name| opts_out_of_sqlx(&folder.join(name)))?;
        Some((Self::Sqlx, format!("`-- no-transaction` in {opts_out}")))
    }

    /// How a file reaches the server.
    #[must_use]
    pub fn transaction(self, text: &str) -> Transaction {
        match self {
            Self::GolangMigrate | Self::Prisma => Transaction::Message,
            Self::Sqlx if text.starts_with(SQLX_OPTS_OUT) => Transaction::Message,
            Self::Sqlx | Self::Refinery => Transaction::Enclosed,
            Self::Flyway => Transaction::EnclosedIfPossible,
            Self::Atlas if has_directive(text, "atlas:txmode none") => Transaction::Statements,
            Self::Atlas => Transaction::Enclosed,
            Self::Django | Self::Psql => Transaction::Statements,
        }
    }

    /// Whether files lie in folders within the folder.
    pub(super) const fn looks_deeper(self) -> bool {
        matches!(self, Self::Refinery | Self::Flyway | Self::Prisma)
    }

    /// Whether each migration has a file for the way back.
    pub(crate) const fn expects_down(self) -> bool {
        matches!(self, Self::GolangMigrate)
    }

    /// What is left where a migration fails.
    pub(crate) const fn after_failure(self) -> &'static str {
        match self {
            Self::GolangMigrate => "golang-migrate leaves the version dirty",
            _ => "the migration fails",
        }
    }

    /// How a statement gets out of the transaction.
    pub(crate) const fn without_transaction(self) -> &'static str {
        match self {
            Self::GolangMigrate | Self::Prisma => {
                "put the statement into a file of its own, with nothing else in it (SET lock_timeout goes into the connection URL)"
            }
            Self::Sqlx => {
                "put the statement into a file of its own that begins with `-- no-transaction` and has nothing else in it"
            }
            Self::Refinery => {
                "refinery runs every migration in a transaction: run the statement by itself, before the migration, and say so there"
            }
            Self::Flyway => "put the statement into a file of its own: Flyway refuses to mix it with others",
            Self::Atlas => "begin the file with `-- atlas:txmode none` and an empty line",
            Self::Django => "set `atomic = False` in the migration",
            Self::Psql => "leave BEGIN and COMMIT out around it",
        }
    }
}

/// With what a file of sqlx begins that runs in no transaction.
const SQLX_OPTS_OUT: &str = "-- no-transaction";

/// Whether a file begins so. A pipe would be waited for.
fn opts_out_of_sqlx(path: &Path) -> bool {
    let mut begin = Vec::new();
    let is_file = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    let read =
        |begin: &mut Vec<u8>| fs::File::open(path)?.take(SQLX_OPTS_OUT.len() as u64).read_to_end(begin);
    is_file && read(&mut begin).is_ok() && begin == SQLX_OPTS_OUT.as_bytes()
}

/// A directive of Atlas stands in the comments at the top of a file.
fn has_directive(text: &str, directive: &str) -> bool {
    let mut comments =
        text.lines().take_while(|line| line.trim().is_empty() || line.trim_start().starts_with("--"));
    comments.any(|line| line.trim_start().trim_start_matches('-').trim() == directive)
}

pub(super) fn is_sql(name: &str) -> bool {
    name.ends_with(".sql")
}

/// The version in `V1_2__name.sql`, as it is written.
pub(super) fn flyway_version(name: &str) -> Option<&str> {
    let rest = name.strip_prefix(['V', 'U', 'B'])?;
    let (version, _) = rest.split_once("__")?;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    version.split(['.', '_']).all(is_number).then_some(version)
}
