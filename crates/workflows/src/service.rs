//! `services`: containers that run beside a job.

use indexmap::IndexMap;
use serde::Serialize;

use crate::Text;

/// A container beside the job, such as a database for tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Service {
    pub(crate) image: String,
    pub(crate) env: IndexMap<String, Text>,
    pub(crate) ports: Vec<String>,
    pub(crate) options: String,
}

impl Service {
    /// PostgreSQL of a major version on the port 5432 of the runner, ready before the first step.
    #[must_use]
    pub fn postgres(major: u32, password: &str) -> Self {
        Self {
            image: format!("postgres:{major}"),
            env: IndexMap::from([("POSTGRES_PASSWORD".to_owned(), password.into())]),
            ports: vec!["5432:5432".to_owned()],
            options: "--health-cmd pg_isready --health-interval 5s --health-timeout 5s --health-retries 10"
                .to_owned(),
        }
    }

    /// Any image, with ports as `outside:inside`.
    #[must_use]
    pub fn image<T: Into<String>>(image: &str, ports: impl IntoIterator<Item = T>) -> Self {
        Self {
            image: image.to_owned(),
            env: IndexMap::new(),
            ports: ports.into_iter().map(Into::into).collect(),
            options: String::new(),
        }
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<Text>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    /// Puts its first port on another port of the runner.
    #[must_use]
    pub fn on_port(mut self, port: u16) -> Self {
        if let Some(mapping) = self.ports.first_mut() {
            let inside = mapping.rsplit_once(':').map_or(mapping.as_str(), |(_, inside)| inside).to_owned();
            *mapping = format!("{port}:{inside}");
        }
        self
    }
}
