//! What a release does when it is told to end: a person's Ctrl-C, or GitHub, which sends SIGINT to the job that is
//! cancelled, SIGTERM 7.5 s later, and kills it after another 2.5 s (GitHub Docs, "Workflow cancellation reference").

use std::fmt::{Display, Formatter};
use std::future::Future;
use std::time::Duration;

use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

/// A signal that asks a process to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancellation {
    /// `SIGINT`: Ctrl-C, or GitHub at first.
    Interrupt,
    /// `SIGTERM`.
    Terminate,
    /// `SIGHUP`: the terminal is gone.
    HangUp,
}

/// What becomes of a release that is under way when it is cancelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnCancel {
    /// It stays as it is, and it is said how to go on or back.
    #[default]
    Leave,
    /// It goes back.
    RollBack,
}

impl Display for Cancellation {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
            Self::HangUp => "SIGHUP",
        })
    }
}

/// Hears the signals that would end the process, from now on.
pub struct Cancellations {
    interrupt: Listener,
    terminate: Listener,
    hang_up: Listener,
}

impl Cancellations {
    /// Listens from now on; within a runtime.
    ///
    /// # Errors
    /// Fails if the system lets nobody listen.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Works until the end, or until the first signal; then the work is dropped where it stands.
    ///
    /// # Errors
    /// Gives back the signal.
    pub async fn until_cancelled<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Cancellation> {
        tokio::select! {
            // What is done is done, also if a signal came with it.
            biased;
            done = work => Ok(done),
            cancellation = self.heard() => Err(cancellation),
        }
    }

    async fn heard(&mut self) -> Cancellation {
        tokio::select! {
            _ = self.interrupt.recv() => Cancellation::Interrupt,
            _ = self.terminate.recv() => Cancellation::Terminate,
            _ = self.hang_up.recv() => Cancellation::HangUp,
        }
    }
}

/// Waits for something, but not for longer than a limit of real time.
pub async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, work).await.ok()
}
