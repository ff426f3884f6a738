//! Every backend: its block, and the data source that reads its state. Terraform checks the arguments of the data source
//! against the schema of the backend, so that it judges every argument's name and type.

use formwork::backend::{Azurerm, Cloud, Consul, Cos, Gcs, Http, Kubernetes, Local, Oss, Pg, Remote, S3};
use formwork::{App, Backend, Expr};
use serde_json::{Value, json};

use crate::terraform::Root;

/// Two stacks, of which one reads the other: the backend as it is written, and the whole reader.
fn written(backend: impl Into<Backend>) -> (Value, Value) {
    let mut app = App::new();
    let stack = app.stack("network");
    stack.backend(backend);
    let output = stack.output("id", "x");
    let reader = app.stack("service");
    let id = reader.read(&output);
    reader.output("id", id);
    let synthesis = app.finish();
    // Credentials as text are refused, each by name; here they are so that every argument is tried.
    let others: Vec<_> =
        synthesis.diagnostics.iter().filter(|it| !it.message.starts_with("the credential `")).collect();
    assert!(others.is_empty(), "{others:?}");
    let documents: Vec<Value> =
        synthesis.stacks.iter().map(|stack| serde_json::to_value(stack).unwrap()).collect();
    (documents[0]["terraform"].clone(), documents[1].clone())
}

/// The backend must be written as given, and terraform must take what its reader says of it.
#[track_caller]
fn accepted(backend: impl Into<Backend>, json: Value) {
    let (block, reader) = written(backend);
    assert_eq!(block, json);
    let root = Root::new();
    root.write("main.tf.json", reader.to_string());
    root.terraform(&["init", "-input=false"]);
    root.terraform(&["validate"]);
}

#[test]
fn local() {
    accepted(
        Local::new().path("a/b.tfstate").workspace_dir("w"),
        json!({"backend": {"local": {"path": "a/b.tfstate", "workspace_dir": "w"}}}),
    );
}

#[test]
fn s3() {
    let backend = S3::new("states", "net.tfstate")
        .region("eu-central-1")
        .profile("p")
        .workspace_key_prefix("w")
        .encrypt(true)
        .use_lockfile(true)
        .use_path_style(true)
        .skip_credentials_validation(true)
        .skip_metadata_api_check(true)
        .skip_region_validation(true)
        .skip_requesting_account_id(true)
        .skip_s3_checksum(true)
        .use_fips_endpoint(false)
        .use_dualstack_endpoint(false)
        .insecure(false)
        .max_retries(3)
        .retry_mode("standard")
        .allowed_account_ids(["123456789012"])
        .shared_config_files(["c"])
        .shared_credentials_files(["d"])
        .assume_role([("role_arn", json!("arn:aws:iam::123456789012:role/r")), ("tags", json!({"k": "v"}))])
        .endpoints([("s3", "https://s3.example.com")])
        .custom_ca_bundle("ca.pem")
        .http_proxy("http://a")
        .https_proxy("http://b")
        .no_proxy("c")
        .sts_region("us-east-1")
        .kms_key_id("arn:aws:kms:eu-central-1:123456789012:key/k")
        .acl("private");
    let json = json!({"backend": {"s3": {
        "bucket": "states", "key": "net.tfstate", "region": "eu-central-1", "profile": "p",
        "workspace_key_prefix": "w", "encrypt": true, "use_lockfile": true, "use_path_style": true,
        "skip_credentials_validation": true, "skip_metadata_api_check": true, "skip_region_validation": true,
        "skip_requesting_account_id": true, "skip_s3_checksum": true, "use_fips_endpoint": false,
        "use_dualstack_endpoint": false, "insecure": false, "max_retries": 3, "retry_mode": "standard",
        "allowed_account_ids": ["123456789012"], "shared_config_files": ["c"],
        "shared_credentials_files": ["d"],
        "assume_role": {"role_arn": "arn:aws:iam::123456789012:role/r", "tags": {"k": "v"}},
        "endpoints": {"s3": "https://s3.example.com"}, "custom_ca_bundle": "ca.pem", "http_proxy": "http://a",
        "https_proxy": "http://b", "no_proxy": "c", "sts_region": "us-east-1",
        "kms_key_id": "arn:aws:kms:eu-central-1:123456789012:key/k", "acl": "private",
    }}});
    accepted(backend, json);
}

#[test]
fn azurerm() {
    let backend = Azurerm::new("account", "container", "net.tfstate")
        .resource_group_name("g")
        .subscription_id("s")
        .tenant_id("t")
        .client_id("c")
        .client_secret("x")
        .use_oidc(true)
        .use_msi(false)
        .use_cli(false)
        .use_azuread_auth(true)
        .use_aks_workload_identity(false)
        .lookup_blob_endpoint(false)
        .snapshot(true)
        .environment("public")
        .metadata_host("m")
        .oidc_token_file_path("f")
        .access_key("k")
        .sas_token("st");
    let json = json!({"backend": {"azurerm": {
        "storage_account_name": "account", "container_name": "container", "key": "net.tfstate",
        "resource_group_name": "g", "subscription_id": "s", "tenant_id": "t", "client_id": "c", "client_secret": "x",
        "use_oidc": true, "use_msi": false, "use_cli": false, "use_azuread_auth": true,
        "use_aks_workload_identity": false, "lookup_blob_endpoint": false, "snapshot": true, "environment": "public",
        "metadata_host": "m", "oidc_token_file_path": "f", "access_key": "k", "sas_token": "st",
    }}});
    accepted(backend, json);
}

#[test]
fn gcs() {
    let backend = Gcs::new("states")
        .prefix("net")
        .credentials("c")
        .access_token("t")
        .impersonate_service_account("a@example.com")
        .impersonate_service_account_delegates(["b@example.com"])
        .kms_encryption_key("k")
        .storage_custom_endpoint("https://gcs.example.com");
    let json = json!({"backend": {"gcs": {
        "bucket": "states", "prefix": "net", "credentials": "c", "access_token": "t",
        "impersonate_service_account": "a@example.com",
        "impersonate_service_account_delegates": ["b@example.com"], "kms_encryption_key": "k",
        "storage_custom_endpoint": "https://gcs.example.com",
    }}});
    accepted(backend, json);
}

#[test]
fn http() {
    let backend = Http::new("https://example.com/net")
        .update_method("PUT")
        .lock_address("https://example.com/net/lock")
        .unlock_address("https://example.com/net/lock")
        .lock_method("PUT")
        .unlock_method("DELETE")
        .username("u")
        .password("p")
        .skip_cert_verification(false)
        .retry_max(1)
        .retry_wait_min(2)
        .retry_wait_max(3)
        .client_ca_certificate_pem("ca")
        .client_certificate_pem("cert")
        .client_private_key_pem("key");
    let json = json!({"backend": {"http": {
        "address": "https://example.com/net", "update_method": "PUT",
        "lock_address": "https://example.com/net/lock", "unlock_address": "https://example.com/net/lock",
        "lock_method": "PUT", "unlock_method": "DELETE", "username": "u", "password": "p",
        "skip_cert_verification": false, "retry_max": 1, "retry_wait_min": 2, "retry_wait_max": 3,
        "client_ca_certificate_pem": "ca", "client_certificate_pem": "cert", "client_private_key_pem": "key",
    }}});
    accepted(backend, json);
}

#[test]
fn consul() {
    let backend = Consul::new("net").address("a:8500").scheme("https").datacenter("d").access_token("t");
    let backend = backend.http_auth("u:p").gzip(true).lock(false).ca_file("a").cert_file("b").key_file("c");
    let json = json!({"backend": {"consul": {
        "path": "net", "address": "a:8500", "scheme": "https", "datacenter": "d", "access_token": "t",
        "http_auth": "u:p", "gzip": true, "lock": false, "ca_file": "a", "cert_file": "b", "key_file": "c",
    }}});
    accepted(backend, json);
}

#[test]
fn pg() {
    let backend = Pg::new().conn_str("postgres://localhost/states").schema_name("net");
    let backend = backend.skip_schema_creation(true).skip_table_creation(true).skip_index_creation(true);
    let json = json!({"backend": {"pg": {
        "conn_str": "postgres://localhost/states", "schema_name": "net", "skip_schema_creation": true,
        "skip_table_creation": true, "skip_index_creation": true,
    }}});
    accepted(backend, json);
}

#[test]
fn kubernetes() {
    let backend = Kubernetes::new("net")
        .namespace("n")
        .labels([("k", "v")])
        .in_cluster_config(false)
        .load_config_file(true)
        .config_path("~/.kube/config")
        .config_paths(["a", "b"])
        .config_context("c")
        .host("h")
        .insecure(false)
        .token("t")
        .exec("client.authentication.k8s.io/v1", "aws", ["eks", "get-token"]);
    let json = json!({"backend": {"kubernetes": {
        "secret_suffix": "net", "namespace": "n", "labels": {"k": "v"}, "in_cluster_config": false,
        "load_config_file": true, "config_path": "~/.kube/config", "config_paths": ["a", "b"], "config_context": "c",
        "host": "h", "insecure": false, "token": "t",
        "exec": {
            "api_version": "client.authentication.k8s.io/v1", "command": "aws", "args": ["eks", "get-token"],
        },
    }}});
    accepted(backend, json);
}

#[test]
fn cos() {
    let backend = Cos::new("states-1250000000", "ap-guangzhou")
        .prefix("net")
        .key("k")
        .secret_id("i")
        .secret_key("s")
        .security_token("t")
        .endpoint("e")
        .domain("d")
        .encrypt(true)
        .accelerate(true)
        .acl("private")
        .assume_role("qcs::cam::uin/1:roleName/r", "session", 3600);
    let json = json!({"backend": {"cos": {
        "bucket": "states-1250000000", "region": "ap-guangzhou", "prefix": "net", "key": "k", "secret_id": "i",
        "secret_key": "s", "security_token": "t", "endpoint": "e", "domain": "d", "encrypt": true,
        "accelerate": true, "acl": "private",
        "assume_role": [{
            "role_arn": "qcs::cam::uin/1:roleName/r", "session_name": "session", "session_duration": 3600,
        }],
    }}});
    accepted(backend, json);
}

#[test]
fn oss() {
    let backend = Oss::new("states")
        .prefix("net")
        .key("k")
        .region("cn-beijing")
        .access_key("a")
        .secret_key("s")
        .security_token("t")
        .endpoint("e")
        .tablestore_endpoint("https://t.example.com")
        .tablestore_table("locks")
        .encrypt(true)
        .acl("private")
        .assume_role_role_arn("r")
        .assume_role_session_name("n")
        .assume_role_session_expiration(3600);
    let json = json!({"backend": {"oss": {
        "bucket": "states", "prefix": "net", "key": "k", "region": "cn-beijing", "access_key": "a",
        "secret_key": "s", "security_token": "t", "endpoint": "e", "tablestore_endpoint": "https://t.example.com",
        "tablestore_table": "locks", "encrypt": true, "acl": "private", "assume_role_role_arn": "r",
        "assume_role_session_name": "n", "assume_role_session_expiration": 3600,
    }}});
    accepted(backend, json);
}

#[test]
fn remote_and_cloud() {
    accepted(
        Remote::new("acme").hostname("tf.example.com").token("t").workspace("net"),
        json!({"backend": {"remote": {
            "organization": "acme", "hostname": "tf.example.com", "token": "t", "workspaces": {"name": "net"},
        }}}),
    );
    accepted(
        Cloud::new("acme").workspace("net").project("p"),
        json!({"cloud": {"organization": "acme", "workspaces": {"name": "net", "project": "p"}}}),
    );
}

#[test]
fn a_cloud_block_with_tags_cannot_be_read() {
    let mut app = App::new();
    let stack = app.stack("network");
    stack.backend(Cloud::new("acme").workspace_tags(["net"]));
    let output = stack.output("id", "x");
    app.stack("service").read(&output);
    let diagnostics = app.finish().diagnostics;
    assert_eq!(
        diagnostics[0].message,
        "the state of stack `network` cannot be read: its cloud block chooses workspaces by tags, so that no one of them has the state"
    );
}

#[test]
fn settings_are_plain_and_the_reader_escapes_them() {
    let (block, reader) = written(Local::new().path("${x}.tfstate"));
    assert_eq!(block, json!({"backend": {"local": {"path": "${x}.tfstate"}}}));
    let config = &reader["data"]["terraform_remote_state"]["network"]["config"];
    let expected =
        json!({"path": "../network/$${x}.tfstate", "workspace_dir": "../network/terraform.tfstate.d"});
    assert_eq!(*config, expected);
}

#[test]
fn opentofu_evaluates_settings() {
    let region = Expr::<String>::raw("var.region");
    let mut app = App::new();
    let stack = app.stack("network");
    stack.variable("region", formwork::Variable::<String>::new());
    stack.backend(Backend::from(S3::new("b", "k")).evaluated("region", &region));
    let synthesis = app.finish();
    let document = serde_json::to_value(&synthesis.stacks[0]).unwrap();
    assert_eq!(document["terraform"]["backend"]["s3"]["region"], "${var.region}");
}
