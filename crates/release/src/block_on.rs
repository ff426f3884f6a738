//! Runs asynchronous code from a command.

use std::future::Future;

/// Runs something to its end on this thread.
///
/// # Errors
/// Fails if the system has no handle left for a runtime.
pub fn block_on<T>(work: impl Future<Output = T>) -> std::io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(work))
}
