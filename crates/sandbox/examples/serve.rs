//! Serves simulated providers to a terraform that another program runs, beside real ones that terraform installs itself.
//!
//! `serve FOLDER STACK SOURCE…` opens the sandbox in `FOLDER`, prints what `TF_REATTACH_PROVIDERS` has to be for the
//! providers (such as `hashicorp/random`) in their newest known version, or in the one behind an `@`, and serves until its
//! input ends.

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
    let named = |name: &String| {
        let (source, version) = name.split_once('@').unwrap_or((name, ""));
        let is_meant = |it: &&Arc<Catalogue>| version.is_empty() || it.version().to_string() == version;
        let found = library.versions(source).iter().find(is_meant);
        found.ok_or_else(|| format!("no catalogue of {name} is known"))
    };
    let catalogues: Vec<&Arc<Catalogue>> = sources.iter().map(named).collect::<Result<_, _>>()?;
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
