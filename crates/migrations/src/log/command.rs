//! Runs `aws` and `psql`.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::log::error::LogStoreError;

/// Runs a program to its end, and gives what it printed.
pub(super) fn run(program: &'static str, mut command: Command, input: &str) -> Result<String, LogStoreError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let failed = |source| LogStoreError::Program { program, source };
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut pipe) = child.stdin.take() {
        // A program that does not read has said why on standard error.
        let _ = pipe.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(failed)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let mut words = vec![program.to_owned()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy().into_owned()));
    let errors = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(LogStoreError::Failed { command: words.join(" "), output: format!("{errors} ({})", output.status) })
}
