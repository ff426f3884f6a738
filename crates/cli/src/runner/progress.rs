//! How far terraform has come with one stack, told from its events.

use std::cell::Cell;

use formwork_terraform::{Event, Hook};

use crate::runner::display::Weight;
use crate::runner::{Display, StackReport};

/// The progress of one stack.
pub(crate) struct Progress<'a> {
    pub(crate) display: &'a Display,
    stack: &'a str,
    /// How many actions there are to take, once that is known.
    total: Cell<usize>,
    done: Cell<usize>,
}

impl<'a> Progress<'a> {
    pub(crate) const fn new(display: &'a Display, stack: &'a str) -> Self {
        Self { display, stack, total: Cell::new(0), done: Cell::new(0) }
    }

    /// Something begins, of `total` actions.
    pub(crate) fn begin(&self, what: &str, total: usize) {
        self.total.set(total);
        self.done.set(0);
        self.display.show(self.stack, what, Weight::Lasting);
    }

    /// Says something that stays where lines do.
    pub(crate) fn note(&self, text: &str) {
        self.show(text, Weight::Lasting);
    }

    /// Takes note of an event.
    pub(crate) fn event(&self, event: &Event) {
        match event {
            Event::Initialization => self.show("initializing", Weight::Lasting),
            Event::StateLockAcquire => self.show("waiting for the lock of the state", Weight::Lasting),
            Event::RefreshComplete { hook } => {
                self.done.set(self.done.get() + 1);
                let text = format!("{} read: {}", self.done.get(), hook.resource.address);
                self.show(&text, Weight::Passing);
            }
            // Data sources are read by the way, and not counted by terraform either.
            Event::ApplyStart { hook } if hook.action != "read" => {
                let (doing, _) = verbs(&hook.action);
                self.show(&format!("{}  {doing} {}", self.count(), hook.resource.address), Weight::Passing);
            }
            Event::ApplyComplete { hook } if hook.action != "read" => {
                self.done.set(self.done.get() + 1);
                self.show(&self.outcome(hook), Weight::Lasting);
            }
            Event::ApplyErrored { hook } => {
                let (doing, _) = verbs(&hook.action);
                let text = format!("{}  {doing} {} failed", self.count(), hook.resource.address);
                self.show(&text, Weight::Lasting);
            }
            Event::ProvisionProgress { hook } => {
                self.show(&format!("{}: {}", hook.resource.address, hook.output.trim()), Weight::Passing);
            }
            _ => {}
        }
    }

    /// Nothing more happens to the stack.
    pub(crate) fn end(&self, report: &StackReport) {
        self.display.end(self.stack);
        self.display.apart(|| report.print_outcome());
    }

    fn outcome(&self, hook: &Hook) -> String {
        let (_, done) = verbs(&hook.action);
        let elapsed = match hook.elapsed_seconds {
            0.0 => String::new(),
            seconds => format!(" ({seconds:.0} s)"),
        };
        format!("{}  {done} {}{elapsed}", self.count(), hook.resource.address)
    }

    /// How many actions were taken, and of how many.
    pub(crate) const fn counts(&self) -> (usize, usize) {
        (self.done.get(), self.total.get())
    }

    fn count(&self) -> String {
        format!("{} of {}", self.done.get(), self.total.get())
    }

    fn show(&self, text: &str, weight: Weight) {
        self.display.show(self.stack, text, weight);
    }
}

/// How an action is called while it is taken, and afterwards.
fn verbs(action: &str) -> (&str, &str) {
    match action {
        "create" => ("creating", "created"),
        "update" => ("updating", "updated"),
        "delete" => ("destroying", "destroyed"),
        "read" => ("reading", "read"),
        other => (other, other),
    }
}
