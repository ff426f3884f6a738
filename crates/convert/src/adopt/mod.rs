//! What runs already as a program: from states, and from `import` blocks with generated configuration.
//!
//! A state becomes a configuration: its attributes as arguments ([`literal`]), without what need not be said ([`tidy`]),
//! with references, documents and variables in the place of values ([`link`]), the instances of a resource as one block
//! ([`instances`]). The rest is what a configuration in HCL becomes.

mod build;
mod entries;
mod generated;
mod instances;
mod link;
mod literal;
mod module;
mod providers;
mod references;
mod state;
mod tidy;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use formwork_core::is_identifier;
use formwork_schema::Library;
use serde_json::{Map, Value};

use crate::convert::{Configuration, Conversion, Layout, ReadModule, Story, program};
use crate::emit;
use crate::error::ConvertError;

pub use generated::{adopt_imports, read_imports};

/// States as a configuration.
pub struct Adopted {
    /// The stacks, and the modules that they call.
    pub configuration: Configuration,
    /// What each state was, in the order of the states.
    pub stacks: Vec<AdoptedStack>,
    /// What is left to do, in sentences.
    pub left: Vec<String>,
}

/// One state.
pub struct AdoptedStack {
    /// The name of the stack.
    pub name: String,
    /// The state, if terraform can plan on it: what `terraform show -json` prints is no state.
    pub state: Option<Vec<u8>>,
    /// The values of the variables that stand for secrets.
    pub variables: Map<String, Value>,
}

/// Reads states as configurations: one stack for each, and a module for each module in them.
///
/// # Errors
/// Fails for what is no state, and for a provider or type that no catalogue describes.
pub fn read_states(paths: &[PathBuf], library: &Library) -> Result<Adopted, ConvertError> {
    let mut taken = HashSet::new();
    let mut taken_rust = HashSet::new();
    let mut adopted = Adopted {
        configuration: Configuration { modules: Vec::new() },
        stacks: Vec::new(),
        left: vec![
            "A state does not say where it is kept: name its place with `stack.backend(…)` before the first plan."
                .to_owned(),
        ],
    };
    for path in paths {
        let state = state::read(path)?;
        let name = emit::choose(&[stack_name(path)], &mut taken);
        let rust = if paths.len() == 1 { String::new() } else { emit::variable(&name) };
        let rust = if rust.is_empty() { rust } else { emit::choose(&[rust], &mut taken_rust) };
        let made = module::modules(&state, library, &name, &mut taken, &mut taken_rust)?;
        let offset = adopted.configuration.modules.len();
        for (index, mut one) in made.modules.into_iter().enumerate() {
            if index == 0 {
                rust.clone_into(&mut one.rust);
            }
            for target in one.calls.values_mut() {
                *target += offset;
            }
            adopted.configuration.modules.push(one);
        }
        adopted.left.extend(made.notes);
        adopted.stacks.push(AdoptedStack { name, state: state.bytes, variables: made.variables });
    }
    Ok(adopted)
}

/// Makes a program of states.
///
/// # Errors
/// As [`read_states`].
pub fn adopt(paths: &[PathBuf], library: &Library, formwork: &str) -> Result<Conversion, ConvertError> {
    let adopted = read_states(paths, library)?;
    let layout = if paths.len() == 1 { Layout::RootAndModules } else { Layout::Stacks };
    let story = Story { how: "adopted from its state", of: "made of a Terraform state", left: adopted.left };
    program(adopted.configuration, layout, formwork, &story)
}

/// The name of a stack for the file of a state: its own, or that of its folder if it is called as all are.
fn stack_name(path: &Path) -> String {
    let text = |path: Option<&Path>| {
        path.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    };
    let own = text(Some(path));
    let own = own.split('.').next().unwrap_or_default().to_owned();
    let folder = std::path::absolute(path).ok();
    let folder = text(folder.as_deref().and_then(Path::parent));
    let name = if matches!(own.as_str(), "terraform" | "state" | "") { folder } else { own };
    let plain: String =
        name.chars().map(|it| if it.is_ascii_alphanumeric() || it == '_' { it } else { '-' }).collect();
    let plain = plain.trim_matches('-').to_owned();
    if is_identifier(&plain) { plain } else { format!("stack-{plain}").trim_end_matches('-').to_owned() }
}

/// A module that has no files.
fn read_module(
    name: String,
    rust: String,
    is_called: bool,
    module: crate::configuration::Module,
    library: &Library,
    versions: &std::collections::BTreeMap<String, String>,
) -> Result<ReadModule, ConvertError> {
    let mut module = module;
    let providers = emit::Providers::of(&module, library, versions)?;
    crate::shape::apply(&mut module, &providers)?;
    crate::check::module(&module, &crate::functions::Functions::known())?;
    Ok(ReadModule { name, rust, is_called, module, providers, calls: Default::default() })
}
