//! One run of the terraform binary: its environment, its output, its end.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, bail};
use tempfile::NamedTempFile;

use crate::errored_state;
use crate::interrupt::Watched;
use crate::{Binary, Environment, Event, Interrupt, ScratchFolder, TerraformDiagnostic};

/// How long to wait before looking again whether terraform has said something.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// What every run of terraform has in common.
#[derive(Debug)]
pub struct Terraform {
    /// The program.
    pub binary: Binary,
    /// Where it works: for real, or in the sandbox.
    pub environment: Environment,
    /// Whether the user has asked to stop.
    pub interrupt: Interrupt,
    /// Two initializations at a time would spoil a plugin cache that they share:
    /// <https://developer.hashicorp.com/terraform/cli/config/config-file#provider-plugin-cache>.
    pub initializing: Mutex<()>,
}

/// The arguments of a run. As text they show no value of a variable.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    list: Vec<OsString>,
    /// Folders of files that are named among them, for as long as they are used.
    kept: Vec<Arc<ScratchFolder>>,
}

/// A run whose output was read as a whole.
pub struct Captured {
    /// How it ended.
    pub status: ExitStatus,
    /// All of standard output.
    pub stdout: String,
    /// All of standard error.
    pub stderr: String,
    shown: String,
}

/// A run whose output was read as events.
pub struct Streamed {
    /// How it ended.
    pub status: ExitStatus,
    /// What terraform reported, in its order.
    pub diagnostics: Vec<TerraformDiagnostic>,
}

impl Arguments {
    /// The arguments of a run.
    pub fn new<S: Into<OsString>>(arguments: impl IntoIterator<Item = S>) -> Self {
        Self { list: arguments.into_iter().map(Into::into).collect(), kept: Vec::new() }
    }

    /// Adds one argument.
    pub fn push(&mut self, argument: impl Into<OsString>) {
        self.list.push(argument.into());
    }

    /// Adds `-name=value`.
    pub fn option(&mut self, name: &str, value: impl AsRef<OsStr>) {
        let mut argument = OsString::from(format!("-{name}="));
        argument.push(value);
        self.list.push(argument);
    }

    /// Keeps a folder for as long as the arguments.
    pub(crate) fn keep(&mut self, folder: ScratchFolder) {
        self.kept.push(Arc::new(folder));
    }

    /// Adds arguments as they are.
    pub fn extend(&mut self, arguments: &[OsString]) {
        self.list.extend_from_slice(arguments);
    }
}

impl fmt::Display for Arguments {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, argument) in self.list.iter().enumerate() {
            let argument = argument.to_string_lossy();
            let space = if position == 0 { "" } else { " " };
            match argument.strip_prefix("-var=").and_then(|variable| variable.split_once('=')) {
                Some((name, _)) => write!(formatter, "{space}-var={name}=…")?,
                None => write!(formatter, "{space}{argument}")?,
            }
        }
        Ok(())
    }
}

impl Terraform {
    fn command(&self, folder: &Path, arguments: &Arguments) -> Command {
        let mut command = self.binary.command();
        command.args(&arguments.list).current_dir(folder);
        command.env("TF_IN_AUTOMATION", "1").env("TF_INPUT", "0");
        // Asks HashiCorp whether there is a newer version, which is not what anybody waits for here.
        command.env("CHECKPOINT_DISABLE", "1");
        // One folder for all stacks would mix up their backends.
        command.env_remove("TF_DATA_DIR");
        command.envs(self.environment.variables(folder));
        command.stdin(Stdio::null());
        command
    }

    /// Runs terraform in a folder and reads what it says.
    ///
    /// # Errors
    /// Fails if it cannot be started; how it ends is part of the result.
    pub fn capture(&self, folder: &Path, arguments: &Arguments) -> anyhow::Result<Captured> {
        let cannot_run = || format!("cannot run `{}`", self.shown(arguments));
        let mut command = self.command(folder, arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut watched = self.spawn(&mut command, arguments)?;
        let (stdout, stderr) = (watched.child.stdout.take(), watched.child.stderr.take());
        // Both pipes are read at once, since a full one would stop terraform.
        let (stdout, stderr) = std::thread::scope(|scope| {
            let stderr = scope.spawn(|| text_of(stderr));
            (text_of(stdout), stderr.join().unwrap_or_default())
        });
        let status = watched.child.wait().with_context(cannot_run)?;
        Ok(Captured { status, stdout, stderr, shown: self.shown(arguments) })
    }

    /// Runs terraform in a folder, and leaves it our input and output.
    ///
    /// # Errors
    /// Fails if it cannot be started; how it ends is part of the result.
    pub fn hand_over(&self, folder: &Path, arguments: &Arguments) -> anyhow::Result<ExitStatus> {
        let mut command = self.command(folder, arguments);
        command.env_remove("TF_INPUT").stdin(Stdio::inherit());
        let mut watched = self.spawn(&mut command, arguments)?;
        watched.child.wait().with_context(|| format!("cannot run `{}`", self.shown(arguments)))
    }

    /// Runs a command of terraform that has `-json` among its arguments.
    ///
    /// # Errors
    /// Fails if it cannot be started; how it ends is part of the result.
    pub fn stream(
        &self,
        folder: &Path,
        arguments: &Arguments,
        mut on_event: impl FnMut(&Event),
    ) -> anyhow::Result<Streamed> {
        let cannot_run = || format!("cannot run `{}`", self.shown(arguments));
        // Into files: a pipe would break if we were killed, and terraform would die of it in the middle of an apply.
        let (mut stdout, stdout_writer) = Followed::new().with_context(cannot_run)?;
        let (mut stderr, stderr_writer) = Followed::new().with_context(cannot_run)?;
        let mut command = self.command(folder, arguments);
        command.stdout(stdout_writer).stderr(stderr_writer);
        let mut watched = self.spawn(&mut command, arguments)?;
        on_event(&Event::Started { process: watched.child.id() });
        let mut diagnostics = Vec::new();
        let mut other = String::new();
        let mut on_line = |line: &str| match serde_json::from_str(line) {
            Ok(Event::Diagnostic { diagnostic }) => diagnostics.push(diagnostic),
            Ok(Event::Other) => {
                if let Some(state) = errored_state::printed(line) {
                    on_event(&Event::PrintedState { state: state.to_owned() });
                }
            }
            Ok(event) => on_event(&event),
            Err(_) => {
                other.push_str(line);
                other.push('\n');
            }
        };
        let status = loop {
            // Asked first, so that what is read afterwards is all there is.
            let ended = watched.child.try_wait().with_context(cannot_run)?;
            stdout.lines(&mut on_line).with_context(cannot_run)?;
            if let Some(status) = ended {
                break status;
            }
            std::thread::sleep(LOOK_AGAIN);
        };
        let has_error = diagnostics.iter().any(TerraformDiagnostic::is_error);
        if !is_success(status) && !has_error {
            stderr.lines(|line| {
                other.push_str(line);
                other.push('\n');
            })?;
            diagnostics.push(TerraformDiagnostic::plain(&ended(&self.shown(arguments), status, &other)));
        }
        Ok(Streamed { status, diagnostics })
    }

    fn spawn(&self, command: &mut Command, arguments: &Arguments) -> anyhow::Result<Watched> {
        if self.interrupt.is_requested() {
            bail!("interrupted before `{}`", self.shown(arguments));
        }
        self.interrupt.spawn(command).with_context(|| format!("cannot run `{}`", self.shown(arguments)))
    }

    fn shown(&self, arguments: &Arguments) -> String {
        format!("{} {arguments}", self.binary.name())
    }
}

/// A file without a name that a child writes and we read, line by line, as it grows.
struct Followed {
    file: File,
    rest: Vec<u8>,
}

impl Followed {
    /// An empty file, and the child's end of it, with a position of its own.
    fn new() -> io::Result<(Self, File)> {
        let named = NamedTempFile::with_prefix("formwork-output-")?;
        let writer = named.reopen()?;
        Ok((Self { file: named.into_file(), rest: Vec::new() }, writer))
    }

    /// Reads the lines that were completed since the last time.
    fn lines(&mut self, mut on_line: impl FnMut(&str)) -> io::Result<()> {
        self.file.read_to_end(&mut self.rest)?;
        let end = self.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
        let complete: Vec<u8> = self.rest.drain(..end).collect();
        String::from_utf8_lossy(&complete).lines().for_each(&mut on_line);
        Ok(())
    }
}

impl Captured {
    /// What terraform said, as an error that names the command line and how it ended.
    pub fn failure(&self) -> TerraformDiagnostic {
        // Terraform draws a bar beside its messages.
        let plain = |line: &str| line.trim_start_matches(['╷', '│', '╵']).trim().to_owned();
        let lines: Vec<String> = self.stderr.lines().map(plain).filter(|line| !line.is_empty()).collect();
        let said = if lines.is_empty() { self.stdout.clone() } else { lines.join("\n") };
        TerraformDiagnostic::plain(&ended(&self.shown, self.status, &said))
    }

    /// The JSON on standard output.
    ///
    /// # Errors
    /// Fails if the run failed, or wrote something else.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> anyhow::Result<T> {
        if !self.status.success() {
            bail!("{}", self.failure());
        }
        serde_json::from_str(&self.stdout)
            .with_context(|| format!("`{}` does not answer as terraform does", self.shown))
    }
}

/// With `-detailed-exitcode`, 2 stands for changes.
fn is_success(status: ExitStatus) -> bool {
    matches!(status.code(), Some(0 | 2))
}

fn ended(shown: &str, status: ExitStatus, said: &str) -> String {
    format!("`{shown}` failed ({status})\n{}", said.trim())
}

fn text_of(pipe: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(mut pipe) = pipe {
        // What was read before an error is still worth showing.
        let _ = pipe.read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
