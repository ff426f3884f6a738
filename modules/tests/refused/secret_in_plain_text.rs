//! A repository's secret is a reference, never text.

use formwork_modules::repository::Config;

fn main() {
    let _ = Config::new("orders").secret("TOKEN", "hunter2");
}
