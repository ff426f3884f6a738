//! The sandbox: a simulated cloud, and servers for the providers of a stack.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use formwork_core::Hint;
use formwork_schema::{Catalogue, TypeFacts};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::service::TowerToHyperService;
use serde_json::{Value as Json, json};
use thiserror::Error;
use tokio::runtime::Runtime;

use crate::cloud::{Cloud, CloudError, Failure, Key, Sharing};
use crate::configuration::Configuration;
use crate::constraints::GLOBAL;
use crate::provider::Provider;
use crate::provider_diagnostic::ProviderDiagnostic;
use crate::provider_service::ProviderService;
use crate::states;
use crate::value::{Object, Value};
use crate::wire::provider_server::ProviderServer;

/// A simulated cloud in a folder, and the providers that are served from it. They stop when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    cloud: Arc<Cloud>,
    runtime: Option<Runtime>,
    /// Where the servers listen; nobody else can look into it.
    sockets: PathBuf,
    /// Where the states of the stacks are.
    states: String,
    /// How many servers there have been, which names the next one: paths of sockets have to be short.
    servers: AtomicUsize,
}

/// The sandbox could not be opened, or could not do what it was asked for.
#[derive(Debug, Error)]
pub enum SandboxError {
    /// The simulated cloud could not be opened.
    #[error(transparent)]
    Cloud(#[from] CloudError),
    /// A provider could not be served.
    #[error("cannot serve the simulated provider {provider}")]
    Serve {
        /// The provider's address.
        provider: String,
        /// What went wrong.
        source: io::Error,
    },
    /// The servers could not be started.
    #[error("cannot start the sandbox")]
    Start(#[source] io::Error),
    /// What was asked for makes no sense in the simulated cloud.
    #[error("{summary}{hint}")]
    Refused {
        /// What is wrong.
        summary: String,
        /// What to do instead, if the sandbox knows.
        hint: Hint,
    },
}

/// An object that a command of the sandbox names.
#[derive(Clone, Copy, Debug)]
pub struct ObjectName<'a> {
    /// The provider's catalogue.
    pub catalogue: &'a Arc<Catalogue>,
    /// The resource type.
    pub kind: &'a str,
    /// The region; if there is none, any for what exists, and the provider's default for what is made.
    pub region: Option<&'a str>,
    /// The `id` attribute.
    pub id: &'a str,
    /// Other attributes, where the id alone does not tell it: those of a permission say of which function it is.
    pub attributes: Option<&'a serde_json::Map<String, Json>>,
}

impl Sandbox {
    /// Opens the sandbox in a folder, which is made if it is missing. Others may have it open too. `sockets` is a folder
    /// that nobody else can look into, with a short path, for as long as the sandbox serves anything.
    ///
    /// # Errors
    /// Fails if the folder cannot be used.
    pub fn open(folder: &Path, sockets: &Path) -> Result<Self, SandboxError> {
        let cloud = Arc::new(Cloud::open(folder, Sharing::Shared)?);
        // One thread answers all: what takes long is terraform itself.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_io().build();
        let runtime = runtime.map_err(SandboxError::Start)?;
        let secret = secret(sockets).map_err(SandboxError::Start)?;
        let states = states::serve(&runtime, folder, &secret).map_err(SandboxError::Start)?;
        let (sockets, servers) = (sockets.to_owned(), AtomicUsize::new(0));
        Ok(Self { cloud, runtime: Some(runtime), sockets, states, servers })
    }

    /// Removes all that is in a folder of the sandbox. One that is not there is empty already.
    ///
    /// # Errors
    /// Fails if another process uses it, or if the folder cannot be removed.
    pub fn remove_all(folder: &Path) -> Result<(), SandboxError> {
        if !folder.exists() {
            return Ok(());
        }
        let _alone = Cloud::open(folder, Sharing::Alone)?;
        let error = |source| CloudError::File { path: folder.to_owned(), source };
        Ok(std::fs::remove_dir_all(folder).map_err(error)?)
    }

    /// Whether an account has objects of a resource type once, whatever the region.
    #[must_use]
    pub fn is_global(kind: &str) -> bool {
        TypeFacts::of(kind).global
    }

    /// What there is to say about the simulated cloud as it was found: that a part of its file is missing.
    #[must_use]
    pub fn notice(&self) -> Option<&str> {
        self.cloud.notice()
    }

    /// Lets seconds go by: maintenance windows begin, and names that were kept are free again. Returns how many have gone
    /// by since the cloud began.
    ///
    /// # Errors
    /// Fails if this cannot be kept.
    pub fn advance_clock(&self, seconds: i64) -> Result<i64, SandboxError> {
        self.cloud.advance(seconds)?;
        Ok(self.cloud.now())
    }

    /// Serves the providers of a stack, and says in the form of the environment variable `TF_REATTACH_PROVIDERS` where:
    /// terraform then takes these, and installs none. `types` are the resources, data sources and ephemeral resources that
    /// the stack's document and state name. The providers see nothing of other stacks but the cloud.
    ///
    /// # Errors
    /// Fails if a server cannot be started.
    pub fn serve<'c>(
        &self,
        stack: &str,
        catalogues: impl IntoIterator<Item = &'c Arc<Catalogue>>,
        types: &BTreeSet<String>,
    ) -> Result<String, SandboxError> {
        let mut addresses = BTreeMap::new();
        for catalogue in catalogues {
            let cloud = Arc::clone(&self.cloud);
            let provider = Provider::new(Arc::clone(catalogue), types.clone(), stack.to_owned(), cloud);
            let address = self
                .listen(Arc::new(provider))
                .map_err(|source| SandboxError::Serve { provider: catalogue.address().to_owned(), source })?;
            addresses.insert(catalogue.address().to_owned(), address);
        }
        Ok(json!(addresses).to_string())
    }

    /// Where the state of a stack is, for terraform's backend `http`: the file `terraform.tfstate` in the folder of the
    /// stack's name in that of the sandbox.
    pub fn state_address(&self, stack: &str) -> String {
        format!("{}/{stack}", self.states)
    }

    /// Makes an object that no stack has made, as if it had been there before.
    ///
    /// # Errors
    /// Fails if the provider has no such type.
    pub fn add(
        &self,
        name: ObjectName<'_>,
        arguments: &serde_json::Map<String, Json>,
    ) -> Result<(), SandboxError> {
        let arguments: Object =
            arguments.iter().map(|(name, value)| (name.clone(), Value::from_json(value.clone()))).collect();
        self.provider(name).add(&configuration(name), name.kind, Some(name.id), arguments)?;
        Ok(())
    }

    /// Changes an object behind terraform's back.
    ///
    /// # Errors
    /// Fails if there is no such object, if several regions have one, or if it has no such argument.
    pub fn drift(
        &self,
        name: ObjectName<'_>,
        changes: &serde_json::Map<String, Json>,
    ) -> Result<(), SandboxError> {
        Ok(self.provider(name).drift(self.locate(name)?, changes)?)
    }

    /// Removes an object behind terraform's back.
    ///
    /// # Errors
    /// Fails if there is no such object, or if several regions have one.
    pub fn remove(&self, name: ObjectName<'_>) -> Result<(), SandboxError> {
        Ok(self.cloud.remove(&self.locate(name)?)?)
    }

    /// Lets the next apply of a resource fail. It is recognised by its stack, its type and the arguments that are
    /// given here, since terraform tells no provider the address.
    ///
    /// # Errors
    /// Fails if this cannot be kept.
    pub fn fail(
        &self,
        stack: &str,
        address: &str,
        kind: &str,
        arguments: serde_json::Map<String, Json>,
    ) -> Result<(), SandboxError> {
        let failure = Failure {
            stack: stack.to_owned(),
            kind: kind.to_owned(),
            arguments,
            address: address.to_owned(),
        };
        Ok(self.cloud.add_failure(failure)?)
    }

    fn locate(&self, name: ObjectName<'_>) -> Result<Key, ProviderDiagnostic> {
        let ObjectName { kind, id, region, attributes, .. } = name;
        let mut keys = self.cloud.locate(kind, id);
        // Behind a region there may be an account.
        let place = |key: &Key| key.region.split(' ').next().unwrap_or_default().to_owned();
        keys.retain(|key| region.is_none_or(|region| [region, GLOBAL].contains(&place(key).as_str())));
        let is_meant = |key: &Key| {
            let object = self.cloud.get(key).unwrap_or_default();
            let has = |name: &String| {
                let wanted = attributes.and_then(|attributes| attributes.get(name));
                let found = object.get(name).map(Value::to_json);
                wanted.is_none_or(|wanted| wanted.is_null() || Some(wanted) == found.as_ref())
            };
            TypeFacts::of(kind).within.iter().all(has) && has(&"arn".to_owned())
        };
        keys.retain(is_meant);
        match (keys.pop(), keys.is_empty()) {
            (Some(key), true) => Ok(key),
            (Some(key), false) => {
                let all = || keys.iter().chain([&key]);
                let regions: BTreeSet<&str> = all().map(|key| key.region.as_str()).collect();
                let (what, names): (_, BTreeSet<&str>) = if regions.len() > 1 {
                    ("region", regions)
                } else {
                    ("place", all().map(|key| key.id.as_str()).collect())
                };
                let summary = format!("there is a {kind} {id} in more than one {what}");
                let names = names.into_iter().collect::<Vec<_>>().join(", ");
                Err(ProviderDiagnostic::new(summary, format!("name one of {names}")))
            }
            (None, _) => {
                Err(ProviderDiagnostic::new(format!("{kind} {id} does not exist in the sandbox"), ""))
            }
        }
    }

    fn provider(&self, name: ObjectName<'_>) -> Provider {
        let (catalogue, cloud) = (Arc::clone(name.catalogue), Arc::clone(&self.cloud));
        Provider::new(catalogue, BTreeSet::new(), String::new(), cloud)
    }

    /// Starts a server, and says where it listens, in the words of terraform.
    fn listen(&self, provider: Arc<Provider>) -> io::Result<Json> {
        let runtime = self.runtime.as_ref().ok_or_else(|| io::Error::other("the sandbox is closed"))?;
        let _guard = runtime.enter();
        #[cfg(unix)]
        let (listener, address) = {
            let number = self.servers.fetch_add(1, Ordering::Relaxed);
            let path = self.sockets.join(number.to_string());
            let address = json!({ "Network": "unix", "String": path });
            let listener = tokio::net::UnixListener::bind(&path)?;
            std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
            (listener, address)
        };
        #[cfg(not(unix))]
        let (listener, address) = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
            listener.set_nonblocking(true)?;
            let address = json!({ "Network": "tcp", "String": listener.local_addr()?.to_string() });
            (tokio::net::TcpListener::from_std(listener)?, address)
        };
        runtime.spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    continue;
                };
                let connection = ProviderService::new(Arc::clone(&provider));
                tokio::spawn(answer(TokioIo::new(stream), connection));
            }
        });
        Ok(json!({
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": std::process::id(),
            // Terraform leaves a provider alone that is under test.
            "Test": true,
            "Addr": address,
        }))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Connections may be open still; nobody waits for an answer any more.
            runtime.shutdown_background();
        }
    }
}

impl From<ProviderDiagnostic> for SandboxError {
    fn from(diagnostic: ProviderDiagnostic) -> Self {
        Self::Refused {
            summary: diagnostic.summary,
            hint: Some(diagnostic.detail).filter(|detail| !detail.is_empty()).into(),
        }
    }
}

async fn answer(
    stream: impl hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
    connection: ProviderService,
) {
    // A schema may be large, and so may what terraform sends.
    let service = ProviderServer::new(connection)
        .max_decoding_message_size(64 << 20)
        .max_encoding_message_size(64 << 20);
    let service = TowerToHyperService::new(service);
    // Terraform ends a connection without a farewell: that is no error.
    let _ = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .serve_connection(stream, service)
        .await;
}

/// A word that nobody can guess: the name of a temporary file in a folder that nobody else can look into.
fn secret(folder: &Path) -> io::Result<String> {
    let file = tempfile::Builder::new().prefix("").rand_bytes(32).tempfile_in(folder)?;
    Ok(file.path().file_name().unwrap_or_default().to_string_lossy().into_owned())
}

fn configuration(name: ObjectName<'_>) -> Configuration {
    let mut configuration = Configuration::default();
    if let Some(region) = name.region {
        region.clone_into(&mut configuration.region);
    }
    configuration
}
