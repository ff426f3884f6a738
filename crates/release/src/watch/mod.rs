//! What a new version is watched by, whatever target it is of: alarms of CloudWatch, and numbers that HTTP endpoints give.
//!
//! It is looked at before anything moves, and for as long as the stack says after it. No verdict is made of missing data.

mod alarms;
mod service_watch;
mod web_metric;

pub(crate) use self::alarms::{AlarmState, alarm_states};
pub(crate) use self::service_watch::ServiceWatch;
pub(crate) use self::web_metric::{Subject, WebMetrics};

/// What is said of a version that is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The limits were kept to; how well.
    Pass(String),
    /// A limit was passed; which, with the numbers.
    Breach(String),
    /// Too little is known; what there is.
    Inconclusive(String),
}
