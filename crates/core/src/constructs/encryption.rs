//! Encryption of states and plans, which OpenTofu has from 1.7 on.
//!
//! Source: the OpenTofu documentation, "State and Plan Encryption".

use std::borrow::Cow;

use crate::{Block, Expr, Json};

/// The `encryption` block of a stack for OpenTofu.
#[derive(Clone, Debug, Default)]
pub struct Encryption {
    key_providers: Vec<(Cow<'static, str>, Json)>,
    methods: Vec<(Cow<'static, str>, Json)>,
    targets: Block,
}

impl Encryption {
    /// Nothing is encrypted yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a source of keys of a kind such as `pbkdf2` or `aws_kms`, with its arguments.
    pub fn key_provider<V: Into<Json>>(
        &mut self,
        kind: &str,
        name: &str,
        arguments: impl IntoIterator<Item = (&'static str, V)>,
    ) -> Expr<Json> {
        add(&mut self.key_providers, kind, name, arguments);
        Expr::postfix(&["key_provider.", kind, ".", name])
    }

    /// Adds a way to encrypt of a kind such as `aes_gcm`, with its arguments.
    pub fn method<V: Into<Json>>(
        &mut self,
        kind: &str,
        name: &str,
        arguments: impl IntoIterator<Item = (&'static str, V)>,
    ) -> Expr<Json> {
        add(&mut self.methods, kind, name, arguments);
        Expr::postfix(&["method.", kind, ".", name])
    }

    /// Encrypts the state.
    #[track_caller]
    pub fn state(&mut self, method: &Expr<Json>) {
        self.targets.set_within("state", "method", method);
    }

    /// Reads a state also if it is encrypted in another way, for going from one to the other.
    #[track_caller]
    pub fn state_fallback(&mut self, method: &Expr<Json>) {
        let mut state = match self.targets.remove("state") {
            Some(Json::Block(state)) => *state,
            _ => Block::new(),
        };
        state.set_within("fallback", "method", method);
        self.targets.nest("state", state);
    }

    /// Encrypts saved plans.
    #[track_caller]
    pub fn plan(&mut self, method: &Expr<Json>) {
        self.targets.set_within("plan", "method", method);
    }

    #[track_caller]
    pub(crate) fn into_block(self) -> Block {
        let mut block = Block::new();
        for (name, entries) in [("key_provider", self.key_providers), ("method", self.methods)] {
            if !entries.is_empty() {
                block.set(name, Json::Object(entries));
            }
        }
        for entry in self.targets.entries() {
            block.set(entry.name.clone(), entry.value.clone());
        }
        block
    }
}

fn add<V: Into<Json>>(
    entries: &mut Vec<(Cow<'static, str>, Json)>,
    kind: &str,
    name: &str,
    arguments: impl IntoIterator<Item = (&'static str, V)>,
) {
    let arguments = arguments.into_iter().map(|(argument, value)| (argument.into(), value.into()));
    let one = (Cow::Owned(name.to_owned()), Json::Object(arguments.collect()));
    match entries.iter_mut().find(|(known, _)| known == kind) {
        Some((_, Json::Object(named))) => named.push(one),
        _ => entries.push((kind.to_owned().into(), Json::Object(vec![one]))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn methods_use_keys_and_states_use_methods() {
        let mut encryption = Encryption::new();
        let passphrase = Expr::<String>::raw("var.passphrase");
        let key = encryption.key_provider("pbkdf2", "main", [("passphrase", &passphrase)]);
        let method = encryption.method("aes_gcm", "main", [("keys", &key)]);
        let none = encryption.method("unencrypted", "before", [] as [(&str, &Expr<Json>); 0]);
        encryption.state(&method);
        encryption.state_fallback(&none);
        assert_eq!(
            serde_json::to_value(encryption.into_block()).unwrap(),
            json!({
                "key_provider": {"pbkdf2": {"main": {"passphrase": "${var.passphrase}"}}},
                "method": {
                    "aes_gcm": {"main": {"keys": "${key_provider.pbkdf2.main}"}},
                    "unencrypted": {"before": {}},
                },
                "state": {"method": "${method.aes_gcm.main}", "fallback": {"method": "${method.unencrypted.before}"}},
            })
        );
    }
}
