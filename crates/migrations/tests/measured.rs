//! What the corpus claims is what a real PostgreSQL does: every migration is run, and its locks, rewrites, scans and
//! the queries that it breaks are compared with its class.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/random.rs"]
mod random;
mod support;

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, channel};

use formwork_migrations::compat::ScratchServer;
use formwork_migrations::{LockMode, RuleId};
use postgres::{Client, GenericClient, NoTls, SimpleQueryMessage};
use support::{Case, cases, check_case, check_case_on, file, found_with_timeouts, is_whole};

/// What a migration did.
#[derive(Debug, Default)]
struct Measured {
    error: Option<String>,
    /// Tables whose storage was written anew.
    rewritten: Vec<String>,
    /// Tables that were read or indexed, and told so (`DEBUG1`), while a lock was held that makes writes wait.
    scanned: Vec<String>,
    /// Tables that existed.
    existing: Vec<String>,
    /// Tables that existed, with the strongest lock that the migration held at its end.
    locked: BTreeMap<String, String>,
    /// Tables of which every row was changed.
    filled: Vec<String>,
    /// Queries of the old release that fail or answer with other columns.
    broken: Vec<String>,
    /// Relations that existed, of which the migration held a lock that others wait behind, while nothing limited the
    /// wait for it. `None` where it was not asked.
    unlimited: Option<Vec<String>>,
}

/// Claims that no measurement shows, with the reason.
const NOT_MEASURED: [(&str, &str); 28] = [
    ("function-with-side-effects", "how long it takes, and whom it reaches, is not to be seen"),
    ("unbounded-write", "how many rows it is in a live database is not to be seen"),
    ("creating-trigger", "what it refuses depends on the row"),
    ("changing-settings", "new sessions are concerned"),
    ("changing-composite-type", "no query of the old release uses the type"),
    ("changing-publication", "the old release does not write the table"),
    ("ban-drop-object", "subscribers and other objects are concerned"),
    ("locking-rows", "another session would wait"),
    ("unknown-statement", "nothing fails that the old release does"),
    ("rewriting-table", "the storage is there already"),
    ("ban-drop-constraint", "rows are deleted later"),
    ("write-behind-lock", "the lock is measured with another statement"),
    ("transaction-nesting", "what is left after a failure shows only when something fails"),
    ("copy-from-stdin", "the client of this test has no rows to send either, and waits"),
    ("replacing-view", "whether the other rows are right is not to be seen"),
    ("replacing-function", "whether the other result is right is not to be seen"),
    ("dynamic-sql", "a person has to check_case it, whatever it did this time"),
    ("schema-change-in-function", "nothing calls the function"),
    ("creating-rule", "the old INSERT succeeds and stores nothing"),
    ("altering-sequence", "keys collide later"),
    ("changing-replica-identity", "subscribers are concerned"),
    ("disabling-row-level-security", "rows become visible"),
    ("ban-drop-not-null", "the first null comes later"),
    ("ban-drop-trigger", "the trigger's effect is missing, nothing fails"),
    ("ban-disable-trigger", "the trigger's effect is missing, nothing fails"),
    ("ban-revoke", "default privileges concern later tables"),
    ("ban-drop-default", "a column that may be null stores null"),
    ("row-level-security", "the owner is exempt; the role is asked below"),
];

/// Migrations whose locks do not show in the file, or not on this server, with the reason.
const OTHER_LOCKS: [(&str, &str); 7] = [
    ("drop-and-create-table", "the table of that name is another one at the end"),
    ("function-in-refresh", "a view without rows is not asked"),
    ("lock-timeout-of-function-that-changes-a-table", "the limit ends with the function"),
    ("block-in-branches", "the branch does not run here"),
    ("drop-type-cascade", "CASCADE drops a column, which is reported as such"),
    ("drop-schema", "CASCADE drops a table, which is reported as such"),
    ("drop-domain", "CASCADE drops a column, which is reported as such"),
];

/// Classes of migrations that are not applied as they are.
const ENDS: [&str; 2] = ["UNSAFE", "INVALID"];

#[test]
fn classes_are_what_the_server_does() {
    let server = ScratchServer::start().expect("PostgreSQL's initdb and pg_ctl are on the path");
    let mut admin = server.connect("postgres").unwrap();
    admin.batch_execute("CREATE DATABASE base").unwrap();
    let mut base = server.connect("base").unwrap();
    base.batch_execute(&file("base.sql")).unwrap();
    base.batch_execute(&file("rows.sql")).unwrap();
    drop(base);
    let version: u32 = rows(&mut admin, "SHOW server_version_num")[0][0].parse().unwrap();
    let version = version / 10_000;
    // Copies of a database are what takes the time, and the server makes several at once.
    let all: Vec<(usize, Case)> = cases().into_iter().enumerate().collect();
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(4);
    let parts: Vec<(String, usize)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|worker| {
                let name = format!("shared_{worker}");
                admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE base")).unwrap();
                let (server, all) = (&server, &all);
                scope.spawn(move || {
                    let mut shared = Session::open(server, &name);
                    let (mut wrong, mut proven) = (String::new(), 0);
                    for (number, case) in all.iter().skip(worker).step_by(workers) {
                        let measured = measure(server, &mut shared, *number, case);
                        proven += usize::from(judge(case, version, &measured, &mut wrong));
                    }
                    (wrong, proven)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let wrong: String = parts.iter().map(|(wrong, _)| wrong.as_str()).collect();
    let proven: usize = parts.iter().map(|(_, proven)| proven).sum();
    assert!(wrong.is_empty(), "{wrong}");
    assert!(proven >= 300 || !is_whole(), "only {proven} were measured to do something");
}

/// Holds the verdict on a case, for a version, against what the server did. Says whether that was anything.
fn judge(case: &Case, version: u32, measured: &Measured, wrong: &mut String) -> bool {
    let hurts = measured.error.is_some()
        || !measured.rewritten.is_empty()
        || !measured.scanned.is_empty()
        || !measured.filled.is_empty()
        || !measured.broken.is_empty();
    // The verdict for this version; `corpus.rs` has the one for all of them.
    let checked = check_case_on(case, Some(version));
    let (class, found) = (checked.class.to_string(), found_with_timeouts(&checked));
    let is_safe = class == "EXPAND";
    if let Some(unlimited) = measured.unlimited.as_ref().filter(|_| measured.error.is_none()) {
        let rule = RuleId::RequireLockTimeout.as_str();
        let is_advised = found.iter().any(|it| it.starts_with(rule));
        // What is unsafe or invalid has a finding of its own.
        let is_other =
            is_advised == unlimited.is_empty() && !OTHER_LOCKS.iter().any(|(name, _)| *name == case.name);
        if is_other && (is_advised || !ENDS.contains(&class.as_str())) {
            wrong.push_str(&format!("{}: advised {is_advised}, locked {unlimited:?}\n", case.name));
        }
    }
    if is_safe && hurts {
        wrong.push_str(&format!("{} is said to be safe: {measured:?}\n", case.name));
    }
    for lock in checked.findings.iter().filter_map(|it| it.finding.lock.as_ref()) {
        // A temporary table of its name makes the server show the schema.
        let written = lock.table.as_sql();
        let table = Some(format!("public.{written}")).filter(|it| measured.existing.contains(it));
        let table = table.unwrap_or(written);
        // Of what runs outside of a transaction, nothing is held at the end; views are not asked.
        let is_other = OTHER_LOCKS.iter().any(|(name, _)| *name == case.name);
        let is_asked = !is_other && measured.unlimited.is_some() && measured.existing.contains(&table);
        let held = measured.locked.get(&table).and_then(|mode| strength(mode));
        if is_asked && strength(&server_mode(lock.mode)).is_some_and(|claimed| held < Some(claimed)) {
            let locked = &measured.locked;
            wrong.push_str(&format!("{}: said to lock {table} in {:?}: {locked:?}\n", case.name, lock.mode));
        }
    }
    let locks = !measured.locked.is_empty();
    let is_excused = found
        .iter()
        .any(|finding| NOT_MEASURED.iter().any(|(rule, _)| finding.starts_with(&format!("{rule}:"))));
    if !is_safe && !hurts && !locks && !is_excused {
        wrong.push_str(&format!("{} is said to be {class}, but nothing happened\n", case.name));
    }
    hurts || locks
}

/// Modes that others wait for, from the weakest.
const MODES: [&str; 4] = ["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"];

fn strength(mode: &str) -> Option<usize> {
    MODES.iter().position(|known| *known == mode)
}

/// A mode as `pg_locks` writes it.
fn server_mode(mode: LockMode) -> String {
    format!("{mode:?}Lock")
}

/// Rules whose claim is the lock alone, or what it makes others wait for.
const ONLY_LOCKS: [&str; 3] = ["require-concurrent-index-deletion", "write-behind-lock", "lock-table"];

/// How many random migrations are measured, unless `FORMWORK_RANDOM_MIGRATIONS` says it.
const RANDOM: usize = 200;

#[test]
fn random_migrations_are_judged_as_the_server_does() {
    let server = ScratchServer::start().expect("PostgreSQL's initdb and pg_ctl are on the path");
    let mut base = server.connect("postgres").unwrap();
    base.batch_execute(&file("base.sql")).unwrap();
    base.batch_execute(&file("rows.sql")).unwrap();
    drop(base);
    let mut session = Session::open(&server, "postgres");
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<usize>().ok());
    let wanted = number("FORMWORK_RANDOM_MIGRATIONS").unwrap_or(RANDOM);
    let mut numbers = random::Numbers(number("FORMWORK_RANDOM_SEED").unwrap_or(21) as u64);
    let (mut misses, mut false_alarms, mut measured_ones, mut tried) = (String::new(), String::new(), 0, 0);
    while measured_ones < wanted {
        tried += 1;
        assert!(tried < wanted * 20, "nearly all are refused");
        let sql = random::migration(&mut numbers);
        let (empty, none) = (String::new(), Vec::new);
        let case = Case { name: empty.clone(), before: empty.clone(), sql, class: empty, findings: none() };
        // What the server refuses has no effect to measure.
        let Some(measured) = in_transaction(&mut session, &case) else { continue };
        measured_ones += 1;
        let checked = check_case(&case);
        let class = checked.class.to_string();
        let found = found_with_timeouts(&checked);
        let has = |rules: &[&str]| found.iter().any(|it| rules.iter().any(|rule| it.starts_with(rule)));
        let works = !measured.rewritten.is_empty() || !measured.scanned.is_empty();
        let is_stopped = ENDS.contains(&class.as_str());
        let is_missed = (works && !is_stopped)
            || (!measured.filled.is_empty() && !is_stopped && class != "REVIEW")
            || (!measured.broken.is_empty() && class == "EXPAND");
        let report = format!("{}  {class} {found:?}\n  {measured:?}\n", case.sql);
        if is_missed {
            misses.push_str(&report);
        }
        let hurts = works || !measured.filled.is_empty() || !measured.broken.is_empty();
        let is_alarm = is_stopped && !hurts && !has(&ONLY_LOCKS);
        let locks = !measured.locked.is_empty() || has(&["unbounded-write", "narrowing-constraint"]);
        if is_alarm || (class != "EXPAND" && !hurts && !locks) {
            false_alarms.push_str(&report);
        }
    }
    assert!(
        misses.is_empty() && false_alarms.is_empty(),
        "{measured_ones} of {tried} migrations were not refused\nmisses:\n{misses}\nfalse alarms:\n{false_alarms}"
    );
}

/// Measures in a transaction that is taken back; what does not run in one gets a database of its own.
fn measure(server: &ScratchServer, shared: &mut Session, number: usize, case: &Case) -> Measured {
    if case.findings.iter().any(|finding| finding.starts_with("copy-from-stdin")) {
        return Measured::default();
    }
    let controls = ["BEGIN;", "START", "COMMIT;", "END;", "ROLLBACK;", "LOCK", "VACUUM"];
    let has_control = case.sql.lines().any(|line| controls.iter().any(|word| line.starts_with(word)));
    if !has_control
        && case.before.is_empty()
        && let Some(measured) = in_transaction(shared, case)
    {
        return measured;
    }
    let name = format!("case_{number}");
    let mut admin = server.connect("postgres").unwrap();
    admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE base")).unwrap();
    let mut session = Session::open(server, &name);
    session.client.batch_execute(&case.before).unwrap_or_else(|error| panic!("{}: {error:?}", case.name));
    let in_transaction = if has_control { None } else { in_transaction(&mut session, case) };
    let measured = in_transaction.unwrap_or_else(|| alone(&mut session, case));
    drop(session);
    admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
    measured
}

/// A connection, and what the server tells it.
struct Session {
    client: Client,
    notices: Receiver<String>,
}

impl Session {
    fn open(server: &ScratchServer, database: &str) -> Self {
        let (sender, notices) = channel();
        let mut config = server.config(database);
        config.notice_callback(move |notice| drop(sender.send(notice.message().to_owned())));
        Self { client: config.connect(NoTls).unwrap(), notices }
    }
}

const TABLES: &str = "SELECT oid::regclass::text, relfilenode::text, oid::text, relkind::text FROM pg_class \
    WHERE relkind IN ('r', 'm', 'p') AND relispopulated AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'";
const LOCKS: &str = "SELECT c.oid::regclass::text, l.mode, c.oid::text FROM pg_locks l JOIN pg_class c ON c.oid = l.relation \
    WHERE l.pid = pg_backend_pid() AND c.relkind IN ('r', 'm', 'p') \
    AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')";
/// What others wait behind: everything but the locks of reading and writing, and of work that goes on beside both.
const STRONG: &str = "SELECT relation::regclass::text, relation::text FROM pg_locks \
    WHERE pid = pg_backend_pid() AND relation IS NOT NULL \
    AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')";
const RELATIONS: &str = "SELECT oid::text FROM pg_class \
    WHERE relkind IN ('r', 'm', 'p', 'v') AND relnamespace <> 'pg_catalog'::regnamespace";
const LIMITS: &str = "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')";
const CHANGES: &str =
    "SELECT relid::regclass::text, (n_tup_upd + n_tup_del)::text FROM pg_stat_xact_user_tables";

fn in_transaction(session: &mut Session, case: &Case) -> Option<Measured> {
    let mut measured = Measured::default();
    let mut transaction = session.client.transaction().unwrap();
    let before = rows(&mut transaction, TABLES);
    let changed = rows(&mut transaction, CHANGES);
    let old = rows(&mut transaction, RELATIONS);
    let sizes = sizes(&mut transaction, &before);
    let answers = answers(&mut transaction);
    while session.notices.try_recv().is_ok() {}
    transaction.batch_execute("SET LOCAL client_min_messages = debug1").unwrap();
    transaction.batch_execute(&case.sql).ok()?;
    transaction.batch_execute("SET LOCAL client_min_messages = warning").unwrap();
    let told = told(&mut transaction, &session.notices);
    measured.existing = rows(&mut transaction, TABLES).into_iter().map(|row| row[0].clone()).collect();
    for row in rows(&mut transaction, LOCKS) {
        if before.iter().any(|old| old[2] == row[2]) {
            let strongest = measured.locked.entry(row[0].clone()).or_insert_with(|| row[1].clone());
            if strength(strongest) < strength(&row[1]) {
                strongest.clone_from(&row[1]);
            }
        }
    }
    if rows(&mut transaction, LIMITS) == [["0", "0"]] {
        let strong = rows(&mut transaction, STRONG).into_iter();
        let of_old = strong.filter(|row| old.iter().any(|old| old[0] == row[1]));
        measured.unlimited = Some(of_old.map(|row| row[0].clone()).collect());
    }
    for row in rows(&mut transaction, CHANGES) {
        let count = |row: &[String]| row[1].parse::<u64>().unwrap();
        let old = changed.iter().find(|old| old[0] == row[0]).map_or(0, |old| count(old));
        if sizes.get(&row[0]).is_some_and(|size| *size > 0 && count(&row).saturating_sub(old) >= *size) {
            measured.filled.push(row[0].clone());
        }
    }
    compare(&mut transaction, &before, told, &answers, &mut measured);
    Some(measured)
}

fn alone(session: &mut Session, case: &Case) -> Measured {
    let mut measured = Measured::default();
    let client = &mut session.client;
    let before = rows(client, TABLES);
    let answers = answers(client);
    while session.notices.try_recv().is_ok() {}
    client.batch_execute("SET client_min_messages = debug1").unwrap();
    measured.error = client.batch_execute(&case.sql).err().map(|error| {
        error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
    });
    let _ = client.batch_execute("ROLLBACK");
    client.batch_execute("RESET client_min_messages").unwrap();
    let told = told(client, &session.notices);
    if measured.error.is_none() {
        compare(client, &before, told, &answers, &mut measured);
    }
    measured
}

/// Compares storage and answers with those before.
fn compare(
    client: &mut impl GenericClient,
    before: &[Vec<String>],
    told: Vec<String>,
    answers: &[(String, Answer)],
    measured: &mut Measured,
) {
    let after = rows(client, TABLES);
    for row in before {
        if after.iter().any(|new| new[2] == row[2] && new[1] != row[1]) {
            measured.rewritten.push(row[0].clone());
        }
    }
    let is_old = |table: &str| before.iter().any(|row| row[0].rsplit('.').next() == Some(table));
    let waits = !measured.locked.is_empty();
    measured.scanned = told.into_iter().filter(|table| waits && is_old(table)).collect();
    for (query, old) in answers {
        let new = answer(client, query);
        if old.is_ok() && *old != new {
            measured.broken.push(format!("{query}: {new:?}"));
        }
    }
}

fn sizes(client: &mut impl GenericClient, tables: &[Vec<String>]) -> BTreeMap<String, u64> {
    let mut sizes = BTreeMap::new();
    for row in tables.iter().filter(|row| row[3] != "p") {
        let count = rows(client, &format!("SELECT count(*)::text FROM {}", row[0]));
        sizes.insert(row[0].clone(), count[0][0].parse().unwrap());
    }
    sizes
}

/// Tables that the server says it reads or indexes.
fn told(client: &mut impl GenericClient, notices: &Receiver<String>) -> Vec<String> {
    let (mut tables, mut validated) = (Vec::new(), Vec::new());
    while let Ok(message) = notices.try_recv() {
        let quoted: Vec<&str> = message.split('"').skip(1).step_by(2).collect();
        let table = if message.starts_with("verifying table") || message.starts_with("rewriting table") {
            quoted.first()
        } else if message.starts_with("building index") {
            quoted.get(1)
        } else if message.starts_with("validating foreign key") {
            validated.push(quoted[0].to_owned());
            None
        } else {
            None
        };
        tables.extend(table.map(|&table| table.to_owned()));
    }
    for constraint in validated {
        let owner =
            format!("SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = '{constraint}'");
        tables.extend(rows(client, &owner).into_iter().flatten());
    }
    tables
}

/// The answers of the old release's queries: the names of the columns, or the error's code.
type Answer = Result<Vec<String>, String>;

fn answers(client: &mut impl GenericClient) -> Vec<(String, Answer)> {
    let queries = file("queries.sql");
    let queries = queries.lines().map(str::to_owned);
    queries.map(|query| (query.clone(), answer(client, &query))).collect()
}

fn answer(client: &mut impl GenericClient, query: &str) -> Answer {
    let failed = |error: postgres::Error| error.code().map_or("?".to_owned(), |code| code.code().to_owned());
    let mut transaction = client.transaction().unwrap();
    let statement = transaction.prepare(query).map_err(failed)?;
    let rows = transaction.query(&statement, &[]).map_err(failed)?;
    let mut answer: Vec<String> = statement
        .columns()
        .iter()
        .map(|column| format!("{} {}", column.name(), column.type_()).replace("varchar", "text"))
        .collect();
    answer.push(format!("{} rows", rows.len()));
    Ok(answer)
}

fn rows(client: &mut impl GenericClient, query: &str) -> Vec<Vec<String>> {
    let messages = client.simple_query(query).unwrap();
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|index| row.get(index).unwrap_or_default().to_owned()).collect())
        }
        _ => None,
    });
    rows.collect()
}
