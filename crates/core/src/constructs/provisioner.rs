//! Provisioners: what runs beside Terraform when an object is created or destroyed, and how it reaches the object.
//!
//! Source: the Terraform language documentation, "Provisioners" and "Provisioner Connection Settings".

use crate::{Block, Json, Map, Value};

/// A `provisioner` block of a resource.
#[derive(Clone, Debug)]
pub struct Provisioner {
    kind: &'static str,
    block: Block,
}

/// What Terraform does if a provisioner fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// Goes on as if nothing had happened.
    Continue,
    /// Stops, and marks an object that was just created as tainted. This is what Terraform does by itself.
    Fail,
}

impl Provisioner {
    /// Runs a command where Terraform runs.
    #[must_use]
    #[track_caller]
    pub fn local_exec(command: impl Into<Value<String>>) -> Self {
        Self::of("local-exec", "command", command.into().into_json())
    }

    /// Runs commands on the object, one after the other. They need a [`Connection`].
    #[must_use]
    #[track_caller]
    pub fn remote_exec(inline: impl Into<Value<Vec<String>>>) -> Self {
        Self::of("remote-exec", "inline", inline.into().into_json())
    }

    /// Copies a script from where Terraform runs to the object, and runs it there.
    #[must_use]
    #[track_caller]
    pub fn remote_script(script: impl Into<Value<String>>) -> Self {
        Self::of("remote-exec", "script", script.into().into_json())
    }

    /// Copies several scripts to the object, and runs them there in their order.
    #[must_use]
    #[track_caller]
    pub fn remote_scripts(scripts: impl Into<Value<Vec<String>>>) -> Self {
        Self::of("remote-exec", "scripts", scripts.into().into_json())
    }

    /// Copies a file or folder from where Terraform runs to the object.
    #[must_use]
    #[track_caller]
    pub fn file(source: impl Into<Value<String>>, destination: impl Into<Value<String>>) -> Self {
        Self::of("file", "source", source.into().into_json()).set("destination", destination.into())
    }

    /// Writes text to a file on the object.
    #[must_use]
    #[track_caller]
    pub fn content(content: impl Into<Value<String>>, destination: impl Into<Value<String>>) -> Self {
        Self::of("file", "content", content.into().into_json()).set("destination", destination.into())
    }

    /// The folder that a local command runs in.
    #[must_use]
    #[track_caller]
    pub fn working_dir(self, folder: impl Into<Value<String>>) -> Self {
        self.set("working_dir", folder.into())
    }

    /// What reads a local command, instead of the shell: a program and its arguments.
    #[must_use]
    #[track_caller]
    pub fn interpreter(self, program: impl Into<Value<Vec<String>>>) -> Self {
        self.set("interpreter", program.into())
    }

    /// The variables in the environment of a local command.
    #[must_use]
    #[track_caller]
    pub fn environment(self, variables: impl Into<Value<Map<String>>>) -> Self {
        self.set("environment", variables.into())
    }

    /// Keeps a local command and what it prints out of Terraform's log.
    #[must_use]
    #[track_caller]
    pub fn quiet(self) -> Self {
        self.set("quiet", true)
    }

    /// Runs before the object is destroyed rather than after it is created. Such a provisioner can refer to nothing
    /// but `self`, `count.index` and `each.key`.
    #[must_use]
    #[track_caller]
    pub fn on_destroy(self) -> Self {
        self.set("when", Json::literal("destroy"))
    }

    /// What Terraform does if it fails.
    #[must_use]
    #[track_caller]
    pub fn on_failure(self, then: OnFailure) -> Self {
        let keyword = match then {
            OnFailure::Continue => "continue",
            OnFailure::Fail => "fail",
        };
        self.set("on_failure", Json::literal(keyword))
    }

    /// How this provisioner reaches the object, if not as the resource says.
    #[must_use]
    #[track_caller]
    pub fn connection(mut self, connection: Connection) -> Self {
        self.block.nest("connection", connection.into_block());
        self
    }

    pub(crate) fn into_parts(self) -> (&'static str, Block) {
        (self.kind, self.block)
    }

    #[track_caller]
    fn of(kind: &'static str, argument: &'static str, value: Json) -> Self {
        Self { kind, block: Block::new() }.set(argument, value)
    }

    #[track_caller]
    fn set(mut self, argument: &'static str, value: impl Into<Json>) -> Self {
        self.block.set(argument, value);
        self
    }
}

/// A `connection` block: how provisioners reach an object.
#[derive(Clone, Debug)]
pub struct Connection {
    block: Block,
}

impl Connection {
    /// Over SSH, as a user.
    #[must_use]
    #[track_caller]
    pub fn ssh(host: impl Into<Value<String>>, user: impl Into<Value<String>>) -> Self {
        Self::of("ssh", host.into(), user.into())
    }

    /// Over WinRM, as a user.
    #[must_use]
    #[track_caller]
    pub fn winrm(host: impl Into<Value<String>>, user: impl Into<Value<String>>) -> Self {
        Self::of("winrm", host.into(), user.into())
    }

    /// The port, if it is not 22 for SSH or 5985 for WinRM.
    #[must_use]
    #[track_caller]
    pub fn port(self, port: impl Into<Value<f64>>) -> Self {
        self.set("port", port.into())
    }

    /// The user's password.
    #[must_use]
    #[track_caller]
    pub fn password(self, password: impl Into<Value<String>>) -> Self {
        self.set("password", password.into())
    }

    /// The text of the private key for SSH.
    #[must_use]
    #[track_caller]
    pub fn private_key(self, key: impl Into<Value<String>>) -> Self {
        self.set("private_key", key.into())
    }

    /// Whether keys come from the SSH agent.
    #[must_use]
    #[track_caller]
    pub fn agent(self, agent: impl Into<Value<bool>>) -> Self {
        self.set("agent", agent.into())
    }

    /// How long to wait until the object can be reached, such as `5m`.
    #[must_use]
    #[track_caller]
    pub fn timeout(self, timeout: impl Into<Value<String>>) -> Self {
        self.set("timeout", timeout.into())
    }

    /// The host to go through, and the user there.
    #[must_use]
    #[track_caller]
    pub fn bastion(self, host: impl Into<Value<String>>, user: impl Into<Value<String>>) -> Self {
        self.set("bastion_host", host.into()).set("bastion_user", user.into())
    }

    /// Any other argument, such as `host_key`, `certificate`, `script_path`, `https` or `insecure`.
    #[must_use]
    #[track_caller]
    pub fn set(mut self, argument: &'static str, value: impl Into<Json>) -> Self {
        self.block.set(argument, value);
        self
    }

    pub(crate) fn into_block(self) -> Block {
        self.block
    }

    #[track_caller]
    fn of(kind: &'static str, host: Value<String>, user: Value<String>) -> Self {
        Self { block: Block::new() }.set("type", Json::literal(kind)).set("host", host).set("user", user)
    }
}

impl Block {
    /// Adds one more provisioner; they run in their order.
    #[track_caller]
    pub(crate) fn push_provisioner(&mut self, provisioner: Provisioner) {
        let (kind, block) = provisioner.into_parts();
        let mut labelled = Self::new();
        labelled.nest(kind, block);
        self.push("provisioner", labelled);
    }
}
