//! The model with typed bindings: what a program says is what its document has.

use formwork::schema::Library;
use formwork::{App, Backend, Expr, Lifecycle, Map, Resource, Stack, Synthesized, aws, hashicorp};
use serde_json::{Value, json};

fn synthesized(build: impl FnOnce(&mut App)) -> Synthesized {
    let mut app = App::new();
    build(&mut app);
    formwork::synthesize(app, &Library::embedded()).unwrap()
}

fn documents(build: impl FnOnce(&mut App)) -> Vec<Value> {
    let synthesized = synthesized(build);
    assert_eq!(synthesized.diagnostics, []);
    synthesized.documents.iter().map(|(_, bytes)| serde_json::from_slice(bytes).unwrap()).collect()
}

#[test]
fn objects_in_lists_have_all_their_keys() {
    let documents = documents(|app| {
        let rule = aws::security_group::Egress::new().from_port(443).to_port(443).protocol("tcp");
        app.stack("dev").add("group", aws::SecurityGroup::new().ingress([rule.cidr_blocks(["10.0.0.0/8"])]));
    });
    let rule = &documents[0]["resource"]["aws_security_group"]["group"]["ingress"][0];
    assert_eq!(
        *rule,
        json!({
            "cidr_blocks": ["10.0.0.0/8"], "description": null, "from_port": 443, "ipv6_cidr_blocks": null,
            "prefix_list_ids": null, "protocol": "tcp", "security_groups": null, "self": null, "to_port": 443,
        })
    );
}

#[test]
fn providers_have_aliases_and_small_ones_work_alike() {
    let documents = documents(|app| {
        let stack = app.stack("dev");
        stack.provider(aws::Provider::new().region("eu-central-1"));
        let virginia = stack.provider_alias("virginia", aws::Provider::new().region("us-east-1"));
        stack.add("certificate", aws::AcmCertificate::new().domain_name("example.com").provider(&virginia));
        let password = stack.add("password", hashicorp::random::Password::new(32));
        stack.export("password", formwork::Export::new(password.result()).sensitive());
    });
    let document = &documents[0];
    assert_eq!(
        document["provider"]["aws"],
        json!([{"region": "eu-central-1"}, {"region": "us-east-1", "alias": "virginia"}])
    );
    let certificate = &document["resource"]["aws_acm_certificate"]["certificate"];
    assert_eq!(certificate["provider"], json!("aws.virginia"));
    assert_eq!(document["terraform"]["required_providers"]["random"]["source"], json!("hashicorp/random"));
    assert_eq!(document["output"]["password"]["sensitive"], json!(true));
}

#[test]
fn remote_state_fits_the_producers_backend() {
    let documents = documents(|app| {
        let network = app.stack("network");
        network.backend(Backend::s3("states", "network.tfstate", "eu-central-1").use_lockfile());
        let id = network.output("vpc_id", Expr::<String>::raw("\"vpc-1\""));
        let service = app.stack("service");
        let id = service.read(&id);
        service.add("group", aws::SecurityGroup::new().vpc_id(id));
    });
    assert_eq!(
        documents[0]["terraform"]["backend"],
        json!({"s3": {"bucket": "states", "key": "network.tfstate", "region": "eu-central-1", "encrypt": true, "use_lockfile": true}})
    );
    assert_eq!(
        documents[1]["data"]["terraform_remote_state"]["network"],
        json!({"backend": "s3", "config": {"bucket": "states", "key": "network.tfstate", "region": "eu-central-1"}, "workspace": "${terraform.workspace}"})
    );
    let group = &documents[1]["resource"]["aws_security_group"]["group"];
    assert_eq!(group["vpc_id"], json!("${data.terraform_remote_state.network.outputs.vpc_id}"));
}

#[test]
fn meta_arguments_are_written_bare() {
    let documents = documents(|app| {
        let stack = app.stack("dev");
        let topic = stack.add("topic", aws::SnsTopic::new());
        let caller = stack.add("caller", aws::data::CallerIdentity::new());
        let lifecycle =
            Lifecycle::new().prevent_destroy(true).ignore_all_changes().replace_triggered_by(&topic);
        let bucket = aws::S3Bucket::new().depends_on(&topic).depends_on(&caller).lifecycle(lifecycle);
        stack.add("bucket", bucket.tags(Map::new().with("owner", caller.account_id())));
    });
    let bucket = &documents[0]["resource"]["aws_s3_bucket"]["bucket"];
    assert_eq!(bucket["depends_on"], json!(["aws_sns_topic.topic", "data.aws_caller_identity.caller"]));
    assert_eq!(
        bucket["lifecycle"],
        json!({"prevent_destroy": true, "ignore_changes": "all", "replace_triggered_by": ["aws_sns_topic.topic"]})
    );
}

/// A module, as users write them: the function they call, and one that it calls.
#[track_caller]
fn letters(stack: &mut Stack, name: &str) {
    bucket_of_letters(&mut stack.scope(name));
}

fn bucket_of_letters(stack: &mut Stack) {
    stack.add("bucket", aws::S3Bucket::new().set("buckt", "letters"));
}

#[test]
fn a_mistake_in_a_module_names_its_caller_too() {
    let synthesized = synthesized(|app| {
        letters(app.stack("dev"), "letters");
    });
    let [diagnostic] = &synthesized.diagnostics[..] else { panic!("{:?}", synthesized.diagnostics) };
    assert_eq!(diagnostic.address.as_deref(), Some("aws_s3_bucket.letters_bucket"));
    let lines: Vec<u32> = diagnostic.sources.iter().map(formwork::Source::line).collect();
    let here = line!();
    // Inside the module, then where it was called.
    assert_eq!(lines, [here - 11, here - 5]);
    assert!(synthesized.documents.is_empty());
}
