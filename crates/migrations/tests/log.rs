//! A log in the tables of a real database, beside golang-migrate's own.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use formwork_migrations::compat::ScratchServer;
use formwork_migrations::{DeployedMigration, LogStore, Started, Timestamp};

#[test]
fn a_database_keeps_the_log() {
    let server = ScratchServer::start().expect("PostgreSQL's initdb and pg_ctl are on the path");
    let config = server.config("postgres");
    let Some(postgres::config::Host::Unix(socket)) = config.get_hosts().first() else { panic!("a socket") };
    let store = LogStore::parse(&format!("postgres://postgres@/postgres?host={}", socket.display())).unwrap();
    assert_eq!(store.golang_migrate().unwrap(), None);
    assert_eq!(store.read().unwrap().migrations, []);

    let now = Timestamp::parse("2026-03-01T12:00:00Z").unwrap();
    let deployed = DeployedMigration {
        directory: "db/migrations".to_owned(),
        version: u64::MAX,
        file: "it's a \\ \"file\".up.sql".to_owned(),
        sha256: "0".repeat(64),
        deployed_at: now,
    };
    assert!(store.change(|log| log.record(deployed.clone())).unwrap());
    let later =
        DeployedMigration { deployed_at: now.plus_hours(1), sha256: "1".repeat(64), ..deployed.clone() };
    assert!(!store.change(|log| log.record(later.clone())).unwrap());
    assert_eq!(store.change(|log| log.start("shul", "42", now)).unwrap(), Started::New);
    assert!(store.change(|log| log.retire("shul", "42", now.plus_hours(2))).unwrap());
    assert!(store.change(|log| log.retire("shul", "42", now.plus_hours(9))).unwrap());
    let log = store.read().unwrap();
    assert_eq!(log.migrations, [deployed]);
    assert_eq!(log.releases[0].retired_at, Some(now.plus_hours(2)));

    let mut client = server.connect("postgres").unwrap();
    client
        .batch_execute("CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL); INSERT INTO schema_migrations VALUES (16, true)")
        .unwrap();
    assert_eq!(store.golang_migrate().unwrap(), Some((16, true)));

    // The table that the URL names is the one that counts.
    client
        .batch_execute("CREATE TABLE zm (version bigint, dirty boolean); INSERT INTO zm VALUES (1, false)")
        .unwrap();
    let other = format!("postgres://postgres@/postgres?host={}&x-migrations-table=zm", socket.display());
    assert_eq!(LogStore::parse(&other).unwrap().golang_migrate().unwrap(), Some((1, false)));

    // A release that was retired and serves again is as old as it was.
    assert_eq!(store.change(|log| log.start("shul", "42", now.plus_hours(20))).unwrap(), Started::Again);
    let log = store.read().unwrap();
    assert_eq!((log.releases[0].deployed_at, log.releases[0].retired_at), (now, None));
    assert_eq!(store.change(|log| log.start("shul", "42", now)).unwrap(), Started::Known);

    // Down and up again is another time.
    assert_eq!(store.change(|log| log.take_back("db/migrations", 16)).unwrap(), 1);
    assert_eq!(store.read().unwrap().migrations, []);
    assert!(store.change(|log| log.record(later.clone())).unwrap());
    assert_eq!(store.read().unwrap().migrations, [later]);
}

#[test]
fn reading_needs_no_right_to_write() {
    let server = ScratchServer::start().expect("PostgreSQL's initdb and pg_ctl are on the path");
    let config = server.config("postgres");
    let Some(postgres::config::Host::Unix(socket)) = config.get_hosts().first() else { panic!("a socket") };
    let mut client = server.connect("postgres").unwrap();
    client.batch_execute("CREATE ROLE reader LOGIN").unwrap();
    let reader = LogStore::parse(&format!("postgres://reader@/postgres?host={}", socket.display())).unwrap();
    assert_eq!(reader.read().unwrap().releases, []);
    let owner = LogStore::parse(&format!("postgres://postgres@/postgres?host={}", socket.display())).unwrap();
    let now = Timestamp::parse("2026-03-01T12:00:00Z").unwrap();
    owner.change(|log| log.start("shul", "42", now)).unwrap();
    client.batch_execute("GRANT SELECT ON formwork_migrations, formwork_releases TO reader").unwrap();
    assert_eq!(reader.read().unwrap().releases.len(), 1);
    assert!(reader.change(|log| log.start("shul", "43", now)).is_err());
}

#[test]
fn a_database_that_is_not_there_is_said_so() {
    let store = LogStore::parse("postgres://app:secret@/postgres?host=/nowhere").unwrap();
    let error = store.read().unwrap_err().to_string();
    assert!(error.contains("/nowhere") && !error.contains("secret"), "{error}");
}
