//! A password that is in no state and in no plan: generated for one run, and written to a secret and a database.
//!
//! Run it with `cargo run -p formwork --example secret -- synth`.

use std::process::ExitCode;

use formwork::aws::ephemeral;
use formwork::{App, Program, aws};

/// Raise it to write another password: Terraform does not compare what it does not store.
const PASSWORD_VERSION: u32 = 1;

fn build(app: &mut App) -> formwork::Result {
    let stack = app.stack("orders");
    // Ephemeral resources and write-only arguments came with 1.10 and 1.11.
    stack.require_terraform(">= 1.11");
    stack.require_provider("aws", "hashicorp/aws", ">= 5.100.0, < 7.0.0");
    stack.provider(aws::Provider::new().region("eu-central-1"));
    let password = stack.add(
        "password",
        ephemeral::SecretsmanagerRandomPassword::new().password_length(32).exclude_characters("/@\" "),
    );
    let secret = stack.add("password", aws::SecretsmanagerSecret::new().name("orders/database"));
    let written = stack.add(
        "password",
        aws::SecretsmanagerSecretVersion::new(secret.id())
            .secret_string_wo(password.random_password())
            .secret_string_wo_version(PASSWORD_VERSION),
    );
    // What is in the secret, not what this run has generated: both are the same only when it is written.
    let stored = stack.add(
        "stored",
        ephemeral::SecretsmanagerSecretVersion::new(written.secret_id()).version_id(written.version_id()),
    );
    let database = stack.add(
        "orders",
        aws::DbInstance::new("db.t4g.micro")
            .identifier("orders")
            .engine("postgres")
            .allocated_storage(20)
            .storage_encrypted(true)
            .backup_retention_period(7)
            .username("orders")
            .password_wo(stored.secret_string())
            .password_wo_version(PASSWORD_VERSION)
            .final_snapshot_identifier("orders-last"),
    );
    stack.output("address", database.address());
    Ok(())
}

fn main() -> ExitCode {
    Program::new(build).run()
}
