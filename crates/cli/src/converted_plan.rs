//! The last word on a program that was made of something: the real terraform plans it on a copy of the state.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, bail};
use formwork_convert::configuration::Module;
use formwork_synth::{SANDBOX, read_manifest, remove_file};
use formwork_terraform::{
    Arguments, Binary, Environment, Interrupt, PlanChanges, PlanJson, ScratchFolder, Terraform,
};
use serde_json::{Map, Value};

use crate::{Program, print, runner};

/// The file of a state that terraform keeps in a folder.
const STATE: &str = "terraform.tfstate";

/// What a stack was before, as far as a plan needs it.
pub(crate) struct Original {
    /// The name of the stack.
    pub(crate) stack: String,
    /// Its state; none is that of a stack that was never applied.
    pub(crate) state: Option<Vec<u8>>,
    /// The folder whose values of variables and versions of providers are those of the stack.
    pub(crate) folder: Option<PathBuf>,
    /// Values of variables.
    pub(crate) variables: Map<String, Value>,
}

/// Where the sandbox is, if its cloud is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cloud {
    Real,
    /// That of `formwork.out` in the current folder.
    Sandbox,
}

impl Cloud {
    /// The folder of the simulated cloud, and of the states in it.
    fn folder(self) -> Option<PathBuf> {
        (self == Self::Sandbox).then(|| Path::new("formwork.out").join(SANDBOX))
    }
}

/// The original of a module that has a folder of its own.
///
/// # Errors
/// Fails if its state cannot be read.
pub(crate) fn original(name: &str, module: &Module, cloud: Cloud) -> anyhow::Result<Original> {
    Ok(Original {
        stack: name.to_owned(),
        state: state(name, module, cloud)?,
        folder: Some(module.folder.clone()),
        variables: Map::new(),
    })
}

/// The state of a module: in the file that it names, in the sandbox, or wherever its backend keeps it.
fn state(name: &str, module: &Module, cloud: Cloud) -> anyhow::Result<Option<Vec<u8>>> {
    let read = |path: &Path| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let backend = module
        .blocks_of("terraform")
        .flat_map(|block| block.body.blocks())
        .find(|block| matches!(block.kind.as_str(), "backend" | "cloud"));
    let is_file = backend.is_none_or(|block| block.label(0) == "local");
    let path = backend.and_then(|block| block.body.text("path")).unwrap_or(STATE);
    let path = module.folder.join(path);
    if is_file && path.is_file() {
        return read(&path).map(Some);
    }
    if let Some(folder) = cloud.folder() {
        let path = folder.join(name).join(STATE);
        return if path.is_file() { read(&path).map(Some) } else { Ok(None) };
    }
    if is_file {
        bail!("the state of `{name}` is not there: {} does not exist", path.display());
    }
    // In the environment that the configuration was initialized in.
    let mut command = Binary::find(None)?.command();
    let pulled = command.args(["state", "pull"]).current_dir(&module.folder).output();
    let pulled = pulled.context("cannot run terraform")?;
    if !pulled.status.success() {
        let (folder, said) = (module.folder.display(), String::from_utf8_lossy(&pulled.stderr));
        bail!("`terraform state pull` failed in {folder}:\n{said}");
    }
    Ok(Some(pulled.stdout))
}

/// Has terraform plan the documents on copies of the states. Whether nothing would change.
///
/// # Errors
/// Fails if terraform does.
pub(crate) fn plan(
    documents: &Path,
    originals: &[Original],
    cloud: Cloud,
    program: &Program,
) -> anyhow::Result<bool> {
    // States are for nobody else to read.
    let scratch = ScratchFolder::new().context("cannot make a temporary folder")?;
    let copied = scratch.path().join("documents");
    copy(documents, &copied)?;
    let environment = match cloud.folder() {
        None => Environment::real(&copied),
        Some(folder) => {
            copy_cloud(&folder, &Environment::sandbox_folder(&copied))?;
            Environment::sandbox(&copied, &program.library)?
        }
    };
    let terraform = Terraform {
        binary: Binary::find(None)?,
        environment,
        interrupt: Interrupt::listen(print::note).context("cannot listen for signals")?,
        initializing: Mutex::default(),
    };
    let folder = |original: &Original| terraform.environment.root().join(&original.stack);
    let manifest = read_manifest(&copied)?.context("the program has written no manifest")?;
    let stacks: Vec<&str> = manifest.stacks.iter().map(|entry| entry.name.as_str()).collect();
    for original in originals {
        let entry = manifest.stacks.iter().find(|entry| entry.name == original.stack);
        let entry = entry.with_context(|| format!("the program has no stack `{}`", original.stack))?;
        let folder = folder(original);
        let path = copied.join(&entry.path);
        let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let document = terraform.environment.document(entry, serde_json::from_slice(&text)?, &stacks);
        prepare(original, &folder)?;
        write(&folder.join("main.tf.json"), document.to_string().as_bytes())?;
        // Which types it has is in the state too.
        put_state(original, &folder)?;
        terraform.environment.prepare(entry, &document, &folder)?;
        remove_file(&folder.join(STATE))?;
        if terraform.environment.is_real() {
            // The copy of the state is a file, wherever the state itself is.
            let local = r#"{"terraform": {"backend": {"local": {}}}}"#;
            write(&folder.join("backend_override.tf.json"), local.as_bytes())?;
        }
        // A state that was there would be moved to the backend, and be gone.
        ran(&terraform, &folder, &original.stack, &["init", "-input=false", "-no-color"])?;
    }
    // Stacks read the states of others.
    for original in originals {
        put_state(original, &folder(original))?;
    }
    let mut is_empty = true;
    for original in originals {
        is_empty &= planned(&terraform, &folder(original), &original.stack)?;
    }
    Ok(is_empty)
}

/// Puts what a stack was beside its document.
fn prepare(original: &Original, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot write to {}", folder.display()))?;
    if !original.variables.is_empty() {
        let values = Value::Object(original.variables.clone()).to_string();
        write(&folder.join("original.auto.tfvars.json"), values.as_bytes())?;
    }
    let Some(own) = &original.folder else { return Ok(()) };
    for file in fs::read_dir(own).with_context(|| format!("cannot read {}", own.display()))? {
        let file = file?;
        let name = file.file_name();
        let text = name.to_string_lossy();
        if text.ends_with(".tfvars") || text.ends_with(".tfvars.json") || text == ".terraform.lock.hcl" {
            fs::copy(file.path(), folder.join(&name))?;
        }
    }
    Ok(())
}

fn put_state(original: &Original, folder: &Path) -> anyhow::Result<()> {
    original.state.as_ref().map_or(Ok(()), |state| write(&folder.join(STATE), state))
}

/// What terraform printed, which must succeed.
fn ran(terraform: &Terraform, folder: &Path, stack: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let captured = terraform.capture(folder, &Arguments::new(arguments.iter().copied()))?;
    if !captured.status.success() {
        bail!("`terraform {}` failed for `{stack}`:\n{}", arguments[0], captured.stderr.trim_end());
    }
    Ok(captured.stdout)
}

/// Plans a stack, and says what came of it. Whether nothing would change.
fn planned(terraform: &Terraform, folder: &Path, stack: &str) -> anyhow::Result<bool> {
    let run = |arguments: &[&str]| ran(terraform, folder, stack, arguments);
    run(&["plan", "-input=false", "-no-color", "-lock=false", "-out=original.tfplan"])?;
    let shown = run(&["show", "-json", "original.tfplan"])?;
    let plan: Value = serde_json::from_str(&shown).context("terraform shows no plan that can be read")?;
    let resources = plan["resource_changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_changed = |change: &Value| {
        let actions = change["actions"].as_array().map(Vec::as_slice).unwrap_or_default();
        actions.iter().any(|action| !matches!(action.as_str(), Some("no-op" | "read")))
    };
    let outputs = plan["output_changes"].as_object();
    let changes = resources.iter().map(|resource| &resource["change"]);
    if changes.chain(outputs.into_iter().flat_map(Map::values)).any(is_changed) {
        // As plans are shown elsewhere: terraform itself repeats secrets where they are not marked.
        let shown: PlanJson =
            serde_json::from_str(&shown).context("terraform shows no plan that can be read")?;
        let mut text = Vec::new();
        runner::text::write(stack, &PlanChanges::of(&shown), &mut text)?;
        print::text(&String::from_utf8_lossy(&text));
        print::error(&format!("terraform plans changes of `{stack}`"));
        return Ok(false);
    }
    let moved = resources.iter().filter(|it| it.get("previous_address").is_some()).count();
    let imported = resources.iter().filter(|it| it["change"].get("importing").is_some()).count();
    let mut but = Vec::new();
    if moved > 0 {
        but.push(print::count(moved, "move"));
    }
    if imported > 0 {
        but.push(print::count(imported, "import"));
    }
    let but = if but.is_empty() { String::new() } else { format!(" but {}", but.join(" and ")) };
    print::done("proved", &format!("terraform plans no changes of `{stack}`{but}"));
    Ok(true)
}

/// The simulated cloud without the folders of the stacks.
fn copy_cloud(from: &Path, to: &Path) -> anyhow::Result<()> {
    let entries = fs::read_dir(from)
        .with_context(|| format!("there is no sandbox in {}", from.parent().unwrap_or(from).display()))?;
    fs::create_dir_all(to)?;
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_file() && entry.path().extension() == Some(OsStr::new("jsonl")) {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_name() == ".terraform" || entry.file_name() == SANDBOX {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
