//! One run of the terraform binary: its environment, its output, its end.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;

use anyhow::{Context, bail};

use crate::terraform::{Binary, Diagnostic, Event, Ground, Interrupt};

/// What every run of terraform has in common.
#[derive(Debug)]
pub(crate) struct Terraform {
    pub(crate) binary: Binary,
    pub(crate) ground: Ground,
    pub(crate) interrupt: Interrupt,
    /// Two initializations at a time would spoil a plugin cache that they share:
    /// <https://developer.hashicorp.com/terraform/cli/config/config-file#provider-plugin-cache>.
    pub(crate) initializing: Mutex<()>,
}

/// The arguments of a run. As text they show no value of a variable.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arguments(Vec<OsString>);

/// A run whose output was read as a whole.
pub(crate) struct Captured {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    shown: String,
}

/// A run whose output was read as events.
pub(crate) struct Streamed {
    pub(crate) status: ExitStatus,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Arguments {
    pub(crate) fn new<S: Into<OsString>>(arguments: impl IntoIterator<Item = S>) -> Self {
        Self(arguments.into_iter().map(Into::into).collect())
    }

    pub(crate) fn push(&mut self, argument: impl Into<OsString>) {
        self.0.push(argument.into());
    }

    /// Adds `-name=value`.
    pub(crate) fn option(&mut self, name: &str, value: impl AsRef<OsStr>) {
        let mut argument = OsString::from(format!("-{name}="));
        argument.push(value);
        self.0.push(argument);
    }

    pub(crate) fn extend(&mut self, arguments: &[OsString]) {
        self.0.extend_from_slice(arguments);
    }
}

impl fmt::Display for Arguments {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, argument) in self.0.iter().enumerate() {
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
        command.args(&arguments.0).current_dir(folder);
        command.env("TF_IN_AUTOMATION", "1").env("TF_INPUT", "0");
        // Asks HashiCorp whether there is a newer version, which is not what anybody waits for here.
        command.env("CHECKPOINT_DISABLE", "1");
        // One folder for all stacks would mix up their backends.
        command.env_remove("TF_DATA_DIR");
        command.envs(self.ground.environment().iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs terraform in a folder and reads what it says.
    ///
    /// # Errors
    /// Fails if it cannot be started; how it ends is part of the result.
    pub(crate) fn capture(&self, folder: &Path, arguments: &Arguments) -> anyhow::Result<Captured> {
        let mut stdout = String::new();
        let (status, stderr) = self.run(folder, arguments, |line| {
            stdout.push_str(line);
            stdout.push('\n');
        })?;
        Ok(Captured { status, stdout, stderr, shown: self.shown(arguments) })
    }

    /// Runs a command of terraform that has `-json` among its arguments.
    ///
    /// # Errors
    /// Fails if it cannot be started; how it ends is part of the result.
    pub(crate) fn stream(
        &self,
        folder: &Path,
        arguments: &Arguments,
        mut on_event: impl FnMut(&Event),
    ) -> anyhow::Result<Streamed> {
        let mut diagnostics = Vec::new();
        let mut other = String::new();
        let (status, stderr) = self.run(folder, arguments, |line| match serde_json::from_str(line) {
            Ok(Event::Diagnostic { diagnostic }) => diagnostics.push(diagnostic),
            Ok(event) => on_event(&event),
            Err(_) => {
                other.push_str(line);
                other.push('\n');
            }
        })?;
        let has_error = diagnostics.iter().any(Diagnostic::is_error);
        if !is_success(status) && !has_error {
            let said = format!("{other}{stderr}");
            diagnostics.push(Diagnostic::plain(&ended(&self.shown(arguments), status, &said)));
        }
        Ok(Streamed { status, diagnostics })
    }

    fn run(
        &self,
        folder: &Path,
        arguments: &Arguments,
        mut on_line: impl FnMut(&str),
    ) -> anyhow::Result<(ExitStatus, String)> {
        if self.interrupt.is_requested() {
            bail!("interrupted before `{}`", self.shown(arguments));
        }
        let mut command = self.command(folder, arguments);
        let cannot_run = || format!("cannot run `{}`", self.shown(arguments));
        let mut watched = self.interrupt.spawn(&mut command).with_context(cannot_run)?;
        let stdout = watched.child.stdout.take();
        let stderr = watched.child.stderr.take();
        let stderr = std::thread::scope(|scope| {
            // Both pipes are read at once, since a full one would stop terraform.
            let stderr = scope.spawn(|| text_of(stderr));
            for line in stdout.into_iter().flat_map(|pipe| BufReader::new(pipe).split(b'\n')) {
                on_line(&String::from_utf8_lossy(&line?));
            }
            anyhow::Ok(stderr.join().unwrap_or_default())
        })?;
        let status = watched.child.wait().with_context(cannot_run)?;
        Ok((status, stderr))
    }

    fn shown(&self, arguments: &Arguments) -> String {
        format!("{} {arguments}", self.binary.name())
    }
}

impl Captured {
    /// What terraform said, as an error that names the command line and how it ended.
    pub(crate) fn failure(&self) -> Diagnostic {
        // Terraform draws a bar beside its messages.
        let plain = |line: &str| line.trim_start_matches(['╷', '│', '╵']).trim().to_owned();
        let lines: Vec<String> = self.stderr.lines().map(plain).filter(|line| !line.is_empty()).collect();
        let said = if lines.is_empty() { self.stdout.clone() } else { lines.join("\n") };
        Diagnostic::plain(&ended(&self.shown, self.status, &said))
    }

    /// The JSON on standard output.
    ///
    /// # Errors
    /// Fails if the run failed, or wrote something else.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> anyhow::Result<T> {
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
