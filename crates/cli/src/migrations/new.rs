//! `migrations new`: the files of a safe change.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;
use formwork_migrations::{Change, Directory, Name, NewFile, Runner, Step, Timestamp, Uniqueness};
use formwork_synth::Replacement;

use crate::migrations::policy::{RunnerName, directories};
use crate::{ExitStatus, UsageError, print};

/// Write the files of a common change, safe for the releases that run, and say what follows
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A name for the files, such as add_timezone
    name: String,
    /// The change
    #[arg(long, value_enum)]
    kind: Kind,
    /// Folder with the migrations
    #[arg(long, value_name = "DIR", default_value = "db/migrations")]
    dir: PathBuf,
    /// Who runs the migrations [default: what the folder shows, or golang-migrate]
    #[arg(long, value_enum, value_name = "NAME")]
    runner: Option<RunnerName>,
    /// Which migration of the change to write, where it needs several
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    step: usize,
    /// The table, or schema.table
    #[arg(long, value_name = "TABLE")]
    table: Option<String>,
    /// The column; for an index, the columns with commas
    #[arg(long, value_name = "COLUMN")]
    column: Option<String>,
    /// The column's type; for an enum value, the enum
    #[arg(long = "type", value_name = "TYPE")]
    data_type: Option<String>,
    /// A constant default, as SQL
    #[arg(long, value_name = "SQL")]
    default: Option<String>,
    /// The new name, or the column of the new type
    #[arg(long, value_name = "COLUMN")]
    to: Option<String>,
    /// What a foreign key refers to, such as "users (id)"
    #[arg(long, value_name = "TABLE (COLUMN)")]
    references: Option<String>,
    /// The value of the enum
    #[arg(long, value_name = "VALUE")]
    value: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// A column that may be null, or has a constant default
    Column,
    /// A column that must not be null: added, checked, validated, switched
    ColumnNotNull,
    /// Another name: a second column, kept in step, and the first one dropped later
    RenameColumn,
    /// Another type: a second column, kept in step, and the first one dropped later
    ChangeType,
    /// An index, built while the table is used
    Index,
    /// An index that forbids duplicates, built while the table is used
    UniqueIndex,
    /// A foreign key: added without looking at the rows, then validated
    ForeignKey,
    /// A value of an enum
    EnumValue,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    let change = change(args)?;
    let directory = directory(args)?;
    let files = change
        .files(&args.name, args.step, &directory, Timestamp::now())
        .map_err(|error| UsageError(error.to_string()))?;
    let mut replacement = Replacement::default();
    for file in &files {
        let path = args.dir.join(&file.name);
        let folder = path.parent().unwrap_or(&args.dir);
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        replacement
            .add(path.clone(), file.text.as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    replacement.finish().with_context(|| format!("cannot write to {}", args.dir.display()))?;
    for file in &files {
        print::done("Wrote", &args.dir.join(&file.name).display().to_string());
    }
    follow(&change, args, by_runner(directory.runner, &files));
    Ok(ExitStatus::Success)
}

fn directory(args: &Args) -> anyhow::Result<Directory> {
    if args.dir.is_dir() {
        let read = directories(std::slice::from_ref(&args.dir), args.runner)?;
        return read.into_iter().next().context("the folder was not read");
    }
    Ok(Directory::empty_as(&args.dir, args.runner.map(Runner::from).unwrap_or_default()))
}

/// What the runner needs beside the files.
fn by_runner(runner: Runner, files: &[NewFile]) -> Option<&'static str> {
    let is_concurrent = files.iter().any(|file| file.text.contains("INDEX CONCURRENTLY"));
    match runner {
        Runner::Atlas => Some("`atlas migrate hash`: atlas.sum has to know the file"),
        Runner::Prisma => {
            Some("the same change in schema.prisma, or the next `prisma migrate dev` takes it back")
        }
        Runner::Flyway if is_concurrent => Some(
            "set `flyway.postgresql.transactional.lock=false`: otherwise Flyway's own lock makes CONCURRENTLY wait for ever",
        ),
        _ => None,
    }
}

/// Says what comes behind the migration that was written.
fn follow(change: &Change, args: &Args, by_runner: Option<&str>) {
    let mut number = 0;
    let mut texts: Vec<String> = by_runner.map(str::to_owned).into_iter().collect();
    for step in change.steps() {
        match step {
            Step::Migration { suffix, .. } => {
                number += 1;
                if number > args.step {
                    texts.push(format!(
                        "deploy the migration `{suffix}`: the same command with --step {number}"
                    ));
                }
            }
            Step::Manual(_) if number < args.step => {}
            Step::Manual(text) => texts.push(text),
        }
    }
    if !texts.is_empty() {
        print::note("Then:");
    }
    texts.iter().for_each(|text| print::note(&format!("- {text}")));
}

fn change(args: &Args) -> anyhow::Result<Change> {
    let table = || need(args.table.as_ref(), "--table").map(|table| name(table));
    let listed = || need(args.column.as_ref(), "--column").cloned();
    let column = || need(args.column.as_ref(), "--column").map(|column| unquoted(column));
    let data_type = || need(args.data_type.as_ref(), "--type").cloned();
    let to = || need(args.to.as_ref(), "--to").map(|column| unquoted(column));
    let index = |uniqueness| -> anyhow::Result<Change> {
        Ok(Change::Index { table: table()?, columns: listed()?, uniqueness })
    };
    Ok(match args.kind {
        Kind::Column => Change::Column {
            table: table()?,
            column: column()?,
            data_type: data_type()?,
            default: args.default.clone(),
        },
        Kind::ColumnNotNull => {
            Change::ColumnNotNull { table: table()?, column: column()?, data_type: data_type()? }
        }
        Kind::RenameColumn => {
            Change::RenameColumn { table: table()?, column: column()?, to: to()?, data_type: data_type()? }
        }
        Kind::ChangeType => {
            Change::ChangeType { table: table()?, column: column()?, to: to()?, data_type: data_type()? }
        }
        Kind::Index => index(Uniqueness::Any)?,
        Kind::UniqueIndex => index(Uniqueness::Unique)?,
        Kind::ForeignKey => Change::ForeignKey {
            table: table()?,
            column: column()?,
            references: need(args.references.as_ref(), "--references")?.clone(),
        },
        Kind::EnumValue => Change::EnumValue {
            data_type: name(&data_type()?),
            value: need(args.value.as_ref(), "--value")?.clone(),
        },
    })
}

/// A name without the quotes of SQL, which are put where they must be.
fn unquoted(written: &str) -> String {
    let inner = written.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    inner.map_or_else(|| written.to_owned(), |inner| inner.replace("\"\"", "\""))
}

/// A name that may have a schema, with or without quotes.
fn name(written: &str) -> Name {
    match written.split_once('.') {
        Some((schema, name)) => Name::parse(&format!("{}.{}", unquoted(schema), unquoted(name))),
        None => Name::plain(&unquoted(written)),
    }
}

fn need<'a>(value: Option<&'a String>, option: &str) -> anyhow::Result<&'a String> {
    value.ok_or_else(|| UsageError(format!("this kind of change needs {option}")).into())
}
