//! Questions to the user.

use std::io::{self, IsTerminal};
use std::time::Duration;

use formwork_core::Hint;
use formwork_terraform::Interrupt;

use crate::{UsageError, print};

/// Fails where there is nobody to ask.
///
/// # Errors
/// To ask without a terminal is wrong usage.
pub(crate) fn check_terminal(remedy: &str) -> Result<(), UsageError> {
    if io::stdin().is_terminal() {
        return Ok(());
    }
    Err(UsageError(format!("nobody can be asked, since the input is not a terminal{}", Hint::new(remedy))))
}

/// Asks a question that only `yes` answers well.
pub(crate) fn ask(interrupt: &Interrupt, question: &str) -> bool {
    print::question(question);
    let (sender, answers) = std::sync::mpsc::channel();
    // In a thread of its own: a read does not end at a Ctrl-C.
    std::thread::spawn(move || {
        let mut line = String::new();
        let answer = io::stdin().read_line(&mut line).map(|_| line.trim() == "yes");
        // Nobody waits for it any more after a Ctrl-C.
        let _ = sender.send(answer.unwrap_or_default());
    });
    loop {
        match answers.recv_timeout(Duration::from_millis(100)) {
            Ok(answer) => return answer,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) if !interrupt.is_requested() => {}
            Err(_) => {
                print::text("\n");
                return false;
            }
        }
    }
}
