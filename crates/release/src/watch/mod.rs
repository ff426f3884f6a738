//! What a new version is watched by, whatever target it is of: alarms of CloudWatch, and numbers that HTTP endpoints give.
//!
//! It is looked at before anything moves, and for as long as the stack says after it. No verdict is made of missing data.

mod alarms;
mod service_watch;
mod verdict;
mod web_metric;

pub(crate) use self::alarms::{AlarmState, alarm_states};
pub(crate) use self::service_watch::ServiceWatch;
pub use self::verdict::Verdict;
pub(crate) use self::verdict::{Silence, alarm_breach, check_before};
pub(crate) use self::web_metric::{Subject, WebMetrics};
