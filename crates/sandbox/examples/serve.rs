//! Serves simulated providers to a terraform that another program runs, beside real ones that terraform installs itself.
//!
//! `serve FOLDER STACK SOURCE…` opens the sandbox in `FOLDER`, prints what `TF_REATTACH_PROVIDERS` has to be for the
//! providers (such as `hashicorp/random`) in their newest known version, and serves until its input ends.

use std::collections::BTreeSet;
use std::error::Error;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use formwork_sandbox::Sandbox;
use formwork_schema::{Catalogue, Library};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, stack, sources @ ..] = arguments.as_slice() else {
        return Err("usage: serve FOLDER STACK SOURCE…".into());
    };
    let library = Library::embedded();
    let newest = |source: &String| {
        library.versions(source).first().ok_or_else(|| format!("no catalogue of {source} is known"))
    };
    let catalogues: Vec<&Arc<Catalogue>> = sources.iter().map(newest).collect::<Result<_, _>>()?;
    let types: BTreeSet<String> = catalogues
        .iter()
        .flat_map(|it| it.resource_names().chain(it.data_source_names()).chain(it.ephemeral_names()))
        .map(str::to_owned)
        .collect();
    let sockets = tempfile::tempdir()?;
    let sandbox = Sandbox::open(Path::new(folder), sockets.path())?;
    writeln!(io::stdout(), "{}", sandbox.serve(stack, catalogues, &types)?)?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
