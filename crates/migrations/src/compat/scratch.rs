//! A PostgreSQL server of our own, on a socket in a temporary folder, from the binaries on the machine.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use postgres::{Client, Config, NoTls};
use tempfile::TempDir;
use thiserror::Error;

/// A server that is stopped and removed when it is dropped.
#[derive(Debug)]
pub struct ScratchServer {
    folder: TempDir,
    pg_ctl: PathBuf,
    user: Option<(u32, u32)>,
    /// Our child, so that an interrupt from the terminal reaches it too.
    process: Option<Child>,
}

/// Why there is no scratch server.
#[derive(Debug, Error)]
pub enum ScratchError {
    /// The binaries are not there.
    #[error("there is no `{0}` on the PATH or in /usr/lib/postgresql/*/bin")]
    NoBinary(&'static str),
    /// PostgreSQL refuses to run as root, and there is nobody else to be.
    #[error("PostgreSQL does not run as root, and this machine has neither the user postgres nor nobody")]
    NoUser,
    /// The folder cannot be made.
    #[error("cannot prepare a folder for the scratch server")]
    Folder(#[source] std::io::Error),
    /// A program cannot be started.
    #[error("cannot start {program}")]
    Start {
        /// The program.
        program: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A program failed.
    #[error("{command} failed: {output}")]
    Failed {
        /// The command line.
        command: String,
        /// What it wrote.
        output: String,
    },
}

/// Durability costs time, and nothing here has to last. The rest makes what is measured repeatable.
const OPTIONS: [&str; 11] = [
    "listen_addresses=",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "max_connections=40",
    "shared_buffers=32MB",
    "autovacuum=off",
    "jit=off",
    "max_wal_senders=0",
    "wal_level=minimal",
    "logging_collector=off",
];

/// The bytes that must be free in memory before a server's files go there: some hundred megabytes are written.
const ROOM: u64 = 2 << 30;

impl ScratchServer {
    /// Starts a server.
    ///
    /// # Errors
    /// Fails if PostgreSQL's server binaries are missing or do not work.
    pub fn start() -> Result<Self, ScratchError> {
        let (initdb, pg_ctl, postgres) = (binary("initdb")?, binary("pg_ctl")?, binary("postgres")?);
        let folder = folder().map_err(ScratchError::Folder)?;
        let owner = fs::metadata(folder.path()).map_err(ScratchError::Folder)?.uid();
        let user = if owner == 0 { Some(unprivileged()?) } else { None };
        if let Some((user, group)) = user {
            chown(folder.path(), Some(user), Some(group)).map_err(ScratchError::Folder)?;
        }
        let mut server = Self { folder, pg_ctl, user, process: None };
        let data = server.folder.path().join("data");
        let shown = |path: &Path| path.display().to_string();
        server.run(
            &initdb,
            &[
                "-D",
                &shown(&data),
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
                "-N",
            ],
        )?;
        server.launch(&postgres, &data)?;
        Ok(server)
    }

    /// How to connect to a database of the server, as its superuser.
    #[must_use]
    pub fn config(&self, database: &str) -> Config {
        let mut config = Config::new();
        config.host_path(self.folder.path()).user("postgres").dbname(database);
        config
    }

    /// Connects to a database of the server, as its superuser.
    ///
    /// # Errors
    /// Fails if the server refuses.
    pub fn connect(&self, database: &str) -> Result<Client, postgres::Error> {
        self.config(database).connect(NoTls)
    }

    /// Starts the server, and waits until it says that it is ready.
    fn launch(&mut self, postgres: &Path, data: &Path) -> Result<(), ScratchError> {
        let mut command = self.command(postgres);
        command.arg("-D").arg(data).arg("-k").arg(self.folder.path());
        for option in OPTIONS {
            command.args(["-c", option]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command
            .spawn()
            .map_err(|source| ScratchError::Start { program: postgres.display().to_string(), source })?;
        let mut lines = BufReader::new(process.stderr.take().ok_or_else(|| {
            ScratchError::Folder(std::io::Error::other("the server has no standard error"))
        })?);
        self.process = Some(process);
        let mut said = String::new();
        loop {
            let before = said.len();
            let length = lines.read_line(&mut said).map_err(ScratchError::Folder)?;
            if length == 0 {
                return Err(ScratchError::Failed { command: format!("{command:?}"), output: said });
            }
            if said[before..].contains("ready to accept connections") {
                break;
            }
        }
        // A pipe that nobody reads would stop the server when it is full.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Ok(())
    }

    /// A program of PostgreSQL, as a user that it accepts, and without settings of whoever calls.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).env("LC_ALL", "C");
        for name in ["PGDATA", "PGHOST", "PGPORT", "PGOPTIONS", "PGSERVICE"] {
            command.env_remove(name);
        }
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> Result<(), ScratchError> {
        let mut command = self.command(program);
        let output = self.folder.path().join("output");
        let file = fs::File::create(&output).map_err(ScratchError::Folder)?;
        let errors = file.try_clone().map_err(ScratchError::Folder)?;
        command.args(arguments).stdin(Stdio::null()).stdout(file).stderr(errors);
        let status = command
            .status()
            .map_err(|source| ScratchError::Start { program: program.display().to_string(), source })?;
        if status.success() {
            return Ok(());
        }
        let text = fs::read_to_string(&output).unwrap_or_default();
        Err(ScratchError::Failed { command: format!("{command:?}"), output: text })
    }
}

impl Drop for ScratchServer {
    fn drop(&mut self) {
        let data = self.folder.path().join("data").display().to_string();
        // If it does not stop, its folder goes all the same, and the server with it.
        let _ = self.run(&self.pg_ctl, &["-D", &data, "-m", "immediate", "-w", "stop"]);
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// A folder for the server's files: in memory if there is room, where creating some thousand of them costs a tenth.
/// Whoever sets `TMPDIR` says where.
fn folder() -> std::io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("formwork-pg");
    let memory = Path::new("/dev/shm");
    let free = rustix::fs::statvfs(memory).map_or(0, |it| it.f_bavail.saturating_mul(it.f_frsize));
    if std::env::var_os("TMPDIR").is_none()
        && free >= ROOM
        && let Ok(folder) = builder.tempdir_in(memory)
    {
        return Ok(folder);
    }
    builder.tempdir()
}

/// A program of PostgreSQL: on the path, or where Debian keeps it, the newest version first.
fn binary(name: &'static str) -> Result<PathBuf, ScratchError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    if let Some(found) = on_path {
        return Ok(found);
    }
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())))
        .map(|(version, folder)| (version, folder.join("bin").join(name)))
        .filter(|(_, file)| file.is_file())
        .max()
        .map(|(_, file)| file)
        .ok_or(ScratchError::NoBinary(name))
}

/// The user and group of `postgres`, or of `nobody`.
fn unprivileged() -> Result<(u32, u32), ScratchError> {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let is_it = fields.next() == Some(name);
            let user = fields.nth(1)?.parse().ok()?;
            let group = fields.next()?.parse().ok()?;
            is_it.then_some((user, group))
        })
    };
    find("postgres").or_else(|| find("nobody")).ok_or(ScratchError::NoUser)
}
