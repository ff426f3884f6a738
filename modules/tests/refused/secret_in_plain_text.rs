//! A repository's secret is a reference, never text.

use formwork_modules::repository::RepositoryConfig;

fn main() {
    let _ = RepositoryConfig::new("orders").secret("TOKEN", "hunter2");
}
