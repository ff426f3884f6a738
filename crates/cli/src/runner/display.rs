//! What is seen while terraform works: on a terminal a line per stack that keeps changing, elsewhere plain lines.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};

use formwork_core::secret::visible_line;

use crate::print;

const NAME: Style = AnsiColor::Cyan.on_default();
/// How often the elapsed time is drawn anew.
const TICK: Duration = Duration::from_millis(250);

/// The display of one command.
pub(crate) struct Display {
    board: Arc<Board>,
    ticker: Option<JoinHandle<()>>,
}

struct Board {
    lines: Mutex<Lines>,
    /// Held by whoever prints something that stays, or asks. While somebody is asked, only those wait, and not whoever
    /// reads what terraform says: terraform would have to wait too.
    speaking: Mutex<()>,
    ended: Condvar,
    is_live: bool,
}

#[derive(Default)]
struct Lines {
    active: Vec<Line>,
    /// How many lines the terminal shows now.
    drawn: usize,
    is_paused: bool,
    has_ended: bool,
}

struct Line {
    stack: String,
    text: String,
    begun: Instant,
}

/// Whether something is worth a line of its own where lines stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Passing,
    Lasting,
}

impl Display {
    /// A display on standard error.
    pub(crate) fn new() -> Self {
        // Where colours are not wanted or not understood, the lines that stay are plain ones.
        let plain = anstream::AutoStream::choice(&std::io::stderr()) == anstream::ColorChoice::Never;
        let is_live = std::io::stderr().is_terminal() && !plain;
        let board = Arc::new(Board {
            lines: Mutex::default(),
            speaking: Mutex::default(),
            ended: Condvar::new(),
            is_live,
        });
        let ticking = Arc::clone(&board);
        let ticker = is_live.then(|| std::thread::spawn(move || ticking.tick()));
        Self { board, ticker }
    }

    /// Says what is being done with a stack now.
    pub(crate) fn show(&self, stack: &str, text: &str, weight: Weight) {
        if !self.board.is_live {
            if weight == Weight::Lasting {
                print::note(&format!("{stack}: {text}"));
            }
            return;
        }
        // A line that is drawn over must stay one.
        let text = &visible_line(text);
        let mut lines = self.board.lock();
        match lines.active.iter_mut().find(|line| line.stack == stack) {
            Some(line) => line.text.clone_from(text),
            None => {
                let (stack, text) = (stack.to_owned(), text.to_owned());
                lines.active.push(Line { stack, text, begun: Instant::now() });
            }
        }
        lines.redraw();
    }

    /// Nothing more is done with a stack.
    pub(crate) fn end(&self, stack: &str) {
        let mut lines = self.board.lock();
        lines.active.retain(|line| line.stack != stack);
        lines.redraw();
    }

    /// Prints something that stays, or asks something, while the changing lines are away.
    pub(crate) fn apart<T>(&self, speak: impl FnOnce() -> T) -> T {
        let turn = self.board.speaking.lock().unwrap_or_else(PoisonError::into_inner);
        let mut lines = self.board.lock();
        lines.erase();
        lines.is_paused = true;
        drop(lines);
        let result = speak();
        let mut lines = self.board.lock();
        lines.is_paused = false;
        lines.redraw();
        drop(turn);
        result
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.board.lock().has_ended = true;
        self.board.ended.notify_all();
        if let Some(ticker) = self.ticker.take() {
            // It has nothing to say, however it ended.
            let _ = ticker.join();
        }
    }
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tick(&self) {
        let mut lines = self.lock();
        while !lines.has_ended {
            lines.redraw();
            let waited = self.ended.wait_timeout(lines, TICK);
            lines = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        lines.erase();
    }
}

impl Lines {
    fn erase(&mut self) {
        if self.drawn > 0 {
            // Up to the first of the lines, and away with all below it.
            put(&format!("\r\x1b[{}A\x1b[J", self.drawn));
            self.drawn = 0;
        }
    }

    fn redraw(&mut self) {
        if self.is_paused || self.active.is_empty() && self.drawn == 0 {
            return;
        }
        self.erase();
        let width = width();
        let widest = self.active.iter().map(|line| line.stack.len()).max().unwrap_or_default();
        let mut text = String::new();
        for line in &self.active {
            let elapsed = line.begun.elapsed().as_secs();
            let rest: String = format!("  {elapsed:>4}s  {}", line.text)
                .chars()
                .take(width.saturating_sub(widest + 1))
                .collect();
            text.push_str(&format!("{NAME}{:widest$}{NAME:#}{rest}\n", line.stack));
        }
        put(&text);
        self.drawn = self.active.len();
    }
}

fn put(text: &str) {
    let mut stderr = anstream::stderr().lock();
    // Nothing can be done if the terminal is gone.
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// How many characters fit into a line of the terminal.
fn width() -> usize {
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(std::io::stderr())
        && size.ws_col > 0
    {
        return usize::from(size.ws_col);
    }
    80
}
