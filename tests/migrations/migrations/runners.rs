//! Folders of other runners, and how long locks are held on tables with many rows.

use crate::project::{check, scratch_server};
use crate::support::{Ran, TestEnv};

fn folder(files: &[(&str, &str)]) -> TestEnv {
    let env = TestEnv::new();
    for (name, text) in files {
        env.write(&format!("db/migrations/{name}"), text);
    }
    env
}

#[track_caller]
fn is(ran: &Ran, code: i32, words: &[&str]) {
    let shown = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.code, code, "{shown}");
    for words in words {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

const USERS: &str = "CREATE TABLE users (id bigint PRIMARY KEY, name text);\n";
const INDEX: &str = "CREATE INDEX CONCURRENTLY users_name ON users (name);\n";
const IN_TRANSACTION: &str = "ban-concurrent-index-creation-in-transaction";

#[test]
fn sqlx_runs_a_file_in_a_transaction_unless_it_says_otherwise() {
    let env = folder(&[("1_users.sql", USERS), ("2_index.sql", INDEX)]);
    let arguments = ["--runner", "sqlx", "--deployed", "1"];
    is(&check(&env, &arguments), 1, &[IN_TRANSACTION, "`-- no-transaction`"]);
    env.write("db/migrations/2_index.sql", &format!("-- no-transaction\n{INDEX}"));
    is(&check(&env, &arguments), 0, &[]);
    // The form of the folder shows who runs it.
    is(&check(&env, &["--deployed", "1"]), 0, &["of sqlx, by `-- no-transaction` in 2_index.sql"]);
    // Without it, golang-migrate would pass over the files.
    is(&check(&env, &["--runner", "golang-migrate"]), 1, &["bad-file-name", "--runner"]);
}

#[test]
fn flyway_leaves_the_transaction_out_where_nothing_can_run_in_one() {
    let env = folder(&[
        ("V1__users.sql", "CREATE TABLE ${schema}.users (id bigint PRIMARY KEY, name text);\n"),
        ("V1.10__index.sql", INDEX),
        ("V1.9__more.sql", "SET lock_timeout = '2s';\nALTER TABLE users ADD COLUMN more text;\n"),
        ("R__names.sql", "CREATE OR REPLACE VIEW names AS SELECT name FROM users;\n"),
    ]);
    let ran = check(&env, &["--deployed", "1"]);
    is(&ran, 0, &["of Flyway, by R__names.sql"]);
    let order: Vec<usize> =
        ["V1.9__more", "V1.10__index", "R__names"].map(|it| ran.stderr.find(it).unwrap()).to_vec();
    let names = ran.stderr.lines().filter(|line| line.starts_with("  ")).collect::<Vec<_>>().join(" ");
    assert!(
        names.find("V1.9__") < names.find("V1.10__") && names.find("V1.10__") < names.find("R__"),
        "{order:?}"
    );
    env.write("db/migrations/V1.10__index.sql", &format!("SET lock_timeout = '2s';\n{INDEX}"));
    is(&check(&env, &["--deployed", "1"]), 1, &[IN_TRANSACTION, "Flyway refuses to mix it"]);
}

#[test]
fn refinery_runs_everything_in_a_transaction() {
    let env = folder(&[("V1__users.sql", USERS), ("more/V2__index.sql", INDEX)]);
    is(
        &check(&env, &["--runner", "refinery", "--deployed", "1"]),
        1,
        &[IN_TRANSACTION, "more/V2__index.sql"],
    );
    is(&check(&env, &["--runner", "flyway", "--deployed", "1"]), 0, &[]);
}

#[test]
fn atlas_runs_a_file_in_a_transaction_unless_it_says_otherwise() {
    let two = format!("{INDEX}CREATE INDEX CONCURRENTLY users_id ON users (id);\n");
    let env = folder(&[("20240101_users.sql", USERS), ("20240102_index.sql", &two), ("atlas.sum", "")]);
    let arguments = ["--deployed", "20240101"];
    is(&check(&env, &arguments), 1, &["of Atlas, by atlas.sum", IN_TRANSACTION, "-- atlas:txmode none"]);
    env.write("db/migrations/20240102_index.sql", &format!("-- atlas:txmode none\n\n{two}"));
    is(&check(&env, &arguments), 0, &[]);
    is(&check(&env, &["--deployed", "2023"]), 2, &["has no migration 2023", "20240102_index.sql"]);
    env.run(&["migrations", "log", "record", "--version", "1", "--log", "log.json"]);
    is(&check(&env, &["--log", "log.json"]), 2, &["the log knows golang-migrate's versions"]);
}

#[test]
fn prisma_sends_a_file_in_one_message() {
    let env = folder(&[
        ("1_users/migration.sql", USERS),
        ("2_index/migration.sql", INDEX),
        ("migration_lock.toml", ""),
    ]);
    is(&check(&env, &["--deployed", "1"]), 0, &["of Prisma, by 1_users/migration.sql"]);
    env.write("db/migrations/2_index/migration.sql", &format!("SELECT 1;\n{INDEX}"));
    is(&check(&env, &["--deployed", "1"]), 1, &[IN_TRANSACTION]);
}

#[test]
fn django_says_itself_where_a_transaction_begins() {
    let change = "ALTER TABLE users ADD COLUMN level integer DEFAULT 1 NOT NULL;\nALTER TABLE users ALTER COLUMN level DROP DEFAULT;\n";
    let env = folder(&[("0001_users.sql", USERS), ("0002_level.sql", &format!("BEGIN;\n{change}COMMIT;\n"))]);
    let arguments = ["--runner", "django", "--deployed", "1"];
    let ran = check(&env, &arguments);
    is(&ran, 1, &["adding-required-field"]);
    assert!(!ran.stdout.contains("transaction-nesting"), "{}", ran.stdout);
    env.write(
        "db/migrations/0002_level.sql",
        &format!("{INDEX}CREATE INDEX CONCURRENTLY users_id ON users (id);\n"),
    );
    is(&check(&env, &arguments), 0, &[]);
    env.write("db/migrations/0002_level.sql", &format!("BEGIN;\n{INDEX}COMMIT;\n"));
    is(&check(&env, &arguments), 1, &[IN_TRANSACTION, "atomic = False"]);
}

#[test]
fn psql_runs_statement_by_statement() {
    // The lock of the first statement is free when the second one runs.
    let change = "ALTER TABLE users ADD CONSTRAINT named CHECK (name <> '') NOT VALID;\nALTER TABLE users VALIDATE CONSTRAINT named;\n";
    let env = folder(&[("1.sql", USERS), ("2.sql", &format!("\\set ON_ERROR_STOP on\n{change}"))]);
    let ran = check(&env, &["--runner", "psql", "--deployed", "1"]);
    is(&ran, 1, &["narrowing-constraint"]);
    assert!(
        !ran.stdout.contains("same-transaction") && !ran.stdout.contains("meta-command"),
        "{}",
        ran.stdout
    );
    env.write("db/migrations/2.sql", &format!("BEGIN;\n{change}COMMIT;\n"));
    is(
        &check(&env, &["--runner", "psql", "--deployed", "1"]),
        1,
        &["constraint-validated-in-same-transaction"],
    );
}

#[test]
fn compat_applies_files_as_their_runner_does() {
    let (_server, url) = scratch_server();
    let two = format!("-- atlas:txmode none\n\n{INDEX}CREATE INDEX CONCURRENTLY users_id ON users (id);\n");
    let env = folder(&[("1_users.sql", USERS), ("2_index.sql", &two), ("atlas.sum", "")]);
    env.write("queries/all.sql", "-- name: Names :many\nSELECT name FROM users;\n");
    env.write("releases.toml", "[[release]]\nservice = \"app\"\nrelease = \"1\"\nqueries = [\"queries\"]\n");
    let ran = env.run(&["migrations", "compat", "--deployed", "1", "--server", &url]);
    is(&ran, 0, &["1 queries on 1 new migrations: 0 broken"]);
}

#[test]
fn locks_are_measured_on_tables_with_many_rows() {
    let (_server, url) = scratch_server();
    let tables = "CREATE TYPE kind AS ENUM ('a', 'b');\nCREATE DOMAIN cents AS numeric(8, 2);\n\
        CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email varchar(12) UNIQUE, kind kind, tags text[], at timestamptz, doc jsonb, key uuid, price cents, home inet, doubled bigint GENERATED ALWAYS AS (2) STORED);\n\
        CREATE TABLE orders (id bigserial PRIMARY KEY, user_id bigint NOT NULL REFERENCES users (id), total smallint CHECK (total > 40000));\n";
    let change = "SET lock_timeout = '2s';\nCREATE INDEX users_at ON users (at);\nALTER TABLE users ALTER COLUMN price TYPE numeric(12, 4);\n";
    let env = folder(&[("000001_a.up.sql", tables), ("000002_b.up.sql", change)]);
    let ran = env.run(&["migrations", "compat", "--deployed", "1", "--measure", "30000", "--server", &url]);
    is(
        &ran,
        0,
        &[
            "line 2: ShareLock on \"public\".\"users\" for",
            "line 3: AccessExclusiveLock on \"public\".\"users\" for",
        ],
    );
    is(&ran, 0, &["\"public\".\"orders\" has none of the rows that were made up: ", "orders_total_check"]);
    let ran = env.run(&[
        "migrations",
        "compat",
        "--deployed",
        "1",
        "--measure",
        "30000",
        "--budget",
        "1",
        "--server",
        &url,
    ]);
    is(&ran, 1, &["line 3 holds ACCESS EXCLUSIVE on"]);
}

#[test]
fn new_migrations_are_named_as_the_runner_reads_them() {
    let index =
        ["migrations", "new", "users_name", "--kind", "index", "--table", "users", "--column", "name"];
    let env = folder(&[("20200101000000_users/migration.sql", USERS)]);
    // The form of the folder shows who runs it.
    is(&env.run(&index), 0, &["of Prisma", "_users_name/migration.sql", "schema.prisma"]);
    is(&check(&env, &["--deployed", "20200101000000"]), 0, &[]);
    let env = folder(&[("1_users.sql", USERS)]);
    is(&env.run(&[&index[..], &["--runner", "sqlx"]].concat()), 0, &["db/migrations/2_users_name.sql"]);
    assert!(env.read("db/migrations/2_users_name.sql").starts_with("-- no-transaction\nCREATE INDEX"));
    is(&check(&env, &["--runner", "sqlx", "--deployed", "1"]), 0, &[]);
    let refused = env.run(&[&index[..], &["--runner", "refinery"]].concat());
    is(&refused, 2, &["refinery runs every migration in a transaction"]);
    is(&env.run(&[&index[..], &["--runner", "django"]].concat()), 2, &["migrations.RunSQL"]);
}
