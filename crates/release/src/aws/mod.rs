//! The connection to AWS, and how its calls fail. What is called is known to the targets.

mod access_denied;
mod connection;
mod error;
mod listening_client;
mod server_time;

pub use self::access_denied::AccessDenied;
pub use self::connection::{Connection, connect, connect_from};
pub use self::error::{AwsError, AwsErrorKind};
pub(crate) use self::error::{failed, missing};
pub use self::server_time::ServerTime;
