//! Ctrl-C: passed on to terraform once, so that it ends what it is doing, saves its state and releases its lock.
//!
//! The children run in process groups of their own, so that the terminal's Ctrl-C reaches only us: at a second one
//! terraform would give up at once, and leave a lock and half a state behind.

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Whether the user wants to stop, and which children have to be told.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug, Default)]
struct Shared {
    is_requested: bool,
    children: BTreeSet<u32>,
}

/// A child that is told of an interruption as long as this lives.
pub struct Watched {
    interrupt: Interrupt,
    pub child: Child,
}

impl Interrupt {
    /// Listens for the signals by which people and pipelines stop a program, from now on. `say` gets what there is
    /// to say when one arrives.
    ///
    /// # Errors
    /// Fails if the system refuses the handlers.
    pub fn listen(say: impl Fn(&str) + Send + 'static) -> io::Result<Self> {
        let interrupt = Self::default();
        let listener = interrupt.clone();
        signals::listen(move || say(listener.request()))?;
        Ok(interrupt)
    }

    /// Whether the user wants to stop.
    pub fn is_requested(&self) -> bool {
        self.lock().is_requested
    }

    /// Starts a child and watches it.
    ///
    /// # Errors
    /// Fails if the child cannot be started.
    pub fn spawn(&self, command: &mut Command) -> io::Result<Watched> {
        signals::in_own_group(command);
        // Under the lock, so that no interruption falls between the start and the entry.
        let mut shared = self.lock();
        let child = command.spawn()?;
        shared.children.insert(child.id());
        if shared.is_requested {
            signals::interrupt(child.id());
        }
        drop(shared);
        Ok(Watched { interrupt: self.clone(), child })
    }

    /// Passes an interruption on if it is the first, and says what happens now. Whoever starts children or asks
    /// questions looks at [`Self::is_requested`] by itself.
    fn request(&self) -> &'static str {
        let mut shared = self.lock();
        let is_first = !std::mem::replace(&mut shared.is_requested, true);
        match (is_first, shared.children.is_empty()) {
            (_, true) => "interrupted: nothing more is begun",
            (true, false) => {
                shared.children.iter().copied().for_each(signals::interrupt);
                "interrupted: terraform ends what it is doing, saves its state and releases its lock"
            }
            (false, false) => "still waiting for terraform: to end it now would leave a lock behind",
        }
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        // The set is whole between any two statements, whichever thread panicked.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.interrupt.lock().children.remove(&self.child.id());
    }
}

#[cfg(unix)]
mod signals {
    use std::io;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use rustix::process::{Pid, Signal, kill_process};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    pub(super) fn listen(on_signal: impl Fn() + Send + 'static) -> io::Result<()> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || signals.forever().for_each(|_| on_signal()))?;
        Ok(())
    }

    pub(super) fn in_own_group(command: &mut Command) {
        command.process_group(0);
    }

    pub(super) fn interrupt(child: u32) {
        let process = i32::try_from(child).ok().and_then(Pid::from_raw);
        if let Some(process) = process {
            // It may have ended by itself.
            let _ = kill_process(process, Signal::INT);
        }
    }
}

#[cfg(not(unix))]
mod signals {
    use std::io;
    use std::process::Command;

    /// The console itself tells every process of a Ctrl-C.
    pub(super) fn listen(_on_signal: impl Fn() + Send + 'static) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn in_own_group(_command: &mut Command) {}

    pub(super) fn interrupt(_child: u32) {}
}
