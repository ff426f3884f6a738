//! What the settings of a system say about its database.

use formwork::Hint;
use formwork_modules::postgres::{PostgresConfig, PostgresVersion};
use schemars::JsonSchema;
use serde::Deserialize;

/// The PostgreSQL database.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DatabaseSettings {
    /// The major version of PostgreSQL.
    pub(crate) version: u32,
    /// The instance class, such as db.t4g.micro.
    pub(crate) instance_class: String,
    /// Storage in GiB; 20 is the least for gp3.
    pub(crate) storage_gib: u32,
    /// Days that automatic backups are kept, 0 to 35.
    pub(crate) backup_days: u32,
    /// Whether a standby in another zone takes over.
    pub(crate) multi_az: bool,
    /// Whether the database refuses to be deleted.
    pub(crate) deletion_protection: bool,
}

impl DatabaseSettings {
    /// The database of this identifier; storage may grow to five times what it begins with.
    ///
    /// # Errors
    /// Fails if RDS does not offer the version; the message begins with the settings file.
    pub(crate) fn config(&self, file: &str, identifier: String) -> formwork::Result<PostgresConfig> {
        let Some(version) = PostgresVersion::from_major(self.version) else {
            let known = PostgresVersion::ALL.map(|version| version.major().to_string()).join(", ");
            anyhow::bail!(
                "{file}: there is no PostgreSQL {} on RDS{}",
                self.version,
                Hint::new(format!("there are {known}"))
            );
        };
        let mut config = PostgresConfig::new(identifier, version, &self.instance_class)
            .storage_gib(self.storage_gib, self.storage_gib.saturating_mul(5))
            .backup_days(self.backup_days);
        if self.multi_az {
            config = config.multi_az();
        }
        if !self.deletion_protection {
            config = config.without_deletion_protection();
        }
        Ok(config)
    }
}
