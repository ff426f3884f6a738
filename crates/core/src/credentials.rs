//! Credentials that stand in settings as text: of providers, backends, connections and encryption.
//!
//! They are told by the names of their arguments, as the documentation of Terraform's backends and of the providers has
//! them, and URLs by the password in them.

use crate::{ArgumentPath, Block, Json, Source};

/// Arguments that hold nothing but credentials, wherever they stand.
const NAMES: [&str; 34] = [
    "access_token",
    "api_key",
    "api_secret",
    "api_token",
    "app_key",
    "auth_token",
    "authorization",
    "bastion_password",
    "bastion_private_key",
    "client_certificate_password",
    "client_key",
    "client_private_key_pem",
    "client_secret",
    "encryption_key",
    "http_auth",
    "oauth_token",
    "oidc_request_token",
    "oidc_token",
    "passphrase",
    "password",
    "pem_file",
    "private_key",
    "private_key_pem",
    "refresh_token",
    "sas_token",
    "secret_access_key",
    "secret_id",
    "secret_key",
    "security_token",
    "service_account_key",
    "session_token",
    "sse_customer_key",
    "token",
    "web_identity_token",
];

/// A credential that stands in a block as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The name of its argument.
    pub name: String,
    /// The path of its argument within the block: `auth_login.parameters.password`.
    pub path: String,
    /// The line that set the outermost argument.
    pub source: Source,
}

/// Whether an argument of this name holds nothing but a credential.
#[must_use]
pub fn is_credential(name: &str) -> bool {
    NAMES.contains(&name.to_ascii_lowercase().as_str())
}

/// The credentials that stand in a block as text, in what is nested in it too. What is empty or an expression is none.
#[must_use]
pub fn literals(block: &Block) -> Vec<Credential> {
    let mut found = Vec::new();
    for entry in block.entries() {
        let path = ArgumentPath { parent: None, name: &entry.name };
        within(&entry.value, &path, &mut |path| {
            found.push(Credential {
                name: path.name.to_owned(),
                path: path.to_string(),
                source: entry.source,
            });
        });
    }
    found
}

fn within(json: &Json, path: &ArgumentPath<'_>, visit: &mut dyn FnMut(&ArgumentPath<'_>)) {
    match json {
        Json::String(text) if !text.is_empty() && (is_credential(path.name) || holds_password(text)) => {
            visit(path)
        }
        Json::Array(items) => items.iter().for_each(|item| within(item, path, visit)),
        Json::Object(entries) => entries
            .iter()
            .for_each(|(name, value)| within(value, &ArgumentPath { parent: Some(path), name }, visit)),
        Json::Block(block) => of_block(block, path, visit),
        Json::Blocks(blocks) => blocks.iter().for_each(|block| of_block(block, path, visit)),
        _ => {}
    }
}

fn of_block(block: &Block, path: &ArgumentPath<'_>, visit: &mut dyn FnMut(&ArgumentPath<'_>)) {
    for entry in block.entries() {
        within(&entry.value, &ArgumentPath { parent: Some(path), name: &entry.name }, visit);
    }
}

/// Whether text is a URL with a password, `postgres://user:password@host`.
pub(crate) fn holds_password(text: &str) -> bool {
    text.split_once("://").is_some_and(|(_, rest)| {
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| !password.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Expr;

    #[test]
    fn names_and_urls_tell_credentials() {
        let mut block = Block::new();
        block.set("host", "https://example.com/x");
        block.set("url", "https://user:hunter2@example.com/x");
        block.set("token", "");
        block.set("api_key", Expr::<String>::raw("var.key"));
        block.set("auth_login", Json::from(json!({"parameters": {"password": "hunter2", "user": "x"}})));
        let mut login = Block::new();
        login.set("client_secret", "hunter2");
        block.push("login", login);
        block.set("headers", Json::from(json!({"Authorization": "Bearer x"})));
        let found: Vec<String> = literals(&block).into_iter().map(|it| it.path).collect();
        assert_eq!(
            found,
            ["url", "auth_login.parameters.password", "login.client_secret", "headers.Authorization"]
        );
    }
}
