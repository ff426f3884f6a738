//! Which locks a migration takes, for how long, and how long ordinary reads and writes wait meanwhile.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use postgres::Client;

use crate::compat::apply;
use crate::compat::error::CompatError;
use crate::compat::migration::Migration;
use crate::compat::options::CompatOptions;
use crate::compat::report::{HeldLock, LockReport};
use crate::compat::server::{Database, Server};
use crate::directory::Transaction;
use crate::identifier::in_quotes;

const HELD: &str = "SELECT c.relnamespace::regnamespace::text, c.relname::text, l.mode, c.oid::bigint FROM pg_locks l \
    JOIN pg_class c ON c.oid = l.relation WHERE l.pid = $1 AND l.granted AND c.relkind IN ('r', 'p', 'm') \
    AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace) \
    AND l.mode NOT IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')";
const TABLES: &str = "SELECT c.relnamespace::regnamespace::text, c.relname::text, c.oid::bigint FROM pg_class c \
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'";

/// Runs a migration on a copy, beside a connection that reads and writes the same tables.
pub(super) fn measure(
    server: &Server,
    before: &Database<'_>,
    migration: &Migration,
    options: &CompatOptions<'_>,
) -> Result<LockReport, CompatError> {
    let database = server.database(Some(before))?;
    let mut client = database.connect()?;
    let mut watcher = database.connect()?;
    let mut traffic = database.connect()?;
    let existing: BTreeMap<i64, String> = watcher
        .query(TABLES, &[])?
        .iter()
        .map(|row| (row.get(2), format!("{}.{}", in_quotes(row.get(0)), in_quotes(row.get(1)))))
        .collect();
    if let Some(limit) = options.lock_timeout {
        client.batch_execute(&format!("SET lock_timeout = {limit}"))?;
    }
    let mut locking = LockReport { path: migration.path.clone(), ..LockReport::default() };
    let is_over = AtomicBool::new(false);
    let began = Instant::now();
    let (ran, longest) = std::thread::scope(|scope| {
        let tables: Vec<&String> = existing.values().collect();
        let is_over = &is_over;
        let traffic = scope.spawn(move || keep_busy(&mut traffic, &tables, is_over));
        let ran = run(&mut client, &mut watcher, migration, &existing, &mut locking.locks);
        is_over.store(true, Ordering::Relaxed);
        (ran, traffic.join().unwrap_or_default())
    });
    ran?;
    locking.milliseconds = milliseconds(began.elapsed());
    locking.longest_statement = milliseconds(longest);
    check_budget(&mut locking, options);
    Ok(locking)
}

/// Runs the statements one by one in a transaction, and asks after each what is held.
fn run(
    client: &mut Client,
    watcher: &mut Client,
    migration: &Migration,
    existing: &BTreeMap<i64, String>,
    locks: &mut Vec<HeldLock>,
) -> Result<(), CompatError> {
    let process: i32 = client.query_one("SELECT pg_backend_pid()", &[])?.get(0);
    let texts: Vec<&str> = migration.texts().collect();
    let is_one_by_one =
        migration.transaction() == Transaction::Statements && !texts.iter().any(|sql| apply::is_control(sql));
    if is_one_by_one || texts.len() == 1 {
        for (index, sql) in texts.into_iter().enumerate() {
            let line = migration.line(index);
            if apply::refuses_transaction(sql) {
                run_alone(client, watcher, process, (sql, line), existing, locks)?;
            } else {
                run_together(client, watcher, process, &[(sql, line)], existing, locks)?;
            }
        }
        return Ok(());
    }
    let lines = (0..).map(|index| migration.line(index));
    let own = texts.into_iter().zip(lines).filter(|(sql, _)| !apply::is_control(sql));
    run_together(client, watcher, process, &own.collect::<Vec<_>>(), existing, locks)
}

/// Runs statements in one transaction, each with the line on which it stands.
fn run_together(
    client: &mut Client,
    watcher: &mut Client,
    process: i32,
    statements: &[(&str, usize)],
    existing: &BTreeMap<i64, String>,
    locks: &mut Vec<HeldLock>,
) -> Result<(), CompatError> {
    client.batch_execute("BEGIN")?;
    let known = locks.len();
    let mut began: Vec<Instant> = Vec::new();
    for &(sql, line) in statements {
        let limit = lock_timeout(client)?;
        let start = Instant::now();
        client.batch_execute(sql)?;
        for row in watcher.query(HELD, &[&process])? {
            let (mode, oid): (String, i64) = (row.get(2), row.get(3));
            let Some(table) = existing.get(&oid) else { continue };
            if locks[known..].iter().all(|known| known.table != *table || known.mode != mode) {
                locks.push(HeldLock {
                    table: table.clone(),
                    mode,
                    line,
                    milliseconds: 0,
                    lock_timeout: limit,
                });
                began.push(start);
            }
        }
    }
    client.batch_execute("COMMIT")?;
    for (lock, start) in locks[known..].iter_mut().zip(began) {
        lock.milliseconds = milliseconds(start.elapsed());
    }
    Ok(())
}

/// Runs a statement that refuses a transaction (`CREATE INDEX CONCURRENTLY`), and looks at its locks all the while.
fn run_alone(
    client: &mut Client,
    watcher: &mut Client,
    process: i32,
    (sql, line): (&str, usize),
    existing: &BTreeMap<i64, String>,
    locks: &mut Vec<HeldLock>,
) -> Result<(), CompatError> {
    let limit = lock_timeout(client)?;
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let is_over = &is_over;
        let watching = scope.spawn(move || -> Result<Vec<HeldLock>, postgres::Error> {
            let mut seen: Vec<(HeldLock, Instant)> = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                for row in watcher.query(HELD, &[&process])? {
                    let (mode, oid): (String, i64) = (row.get(2), row.get(3));
                    let Some(table) = existing.get(&oid) else { continue };
                    match seen.iter_mut().find(|(known, _)| known.table == *table && known.mode == mode) {
                        Some((known, since)) => known.milliseconds = milliseconds(since.elapsed()),
                        None => seen.push((
                            HeldLock {
                                table: table.clone(),
                                mode,
                                line,
                                milliseconds: 0,
                                lock_timeout: limit,
                            },
                            Instant::now(),
                        )),
                    }
                }
            }
            Ok(seen.into_iter().map(|(lock, _)| lock).collect())
        });
        let ran = client.batch_execute(sql);
        is_over.store(true, Ordering::Relaxed);
        if let Ok(seen) = watching.join() {
            locks.extend(seen?);
        }
        Ok(ran?)
    })
}

fn lock_timeout(client: &mut Client) -> Result<u64, postgres::Error> {
    let row = client.query_one("SELECT setting FROM pg_settings WHERE name = 'lock_timeout'", &[])?;
    Ok(row.get::<_, &str>(0).parse().unwrap_or_default())
}

/// Reads and writes tables, a statement after another, until it is told to stop. Gives the longest time that one took.
fn keep_busy(client: &mut Client, tables: &[&String], is_over: &AtomicBool) -> Duration {
    let mut longest = Duration::ZERO;
    loop {
        for table in tables {
            let read = format!("SELECT * FROM {table} LIMIT 1");
            // A write that changes nothing takes the lock of one that does.
            let write = format!("DELETE FROM {table} WHERE false");
            for statement in [read, write] {
                if is_over.load(Ordering::Relaxed) {
                    return longest;
                }
                let began = Instant::now();
                // The table may just have been dropped or renamed.
                let _ = client.batch_execute(&statement);
                longest = longest.max(began.elapsed());
            }
        }
        if tables.is_empty() {
            return longest;
        }
    }
}

fn check_budget(locking: &mut LockReport, options: &CompatOptions<'_>) {
    let budget = options.budget;
    for lock in &locking.locks {
        let HeldLock { table, line, milliseconds, lock_timeout, .. } = lock;
        let is_exclusive = lock.mode == "AccessExclusiveLock";
        if is_exclusive && *milliseconds > budget {
            locking.findings.push(format!(
                "line {line} holds ACCESS EXCLUSIVE on {table} for {milliseconds} ms; the budget is {budget} ms"
            ));
        }
        if is_exclusive && (*lock_timeout == 0 || *lock_timeout > budget) {
            let limit = match lock_timeout {
                0 => "for ever".to_owned(),
                limit => format!("{limit} ms"),
            };
            locking.findings.push(format!(
                "line {line} would wait {limit} for ACCESS EXCLUSIVE on {table}, and every later query behind it; the budget is {budget} ms: set lock_timeout"
            ));
        }
    }
    if locking.longest_statement > budget {
        locking.findings.push(format!(
            "an ordinary statement took {} ms while it ran; the budget is {budget} ms",
            locking.longest_statement
        ));
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
