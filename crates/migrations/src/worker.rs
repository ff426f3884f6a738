//! Parses files in a child process, because deep nesting overflows the parser's stack, which aborts the process.
//!
//! A child for each processor reads a share of the files. If one dies or falls silent, the file that it was at is to
//! blame; another child goes on with the next one.

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::parse::{ParsedFile, parse};

/// How long the parser may be silent, at least. It reads a megabyte of plain statements in a second even without optimization;
/// the time that deep nesting takes grows with the square of its depth.
const TIMEOUT: Duration = Duration::from_secs(10);
/// What each megabyte of a file adds to that.
const TIMEOUT_PER_MEGABYTE: Duration = Duration::from_secs(20);
/// Stack of the thread that parses: enough for some thousand levels even without optimization.
const STACK: usize = 256 << 20;
/// Files that a child should have at least: starting one takes as long as parsing some dozens.
const SHARE: usize = 50;
/// Files that are larger are not read: PostgreSQL itself takes a message of up to a gigabyte, but nobody reviews one.
const LARGEST: usize = 64 << 20;

/// Process files are parsed.
#[derive(Clone, Debug)]
pub struct Worker {
    process: Process,
}

/// The process that parses.
#[derive(Clone, Debug)]
enum Process {
    Own,
    Child(Program),
}

/// A program that answers on standard input and output, by calling [`serve`].
#[derive(Clone, Debug)]
struct Program {
    program: PathBuf,
    arguments: Vec<String>,
}

/// Why a file could not be parsed.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum ParseFailure {
    /// The parser gave up by ending the process.
    #[error("the parser gave up: it is nested too deeply")]
    TooDeep,
    /// The parser did not come to an end.
    #[error("the parser did not come to an end within {seconds} seconds: split the file")]
    TooSlow {
        /// The time that a file of its size has.
        seconds: u64,
    },
    /// The file is too large.
    #[error("the file is larger than {} MB", LARGEST >> 20)]
    TooLarge,
}

/// Why the worker cannot work at all.
#[derive(Debug, Error)]
#[error("cannot start {program} to parse files", program = program.display())]
pub struct WorkerError {
    program: PathBuf,
    source: io::Error,
}

impl Worker {
    /// A program that is started with these arguments and calls [`serve`].
    #[must_use]
    pub fn child(program: PathBuf, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { process: Process::Child(Program { program, arguments }) }
    }

    /// This process, for texts that are known to be harmless.
    #[must_use]
    pub const fn in_process() -> Self {
        Self { process: Process::Own }
    }

    /// Parses texts; the results come in their order.
    ///
    /// # Errors
    /// Fails if the program cannot be started. A text that cannot be parsed is not an error of the worker.
    pub fn parse_all(&self, texts: &[&str]) -> Result<Vec<Result<ParsedFile, ParseFailure>>, WorkerError> {
        let program = match &self.process {
            Process::Own => return Ok(texts.iter().map(|text| Ok(parse(text))).collect()),
            Process::Child(program) => program,
        };
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let share = texts.len().div_ceil(processors).max(SHARE);
        std::thread::scope(|scope| {
            let children: Vec<_> =
                texts.chunks(share).map(|share| scope.spawn(move || program.parse_share(share))).collect();
            let mut results = Vec::with_capacity(texts.len());
            for child in children {
                results.extend(child.join().expect("a thread that waits for a child does not panic")?);
            }
            Ok(results)
        })
    }
}

impl Program {
    /// Parses texts, with another child after each that dies.
    fn parse_share(&self, texts: &[&str]) -> Result<Vec<Result<ParsedFile, ParseFailure>>, WorkerError> {
        let mut results = Vec::with_capacity(texts.len());
        while results.len() < texts.len() {
            let rest = &texts[results.len()..];
            if rest[0].len() > LARGEST {
                results.push(Err(ParseFailure::TooLarge));
                continue;
            }
            let end = rest.iter().position(|text| text.len() > LARGEST).unwrap_or(rest.len());
            self.parse_some(&rest[..end], &mut results)?;
        }
        Ok(results)
    }

    /// Parses texts with one child, until the first one that it can't parse.
    fn parse_some(
        &self,
        texts: &[&str],
        results: &mut Vec<Result<ParsedFile, ParseFailure>>,
    ) -> Result<(), WorkerError> {
        let failed = |source| WorkerError { program: self.program.clone(), source };
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let (Some(mut input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed(io::Error::other("no pipes")));
        };
        let (sender, receiver) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for text in texts {
                    if write_frame(&mut input, text.as_bytes()).is_err() {
                        break;
                    }
                }
            });
            scope.spawn(move || {
                while let Ok(Some(frame)) = read_frame(&mut output) {
                    if sender.send(frame).is_err() {
                        break;
                    }
                }
            });
            for text in texts {
                let limit = time_limit(text);
                let parsed = receiver
                    .recv_timeout(limit)
                    .map_err(|error| match error {
                        mpsc::RecvTimeoutError::Timeout => ParseFailure::TooSlow { seconds: limit.as_secs() },
                        mpsc::RecvTimeoutError::Disconnected => ParseFailure::TooDeep,
                    })
                    .and_then(|frame| serde_json::from_slice(&frame).map_err(|_| ParseFailure::TooDeep));
                let is_failure = parsed.is_err();
                results.push(parsed);
                if is_failure {
                    break;
                }
            }
            // The threads end when the pipes do.
            end(&mut child);
        });
        Ok(())
    }
}

/// How long the parser may take for a text, in proportion to its size: a busy machine is slow.
fn time_limit(text: &str) -> Duration {
    TIMEOUT + TIMEOUT_PER_MEGABYTE.mul_f64(text.len() as f64 / f64::from(1 << 20))
}

/// Ends a child whether it still works or not; there is nothing to do about a child that is gone.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// The child's side: answers every text on standard input until that ends.
///
/// # Errors
/// Fails if a pipe breaks.
pub fn serve(mut input: impl Read + Send, mut output: impl Write + Send) -> io::Result<()> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || {
            while let Some(frame) = read_frame(&mut input)? {
                let parsed = parse(&String::from_utf8_lossy(&frame));
                write_frame(&mut output, &serde_json::to_vec(&parsed)?)?;
            }
            Ok(())
        })?;
        thread.join().unwrap_or_else(|_| Err(io::Error::other("the parser panicked")))
    })
}

fn write_frame(output: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(bytes)?;
    output.flush()
}

fn read_frame(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
    input.read_exact(&mut bytes)?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_text_has_more_time() {
        assert_eq!(time_limit(""), Duration::from_secs(10));
        assert_eq!(time_limit(&" ".repeat(1 << 20)), Duration::from_secs(30));
        assert_eq!(time_limit(&" ".repeat(1 << 19)), Duration::from_secs(20));
    }
}
