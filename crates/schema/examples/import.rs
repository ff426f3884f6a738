//! Imports a provider's schema into the embedded catalogues:
//! `cargo run -p formwork-schema --features import --example import -- FILE --version VERSION`.

use std::error::Error;
use std::fs::{self, File};
use std::path::Path;

use formwork_schema::{ProviderVersions, import};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, option, version] = arguments.as_slice() else {
        return Err("usage: import FILE --version VERSION".into());
    };
    if option != "--version" {
        return Err(format!("unknown option `{option}`").into());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogues");
    let versions = ProviderVersions::One(version.parse()?);
    for imported in import(File::open(file)?, &versions)? {
        fs::write(folder.join(imported.file_name()), imported.text)?;
    }
    Ok(())
}
