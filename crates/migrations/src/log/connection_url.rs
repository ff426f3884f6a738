//! The URL of a database, as environment variables of libpq.

use crate::identifier::in_quotes;

/// A database, and where golang-migrate keeps its version in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseAddress {
    /// libpq's environment variables, so that no password is on a command line.
    pub(super) environment: Vec<(&'static str, String)>,
    /// The table, as SQL takes it: `x-migrations-table` of the URL, or golang-migrate's default.
    pub(super) migrations_table: String,
}

impl DatabaseAddress {
    /// Reads what stands behind `postgres://`. Parameters that begin with `x-` are golang-migrate's own.
    pub(super) fn parse(rest: &str) -> Result<Self, String> {
        let (_, query) = rest.split_once('?').unwrap_or((rest, ""));
        let value = |name: &str| {
            let found =
                query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
            found.map(|(_, value)| decoded(value)).transpose()
        };
        let table = value("x-migrations-table")?.unwrap_or_else(|| "schema_migrations".to_owned());
        let is_quoted = matches!(
            value("x-migrations-table-quoted")?.as_deref(),
            Some("1" | "t" | "true" | "TRUE" | "True")
        );
        let migrations_table = if is_quoted {
            let parts: Vec<&str> = table.split('.').collect();
            let is_name = |part: &&str| {
                part.len() > 2
                    && part.starts_with('"')
                    && part.ends_with('"')
                    && !part[1..part.len() - 1].contains('"')
            };
            if parts.len() > 2 || !parts.iter().all(is_name) {
                return Err(format!(
                    "x-migrations-table={table} is no quoted name, as x-migrations-table-quoted says"
                ));
            }
            table
        } else {
            in_quotes(&table)
        };
        Ok(Self { environment: environment(rest)?, migrations_table })
    }
}

fn environment(rest: &str) -> Result<Vec<(&'static str, String)>, String> {
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = address.split_once('/').unwrap_or((address, ""));
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (user, host),
        None => ("", authority),
    };
    let mut environment = Vec::new();
    let mut set = |name: &'static str, value: &str| -> Result<(), String> {
        if !value.is_empty() {
            environment.push((name, decoded(value)?));
        }
        Ok(())
    };
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    set("PGUSER", name)?;
    set("PGPASSWORD", password)?;
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (name, port)
        }
        _ => (host, ""),
    };
    set("PGHOST", name.trim_start_matches('[').trim_end_matches(']'))?;
    set("PGPORT", port)?;
    set("PGDATABASE", database)?;
    let mut options: Vec<String> = Vec::new();
    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match key {
            "host" => set("PGHOST", value)?,
            "port" => set("PGPORT", value)?,
            "user" => set("PGUSER", value)?,
            "password" => set("PGPASSWORD", value)?,
            "dbname" => set("PGDATABASE", value)?,
            "sslmode" => set("PGSSLMODE", value)?,
            "sslrootcert" => set("PGSSLROOTCERT", value)?,
            "sslcert" => set("PGSSLCERT", value)?,
            "sslkey" => set("PGSSLKEY", value)?,
            "connect_timeout" => set("PGCONNECT_TIMEOUT", value)?,
            "options" => options.push(decoded(value)?),
            // golang-migrate's table is in the first schema of it.
            "search_path" => options.push(format!(
                "-c search_path={}",
                decoded(value)?.replace('\\', "\\\\").replace(' ', "\\ ")
            )),
            "application_name" => {}
            other if other.starts_with("x-") => {}
            other => return Err(format!("the parameter `{other}` is not known")),
        }
    }
    if !options.is_empty() {
        environment.push(("PGOPTIONS", options.join(" ")));
    }
    Ok(environment)
}

fn decoded(text: &str) -> Result<String, String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next(), rest.next()].into_iter().flatten().collect::<Vec<u8>>();
            let digits = String::from_utf8_lossy(&digits).into_owned();
            bytes.push(
                u8::from_str_radix(&digits, 16)
                    .map_err(|_| "a `%` without two digits behind it".to_owned())?,
            );
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}
