//! What the verbs have in common that run terraform: arguments, the way from a program to folders, reports.

mod arguments;
pub(crate) mod given;
mod session;

pub(crate) mod age;
pub(crate) mod apply;

mod display;
pub(crate) mod letting_go;
mod progress;
mod prompt;
pub(crate) mod readers;
pub(crate) mod report;
mod report_file;
mod run;
pub(crate) mod text;

#[cfg(feature = "delivery")]
pub(crate) use self::arguments::assignment;
pub(crate) use self::arguments::{LockArgs, PlanningArgs, ReadingArgs, SessionArgs, StackArgs, VariableArgs};
pub(crate) use self::display::Display;
pub(crate) use self::progress::Progress;
pub(crate) use self::prompt::{ask, check_terminal};
pub(crate) use self::report::{Report, StackReport, Status};
pub(crate) use self::report_file::{ReportArgs, Timing};
pub(crate) use self::run::Order;
pub(crate) use self::session::{GivenDocuments, Reach, Session, single};
