//! Database roles that the releases connect as.

use std::collections::BTreeSet;

use crate::compat::error::CompatError;
use crate::compat::options::CompatOptions;
use crate::compat::server::Server;
use crate::identifier::in_quotes;

/// Roles that the releases name and the server does not have: they live in the server, not in a database.
pub(super) struct Roles {
    made: Vec<String>,
}

impl Roles {
    pub(super) fn make(server: &Server, options: &CompatOptions<'_>) -> Result<Self, CompatError> {
        let mut admin = server.admin()?;
        let mut made = Vec::new();
        let names: BTreeSet<&String> =
            options.releases.releases.iter().filter_map(|release| release.role.as_ref()).collect();
        for name in names {
            let is_there = admin.query_opt("SELECT 1 FROM pg_roles WHERE rolname = $1", &[name])?.is_some();
            let is_made_by_migration =
                options.deployed.iter().chain(options.new).any(|migration| migration.creates_role(name));
            if !is_there && !is_made_by_migration {
                admin.batch_execute(&format!("CREATE ROLE {}", in_quotes(name)))?;
                made.push(name.clone());
            }
        }
        Ok(Self { made })
    }

    pub(super) fn drop(self, server: &Server) {
        let Ok(mut admin) = server.admin() else { return };
        for name in self.made {
            // Another run may use it at the same time; then it stays.
            let _ = admin.batch_execute(&format!("DROP ROLE IF EXISTS {}", in_quotes(&name)));
        }
    }
}
