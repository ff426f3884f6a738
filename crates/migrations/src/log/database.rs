//! The log as tables of a database.

use std::process::Command;

use crate::log::command::run;
use crate::log::error::LogStoreError;

pub(super) const TABLES: &str = "SET client_min_messages = warning;
CREATE TABLE IF NOT EXISTS formwork_migrations (
    directory text, version numeric, file text NOT NULL, sha256 text NOT NULL, deployed_at timestamptz NOT NULL,
    PRIMARY KEY (directory, version));
CREATE TABLE IF NOT EXISTS formwork_releases (
    service text, release text, deployed_at timestamptz NOT NULL, retired_at timestamptz,
    PRIMARY KEY (service, release));
";
pub(super) const READ: &str = "SELECT json_build_object(
    'migrations', coalesce((SELECT json_agg(json_build_object('directory', directory, 'version', version, 'file', file,
        'sha256', sha256, 'deployed_at', to_char(deployed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))
        ORDER BY deployed_at, directory, version) FROM formwork_migrations), '[]'),
    'releases', coalesce((SELECT json_agg(json_build_object('service', service, 'release', release,
        'deployed_at', to_char(deployed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),
        'retired_at', to_char(retired_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))
        ORDER BY deployed_at, service, release) FROM formwork_releases), '[]'));
";
/// Which of the tables there are: reading needs no right to make them.
pub(super) const TABLES_THERE: &str = "SELECT count(*) FROM (VALUES ('formwork_migrations'), ('formwork_releases')) it (name) WHERE to_regclass(name) IS NOT NULL;
";
/// Writes what was changed, and nothing else: what others wrote meanwhile stays.
pub(super) const WRITE: &str = "DELETE FROM formwork_migrations known USING json_array_elements((:'removed')::json) m
    WHERE known.directory = m->>'directory' AND known.version = (m->>'version')::numeric AND known.sha256 = m->>'sha256';
INSERT INTO formwork_migrations
    SELECT m->>'directory', (m->>'version')::numeric, m->>'file', m->>'sha256', (m->>'deployed_at')::timestamptz
    FROM json_array_elements((:'changed')::json->'migrations') m ON CONFLICT DO NOTHING;
INSERT INTO formwork_releases
    SELECT r->>'service', r->>'release', (r->>'deployed_at')::timestamptz, (r->>'retired_at')::timestamptz
    FROM json_array_elements((:'changed')::json->'releases') r
    ON CONFLICT (service, release) DO UPDATE SET retired_at = excluded.retired_at;
";

/// Runs SQL in a transaction.
pub(super) fn psql(
    environment: &[(&'static str, String)],
    sql: &str,
    variables: &[(&str, &str)],
) -> Result<String, LogStoreError> {
    let mut command = Command::new("psql");
    command.args([
        "--no-psqlrc",
        "--quiet",
        "--no-align",
        "--tuples-only",
        "--set=ON_ERROR_STOP=1",
        "--no-password",
    ]);
    command.env("PGAPPNAME", "formwork migrations log");
    for (name, value) in environment {
        command.env(name, value);
    }
    // Long values go through standard input: command lines are limited, and others can read them.
    let mut input = String::from("BEGIN;\n");
    for (name, value) in variables {
        let quoted = value.replace('\\', "\\\\").replace('\'', "''").replace('\n', " ");
        input.push_str(&format!("\\set {name} '{quoted}'\n"));
    }
    input.push_str(sql);
    input.push_str("COMMIT;\n");
    run("psql", command, &input)
}
