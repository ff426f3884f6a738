//! Writes the facts about Terraform's functions, and the Rust functions that are generated from them:
//!
//! ```text
//! terraform metadata functions -json | cargo run -p formwork-bindgen --example functions -- 1.11.4
//! ```

use std::error::Error;
use std::io::Read;
use std::path::Path;

use formwork_bindgen::functions::{FACTS_PATH, SOURCE_PATH, facts, source};

fn main() -> Result<(), Box<dyn Error>> {
    let version = std::env::args()
        .nth(1)
        .ok_or("usage: functions <version of terraform>, with its metadata on stdin")?;
    let mut metadata = String::new();
    std::io::stdin().read_to_string(&mut metadata)?;
    let facts = facts(&version, &metadata)?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::write(folder.join(SOURCE_PATH), source(&facts)?)?;
    std::fs::write(folder.join(FACTS_PATH), facts)?;
    Ok(())
}
