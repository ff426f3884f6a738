//! Gates: checks that run in another repository, or are reported by somebody, before a release goes on.
//!
//! [`dispatch`] starts a workflow and waits for its run; [`report`] writes a result, and [`wait`] waits for one. A gate
//! that fails moves nothing: it says so, and [`record_failure`] keeps one issue per release.

mod correlation;
mod dispatch;
mod issue;
mod report;
mod run;
mod wait;

pub use correlation::{Correlation, CorrelationError};
pub use dispatch::{Dispatch, DispatchError, Event, Workflow, dispatch};
pub use issue::{Issue, LABEL, ReleaseFailure, record_failure};
pub(crate) use report::{DESCRIPTION, create_deployment, newest_status, write_status};
pub use report::{Report, ReportError, State, StatusTarget, report};
pub use run::{Conclusion, Run};
pub use wait::{ReportedStatus, WaitError, wait};
