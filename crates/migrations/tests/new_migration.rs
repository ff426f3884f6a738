//! What `migrations new` writes runs on a real PostgreSQL, forth and back, and passes its own check.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use formwork_migrations::compat::ScratchServer;
use formwork_migrations::{
    Change, Direction, Directory, MigrationFile, Name, NewMigrationError, Policy, Runner, Step, Timestamp,
    Transaction, Uniqueness, Worker, check,
};

const SCHEMA: &str = "CREATE TYPE mood AS ENUM ('ok');
CREATE TABLE users (id bigint PRIMARY KEY, name text, \"order\" integer, mood mood);
CREATE SCHEMA shop;
CREATE TABLE shop.items (id bigint PRIMARY KEY, user_id bigint);";

fn changes() -> Vec<(Change, &'static [&'static str])> {
    let users = || Name::plain("users");
    let text = |text: &str| text.to_owned();
    vec![
        (
            Change::Column {
                table: users(),
                column: text("tz"),
                data_type: text("text"),
                default: Some(text("'UTC'")),
            },
            &["EXPAND"],
        ),
        (
            Change::ColumnNotNull { table: users(), column: text("user"), data_type: text("text") },
            &["EXPAND", "CONTRACT", "EXPAND", "EXPAND"],
        ),
        (
            Change::RenameColumn {
                table: users(),
                column: text("name"),
                to: text("full_name"),
                data_type: text("text"),
            },
            &["EXPAND", "CONTRACT"],
        ),
        (
            Change::ChangeType {
                table: users(),
                column: text("order"),
                to: text("order_text"),
                data_type: text("text"),
            },
            &["EXPAND", "CONTRACT"],
        ),
        (
            Change::Index {
                table: Name::parse("shop.items"),
                columns: text("user_id, id"),
                uniqueness: Uniqueness::Any,
            },
            &["EXPAND"],
        ),
        (
            Change::Index { table: users(), columns: text("name"), uniqueness: Uniqueness::Unique },
            &["CONTRACT"],
        ),
        (
            Change::ForeignKey {
                table: Name::parse("shop.items"),
                column: text("user_id"),
                references: text("users (id)"),
            },
            &["CONTRACT", "EXPAND"],
        ),
        (Change::EnumValue { data_type: Name::plain("mood"), value: text("it's new") }, &["EXPAND"]),
    ]
}

#[test]
fn every_step_runs_and_has_the_class_that_it_should_have() {
    let server = ScratchServer::start().expect("PostgreSQL's initdb and pg_ctl are on the path");
    for (number, (change, classes)) in changes().into_iter().enumerate() {
        let name = format!("new_{number}");
        server.connect("postgres").unwrap().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let mut client = server.connect(&name).unwrap();
        client.batch_execute(SCHEMA).unwrap();
        let file = |version: u64, direction: Direction, text: &str| MigrationFile {
            path: format!("db/{version:06}_a.sql"),
            name: format!("{version:06}_a.sql"),
            version,
            direction,
            transaction: Transaction::Message,
            bytes: text.as_bytes().to_vec(),
        };
        let mut files = vec![file(1, Direction::Up, SCHEMA)];
        let mut version = 1;
        for step in change.steps() {
            let Step::Migration { up, down, .. } = step else { continue };
            version += 1;
            let both = format!("{change:?}\n{up}\n{down}");
            for sql in [&up, &down, &up] {
                client.batch_execute(sql).unwrap_or_else(|error| panic!("{both}\n{error:?}"));
                if matches!(change, Change::ChangeType { .. } | Change::RenameColumn { .. }) && version == 3 {
                    // A column that is gone can't be dropped twice.
                    break;
                }
            }
            files.push(file(version, Direction::Up, &up));
            files.push(file(version, Direction::Down, &down));
        }
        let directory = Directory {
            path: "db".to_owned(),
            files,
            runner: Runner::GolangMigrate,
            ignored_files: Vec::new(),
        };
        // Each step is deployed before the next one.
        let mut checked = Vec::new();
        for deployed in 1..version {
            let policy = Policy { deployed: Some(deployed), ..Policy::default() };
            let now = Timestamp::parse("2026-01-01").unwrap();
            let files = check(std::slice::from_ref(&directory), &policy, &Worker::in_process(), now).unwrap();
            checked.extend(files.into_iter().take(2));
        }
        let found: Vec<String> = checked.iter().step_by(2).map(|file| file.class.to_string()).collect();
        assert_eq!(
            found,
            classes,
            "{change:?} {:?}",
            checked.iter().flat_map(|file| file.open()).collect::<Vec<_>>()
        );
        let ways_back: Vec<_> = checked.iter().skip(1).step_by(2).flat_map(|file| file.open()).collect();
        assert!(ways_back.is_empty(), "{ways_back:?}");
    }
}

#[test]
fn a_twin_column_follows_whichever_is_written() {
    let server = ScratchServer::start().expect("PostgreSQL's initdb and pg_ctl are on the path");
    let mut client = server.connect("postgres").unwrap();
    client.batch_execute(SCHEMA).unwrap();
    let text = |text: &str| text.to_owned();
    let change = Change::RenameColumn {
        table: Name::plain("users"),
        column: text("name"),
        to: text("full_name"),
        data_type: text("text"),
    };
    let Step::Migration { up, .. } = change.steps().remove(0) else { panic!("a migration comes first") };
    client.batch_execute(&up).unwrap();
    let mut ask = |sql: &str| {
        let row = client.query_one(sql, &[]).unwrap();
        (row.get::<_, Option<String>>(0), row.get::<_, Option<String>>(1))
    };
    let both = |value: &str| (Some(value.to_owned()), Some(value.to_owned()));
    assert_eq!(ask("INSERT INTO users (id, name) VALUES (1, 'old') RETURNING name, full_name"), both("old"));
    assert_eq!(
        ask("INSERT INTO users (id, full_name) VALUES (2, 'new') RETURNING name, full_name"),
        both("new")
    );
    assert_eq!(ask("UPDATE users SET name = 'a' WHERE id = 2 RETURNING name, full_name"), both("a"));
    assert_eq!(ask("UPDATE users SET full_name = 'b' WHERE id = 1 RETURNING name, full_name"), both("b"));
}

#[test]
fn a_twin_column_follows_in_spite_of_a_default() {
    let server = ScratchServer::start().expect("PostgreSQL's initdb and pg_ctl are on the path");
    let mut client = server.connect("postgres").unwrap();
    client
        .batch_execute("CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL DEFAULT 'nobody')")
        .unwrap();
    let text = |text: &str| text.to_owned();
    let change = Change::RenameColumn {
        table: Name::plain("users"),
        column: text("name"),
        to: text("full_name"),
        data_type: text("text"),
    };
    let Step::Migration { up, .. } = change.steps().remove(0) else { panic!("a migration comes first") };
    client.batch_execute(&up).unwrap();
    for (sql, value) in [
        ("INSERT INTO users (id, full_name) VALUES (1, 'new')", "new"),
        ("INSERT INTO users (id, name) VALUES (2, 'old')", "old"),
        ("INSERT INTO users (id) VALUES (3)", "nobody"),
        ("INSERT INTO users (id, full_name, name) VALUES (4, 'both', 'b')", "both"),
        ("UPDATE users SET full_name = 'x' WHERE id = 3", "x"),
    ] {
        let row = client.query_one(&format!("{sql} RETURNING name, full_name"), &[]).unwrap();
        assert_eq!((row.get::<_, &str>(0), row.get::<_, &str>(1)), (value, value), "{sql}");
    }
}

#[test]
fn another_type_refuses_nothing_that_the_old_release_writes() {
    let server = ScratchServer::start().expect("PostgreSQL's initdb and pg_ctl are on the path");
    let mut client = server.connect("postgres").unwrap();
    client.batch_execute("CREATE TABLE codes (id bigint PRIMARY KEY, code text)").unwrap();
    client.batch_execute("INSERT INTO codes VALUES (100, '5'), (101, 'five')").unwrap();
    let text = |text: &str| text.to_owned();
    let change = Change::ChangeType {
        table: Name::plain("codes"),
        column: text("code"),
        to: text("number"),
        data_type: text("bigint"),
    };
    let Step::Migration { up, .. } = change.steps().remove(0) else { panic!("a migration comes first") };
    client.batch_execute(&up).unwrap();
    let mut ask = |sql: &str| {
        let row = client.query_one(&format!("{sql} RETURNING code, number"), &[]).unwrap();
        (row.get::<_, Option<String>>(0), row.get::<_, Option<i64>>(1))
    };
    assert_eq!(ask("INSERT INTO codes (id, code) VALUES (1, 'no number')"), (Some(text("no number")), None));
    assert_eq!(ask("INSERT INTO codes (id, code) VALUES (2, '7')"), (Some(text("7")), Some(7)));
    assert_eq!(ask("INSERT INTO codes (id, number) VALUES (3, 8)"), (Some(text("8")), Some(8)));
    assert_eq!(ask("UPDATE codes SET code = 'x' WHERE id = 2"), (Some(text("x")), None));
    // The rows that were there are filled by an update of themselves.
    assert!(
        change
            .steps()
            .iter()
            .any(|step| matches!(step, Step::Manual(text) if text.contains("SET code = code")))
    );
    assert_eq!(ask("UPDATE codes SET code = code WHERE id = 100"), (Some(text("5")), Some(5)));
    assert_eq!(ask("UPDATE codes SET code = code WHERE id = 101"), (Some(text("five")), None));
    assert_eq!(ask("UPDATE codes SET number = NULL WHERE id = 100"), (None, None));
}

#[test]
fn names_are_put_in_quotes_and_defaults_are_constant() {
    let change = Change::Index {
        table: Name::plain("Order"),
        columns: "user, Id DESC".to_owned(),
        uniqueness: Uniqueness::Any,
    };
    let Step::Migration { up, .. } = change.steps().remove(0) else { panic!("a migration comes first") };
    assert!(up.contains("ON \"Order\" (\"user\", \"Id\" DESC)"), "{up}");
    let directory = Directory::empty(std::path::Path::new("db"));
    let now = Timestamp::parse("2026-03-01T12:30:00Z").unwrap();
    let files = |default: &str| {
        let change = Change::Column {
            table: Name::plain("users"),
            column: "key".to_owned(),
            data_type: "text".to_owned(),
            default: Some(default.to_owned()),
        };
        change.files("add", 1, &directory, now).is_ok()
    };
    for constant in ["'x'", "now()", "0", "'{}'::jsonb", "lower('X')"] {
        assert!(files(constant), "{constant}");
    }
    for refused in
        ["gen_random_uuid()", "random()", "nobody_knows()", "1; DROP TABLE users", "(", "nextval('a')"]
    {
        assert!(!files(refused), "{refused}");
    }
}

#[test]
fn versions_go_on_in_the_manner_of_the_folder() {
    let change = Change::EnumValue { data_type: Name::plain("mood"), value: "a".to_owned() };
    let now = Timestamp::parse("2026-03-01T12:30:00Z").unwrap();
    let mut directory = Directory::empty(std::path::Path::new("db"));
    let name = |directory: &Directory| change.files("add", 1, directory, now).unwrap()[0].name.clone();
    assert_eq!(name(&directory), "000001_add.up.sql");
    let mut add = |version: u64, text: &str| {
        let (path, name) = (text.to_owned(), text.to_owned());
        directory.files.push(MigrationFile {
            path,
            name,
            version,
            direction: Direction::Up,
            transaction: Transaction::Message,
            bytes: Vec::new(),
        });
        name_of(&directory, &change, now)
    };
    assert_eq!(add(9, "0009_a.up.sql"), "0010_add.up.sql");
    assert_eq!(add(20_250_101_000_000, "20250101000000_a.up.sql"), "20260301123000_add.up.sql");
    assert!(change.files("../x", 1, &Directory::empty(std::path::Path::new("db")), now).is_err());
    assert!(change.files("x", 2, &Directory::empty(std::path::Path::new("db")), now).is_err());
}

fn name_of(directory: &Directory, change: &Change, now: Timestamp) -> String {
    change.files("add", 1, directory, now).unwrap()[0].name.clone()
}

#[test]
fn each_runner_gets_the_files_that_it_reads() {
    let now = Timestamp::parse("2026-03-01T10:00:00Z").unwrap();
    let server = ScratchServer::start().expect("PostgreSQL's initdb and pg_ctl are on the path");
    let runners = [
        (Runner::GolangMigrate, "000001_base.up.sql", "000002_add.up.sql"),
        (Runner::Sqlx, "1_base.sql", "2_add.sql"),
        (Runner::Refinery, "V1__base.sql", "V2__add.sql"),
        (Runner::Flyway, "V1.1__base.sql", "V2__add.sql"),
        (Runner::Atlas, "20200101000000_base.sql", "20260301100000_add.sql"),
        (Runner::Prisma, "20200101000000_base/migration.sql", "20260301100000_add/migration.sql"),
        (Runner::Psql, "001_base.sql", "002_add.sql"),
    ];
    for (runner, base, expected) in runners {
        for (number, (change, classes)) in changes().into_iter().enumerate() {
            let folder = tempfile::tempdir().unwrap();
            let write = |name: &str, text: &str| {
                let path = folder.path().join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            };
            write(base, SCHEMA);
            let read = || Directory::read_as(folder.path(), runner).unwrap();
            let files = match change.files("add", 1, &read(), now) {
                Ok(files) => files,
                Err(error) => {
                    assert_eq!((runner, error), (Runner::Refinery, NewMigrationError::InTransaction));
                    continue;
                }
            };
            let is_first =
                matches!(change, Change::Column { .. } | Change::Index { .. } | Change::EnumValue { .. });
            assert!(!is_first || files[0].name == expected, "{}", files[0].name);
            files.iter().for_each(|file| write(&file.name, &file.text));
            let directory = read();
            assert!(directory.ignored_files.is_empty());
            let policy = Policy { deployed: Some(1), ..Policy::default() };
            let checked =
                check(std::slice::from_ref(&directory), &policy, &Worker::in_process(), now).unwrap();
            let new = checked.iter().find(|file| file.path.ends_with(&files[0].name)).unwrap();
            assert_eq!(new.class.to_string(), classes[0], "{runner:?} {:?}", new.findings);
            // As the runner sends it.
            let name = format!("{}_{number}", runner.name().replace('-', "_").to_lowercase());
            server.connect("postgres").unwrap().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
            let mut client = server.connect(&name).unwrap();
            client.batch_execute(SCHEMA).unwrap();
            let file = directory.files.iter().find(|file| file.name == files[0].name).unwrap();
            let text = match file.transaction {
                Transaction::Enclosed => format!("BEGIN;{}COMMIT;", files[0].text),
                _ => files[0].text.clone(),
            };
            client.batch_execute(&text).unwrap_or_else(|error| panic!("{runner:?} {text}: {error:?}"));
        }
    }
    let change = &changes()[0].0;
    let empty = |runner| Directory::empty_as(std::path::Path::new("db"), runner);
    let first = |runner| change.files("add", 1, &empty(runner), now).unwrap()[0].name.clone();
    assert_eq!(first(Runner::Sqlx), "20260301100000_add.sql");
    assert_eq!(first(Runner::Flyway), "V1__add.sql");
    assert_eq!(change.files("add", 1, &empty(Runner::Django), now), Err(NewMigrationError::Python));
}
