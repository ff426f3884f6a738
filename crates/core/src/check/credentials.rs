//! Credentials that would stand in a document: those of backends, of other stacks' states, of connections and of
//! encryption. Those of providers are reported where providers are checked.

use crate::credentials::{self, Credential};
use crate::{Block, Diagnostic, Json, Origin, Stack};

const ENVIRONMENT: &str =
    "leave it out, and give it to Terraform in its environment or with `-backend-config`";

/// Reports credentials that stand in a stack as text.
pub(super) fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut report = |address: &str, place: &str, path: &str, found: &[Credential], hint: &str| {
        for Credential { name, path: within, source } in found {
            let message = format!("the credential `{name}` stands in the {place} as text");
            let diagnostic = stack.diagnostic(message).at(address).argument(format!("{path}.{within}"));
            diagnostics.push(diagnostic.source(*source).hint(hint));
        }
    };
    if let Some(backend) = &stack.backend {
        report("terraform", "backend", "backend", &backend.credentials(), ENVIRONMENT);
    }
    for former in &stack.formers {
        let place = format!("backend of `{}`", former.name());
        let found = former.own_backend().map(crate::Backend::credentials).unwrap_or_default();
        report("terraform", &place, "backend", &found, ENVIRONMENT);
    }
    if let Some(Json::Block(encryption)) = stack.settings.get("encryption") {
        let hint = "take it from a variable, or leave it out and give it in the environment `TF_ENCRYPTION`";
        report("terraform", "encryption", "encryption", &credentials::literals(encryption), hint);
    }
    for (name, object) in stack.data_sources_of("terraform_remote_state") {
        let Some(config) = object.block.get("config") else { continue };
        let mut settings = Block::new();
        settings.set("config", config.clone());
        for Credential { name: argument, path, source: _ } in credentials::literals(&settings) {
            let message = format!("the credential `{argument}` stands in the settings of a backend as text");
            let diagnostic = stack.diagnostic(message).at(format!("data.terraform_remote_state.{name}"));
            diagnostics.push(diagnostic.argument(path).origin(object.origin).hint(ENVIRONMENT));
        }
    }
    for (type_name, name, object) in stack.resources() {
        let connections = ["connection", "provisioner"];
        for entry in connections.iter().filter_map(|argument| object.block.entry(argument)) {
            let address = || format!("{type_name}.{name}");
            connection(stack, &address, entry.value.clone(), &entry.name, object.origin, &mut diagnostics);
        }
    }
    diagnostics
}

/// Reports the credentials of a connection, or of those of provisioners.
fn connection(
    stack: &Stack,
    address: &dyn Fn() -> String,
    value: Json,
    argument: &str,
    origin: Origin,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut block = Block::new();
    block.set(argument.to_owned(), value);
    // What a provisioner writes or runs may have any names in it.
    let of_connection = |found: &Credential| found.path.split('.').any(|step| step == "connection");
    for Credential { name, path, source: _ } in
        credentials::literals(&block).into_iter().filter(of_connection)
    {
        let message = format!("the credential `{name}` stands in the connection as text");
        let diagnostic = stack.diagnostic(message).at(address()).argument(path).origin(origin);
        diagnostics.push(diagnostic.hint("take it from a sensitive variable or a secret store"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::backend::{Http, Pg, S3};
    use crate::{
        App, Backend, Connection, Encryption, Expr, Former, Json, Provisioner, Raw, Resource, Stack,
        TerraformData, Variable,
    };

    fn found(build: impl FnOnce(&mut Stack)) -> Vec<String> {
        let mut app = App::new();
        build(app.stack("dev"));
        let found = app.finish().diagnostics.into_iter();
        found
            .map(|it| format!("{} {}", it.address.unwrap_or_default(), it.argument.unwrap_or_default()))
            .collect()
    }

    fn in_backend(backend: impl Into<Backend>) -> Vec<String> {
        found(|stack| stack.backend(backend))
    }

    #[test]
    fn credentials_are_no_part_of_a_backend() {
        let said = |name: &str| [format!("terraform backend.{name}")];
        assert_eq!(in_backend(Http::new("https://x").username("u").password("hunter2")), said("password"));
        assert_eq!(in_backend(Http::new("https://u:hunter2@x")), said("address"));
        assert_eq!(in_backend(S3::new("b", "k").secret_key("x")), said("secret_key"));
        assert_eq!(in_backend(Pg::new().conn_str("postgres://u:p@db/x")), said("conn_str"));
        assert_eq!(in_backend(Pg::new().conn_str("host=db user=u password=p")), said("conn_str"));
        assert_eq!(in_backend(Pg::new().conn_str("postgres://u@db/x?sslmode=require")), [""; 0]);
        assert_eq!(in_backend(S3::new("b", "k").kms_key_id("x").profile("y")), [""; 0]);
        let former = || Former::new("old").backend(Http::new("https://x").password("hunter2"));
        assert_eq!(found(|stack| stack.formerly(former())), said("password"));
        let config = || json!({"address": "https://x", "password": "hunter2"});
        assert_eq!(
            found(|stack| {
                let state = Raw::data("terraform_remote_state").set("backend", "http");
                stack.add("x", state.set("config", config()));
            }),
            ["data.terraform_remote_state.x config.password"]
        );
    }

    #[test]
    fn connections_and_encryption_name_where_credentials_are() {
        let connect = |password: Json| {
            found(|stack| {
                stack.variable("password", Variable::<String>::new().sensitive());
                let own = Connection::ssh("h", "u").set("password", password);
                let run = Provisioner::content("token", "/password").connection(own);
                stack.add("x", TerraformData::new().provisioner(run));
            })
        };
        assert_eq!(
            connect(Json::literal("hunter2")),
            ["terraform_data.x provisioner.file.connection.password"]
        );
        assert_eq!(connect(Json::from(Expr::<String>::raw("var.password"))), [""; 0]);
        let found = found(|stack| {
            let mut encryption = Encryption::new();
            let key = encryption.key_provider("pbkdf2", "main", [("passphrase", "correct horse battery")]);
            let method = encryption.method("aes_gcm", "main", [("keys", key)]);
            encryption.state(&method);
            stack.encryption(encryption);
        });
        assert_eq!(found, ["terraform encryption.key_provider.pbkdf2.main.passphrase"]);
    }
}
