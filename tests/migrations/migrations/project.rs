//! Folders of migrations to try the verbs on, and a server for them.

use formwork_migrations::compat::ScratchServer;

use crate::support::{Ran, TestEnv};

pub(crate) const USERS: &str =
    "CREATE TABLE users (id bigint PRIMARY KEY, email varchar(50) NOT NULL, name text);\n";

/// A folder with one deployed migration and a new one.
pub(crate) fn project(new: &str) -> TestEnv {
    let env = TestEnv::new();
    add(&env, "000001_users", USERS);
    env.write("db/migrations/000001_users.down.sql", "DROP TABLE users;\n");
    add(&env, "000002_change", new);
    env
}

/// Adds a migration, and a way back that does nothing.
pub(crate) fn add(env: &TestEnv, name: &str, sql: &str) {
    env.write(&format!("db/migrations/{name}.up.sql"), sql);
    env.write(&format!("db/migrations/{name}.down.sql"), "SELECT 1;\n");
}

pub(crate) fn check(env: &TestEnv, arguments: &[&str]) -> Ran {
    env.run(&[&["migrations", "check"], arguments].concat())
}

/// A server, and what `--server` calls it.
pub(crate) fn scratch_server() -> (ScratchServer, String) {
    let server = ScratchServer::start().unwrap();
    server.connect("postgres").unwrap().batch_execute("CREATE DATABASE scratch").unwrap();
    let config = server.config("scratch");
    let Some(postgres::config::Host::Unix(socket)) = config.get_hosts().first() else { panic!("a socket") };
    let url = format!("postgres://postgres@/scratch?host={}", socket.display());
    (server, url)
}
