//! What is wrong with a folder, a log or a server rather than with a file; and what `compat` calls broken.

use std::process::Command;

use crate::project::{add, check, project, scratch_server};
use crate::support::{Ran, TestEnv};

#[track_caller]
fn finds(ran: &Ran, rule: &str) {
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains(&format!("[{rule}]")), "{rule}: {}{}", ran.stdout, ran.stderr);
}

#[test]
fn an_empty_folder_and_missing_files_are_findings() {
    let env = TestEnv::new();
    env.write("db/migrations/readme.txt", "nothing yet");
    finds(&check(&env, &[]), "no-migrations");
    let env = project("SELECT 1;\n");
    finds(&check(&env, &["--deployed", "5"]), "file-missing");
    env.run(&["migrations", "log", "record", "--version", "2", "--log", "log.json"]);
    assert_eq!(check(&env, &["--log", "log.json"]).code, 0);
    std::fs::remove_file(env.path("db/migrations/000001_users.up.sql")).unwrap();
    std::fs::remove_file(env.path("db/migrations/000001_users.down.sql")).unwrap();
    finds(&check(&env, &["--log", "log.json"]), "file-missing");
}

#[test]
fn a_second_file_of_a_deployed_version_is_the_one_to_go() {
    let env = project("SELECT 1;\n");
    env.run(&["migrations", "log", "record", "--version", "2", "--log", "log.json"]);
    env.write("db/migrations/000002_also.up.sql", "SELECT 2;\n");
    for arguments in [["--log", "log.json"], ["--deployed", "2"]] {
        let ran = check(&env, &arguments);
        finds(&ran, "duplicate-version");
        assert!(!ran.stdout.contains("edited-after-deployment"), "{}", ran.stdout);
    }
    let ran = check(&env, &["--log", "log.json"]);
    assert!(
        ran.stdout.contains("000002_also.up.sql") && !ran.stdout.contains("000002_change.up.sql"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_new_file_below_the_deployed_version_is_one_that_git_calls_new() {
    let env = project("SELECT 1;\n");
    add(&env, "000005_next", "SELECT 1;\n");
    env.git(&["init", "-q"]);
    env.git(&["add", "."]);
    env.git(&["commit", "-q", "-m", "All that is deployed"]);
    assert_eq!(check(&env, &["--deployed", "5"]).code, 0);
    add(&env, "000004_late", "SELECT 1;\n");
    let ran = check(&env, &["--deployed", "5"]);
    finds(&ran, "version-below-deployed");
    assert!(ran.stdout.contains("000004_late.up.sql"), "{}", ran.stdout);
}

#[test]
fn a_pipe_is_an_error_at_once() {
    let env = project("SELECT 1;\n");
    let pipe = env.path("db/migrations/000003_pipe.up.sql");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let ran = check(&env, &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("000003_pipe.up.sql") && ran.stderr.contains("not a file"), "{}", ran.stderr);
}

#[test]
fn a_table_of_the_same_undeployed_set_is_empty() {
    let env = project("CREATE TABLE notes (id bigint PRIMARY KEY, body text);\n");
    add(&env, "000003_index", "CREATE INDEX ON notes (body);\n");
    let ran = check(&env, &["--deployed", "1"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    finds(&check(&env, &["--deployed", "2"]), "require-concurrent-index-creation");
    // Where nobody says what is deployed, everything may be.
    finds(&check(&env, &[]), "require-concurrent-index-creation");
    // A column of the set is not known to the old release either.
    let env = project("ALTER TABLE users ADD COLUMN level integer NOT NULL DEFAULT 1;\n");
    add(&env, "000003_default", "ALTER TABLE users ALTER COLUMN level DROP DEFAULT;\n");
    finds(&check(&env, &["--deployed", "1"]), "adding-required-field");
}

#[test]
fn the_version_of_the_server_decides() {
    let env = project("ALTER TABLE users ADD CONSTRAINT named CHECK (id > 0) NOT ENFORCED;\n");
    assert_eq!(check(&env, &["--deployed", "1"]).code, 0);
    assert_eq!(check(&env, &["--deployed", "1", "--postgres", "18"]).code, 0);
    finds(&check(&env, &["--deployed", "1", "--postgres", "17"]), "needs-newer-postgres");
    assert_eq!(check(&env, &["--postgres", "9"]).code, 2);
}

#[test]
fn what_was_taken_back_is_recorded_anew() {
    let env = project("SELECT 1;\n");
    let record = |version: &str| {
        env.run(&["migrations", "log", "record", "--version", version, "--log", "log.json"]).stderr
    };
    assert_eq!(record("2"), "Recorded 2 new of 2 applied migrations\n");
    assert_eq!(record("1"), "Recorded 0 new of 1 applied migrations; 1 were taken back\n");
    assert_eq!(record("2"), "Recorded 1 new of 2 applied migrations\n");
    let log = |verb: &str| env.run(&["migrations", "log", verb, "app", "42", "--log", "log.json"]).stderr;
    assert_eq!(log("release"), "Recorded release 42 of app\n");
    log("retire");
    assert_eq!(log("release"), "Recorded release 42 of app, which was retired and serves again\n");
    assert!(env.read("log.json").contains("\"retired_at\": null"));
}

#[test]
fn compat_fails_only_what_breaks() {
    let (_server, url) = scratch_server();
    let compat = |new: &str, seed: &str, queries: &str, more: &str| {
        let env = project(new);
        env.write("seed.sql", seed);
        env.write("queries/all.sql", queries);
        let releases =
            "[[release]]\nservice = \"app\"\nrelease = \"1\"\nqueries = [\"queries\"]\nseed = \"seed.sql\"\n";
        env.write("releases.toml", &format!("{releases}{more}"));
        env.run(&["migrations", "compat", "--deployed", "1", "--lock-timeout", "2000", "--server", &url])
    };
    let seed = "INSERT INTO users VALUES (1, 'a', 'b');";
    // sqlc writes the columns of a star out.
    let ran = compat(
        "ALTER TABLE users ADD COLUMN tz text;\n",
        seed,
        "-- name: Star :many\nSELECT * FROM users;\n-- name: Add :one\nINSERT INTO users VALUES (7, 'x', 'y') RETURNING *;\n",
        "",
    );
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stdout.contains("its columns change"), "{}", ran.stdout);
    let ran = compat("ALTER TABLE users ADD COLUMN tz text;\n", seed, "SELECT * FROM users;\n", "");
    assert!(ran.code == 0 && ran.stdout.contains("warning: query 1"), "{}{}", ran.stdout, ran.stderr);
    // Rows that the migration writes are not the query's.
    let ran = compat(
        "INSERT INTO users VALUES (50, 'seed', 'row');\n",
        seed,
        "INSERT INTO users VALUES (7, 'x', 'y');\n-- name: Change :exec\nUPDATE users SET name = 'z' WHERE id = 1;\n",
        "",
    );
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    // What the query stores is.
    let trigger = "CREATE FUNCTION loud() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$;\nCREATE TRIGGER loud BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION loud();\n";
    let query = "-- name: Add :exec\nINSERT INTO users VALUES (7, 'x', 'y');\n";
    let ran = compat(trigger, seed, query, "");
    assert!(
        ran.code == 1 && ran.stdout.contains("it stores other values in users.name"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let waiver = "[[waiver]]\nservice = \"app\"\nquery = \"Add\"\nmigration = \"000002_change.up.sql\"\nreason = \"names are loud\"\n";
    let ran = compat(trigger, seed, query, waiver);
    assert!(
        ran.code == 0 && ran.stdout.contains("waived: Add") && ran.stdout.contains("why names are loud"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    // Other values of the same number of rows.
    let ran = compat(
        "UPDATE users SET name = 'c' WHERE id = 1;\n",
        seed,
        "SELECT name FROM users WHERE id = 1;\n",
        "",
    );
    assert!(
        ran.code == 0 && ran.stdout.contains("it answers other values in name"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    // Rows that are gone.
    let ran = compat("DELETE FROM users WHERE id = 1;\n", seed, "SELECT name FROM users;\n", "");
    assert!(ran.code == 1 && ran.stdout.contains("0 rows instead of 1"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn columns_are_called_as_they_like() {
    let env = TestEnv::new();
    add(
        &env,
        "000001_lines",
        "CREATE TABLE lines (line integer PRIMARY KEY, cell text, formwork_row text, key text, value text);\n",
    );
    add(&env, "000002_change", "ALTER TABLE lines ADD COLUMN more text;\n");
    env.write("queries/all.sql", "INSERT INTO lines VALUES (1, 'a', 'b', 'c', 'd');\n");
    env.write("releases.toml", "[[release]]\nservice = \"app\"\nrelease = \"1\"\nqueries = [\"queries\"]\n");
    let ran = env.run(&["migrations", "compat", "--deployed", "1", "--lock-timeout", "2000"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}
