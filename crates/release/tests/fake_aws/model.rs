//! What Lambda does with functions, versions and aliases, as strictly as AWS where a release depends on it. It is a fake:
//! what it refuses, and with which status, is from the Lambda API Reference.

use std::collections::BTreeMap;

use base64::Engine;
use sha2::{Digest, Sha256};

/// How AWS refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

fn refuse<T>(status: u16, code: &'static str, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { status, code, message: message.into() })
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AliasState {
    pub(crate) version: String,
    pub(crate) weights: BTreeMap<String, f64>,
    pub(crate) description: String,
    pub(crate) revision: String,
}

#[derive(Clone, Debug)]
pub(crate) struct VersionState {
    pub(crate) number: u64,
    pub(crate) code_sha256: String,
    pub(crate) description: String,
    pub(crate) revision: String,
    /// How many reads it still takes until it is active.
    pub(crate) pending: u32,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Function {
    pub(crate) code_sha256: String,
    pub(crate) revision: String,
    /// How many reads it still takes until the update is done.
    pub(crate) updating: u32,
    pub(crate) versions: Vec<VersionState>,
    pub(crate) next_version: u64,
    pub(crate) aliases: BTreeMap<String, AliasState>,
    /// Status of provisioned concurrency by alias.
    pub(crate) provisioned: BTreeMap<String, &'static str>,
}

/// A change of an alias that was made.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) function: String,
    pub(crate) alias: String,
    pub(crate) before: AliasState,
    pub(crate) after: AliasState,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) functions: BTreeMap<String, Function>,
    pub(crate) written: Vec<Written>,
    pub(crate) revisions: u64,
    /// How many reads an update of code takes.
    pub(crate) update_takes: u32,
}

/// What is asked of an alias.
#[derive(Clone, Debug, Default)]
pub(crate) struct AliasUpdate {
    pub(crate) version: Option<String>,
    /// Absent: the weights stay. Empty: they go.
    pub(crate) weights: Option<BTreeMap<String, f64>>,
    pub(crate) description: Option<String>,
    pub(crate) revision: Option<String>,
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(bytes))
}

impl Model {
    /// A function with version 1 behind both aliases.
    pub(crate) fn with_function(mut self, name: &str, aliases: &[&str]) -> Self {
        let mut function = Function { next_version: 1, ..Function::default() };
        function.code_sha256 = sha256(b"PK the first code");
        function.revision = self.revision();
        self.functions.insert(name.to_owned(), function);
        let version = self.publish(name, None, None, "").unwrap();
        self.functions.get_mut(name).unwrap().versions[0].pending = 0;
        for alias in aliases {
            let revision = self.revision();
            let state = AliasState {
                version: version.number.to_string(),
                weights: BTreeMap::new(),
                description: "Moved by releases".to_owned(),
                revision,
            };
            self.functions.get_mut(name).unwrap().aliases.insert((*alias).to_owned(), state);
        }
        self
    }

    fn revision(&mut self) -> String {
        self.revisions += 1;
        format!("{:08x}-0000-4000-8000-000000000000", self.revisions)
    }

    pub(crate) fn function(&mut self, name: &str) -> Result<&mut Function, Refusal> {
        match self.functions.get_mut(name) {
            Some(function) => Ok(function),
            None => refuse(404, "ResourceNotFoundException", format!("Function not found: {name}")),
        }
    }

    pub(crate) fn alias(&mut self, function: &str, alias: &str) -> Result<AliasState, Refusal> {
        match self.function(function)?.aliases.get(alias) {
            Some(state) => Ok(state.clone()),
            None => refuse(404, "ResourceNotFoundException", format!("Cannot find alias {alias}")),
        }
    }

    pub(crate) fn update_alias(
        &mut self,
        function: &str,
        alias: &str,
        update: &AliasUpdate,
    ) -> Result<AliasState, Refusal> {
        let before = self.alias(function, alias)?;
        if update.revision.as_ref().is_some_and(|revision| *revision != before.revision) {
            let message = "The RevisionId provided does not match the latest RevisionId.";
            return refuse(412, "PreconditionFailedException", message);
        }
        if update.description.as_ref().is_some_and(|text| text.chars().count() > 256) {
            return refuse(400, "ValidationException", "description: at most 256 characters");
        }
        let mut after = before.clone();
        after.version = update.version.clone().unwrap_or(after.version);
        after.weights = update.weights.clone().unwrap_or(after.weights);
        after.description = update.description.clone().unwrap_or(after.description);
        let has_provisioned = self.function(function)?.provisioned.contains_key(alias);
        for version in std::iter::once(&after.version).chain(after.weights.keys()) {
            let found = self.version(function, version)?;
            if found.pending > 0 {
                return refuse(409, "ResourceConflictException", format!("version {version} is Pending"));
            }
        }
        let in_range = after.weights.values().all(|weight| (0.0..=1.0).contains(weight));
        if after.weights.len() > 1 || !in_range || after.weights.contains_key(&after.version) {
            return refuse(400, "InvalidParameterValueException", "the routing configuration is not valid");
        }
        if has_provisioned && !after.weights.is_empty() {
            let message = "Alias with weights can not be used with Provisioned Concurrency";
            return refuse(400, "InvalidParameterValueException", message);
        }
        after.revision = self.revision();
        self.function(function)?.aliases.insert(alias.to_owned(), after.clone());
        let (function, alias) = (function.to_owned(), alias.to_owned());
        self.written.push(Written { function, alias, before, after: after.clone() });
        Ok(after)
    }

    pub(crate) fn version(&mut self, function: &str, version: &str) -> Result<VersionState, Refusal> {
        let found = self.function(function)?.versions.iter().find(|it| it.number.to_string() == version);
        match found {
            Some(found) => Ok(found.clone()),
            None => {
                let message = format!("Function not found: {function}:{version}");
                refuse(404, "ResourceNotFoundException", message)
            }
        }
    }

    /// Reads the function or a version; what is under way comes nearer to its end by it.
    pub(crate) fn configuration(
        &mut self,
        function: &str,
        version: Option<&str>,
    ) -> Result<VersionState, Refusal> {
        if let Some(version) = version.filter(|version| *version != "$LATEST") {
            let found = self.version(function, version)?;
            let all = &mut self.function(function)?.versions;
            all.iter_mut()
                .filter(|it| it.number == found.number)
                .for_each(|it| it.pending = it.pending.saturating_sub(1));
            return Ok(found);
        }
        let function = self.function(function)?;
        let found = VersionState {
            number: 0,
            code_sha256: function.code_sha256.clone(),
            description: String::new(),
            revision: function.revision.clone(),
            pending: function.updating,
        };
        function.updating = function.updating.saturating_sub(1);
        Ok(found)
    }

    pub(crate) fn update_code(
        &mut self,
        name: &str,
        revision: Option<&str>,
        package: &[u8],
    ) -> Result<VersionState, Refusal> {
        let takes = self.update_takes;
        let next = self.revision();
        let function = self.function(name)?;
        if function.updating > 0 {
            let message = "The operation cannot be performed at this time. An update is in progress";
            return refuse(409, "ResourceConflictException", message);
        }
        if revision.is_some_and(|revision| revision != function.revision) {
            let message = "The RevisionId provided does not match the latest RevisionId.";
            return refuse(412, "PreconditionFailedException", message);
        }
        if !package.starts_with(b"PK") {
            let message = "Could not unzip uploaded file";
            return refuse(400, "InvalidParameterValueException", message);
        }
        function.code_sha256 = sha256(package);
        function.revision = next;
        function.updating = takes;
        let found = self.function(name)?;
        Ok(VersionState {
            number: 0,
            code_sha256: found.code_sha256.clone(),
            description: String::new(),
            revision: found.revision.clone(),
            pending: found.updating,
        })
    }

    pub(crate) fn publish(
        &mut self,
        name: &str,
        code_sha256: Option<&str>,
        revision: Option<&str>,
        description: &str,
    ) -> Result<VersionState, Refusal> {
        let next = self.revision();
        let takes = self.update_takes;
        let function = self.function(name)?;
        if function.updating > 0 {
            let message = "The operation cannot be performed at this time. An update is in progress";
            return refuse(409, "ResourceConflictException", message);
        }
        if revision.is_some_and(|revision| revision != function.revision) {
            let message = "The RevisionId provided does not match the latest RevisionId.";
            return refuse(412, "PreconditionFailedException", message);
        }
        if code_sha256.is_some_and(|sha256| sha256 != function.code_sha256) {
            let message = "CodeSHA256 is different from current CodeSHA256 in $LATEST";
            return refuse(400, "InvalidParameterValueException", message);
        }
        if let Some(last) = function.versions.last().filter(|it| it.code_sha256 == function.code_sha256) {
            return Ok(last.clone());
        }
        let version = VersionState {
            number: function.next_version,
            code_sha256: function.code_sha256.clone(),
            description: description.to_owned(),
            revision: next,
            pending: takes,
        };
        function.next_version += 1;
        function.versions.push(version.clone());
        Ok(version)
    }

    /// Whether a call through an alias is answered, whichever way the weights fall.
    pub(crate) fn answers(&mut self, function: &str, alias: &str) -> Result<Vec<String>, String> {
        let state = self.alias(function, alias).map_err(|refusal| refusal.message)?;
        let mut versions = Vec::new();
        for version in std::iter::once(&state.version).chain(state.weights.keys()) {
            let found = self.version(function, version).map_err(|refusal| refusal.message)?;
            if found.pending > 0 {
                return Err(format!("version {version} is not active"));
            }
            versions.push(version.clone());
        }
        Ok(versions)
    }
}
