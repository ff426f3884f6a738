//! The folder in which terraform works on one stack.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::PoisonError;

use anyhow::{Context, bail};
use formwork_core::{Hint, StatePlace};
use formwork_synth::{ManifestStack, OF_STACK, Replacement, bounded_file, digest, pretty, remove_file};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::errored_state::ERRORED;
use crate::{
    Arguments, Captured, Commit, Estate, Event, StackError, Streamed, Terraform, TerraformDiagnostic,
    protection, reads,
};

/// A document that terraform lays over the stack's own; `bootstrap` keeps the state in a file with it.
pub(crate) const OVERRIDE: &str = "formwork_bootstrap_override.tf.json";
/// The file that `bootstrap` keeps the state in until it is moved.
pub(crate) const LOCAL_STATE: &str = "bootstrap.tfstate";
const STAMP: &str = ".terraform/formwork.json";
pub(crate) const PROVIDER_LOCK: &str = formwork_synth::LOCK_FILE;
/// A larger lock file is not one.
const MAX_LOCK: u64 = 16 << 20;

/// A stack and its folder.
#[derive(Debug)]
pub struct Workspace<'a> {
    /// The terraform that works in it.
    pub terraform: &'a Terraform,
    /// The other stacks of the program.
    pub(crate) estate: Estate<'a>,
    /// What the manifest says of the stack.
    pub entry: &'a ManifestStack,
    /// The folder that terraform is started in.
    pub folder: PathBuf,
    /// What terraform reads.
    pub document: Value,
    /// SHA-256 of what terraform reads.
    pub digest: String,
    /// The `backend` block as it was synthesized, also where terraform gets another one.
    pub declared_backend: Option<Value>,
    /// The lock file of the providers that the program has, byte by byte. Simulated providers have no packages.
    pub(crate) provider_lock: Option<Vec<u8>>,
    purpose: Purpose,
}

/// What a folder is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Work,
    /// The state may be in a local file for now.
    Bootstrap,
}

/// How much of an initialization a command needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Initialization {
    /// The providers: enough to check a document, and no credentials are needed.
    Providers,
    /// The providers and the backend.
    Backend,
}

/// What was initialized, for the next run to see whether it has to be done again.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    scope: Initialization,
    /// SHA-256 of all that an initialization depends on.
    of: String,
}

impl<'a> Workspace<'a> {
    /// Opens the folder of a stack whose document was synthesized to it. The sandbox has folders of its own, for which the
    /// document is written as the sandbox needs it.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    pub(crate) fn open(
        estate: Estate<'a>,
        entry: &'a ManifestStack,
        synthesized: Value,
    ) -> anyhow::Result<Self> {
        let terraform = estate.terraform;
        let folder = terraform.environment.root().join(&entry.name);
        let declared_backend = synthesized.pointer("/terraform/backend").cloned();
        let (document, digest) = if terraform.environment.is_real() {
            (synthesized, entry.digest.clone())
        } else {
            let stacks: Vec<&str> = estate.names().collect();
            let document = terraform.environment.document(entry, synthesized, &stacks);
            let digest = write(&terraform.environment.root().join(&entry.path), &document)?;
            (document, digest)
        };
        protection::write(&folder, &document)?;
        terraform.environment.prepare(entry, &document, &folder)?;
        let provider_lock = match &entry.provider_lock {
            Some(expected) if terraform.environment.is_real() => Some(provider_lock(&folder, expected)?),
            _ => None,
        };
        let purpose = Purpose::Work;
        Ok(Self {
            terraform,
            estate,
            entry,
            folder,
            document,
            declared_backend,
            digest,
            provider_lock,
            purpose,
        })
    }

    /// The same folder for `bootstrap`, which alone works with a state in a local file.
    pub fn bootstrapping(self) -> Self {
        Self { purpose: Purpose::Bootstrap, ..self }
    }

    /// The commit that the program is of, if that is known.
    pub fn commit(&self) -> Option<&'a Commit> {
        self.estate.commit
    }

    /// The stack's name.
    pub fn name(&self) -> &str {
        &self.entry.name
    }

    /// The blocks of a kind in the document, by name, such as `variable`.
    pub fn blocks(&self, kind: &str) -> Option<&Map<String, Value>> {
        self.document.get(kind)?.as_object()
    }

    /// The kind and the settings of the backend. Without one, terraform keeps the state in a file.
    pub fn backend(&self) -> (&str, Value) {
        let backends = self.document.pointer("/terraform/backend").and_then(Value::as_object);
        backends
            .and_then(|backends| backends.iter().next())
            .map_or(("local", json!({})), |(kind, settings)| (kind, settings.clone()))
    }

    /// Where the state is, as far as the document says.
    pub fn place(&self) -> Option<StatePlace> {
        let (kind, settings) = self.backend();
        StatePlace::new(kind, &settings, self.name())
    }

    /// The outputs of another stack that the document reads, sorted.
    pub fn reads(&self, stack: &str) -> Vec<String> {
        reads::of(&self.document, stack)
    }

    /// The addresses of the managed resources in the document.
    pub fn resources(&self) -> Vec<String> {
        let types = self.blocks("resource").into_iter().flatten();
        let names = |(type_name, blocks): (&String, &Value)| {
            let names = blocks.as_object().into_iter().flat_map(Map::keys);
            names.map(|name| format!("{type_name}.{name}")).collect::<Vec<_>>()
        };
        types.flat_map(names).collect()
    }

    /// The file that the state is in, if the backend is one that keeps it in a file.
    pub fn local_state(&self) -> Option<PathBuf> {
        let (kind, settings) = self.backend();
        let path = settings.get("path").and_then(Value::as_str).unwrap_or("terraform.tfstate");
        (kind == "local").then(|| self.folder.join(path))
    }

    /// The workspace of terraform's that is selected, which is another thing than this folder.
    pub(crate) fn selected_workspace(&self) -> String {
        let from_file = || fs::read_to_string(self.folder.join(".terraform/environment")).ok();
        let selected = std::env::var("TF_WORKSPACE").ok().or_else(from_file);
        selected.map_or_else(|| "default".to_owned(), |name| name.trim().to_owned())
    }

    /// The file that the state is in, if it is in one on this machine, the sandbox's included.
    pub(crate) fn state_file(&self) -> Option<PathBuf> {
        let is_default = std::env::var_os("TF_WORKSPACE").is_none()
            && !self.folder.join(".terraform/environment").exists();
        let in_sandbox =
            || (!self.terraform.environment.is_real()).then(|| self.folder.join("terraform.tfstate"));
        if is_default { self.local_state().or_else(in_sandbox) } else { None }
    }

    /// Checks that nothing in the folder stands in the way of a command that reads or changes the state.
    ///
    /// # Errors
    /// Fails after an apply that could not save its state, and in the middle of a bootstrap.
    pub fn check_state(&self) -> Result<(), StackError> {
        let name = self.name();
        let is_halfway = || [OVERRIDE, LOCAL_STATE].iter().any(|file| self.folder.join(file).exists());
        if self.purpose == Purpose::Work && is_halfway() {
            return Err(StackError::new(format!(
                "the bootstrap of `{name}` is not finished: its state is in a local file"
            ))
            .hint(format!("run `cargo run -- bootstrap {name}` to continue it")));
        }
        if self.folder.join(ERRORED).exists() && !self.terraform.environment.is_real() {
            return self.take_over_errored_state();
        }
        self.check_errored_state()
    }

    /// Puts state that terraform could not save, since the process that keeps it was killed, where it belongs: in the
    /// sandbox nothing else can have moved there in the meantime.
    fn take_over_errored_state(&self) -> Result<(), StackError> {
        let (errored, state) = (self.folder.join(ERRORED), self.folder.join("terraform.tfstate"));
        let serial = |path: &Path| {
            let state: Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
            Some((state.get("lineage")?.clone(), state.get("serial")?.as_u64()?))
        };
        match (serial(&errored), serial(&state)) {
            (Some((ours, newer)), Some((theirs, older))) if ours != theirs || newer <= older => {
                Err(StackError::new(format!(
                    "{} is not a later state than the one that is there",
                    errored.display()
                ))
                .hint("delete it if it is not needed, and run this again"))
            }
            (Some(_), _) => Ok(fs::rename(errored, state)?),
            (None, _) => Err(StackError::new(format!("{} is not a whole state", errored.display()))
                .hint("delete it, and run this again")),
        }
    }

    /// Runs `terraform init`, unless all that it depends on is as it was when it last succeeded.
    ///
    /// # Errors
    /// Fails as terraform does.
    pub fn initialize(&self, scope: Initialization) -> Result<(), StackError> {
        if self.is_initialized(scope) { Ok(()) } else { self.initialize_now(scope) }
    }

    fn is_initialized(&self, scope: Initialization) -> bool {
        let current = self.stamp(scope);
        self.read_stamp().is_some_and(|stamp| stamp.scope >= scope && stamp.of == current.of)
    }

    fn initialize_now(&self, scope: Initialization) -> Result<(), StackError> {
        match scope {
            Initialization::Providers => self.run_init(&["-backend=false"])?,
            Initialization::Backend => self.run_init(&[])?,
        }
        self.write_stamp(scope)
    }

    /// Runs `terraform init` with further arguments, whatever was done before.
    ///
    /// # Errors
    /// Fails as terraform does.
    pub fn initialize_anew(&self, further: &[&str]) -> Result<(), StackError> {
        self.run_init(further)?;
        self.write_stamp(Initialization::Backend)
    }

    fn run_init(&self, further: &[&str]) -> Result<(), StackError> {
        self.forget_initialization()?;
        let mut arguments = Arguments::new(["init", "-input=false", "-no-color"]);
        further.iter().for_each(|argument| arguments.push(*argument));
        if let Some(lock) = &self.provider_lock {
            let mut replacement = Replacement::default();
            replacement.add(self.folder.join(PROVIDER_LOCK), lock)?;
            replacement.finish()?;
            arguments.option("lockfile", "readonly");
        }
        let turn = self.terraform.initializing.lock().unwrap_or_else(PoisonError::into_inner);
        let ran = self.terraform.capture(&self.folder, &arguments)?;
        drop(turn);
        if ran.status.success() { Ok(()) } else { Err(self.initialization_failure(&ran)) }
    }

    /// Makes the next command initialize, whatever is there.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    fn forget_initialization(&self) -> Result<(), StackError> {
        Ok(remove_file(&self.folder.join(STAMP))?)
    }

    /// Makes terraform forget which backend it was initialized with.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    pub(crate) fn forget_backend(folder: &Path) -> std::io::Result<()> {
        remove_file(&folder.join(STAMP))?;
        remove_file(&folder.join(".terraform/terraform.tfstate"))
    }

    fn initialization_failure(&self, ran: &Captured) -> StackError {
        let mut failure = ran.failure();
        let said = failure.detail.clone();
        let name = self.name();
        if is_missing_backend(&said) {
            failure.hint("the bucket for the state is not there yet: `cargo run -- bootstrap` makes it");
        } else if said.contains("approval for state migration") {
            failure.hint(&format!("there is a state in a local file that belongs elsewhere now: `cargo run -- bootstrap {name}` moves it"));
        } else if said.contains("-migrate-state") {
            let init = format!("{} -chdir={} init", self.terraform.binary.name(), self.folder.display());
            failure.hint(&format!(
                "the backend of `{name}` is another one than before: `{init} -migrate-state` moves the state, `-reconfigure` leaves it behind"
            ));
        } else if said.contains("No valid credential sources") {
            failure.hint("with --sandbox it works without credentials, as a simulation");
        } else if self.provider_lock.is_some() && said.contains("checksums") && said.contains("lock file") {
            failure.hint(
                "`cargo run -- providers lock --platform OS_ARCH` records the packages of one more platform",
            );
        } else if self.provider_lock.is_some()
            && (said.contains("lock file is read-only") || said.contains("init -upgrade"))
        {
            failure.hint("`cargo run -- providers lock` locks what is required now");
        } else if said.contains("init -upgrade") {
            failure.hint("set TF_CLI_ARGS_init=-upgrade for one run to choose provider versions anew");
        }
        failure.into()
    }

    fn read_stamp(&self) -> Option<Stamp> {
        serde_json::from_slice(&fs::read(self.folder.join(STAMP)).ok()?).ok()
    }

    fn write_stamp(&self, scope: Initialization) -> Result<(), StackError> {
        let mut replacement = Replacement::default();
        // Anew, since terraform may have written the lock file of the providers.
        let bytes = serde_json::to_vec(&self.stamp(scope)).map_err(anyhow::Error::from)?;
        replacement.add(self.folder.join(STAMP), &bytes)?;
        Ok(replacement.finish()?)
    }

    fn stamp(&self, scope: Initialization) -> Stamp {
        let all = json!({
            "terraform": self.document.get("terraform"),
            "modules": self.document.get("module"),
            "providers": self.entry.providers,
            "provider_lock": self.provider_lock.as_deref().map(digest),
            "override": self.folder.join(OVERRIDE).exists(),
            "lock": fs::read_to_string(self.folder.join(PROVIDER_LOCK)).ok(),
            "binary": self.terraform.binary.name(),
            "version": self.terraform.binary.version().to_string(),
            "ground": self.terraform.environment.name(),
            "workspace": std::env::var("TF_WORKSPACE").ok(),
            "configuration": std::env::var("TF_CLI_CONFIG_FILE").ok(),
            "arguments": std::env::var("TF_CLI_ARGS_init").ok(),
        });
        Stamp { scope, of: digest(all.to_string().as_bytes()) }
    }

    /// Runs a command of terraform with `-json` among its arguments, and once more after an initialization if
    /// terraform asks for one.
    ///
    /// # Errors
    /// Fails if terraform cannot be started or initialized; how it ends is part of the result.
    pub fn stream(
        &self,
        scope: Initialization,
        arguments: &Arguments,
        mut on_event: impl FnMut(&Event),
    ) -> Result<Streamed, StackError> {
        if !self.is_initialized(scope) {
            on_event(&Event::Initialization);
            self.initialize_now(scope)?;
        }
        let streamed = self.terraform.stream(&self.folder, arguments, &mut on_event)?;
        if !streamed.diagnostics.iter().any(TerraformDiagnostic::asks_for_initialization) {
            return Ok(streamed);
        }
        on_event(&Event::Initialization);
        self.initialize_now(scope)?;
        Ok(self.terraform.stream(&self.folder, arguments, &mut on_event)?)
    }

    /// Runs a command of terraform in an initialized folder and reads its output as a whole.
    ///
    /// # Errors
    /// Fails if terraform cannot be started or initialized; how it ends is part of the result.
    pub fn capture(&self, scope: Initialization, arguments: &Arguments) -> Result<Captured, StackError> {
        self.initialize(scope)?;
        let captured = self.terraform.capture(&self.folder, arguments)?;
        if captured.status.success() || !captured.failure().asks_for_initialization() {
            return Ok(captured);
        }
        self.initialize_now(scope)?;
        Ok(self.terraform.capture(&self.folder, arguments)?)
    }

    /// Runs a command of terraform in an initialized folder, with the terminal to itself.
    ///
    /// # Errors
    /// Fails if terraform cannot be started or initialized; how it ends is part of the result.
    pub fn hand_over(&self, scope: Initialization, arguments: &Arguments) -> Result<ExitStatus, StackError> {
        self.initialize(scope)?;
        Ok(self.terraform.hand_over(&self.folder, arguments)?)
    }

    /// A path of the user's, for a command that runs in the folder.
    ///
    /// # Errors
    /// Fails if the working directory is gone.
    pub fn outside(path: &Path) -> anyhow::Result<PathBuf> {
        std::path::absolute(path).with_context(|| format!("cannot find {}", path.display()))
    }
}

/// The lock file that `synth` put beside a document.
fn provider_lock(folder: &Path, expected: &str) -> anyhow::Result<Vec<u8>> {
    let path = folder.join(OF_STACK);
    let bytes = bounded_file(&path, MAX_LOCK)?;
    if digest(&bytes) != expected {
        bail!("{} is not as `synth` wrote it{}", path.display(), Hint::new("run `cargo run -- synth` again"));
    }
    Ok(bytes)
}

/// Writes a document, and returns the SHA-256 of its bytes.
fn write(path: &Path, document: &Value) -> anyhow::Result<String> {
    let bytes = pretty(document)?;
    let mut replacement = Replacement::default();
    replacement
        .add(path.to_owned(), &bytes)
        .and_then(|_| replacement.finish())
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(digest(&bytes))
}

/// Whether terraform says that the place of the state does not exist.
pub(crate) fn is_missing_backend(said: &str) -> bool {
    said.contains("NoSuchBucket") || (said.contains("S3 bucket") && said.contains("does not exist"))
}
