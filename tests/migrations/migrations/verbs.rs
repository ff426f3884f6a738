//! `migrations check`, `compat`, `log` and `new`, through the built program.

use insta::assert_snapshot;

use crate::project::{USERS, check, project, scratch_server};
use crate::support::{Ran, TestEnv};

#[test]
fn safe_migrations_pass() {
    let ran =
        check(&project("ALTER TABLE users ADD COLUMN timezone text DEFAULT 'UTC';\n"), &["--deployed", "1"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_snapshot!(ran.stdout, @r"
    advice[require-lock-timeout]: takes a lock without a limit on how long it waits for it
      --> db/migrations/000002_change.up.sql:1:1
      |
    1 | ALTER TABLE users ADD COLUMN timezone text DEFAULT 'UTC';
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      why: while it waits behind a long query, every later query of the table waits behind it
      fix: SET lock_timeout = '2s';
           -- or for every migration: `options=-c%20lock_timeout=2s` in the URL that the runner connects with
    ");
    assert_snapshot!(ran.stderr, @"
      db/migrations/000002_change.up.sql: EXPAND
      db/migrations/000002_change.down.sql: EXPAND
    Checked 2 files
    ");
}

#[test]
fn unsafe_migrations_fail_with_their_place() {
    let ran =
        check(&project("-- names\n\tALTER TABLE users RENAME name TO full_name;\n"), &["--deployed", "1"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("UNSAFE[renaming-column]: renames the column `name` to `full_name`\n  --> db/migrations/000002_change.up.sql:2:20\n"), "{}", ran.stdout);
    assert!(ran.stderr.contains("error: 1 finding that no waiver or approval covers"), "{}", ran.stderr);
}

#[test]
fn wrong_usage_is_told_apart() {
    let env = TestEnv::new();
    let ran = check(&env, &[]);
    assert_eq!(ran.code, 2);
    assert_snapshot!(ran.stderr, @"
    error: there is no folder db/migrations
      hint: name the folders with migrations, core tables first
    ");
    env.write("db/migrations/1_a.up.sql", "SELECT 1;");
    assert_eq!(check(&env, &["--waivers", "nowhere.toml"]).code, 2);
    assert_eq!(check(&env, &["--log", "nowhere.json"]).code, 2);
    env.write("waivers.toml", "[[waiver]]\nfile = \"1_a.up.sql\"\nrules = \"x\"\n");
    let ran = check(&env, &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("waivers.toml:3:1: unknown field `rules`"), "{}", ran.stderr);
}

#[test]
fn folders_have_rules_of_their_own() {
    let env = project("SELECT 1;\n");
    env.write("db/migrations/000002_again.up.sql", "SELECT 2;\n");
    env.write("db/migrations/add_more.sql", "SELECT 3;\n");
    env.write("db/migrations/000003_mark.up.sql", "\u{feff}SELECT 4;\n");
    let ran = check(&env, &["--format", "json"]);
    assert_eq!(ran.code, 1);
    for rule in ["duplicate-version", "bad-file-name", "byte-order-mark", "missing-down-file"] {
        assert!(ran.stdout.contains(&format!("\"rule\": \"{rule}\"")), "{rule}: {}", ran.stdout);
    }
}

#[test]
fn the_log_tells_what_was_edited_and_what_is_skipped() {
    let env = project("SELECT 1;\n");
    let ran = env.run(&["migrations", "log", "record", "--version", "2", "--log", "log.json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "Recorded 2 new of 2 applied migrations\n"));
    assert_eq!(check(&env, &["--log", "log.json"]).code, 0);
    env.write("db/migrations/000001_users.up.sql", "CREATE TABLE users (id integer);\n");
    env.write("db/migrations/000003_next.up.sql", "SELECT 1;\n");
    env.write("db/migrations/000003_next.down.sql", "SELECT 1;\n");
    let ran = check(&env, &["--log", "log.json"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("INVALID[edited-after-deployment]"), "{}", ran.stdout);
    env.write("db/migrations/000001_users.up.sql", USERS);
    env.run(&["migrations", "log", "record", "--version", "3", "--log", "log.json"]);
    std::fs::remove_file(env.path("db/migrations/000002_change.up.sql")).unwrap();
    let log = env.read("log.json").replace("\"version\": 2", "\"version\": 4");
    env.write("log.json", &log);
    env.write("db/migrations/000002_late.up.sql", "SELECT 1;\n");
    let ran = check(&env, &["--log", "log.json"]);
    assert!(ran.stdout.contains("INVALID[version-below-deployed]: its version is below 4"), "{}", ran.stdout);
}

#[test]
fn folders_that_count_for_themselves_are_recorded_whole() {
    let env = project("SELECT 1;\n");
    env.write("zmanim/migrations/000007_times.up.sql", "CREATE TABLE times (id bigint PRIMARY KEY);\n");
    let all = |more: &[&str]| {
        let verb = ["migrations", "log", "record", "--all", "--log", "log.json"];
        env.run(&[&verb, more, &["db/migrations", "zmanim/migrations"]].concat())
    };
    let ran = all(&[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "Recorded 3 new of 3 applied migrations\n"));
    assert!(env.read("log.json").contains("\"version\": 7"));
    assert_eq!(all(&["--version", "2"]).code, 2);
}

#[test]
fn waivers_last_until_they_expire() {
    let env = project("TRUNCATE users;\n");
    let waiver = |expires: &str| {
        format!(
            "[[waiver]]\nfile = \"000002_change.up.sql\"\nrule = \"ban-truncate\"\nreason = \"empty\"\nexpires = \"{expires}\"\n"
        )
    };
    env.write("waivers.toml", &waiver("2999-01-01"));
    let ran = check(&env, &["--deployed", "1"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("waived until 2999-01-01T00:00:00Z: empty"), "{}", ran.stdout);
    env.write("waivers.toml", &waiver("2020-01-01"));
    assert_eq!(check(&env, &["--deployed", "1"]).code, 1);
}

#[test]
fn a_contract_needs_an_approval_and_a_wait() {
    let env = project("SELECT 1;\n");
    let drop = "ALTER TABLE users DROP COLUMN name;\n";
    env.write("db/migrations/000003_drop.up.sql", drop);
    env.write("db/migrations/000003_drop.down.sql", "SELECT 1;\n");
    let log = |deployed: &str, retired: &str| {
        let entry = |version: u32, file: &str, text: &str| {
            let digest = digest(text);
            format!(
                "{{\"directory\": \"db/migrations\", \"version\": {version}, \"file\": \"{file}\", \"sha256\": \"{digest}\", \"deployed_at\": \"{deployed}\"}}"
            )
        };
        let migrations =
            [entry(1, "000001_users.up.sql", USERS), entry(2, "000002_change.up.sql", "SELECT 1;\n")];
        env.write(
            "log.json",
            &format!("{{\"migrations\": [{}], \"releases\": [{{\"service\": \"shul\", \"release\": \"7\", \"deployed_at\": \"2020-01-01T00:00:00Z\", \"retired_at\": {retired}}}]}}", migrations.join(",")),
        );
        check(&env, &["--log", "log.json"])
    };
    let open =
        |ran: &Ran| ran.stderr.lines().find(|line| line.starts_with("error:")).unwrap_or("").to_owned();

    let long_ago = "\"2021-01-01T00:00:00Z\"";
    assert_eq!(
        open(&log("2020-06-01T00:00:00Z", long_ago)),
        "error: 1 finding that no waiver or approval covers"
    );
    let approval = |digest: &str| {
        env.write("approvals.toml", &format!("wait_hours = 48\nlabel = \"contract\"\n[[approval]]\nfile = \"000003_drop.up.sql\"\nsha256 = \"{digest}\"\nby = \"dora\"\nat = \"2022-01-01\"\n"));
    };
    approval(&"0".repeat(64));
    assert_eq!(log("2020-06-01T00:00:00Z", long_ago).code, 1);
    approval(&digest(drop));
    let ran = log("2020-06-01T00:00:00Z", long_ago);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("approved by dora"), "{}", ran.stdout);
    // The release that used the old shape still runs.
    let ran = log("2020-06-01T00:00:00Z", "null");
    assert!(
        ran.stdout.contains("release 7 of shul is older than its EXPAND and still runs"),
        "{}",
        ran.stdout
    );
    // The EXPAND was deployed in the future, so to speak: the wait is not over.
    let ran = log("2998-06-01T00:00:00Z", long_ago);
    assert!(ran.stdout.contains("fix: wait until 2998-06-03T00:00:00Z"), "{}", ran.stdout);
    // A label approves, and does not shorten the wait.
    env.write("approvals.toml", "label = \"contract\"\n");
    log("2020-06-01T00:00:00Z", long_ago);
    assert_eq!(check(&env, &["--log", "log.json", "--label", "contract"]).code, 0);
    log("2998-06-01T00:00:00Z", long_ago);
    assert_eq!(check(&env, &["--log", "log.json", "--label", "contract"]).code, 1);
}

/// The digest that the check itself prints.
fn digest(text: &str) -> String {
    let env = TestEnv::new();
    env.write("d/1_a.up.sql", text);
    let ran = check(&env, &["d", "--format", "json"]);
    let start = ran.stdout.find("\"sha256\": \"").unwrap() + 11;
    ran.stdout[start..start + 64].to_owned()
}

#[test]
fn tables_of_others_need_their_owners() {
    let env = TestEnv::new();
    env.write("db/migrations/1_core.up.sql", USERS);
    env.write("db/migrations/1_core.down.sql", "DROP TABLE users;");
    let change = "ALTER TABLE users ADD COLUMN tz text;\nALTER TABLE calendars ADD COLUMN tz text;\nALTER TABLE times ADD COLUMN tz text;\nCREATE TABLE strays (id bigint);\n";
    env.write("zmanim/migrations/1_times.up.sql", change);
    env.write("zmanim/migrations/1_times.down.sql", "SELECT 1;");
    env.write("ownership.toml", "[core]\ntables = [\"users\"]\nreviewers = [\"platform\"]\n[services.zmanim]\ndirectories = [\"zmanim/migrations\"]\ntables = [\"times\"]\n[services.shul]\ntables = [\"calendars\"]\nreviewers = [\"shul-team\"]\n");
    let ran = check(&env, &["db/migrations", "zmanim/migrations"]);
    let headings: Vec<&str> = ran.stdout.lines().filter(|line| line.starts_with("REVIEW")).collect();
    assert_snapshot!(headings.join("\n"), @"
    REVIEW[core-table]: zmanim touches the core table `users`
    REVIEW[foreign-table]: zmanim touches `calendars`, which shul owns
    REVIEW[unowned-table]: nobody owns `strays`
    ");
    let approval = |by: &str| {
        format!(
            "[[approval]]\nfile = \"zmanim/migrations/1_times.up.sql\"\nsha256 = \"{}\"\nby = \"{by}\"\nat = \"2022-01-01\"\n",
            digest(change)
        )
    };
    env.write("approvals.toml", &format!("{}{}", approval("platform"), approval("somebody")));
    let ran = check(&env, &["db/migrations", "zmanim/migrations"]);
    assert!(ran.stderr.contains("error: 2 findings that no waiver"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn results_come_in_every_form() {
    let env = project("ALTER TABLE users\n  DROP COLUMN name;\n");
    let run = |format: &str| check(&env, &["--deployed", "1", "--format", format]).stdout;
    assert_snapshot!(run("github").lines().next().unwrap(), @"::notice file=db/migrations/000002_change.up.sql,line=1,endLine=2,col=1,title=EXPAND require-lock-timeout::takes a lock without a limit on how long it waits for it%0Awhile it waits behind a long query, every later query of the table waits behind it%0ASET lock_timeout = '2s';%0A-- or for every migration: `options=-c%2520lock_timeout=2s` in the URL that the runner connects with");
    assert!(run("github").contains("::error file=db/migrations/000002_change.up.sql,line=2,endLine=2,col=3,title=CONTRACT ban-drop-column::"));
    let sarif: serde_json::Value = serde_json::from_str(&run("sarif")).unwrap();
    let result = &sarif["runs"][0]["results"][1];
    assert_eq!(result["ruleId"], "ban-drop-column");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 2);
    let json: serde_json::Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!(json["files"][0]["class"], "CONTRACT");
    assert_eq!(json["files"][0]["findings"][1]["state"], "open");
    assert_eq!(json["files"][0]["findings"][1]["lock"]["mode"], "ACCESS EXCLUSIVE");
    let markdown = run("markdown");
    assert!(markdown.contains("| `db/migrations/000002_change.up.sql` | CONTRACT | 2 |"), "{markdown}");
    let lock =
        "- Lock: ACCESS EXCLUSIVE on `users`: reads and writes of it wait until the transaction ends\n";
    assert!(markdown.contains(lock) && markdown.contains("- Safe way: "), "{markdown}");
    let env = project("CREATE INDEX users_name ON users (name);\n");
    let json = check(&env, &["--deployed", "1", "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let findings = json["files"][0]["findings"].as_array().unwrap();
    let fix = findings.iter().find_map(|finding| finding.get("quick_fix")).unwrap();
    assert_eq!(fix["text"], "CREATE INDEX CONCURRENTLY users_name ON users (name)");
    assert_eq!((fix["column"].as_u64(), fix["end_column"].as_u64()), (Some(1), Some(40)));
}

#[test]
fn hostile_files_are_findings() {
    let env = project(&format!("SELECT {}1{};\n", "(".repeat(20_000), ")".repeat(20_000)));
    env.write("db/migrations/000003_chain.up.sql", &format!("SELECT {}1;\n", "1 + ".repeat(20_000)));
    env.write("db/migrations/000003_chain.down.sql", &format!("SELECT {}1;\n", "NOT ".repeat(5_000)));
    std::fs::write(env.path("db/migrations/000004_bytes.up.sql"), b"SELECT \xff\xfe\0 '").unwrap();
    env.write("db/migrations/000004_bytes.down.sql", "");
    env.write("db/migrations/000005_after.up.sql", "TRUNCATE users;\n");
    env.write("db/migrations/000005_after.down.sql", "");
    let ran = check(&env, &["--deployed", "1"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains("INVALID[not-utf-8]"), "{}", ran.stderr);
    // What stands behind a file that ends the parser is read all the same.
    assert!(ran.stderr.contains("000005_after.up.sql: UNSAFE"), "{}", ran.stderr);
}

#[test]
fn old_queries_are_tried_on_the_new_schema() {
    let env = project(
        "SET lock_timeout = '1s';\nALTER TABLE users ADD COLUMN tz text;\nALTER TABLE users DROP COLUMN name;\nREVOKE INSERT ON users FROM formwork_test_zmanim;\n",
    );
    env.write(
        "db/migrations/000001_users.up.sql",
        &format!("{USERS}GRANT SELECT, INSERT, UPDATE ON users TO formwork_test_zmanim;\n"),
    );
    env.write("queries/users.sql", "-- name: GetName :one\nSELECT name FROM users WHERE id = @id;\n\n-- name: AddUser :exec\nINSERT INTO users (id, email) VALUES ($1, $2);\n-- name: Star :many\nSELECT * FROM users;\n-- name: Email :one\nSELECT email FROM users WHERE id = $1;\n-- name: Gone :one\nSELECT 1 FROM nowhere;\n");
    env.write("releases.toml", "[[release]]\nservice = \"zmanim\"\nrelease = \"42\"\nrole = \"formwork_test_zmanim\"\nqueries = [\"queries\"]\n[release.arguments]\nGetName = [\"7\"]\n");
    let ran = env.run(&["migrations", "compat", "--deployed", "1"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let shown: Vec<&str> = ran.stdout.lines().filter(|line| !line.contains(" ms")).collect();
    assert_snapshot!(shown.join("\n"), @r#"
    broken: GetName 42 of zmanim (level 1): it cannot be prepared any more: column "name" does not exist (42703)
      --> queries/users.sql:2
      by  db/migrations/000002_change.up.sql:3 ALTER TABLE users DROP COLUMN name
    broken: AddUser 42 of zmanim (level 2): it fails: permission denied for table users (42501)
      --> queries/users.sql:5
      by  db/migrations/000002_change.up.sql:4 REVOKE INSERT ON users FROM formwork_test_zmanim
    broken: Star 42 of zmanim (level 1): its columns change from (id int8, email text, name text) to (id int8, email text, tz text)
      --> queries/users.sql:7
      by  db/migrations/000002_change.up.sql:3 ALTER TABLE users DROP COLUMN name
    not compared, it fails before: Gone 42 of zmanim (level 1): relation "nowhere" does not exist (42P01)
      --> queries/users.sql:11
    "#);
    assert!(ran.stdout.contains("line 2: AccessExclusiveLock on \"public\".\"users\""), "{}", ran.stdout);
}

#[test]
fn compatible_migrations_pass_and_warm_connections_are_warned_of() {
    let env = project("SET lock_timeout = '1s';\nALTER TABLE users ALTER COLUMN email TYPE text;\n");
    env.write("queries.sql", "SELECT email FROM users;\n");
    env.write(
        "releases.toml",
        "[[release]]\nservice = \"shul\"\nrelease = \"1\"\nqueries = [\"queries.sql\"]\n",
    );
    let ran = env.run(&["migrations", "compat", "--deployed", "1"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("warning: query 1 1 of shul (level 3): a connection that had it prepared fails: cached plan must not change result type (0A000)"), "{}", ran.stdout);
}

#[test]
fn a_lock_without_a_limit_is_beyond_every_budget() {
    let env = project("ALTER TABLE users ADD COLUMN tz text;\n");
    env.write("releases.toml", "");
    let ran = env.run(&["migrations", "compat", "--deployed", "1"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains("would wait for ever for ACCESS EXCLUSIVE on \"public\".\"users\""),
        "{}",
        ran.stdout
    );
    assert_eq!(env.run(&["migrations", "compat", "--deployed", "1", "--lock-timeout", "1000"]).code, 0);
}

#[test]
fn only_scratch_databases_are_used_up() {
    let env = project("SELECT 1;\n");
    env.write("releases.toml", "");
    let ran = env.run(&["migrations", "compat", "--server", "postgres://h/shtetl"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr, @"error: the database `shtetl` is not marked as scratch: its name must contain `scratch`");
}

#[test]
fn a_scratch_server_of_others_is_left_as_it_was() {
    let (server, url) = scratch_server();
    let mut client = server.connect("postgres").unwrap();
    let mut databases = || {
        let rows = client.query("SELECT datname::text FROM pg_database ORDER BY 1", &[]).unwrap();
        rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>()
    };
    let before = databases();
    let env = project("SET lock_timeout = '1s';\nALTER TABLE users ADD COLUMN tz text;\n");
    env.write("q.sql", "SELECT email FROM users;\n");
    env.write("releases.toml", "[[release]]\nservice = \"shul\"\nrelease = \"1\"\nrole = \"formwork_test_shul\"\nqueries = [\"q.sql\"]\n");
    let ran = env.run(&["migrations", "compat", "--deployed", "1", "--server", &url]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.contains("not compared, it fails before: query 1 1 of shul (level 2): permission denied"),
        "{}",
        ran.stdout
    );
    assert_eq!(databases(), before);
    let roles = client.query("SELECT 1 FROM pg_roles WHERE rolname = 'formwork_test_shul'", &[]).unwrap();
    assert!(roles.is_empty());
}

#[test]
fn releases_are_recorded_and_retired() {
    let env = TestEnv::new();
    let log =
        |arguments: &[&str]| env.run(&[&["migrations", "log"], arguments, &["--log", "log.json"]].concat());
    assert_eq!(log(&["release", "shul", "41"]).code, 0);
    assert_eq!(log(&["release", "shul", "42"]).code, 0);
    assert_eq!(log(&["retire", "shul", "41"]).code, 0);
    let ran = log(&["retire", "shul", "40"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr, @"
    error: the log has no release 40 of shul
      hint: it has 41, 42
    ");
    let shown: serde_json::Value = serde_json::from_str(&log(&["show"]).stdout).unwrap();
    assert!(shown["releases"][0]["retired_at"].is_string());
    assert!(shown["releases"][1]["retired_at"].is_null());
}

#[test]
fn new_migrations_are_written_with_the_next_number() {
    let env = project("SELECT 1;\n");
    let ran = env.run(&[
        "migrations",
        "new",
        "add_timezone",
        "--kind",
        "column-not-null",
        "--table",
        "users",
        "--column",
        "timezone",
        "--type",
        "text",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(
        env.read("db/migrations/000003_add_timezone_add.up.sql"),
        "SET lock_timeout = '2s';\nALTER TABLE users ADD COLUMN timezone text;\n"
    );
    assert_snapshot!(ran.stderr, @r"
    Wrote db/migrations/000003_add_timezone_add.up.sql
    Wrote db/migrations/000003_add_timezone_add.down.sql
    Then:
    - release code that always writes the column, and retire every release that does not
    - fill the old rows in batches, outside of migrations, until no row is changed:
      UPDATE users SET timezone = … WHERE ctid = ANY (ARRAY(SELECT ctid FROM users WHERE timezone IS NULL LIMIT 5000));
    - deploy the migration `check`: the same command with --step 2
    - deploy the migration `validate`: the same command with --step 3
    - deploy the migration `not_null`: the same command with --step 4
    ");
    // Names may be given with the quotes that SQL needs.
    let index = ["--kind", "index", "--table", "\"Order\"", "--column", "\"user\"", "--dir", "quoted"];
    assert_eq!(env.run(&[&["migrations", "new", "user_idx"], &index[..]].concat()).code, 0);
    assert!(env.read("quoted/000001_user_idx.up.sql").ends_with("ON \"Order\" (\"user\");\n"));
    let ran = env.run(&["migrations", "new", "x", "--kind", "index", "--table", "users"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (2, "error: this kind of change needs --column\n"));
}

/// Stands for the command line of AWS: one object, and the conditions of `put-object` on its tag.
const AWS: &str = r#"#!/bin/sh
set -e
body= match= none=
verb=$2
for word in "$@"; do
    case $previous in
        --body) body=$word ;;
        --if-match) match=$word ;;
        --if-none-match) none=$word ;;
    esac
    previous=$word
done
tag() { [ ! -f object ] || cksum < object | cut -d" " -f1; }
case $verb in
    get-object)
        [ -f object ] || { echo "An error occurred (NoSuchKey) when calling the GetObject operation" >&2; exit 254; }
        cp object "$word"
        printf '{"ETag": "%s"}' "$(tag)" ;;
    put-object)
        # Somebody else is faster once.
        if [ -f rival ]; then mv rival object; fi
        if [ -n "$none" ] && [ -f object ] || [ -n "$match" ] && [ "$match" != "$(tag)" ]; then
            echo "An error occurred (PreconditionFailed) when calling the PutObject operation" >&2; exit 254
        fi
        cp "$body" object ;;
esac
"#;

#[test]
#[cfg(unix)]
fn a_log_in_a_bucket_loses_nothing() {
    use std::os::unix::fs::PermissionsExt;

    let env = TestEnv::new();
    env.write("bin/aws", AWS);
    std::fs::set_permissions(env.path("bin/aws"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", env.path("bin").display(), std::env::var("PATH").unwrap());
    let log = |arguments: &[&str]| {
        let variables = [("PATH", path.as_str()), ("FORMWORK_MIGRATIONS_LOG", "s3://state/migrations.json")];
        env.run_with(&variables, &[&["migrations", "log"], arguments].concat())
    };
    assert_eq!(log(&["release", "shul", "1"]).code, 0);
    // Another job writes between our reading and our writing.
    let rival = env.read("object").replace("\"1\"", "\"rival\"");
    env.write("rival", &rival);
    let ran = log(&["release", "shul", "2"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let object = env.read("object");
    assert!(object.contains("\"rival\"") && object.contains("\"2\""), "{object}");
}

#[test]
fn the_example_passes() {
    let env = TestEnv::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/migrations");
    copy(&folder, &env.path("example"));
    let folders = ["db/migrations", "zmanim/migrations"];
    let ran = env.run_below("example", &[&["migrations", "check"], &folders[..]].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let ran =
        env.run_below("example", &[&["migrations", "compat", "--deployed", "1"], &folders[..]].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
