//! Providers beside AWS and GitHub: their catalogues, from carried ones and from the provider itself.

use std::path::Path;

use crate::support::TestEnv;
use insta::assert_snapshot;

/// A program that terraform's place is taken by where there is nothing to download from.
fn terraform_that(env: &TestEnv, script: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    env.write("terraform", &format!("#!/bin/sh\n{script}"));
    std::fs::set_permissions(env.path("terraform"), PermissionsExt::from_mode(0o755)).unwrap();
    env.path("terraform").display().to_string()
}

#[test]
fn types_of_carried_catalogues_are_added_with_the_catalogue() {
    let env = TestEnv::new();
    let listed = env.run(&["bindings", "list", "cloudflare", "dns_record"]);
    assert_snapshot!(listed.stdout, @r#"
        cloudflare_dns_record  cloudflare/cloudflare 5.22.0
        data.cloudflare_dns_record  cloudflare/cloudflare 5.22.0
        data.cloudflare_dns_records  cloudflare/cloudflare 5.22.0
        "#);
    let added = env.run(&["bindings", "add", "cloudflare_zone", "data.cloudflare_zone"]);
    assert_eq!(added.code, 0, "{}", added.stderr);
    assert_snapshot!(added.stderr, @r#"
        Wrote the catalogue of cloudflare/cloudflare 5.22.0 to catalogues/cloudflare-cloudflare-5.22.0.txt
        Added 2 types of cloudflare/cloudflare 5.22.0 in src/bindings/cloudflare
          hint: declare `pub mod cloudflare;` in src/bindings/mod.rs
          hint: `synth` checks what `Program` knows: `.catalogue(bindings::cloudflare::CATALOGUE)?` in src/main.rs
        "#);
    let module = env.read("src/bindings/cloudflare/mod.rs");
    let line = module.lines().find(|line| line.contains("CATALOGUE")).unwrap();
    assert_snapshot!(line, @r#"
        pub const CATALOGUE: &str = include_str!("../../../catalogues/cloudflare-cloudflare-5.22.0.txt");
        "#);
    assert!(env.path("src/bindings/cloudflare/data/zone.rs").exists());
    // The second time, the package has it already.
    let added = env.run(&["bindings", "add", "cloudflare_dns_record"]);
    assert_snapshot!(added.stderr, @"Added 1 type of cloudflare/cloudflare 5.22.0 in src/bindings/cloudflare");
    assert_eq!(env.run(&["bindings", "update", "--check", "src/bindings/cloudflare"]).code, 0);
    let listed = env.run(&["bindings", "list", "cloudflare_zone_"]);
    assert!(!listed.stdout.contains("in src/bindings"), "{}", listed.stdout);
    let listed = env.run(&["bindings", "list", "cloudflare_dns_record"]);
    assert_snapshot!(listed.stdout, @r#"
        cloudflare_dns_record  cloudflare/cloudflare 5.22.0  in src/bindings/cloudflare
        data.cloudflare_dns_record  cloudflare/cloudflare 5.22.0
        data.cloudflare_dns_records  cloudflare/cloudflare 5.22.0
        "#);
}

#[test]
fn a_type_that_only_a_newer_catalogue_has_brings_it() {
    let env = TestEnv::new();
    let added = env.run(&["bindings", "add", "random_uuid", "random_uuid4"]);
    assert_eq!(added.code, 0, "{}", added.stderr);
    assert_snapshot!(added.stderr, @r#"
        Wrote the catalogue of hashicorp/random 3.9.1 to catalogues/hashicorp-random-3.9.1.txt
        Added 2 types of hashicorp/random 3.9.1 in src/bindings/random
          hint: declare `pub mod random;` in src/bindings/mod.rs
          hint: `synth` checks what `Program` knows: `.catalogue(bindings::random::CATALOGUE)?` in src/main.rs
        "#);
    assert!(env.read("src/bindings/random/mod.rs").contains(">= 3.9.1, < 4.0.0"));
}

#[test]
fn a_wrong_type_names_the_nearest_of_all_providers() {
    let env = TestEnv::new();
    for name in ["google_storage_bukket", "cloudflare_zonee", "data.azurerm_subnte", "nonsense"] {
        let ran = env.run(&["bindings", "add", name]);
        assert_eq!((ran.code, env.path("src").exists()), (2, false), "{}", ran.stderr);
    }
    let ran = env.run(&["bindings", "add", "google_storage_bukket"]);
    assert_snapshot!(ran.stderr, @r#"
        error: no provider has the type `google_storage_bukket`
          hint: did you mean `google_storage_bucket`?
        "#);
}

#[test]
fn offline_takes_what_is_carried() {
    let env = TestEnv::new();
    let ran = env.run(&["bindings", "get", "--offline", "hashicorp/tls", "cloudflare/cloudflare@5.22.0"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_snapshot!(ran.stderr, @r#"
        Wrote the catalogue of hashicorp/tls 4.4.1 to catalogues/hashicorp-tls-4.4.1.txt
          hint: `bindings add tls_cert_request` adds a type, `bindings list tls` shows all that there are
        Wrote the catalogue of cloudflare/cloudflare 5.22.0 to catalogues/cloudflare-cloudflare-5.22.0.txt
          hint: `bindings add cloudflare_access_rule` adds a type, `bindings list cloudflare` shows all that there are
        "#);
    assert!(env.path("catalogues/hashicorp-tls-4.4.1.txt").exists());
    let mut report = String::new();
    for source in ["hashicorp/tls@9.0.0", "cloudflare/cloudfare", "acme/anvil"] {
        let ran = env.run(&["bindings", "get", "--offline", source]);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        report.push_str(&ran.stderr);
    }
    assert_snapshot!(report, @r#"
        error: Formwork carries no catalogue of hashicorp/tls 9.0.0
          hint: there is one of 4.4.1
        error: Formwork carries no catalogue of cloudflare/cloudfare
          hint: did you mean cloudflare/cloudflare?
        error: Formwork carries no catalogue of acme/anvil
        "#);
    let wrong = env.run(&["bindings", "get", "--offline", "hashicorp/tls@newest"]);
    assert_eq!(wrong.code, 2);
    assert_snapshot!(wrong.stderr, @r#"
        error: `newest` is not a version: `newest` is not a number
          hint: one version, such as 4.1.0
        "#);
}

#[test]
fn where_nothing_can_be_downloaded_a_carried_catalogue_is_taken() {
    let env = TestEnv::new();
    let script = "[ \"$1\" != version ] || { echo '{\"terraform_version\": \"1.11.4\"}'; exit; }\necho 'Error: no network' >&2\nexit 1\n";
    let terraform = terraform_that(&env, script);
    let ran = env.run(&["bindings", "get", "--terraform", &terraform, "hashicorp/tls"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_snapshot!(ran.stderr, @r#"
        warning: `terraform init -no-color -input=false -backend=false` failed: Error: no network
          hint: this is the catalogue of hashicorp/tls 4.4.1 that Formwork carries
        Wrote the catalogue of hashicorp/tls 4.4.1 to catalogues/hashicorp-tls-4.4.1.txt
          hint: `bindings add tls_cert_request` adds a type, `bindings list tls` shows all that there are
        "#);
    let ran = env.run(&["bindings", "get", "--terraform", &terraform, "acme/anvil"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr, @"error: cannot get the catalogue of acme/anvil: `terraform init -no-color -input=false -backend=false` failed: Error: no network");
    assert!(!env.path("catalogues/acme-anvil-1.2.3.txt").exists());
}

/// The carried catalogues are those of the repository, and whole.
#[test]
fn carried_catalogues_are_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/bindgen/catalogues");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let catalogue = formwork::schema::Catalogue::parse(std::fs::read_to_string(&path).unwrap()).unwrap();
        catalogue.verify().unwrap_or_else(|error| panic!("{}: {error:?}", path.display()));
        assert_eq!(path.file_name().unwrap().to_str().unwrap(), catalogue.file_name());
        count += 1;
    }
    assert_eq!(count, 22);
}

/// A package of five clouds, as somebody writes it in an empty folder.
const CLOUDS: &str = r#"mod bindings;

use std::process::ExitCode;

use bindings::{azurerm, cloudflare, datadog, google, kubernetes};
use formwork::{App, Program};

fn build(app: &mut App) -> formwork::Result {
    let stack = app.stack("azure");
    stack.provider(azurerm::Provider::new().features(azurerm::provider::Features::new()));
    let group = azurerm::ResourceGroupArgs { location: "westeurope".into(), name: "shop".into() };
    let group = stack.add("group", azurerm::ResourceGroup::new(group));
    let network = azurerm::VirtualNetworkArgs {
        location: group.location().into(),
        name: "shop".into(),
        resource_group_name: group.name().into(),
    };
    let network = azurerm::VirtualNetwork::new(network).address_space(["10.0.0.0/16"]);
    let network = stack.add("network", network);
    let subnet = azurerm::SubnetArgs {
        name: "web".into(),
        resource_group_name: group.name().into(),
        virtual_network_name: network.name().into(),
    };
    let subnet = stack.add("subnet", azurerm::Subnet::new(subnet).address_prefixes(["10.0.1.0/24"]));
    stack.output("subnet", subnet.id());

    let stack = app.stack("google");
    stack.provider(google::Provider::new().project("shop").region("europe-west1"));
    let bucket = google::StorageBucketArgs { location: "EU".into(), name: "shop-pages".into() };
    let bucket = stack.add("pages", google::StorageBucket::new(bucket));
    let topic = stack.add("orders", google::PubsubTopic::new("orders"));
    let subscription = google::PubsubSubscriptionArgs { name: "orders".into(), topic: topic.id().into() };
    stack.add("orders", google::PubsubSubscription::new(subscription));
    stack.output("url", bucket.url());

    let stack = app.stack("cluster");
    stack.provider(kubernetes::Provider::new().config_path("~/.kube/config"));
    let metadata = kubernetes::namespace_v1::Metadata::new().name("shop");
    let namespace = stack.add("shop", kubernetes::NamespaceV1::new().metadata(metadata));
    let metadata = kubernetes::config_map_v1::Metadata::new()
        .name("settings")
        .namespace(namespace.metadata().at(0).field::<String>("name"));
    stack.add("settings", kubernetes::ConfigMapV1::new(metadata).data([("color", "blue")]));

    let stack = app.stack("dns");
    stack.provider(cloudflare::Provider::new());
    let account = cloudflare::zone::Account::new().id("0123456789abcdef0123456789abcdef");
    let zone = stack.add("shop", cloudflare::Zone::new(account, "example.com"));
    let record = cloudflare::DnsRecordArgs {
        name: "www".into(),
        ttl: 300.into(),
        r#type: "CNAME".into(),
        zone_id: zone.id().into(),
    };
    stack.add("www", cloudflare::DnsRecord::new(record).content("pages.example.net"));

    let stack = app.stack("alarms");
    stack.provider(datadog::Provider::new());
    let monitor = datadog::MonitorArgs {
        message: "The queue grows".into(),
        name: "queue".into(),
        query: "avg(last_5m):avg:queue.length{*} > 100".into(),
        r#type: "metric alert".into(),
    };
    stack.add("queue", datadog::Monitor::new(monitor));
    Ok(())
}

fn main() -> ExitCode {
    match program() {
        Ok(program) => program.run(),
        Err(_) => ExitCode::FAILURE,
    }
}

fn program() -> formwork::Result<Program> {
    Program::new(build)
        .catalogue(azurerm::CATALOGUE)?
        .catalogue(cloudflare::CATALOGUE)?
        .catalogue(datadog::CATALOGUE)?
        .catalogue(google::CATALOGUE)?
        .catalogue(kubernetes::CATALOGUE)
}
"#;

/// From an empty folder to resources of five clouds in the sandbox, whose second plan has no changes, and back.
#[test]
fn a_package_of_five_clouds_lives_in_the_sandbox() {
    let env = TestEnv::new();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let manifest = format!(
        "[package]\nname = \"clouds\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\nformwork = {{ path = {root:?} }}\n"
    );
    env.write("Cargo.toml", &manifest);
    env.write("Cargo.lock", &std::fs::read_to_string(format!("{root}/Cargo.lock")).unwrap());
    env.write("src/main.rs", CLOUDS);
    let added = env.run(&[
        "bindings",
        "add",
        "azurerm_resource_group",
        "azurerm_virtual_network",
        "azurerm_subnet",
        "google_storage_bucket",
        "google_pubsub_topic",
        "google_pubsub_subscription",
        "kubernetes_namespace_v1",
        "kubernetes_config_map_v1",
        "cloudflare_zone",
        "cloudflare_dns_record",
        "datadog_monitor",
    ]);
    assert_eq!(added.code, 0, "{}", added.stderr);
    let modules = ["azurerm", "cloudflare", "datadog", "google", "kubernetes"];
    let declared: String = modules.iter().map(|module| format!("pub mod {module};\n")).collect();
    env.write("src/bindings/mod.rs", &declared);

    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO"));
        command.args(["run", "--quiet", "--"]).args(arguments).current_dir(env.path(""));
        // Beside the libraries of this repository, which are there already.
        command.env("CARGO_TARGET_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/.."));
        command.env("CARGO_PROFILE_DEV_DEBUG", "false").env_remove("TF_CLI_CONFIG_FILE");
        env.finish(command)
    };
    let synthesized = run(&["synth"]);
    assert_eq!(synthesized.code, 0, "{}", synthesized.stderr);
    assert!(!synthesized.stderr.contains("not checked"), "{}", synthesized.stderr);
    let applied = run(&["apply", "--sandbox", "--auto-approve"]);
    assert_eq!(applied.code, 0, "{}{}", applied.stdout, applied.stderr);
    let planned = run(&["plan", "--sandbox", "--detailed-exitcode"]);
    assert_eq!(planned.code, 0, "{}{}", planned.stdout, planned.stderr);
    let destroyed = run(&["destroy", "--sandbox", "--auto-approve"]);
    assert_eq!(destroyed.code, 0, "{}{}", destroyed.stdout, destroyed.stderr);

    // What the provider does not have is a finding with the nearest.
    let wrong = "{ let mut record = cloudflare::DnsRecord::new(record); formwork::Resource::block_mut(&mut record).set(\"contnet\", \"pages.example.net\"); record }";
    let right = "cloudflare::DnsRecord::new(record).content(\"pages.example.net\")";
    env.write("src/main.rs", &CLOUDS.replace(right, wrong));
    let wrong = run(&["synth"]);
    assert_eq!(wrong.code, 1, "{}", wrong.stderr);
    assert!(wrong.stderr.contains("did you mean `content`?"), "{}", wrong.stderr);
}
