//! The URL of a database, as environment variables of libpq.

/// libpq's environment for what stands behind `postgres://`, so that no password is on a command line. Parameters
/// that begin with `x-` are golang-migrate's own.
pub(super) fn environment(rest: &str) -> Result<Vec<(&'static str, String)>, String> {
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
            "options" => set("PGOPTIONS", value)?,
            "application_name" | "search_path" => {}
            other if other.starts_with("x-") => {}
            other => return Err(format!("the parameter `{other}` is not known")),
        }
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
