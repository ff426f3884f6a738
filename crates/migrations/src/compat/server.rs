//! The server that the comparison runs on, and the databases that it makes there.

use std::sync::atomic::{AtomicU32, Ordering};

use postgres::{Client, Config, NoTls};

use crate::compat::error::CompatError;
use crate::compat::scratch::ScratchServer;
use crate::identifier::in_quotes;

/// A server for databases that come and go.
#[derive(Debug)]
pub struct Server {
    config: Config,
    /// Keeps the server alive, where it is our own.
    _own: Option<ScratchServer>,
    next: AtomicU32,
}

/// A database that is dropped at the end.
#[derive(Debug)]
pub(super) struct Database<'a> {
    server: &'a Server,
    pub(super) name: String,
}

impl Server {
    /// Starts a server from the binaries on the machine.
    ///
    /// # Errors
    /// Fails if the binaries are missing or do not work.
    pub fn own() -> Result<Self, CompatError> {
        let own = ScratchServer::start()?;
        Ok(Self { config: own.config("postgres"), _own: Some(own), next: AtomicU32::new(0) })
    }

    /// Uses a server that is marked as scratch: the name of the URL's database must contain `scratch`. Nothing is
    /// written to that database; others are made beside it, and dropped.
    ///
    /// # Errors
    /// Fails if the URL is none, if it is not marked, or if the server can't be reached.
    pub fn at(url: &str) -> Result<Self, CompatError> {
        let config: Config = url.parse().map_err(CompatError::Url)?;
        let database = config.get_dbname().unwrap_or_default().to_owned();
        if !database.contains("scratch") {
            return Err(CompatError::NotScratch { database });
        }
        let server = Self { config, _own: None, next: AtomicU32::new(0) };
        server.connect_to(&database)?;
        Ok(server)
    }

    /// Makes a database, empty or as a copy of another one.
    pub(super) fn database(&self, template: Option<&Database<'_>>) -> Result<Database<'_>, CompatError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let name = format!("formwork_compat_{}_{number}", std::process::id());
        let template = template.map_or("template0", |template| template.name.as_str());
        let mut admin = self.admin()?;
        admin.batch_execute(&format!(
            "CREATE DATABASE {} TEMPLATE {}",
            in_quotes(&name),
            in_quotes(template)
        ))?;
        Ok(Database { server: self, name })
    }

    /// A connection to the database that the server was named with.
    pub(super) fn admin(&self) -> Result<Client, CompatError> {
        self.connect_to(self.config.get_dbname().unwrap_or("postgres"))
    }

    fn connect_to(&self, database: &str) -> Result<Client, CompatError> {
        let mut config = self.config.clone();
        config.dbname(database).application_name("formwork migrations compat");
        Ok(config.connect(NoTls)?)
    }
}

impl Database<'_> {
    pub(super) fn connect(&self) -> Result<Client, CompatError> {
        self.server.connect_to(&self.name)
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        // On a server of our own it goes with the server; on another one the next drop of it succeeds.
        if let Ok(mut admin) = self.server.admin() {
            let _ = admin
                .batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", in_quotes(&self.name)));
        }
    }
}
