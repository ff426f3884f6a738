//! What states and `import` blocks become. That the result compiles and changes nothing is shown in
//! `tests/integration`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use formwork_convert::{Conversion, ConvertError, Naming, adopt, adopt_imports, port, write};
use formwork_schema::Library;
use serde_json::{Value, json};

use crate::support::flat;

const AWS: &str = r#"provider["registry.terraform.io/hashicorp/aws"]"#;

/// A resource of a state of version 4, with its one instance.
fn resource(address: &str, dependencies: &[&str], attributes: Value) -> Value {
    let (module, address) = match address.rsplit_once(".aws_") {
        Some((module, rest)) => (Some(module), format!("aws_{rest}")),
        None => (None, address.to_owned()),
    };
    let (type_name, name) = address.split_once('.').unwrap();
    let mut resource = json!({
        "mode": "managed", "type": type_name, "name": name, "provider": AWS,
        "instances": [{"schema_version": 0, "attributes": attributes, "dependencies": dependencies}],
    });
    if let Some(module) = module {
        resource["module"] = module.into();
    }
    resource
}

fn instances(address: &str, all: &[(Value, Value)]) -> Value {
    let mut resource = resource(address, &[], json!({}));
    let all = all.iter().map(|(key, attributes)| json!({"index_key": key, "attributes": attributes}));
    resource["instances"] = all.collect();
    resource
}

fn state(resources: Vec<Value>) -> Value {
    json!({"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "a", "resources": resources})
}

fn adopted_as(name: &str, text: &[u8]) -> Result<Conversion, ConvertError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    adopt(&[path], &Library::embedded(), "0.1")
}

/// The Rust of a state, without line breaks, and the README.
fn adopted(state: &Value) -> (String, String) {
    let conversion = adopted_as("shop.tfstate", state.to_string().as_bytes()).unwrap();
    let files = conversion.package.files();
    (flat(&files[Path::new("src/main.rs")]), files[Path::new("README.md")].clone())
}

fn refused(state: &Value) -> String {
    match adopted_as("shop.tfstate", state.to_string().as_bytes()) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("it was taken"),
    }
}

fn contains(text: &str, all: &[&str]) {
    for expected in all {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

fn bucket(name: &str) -> Value {
    json!({
        "id": name, "bucket": name, "arn": format!("arn:aws:s3:::{name}"), "region": "eu-central-1",
        "bucket_prefix": "", "force_destroy": false, "tags": {}, "tags_all": {"Team": "web"},
        "request_payer": "BucketOwner", "acceleration_status": "", "versioning": [{"enabled": false}],
    })
}

#[test]
fn what_the_provider_gives_is_left_out_and_ids_become_references() {
    let (text, readme) = adopted(&state(vec![
        resource("aws_s3_bucket.pages", &[], bucket("acme-pages")),
        resource(
            "aws_s3_bucket_policy.pages",
            &["aws_s3_bucket.pages"],
            json!({
                "id": "acme-pages", "bucket": "acme-pages", "region": "eu-central-1",
                "policy": r#"{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::acme-pages/*"}],"Version":"2012-10-17"}"#,
            }),
        ),
    ]));
    contains(
        &text,
        &[
            // Version 5 has no regions of resources.
            r#"stack.require_provider("aws", "hashicorp/aws", "~> 6.0")"#,
            r#"aws::Provider::new().region("eu-central-1").default_tags(aws::provider::DefaultTags::new().tags([("Team", "web")]))"#,
            r#"let pages = stack.add("pages", aws::S3Bucket::new().bucket("acme-pages").force_destroy(false));"#,
            "bucket: pages.bucket().into()",
            r#""Resource": format!("{}/*", pages.arn())"#,
        ],
    );
    for left_out in ["request_payer", "versioning", "tags_all", ".id(", "bucket_prefix"] {
        assert!(!text.contains(left_out), "{left_out} in {text}");
    }
    contains(&readme, &["made of a Terraform state", "name its place with `stack.backend(…)`"]);
}

#[test]
fn a_name_that_another_has_too_is_no_reference_to_it() {
    let (text, _) = adopted(&state(vec![
        resource(
            "aws_iam_role.worker",
            &[],
            json!({
                "id": "worker", "name": "worker", "arn": "arn:aws:iam::111122223333:role/worker",
                "assume_role_policy": "{}",
            }),
        ),
        resource(
            "aws_lambda_function.worker",
            &["aws_iam_role.worker"],
            json!({
                "id": "worker", "function_name": "worker", "role": "arn:aws:iam::111122223333:role/worker",
                "description": "worker", "tags": {"Name": "worker"}, "tags_all": {"Name": "worker"},
            }),
        ),
    ]));
    contains(
        &text,
        &[r#"function_name: "worker".into()"#, "role: worker.arn().into()", r#"("Name", "worker")"#],
    );
}

#[test]
fn secrets_are_variables_and_never_in_the_program() {
    let mut database = resource(
        "aws_db_instance.main",
        &[],
        json!({
            "id": "db-1", "identifier": "main", "instance_class": "db.t4g.micro", "password": "hunter2-A",
        }),
    );
    database["instances"][0]["sensitive_attributes"] = json!([[{"type": "get_attr", "value": "password"}]]);
    let mut parameter = resource(
        "aws_ssm_parameter.key",
        &[],
        json!({
            "id": "/key", "name": "/key", "type": "String", "insecure_value": "hunter2-B", "value": "hunter2-B",
        }),
    );
    parameter["instances"][0]["sensitive_attributes"] =
        json!([[{"type": "get_attr", "value": "insecure_value"}]]);
    let mut all = state(vec![
        database,
        parameter,
        resource(
            "aws_lambda_function.f",
            &[],
            json!({
                "id": "f", "function_name": "f", "role": "arn:aws:iam::111122223333:role/f",
                "environment": [{"variables": {"API_TOKEN": "hunter2-C", "TOKEN_URL": "https://example.com"}}],
            }),
        ),
        resource(
            "aws_ecs_task_definition.t",
            &[],
            json!({
                "id": "t", "family": "t",
                "container_definitions": r#"[{"environment":[{"name":"DB_PASSWORD","value":"hunter2-D"}],"name":"t"}]"#,
            }),
        ),
    ]);
    all["outputs"] = json!({"key": {"value": "hunter2-E", "type": "string", "sensitive": true}});
    let conversion = adopted_as("shop.tfstate", all.to_string().as_bytes()).unwrap();
    for (path, text) in conversion.package.files() {
        assert!(!text.contains("hunter2"), "{}: {text}", path.display());
    }
    let text = flat(&conversion.package.files()[Path::new("src/main.rs")]);
    contains(
        &text,
        &[
            r#"stack.variable("main_password","#,
            ".password(&main_password)",
            ".insecure_value(&key_insecure_value)",
            r#".with("API_TOKEN", &f_environment_variables_api_token)"#,
            r#".with("TOKEN_URL", "https://example.com")"#,
            "t_container_definitions_environment_db_password",
            r#"stack.export("key", Export::new(&output_key).sensitive())"#,
        ],
    );
}

#[test]
fn instances_are_one_block_over_what_tells_them_apart() {
    let subnet = |zone: &str, cidr: &str| json!({"id": zone, "vpc_id": "vpc-1", "cidr_block": cidr, "availability_zone": zone});
    let (text, _) = adopted(&state(vec![
        instances(
            "aws_subnet.private",
            &[
                (json!("eu-central-1a"), subnet("eu-central-1a", "10.0.0.0/24")),
                (json!("eu-central-1b"), subnet("eu-central-1b", "10.0.1.0/24")),
            ],
        ),
        instances(
            "aws_eip.nat",
            &[
                (json!(0), json!({"id": "a", "domain": "vpc"})),
                (json!(1), json!({"id": "b", "domain": "vpc"})),
            ],
        ),
        instances(
            "aws_sqs_queue.q",
            &[(json!(0), json!({"id": "a", "name": "one"})), (json!(1), json!({"id": "b", "name": "two"}))],
        ),
        // Without the first one `count` would make it.
        instances("aws_sns_topic.t", &[(json!(1), json!({"id": "arn:aws:sns:a:1:t", "name": "t"}))]),
    ]));
    contains(
        &text,
        &[
            "for_each(&private, |each|",
            ".availability_zone(each.key())",
            r#"aws::Subnet::new("vpc-1")"#,
            ".count(2)",
            "count(functions::length(&q), |index|",
            r#"stack.moved("aws_sns_topic.t[1]", "aws_sns_topic.t_1")"#,
        ],
    );
}

#[test]
fn modules_keep_their_addresses_and_those_with_keys_say_where_they_went() {
    let vpc =
        resource("module.net.aws_vpc.this", &[], json!({"id": "vpc-0a1b2c3d", "cidr_block": "10.0.0.0/16"}));
    let subnet = resource(
        "module.net.aws_subnet.this",
        &["module.net.aws_vpc.this"],
        json!({"id": "subnet-1", "vpc_id": "vpc-0a1b2c3d", "cidr_block": "10.0.0.0/24"}),
    );
    let (text, readme) = adopted(&state(vec![
        vpc.clone(),
        subnet.clone(),
        resource(
            "module.queue[\"a\"].aws_sqs_queue.this",
            &[],
            json!({"id": "https://a/q", "name": "q", "url": "https://a/q"}),
        ),
    ]));
    contains(
        &text,
        &[
            r#"Module::new("../net")"#,
            r#"stack.moved("module.queue[\"a\"].aws_sqs_queue.this", "aws_sqs_queue.queue_a_this")"#,
        ],
    );
    contains(&readme, &["its address could not be kept"]);
    let all = state(vec![vpc, subnet]);
    let conversion = adopted_as("shop.tfstate", all.to_string().as_bytes()).unwrap();
    contains(
        &flat(&conversion.package.files()[Path::new("src/modules/net/mod.rs")]),
        &["stack.set_module();", "aws::Subnet::new(vpc.id())"],
    );
}

#[test]
fn several_states_are_several_stacks_and_a_shown_state_is_one_too() {
    let folder = tempfile::tempdir().unwrap();
    let one = state(vec![resource("aws_s3_bucket.a", &[], bucket("a-1"))]);
    let shown = json!({"format_version": "1.0", "terraform_version": "1.11.4", "values": {
        "outputs": {"names": {"sensitive": false, "type": ["list", "string"], "value": ["a"]}},
        "root_module": {"resources": [{
            "address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b",
            "provider_name": "registry.terraform.io/hashicorp/aws", "schema_version": 0,
            "values": bucket("b-1"), "sensitive_values": {},
        }]},
    }});
    let paths: Vec<PathBuf> = [("one.tfstate", one), ("two.json", shown)]
        .map(|(name, state)| {
            let path = folder.path().join(name);
            fs::write(&path, state.to_string()).unwrap();
            path
        })
        .into();
    let conversion = adopt(&paths, &Library::embedded(), "0.1").unwrap();
    assert_eq!(conversion.stacks, ["one", "two"]);
    let files = conversion.package.files();
    contains(&flat(&files[Path::new("src/main.rs")]), &[r#"stacks::two::build(app.stack("two"));"#]);
    contains(&flat(&files[Path::new("src/stacks/two/mod.rs")]), &[r#".bucket("b-1")"#, "functions::tolist"]);
}

#[test]
fn what_is_no_state_is_refused_with_what_would_be_right() {
    let cases = [
        (json!([]), "this is no state"),
        (json!({"version": 3}), "this is a state of version 3, and version 4 is known"),
        (json!({"format_version": "1.2", "resource_changes": []}), "this is a plan, and no state"),
        (json!({"version": 4, "resources": [{"type": "aws_vpc"}]}), "the state is damaged at `aws_vpc.?`"),
        (
            state(vec![resource("aws_vcp.main", &[], json!({}))]),
            "`aws_vcp.main` is of a type that hashicorp/aws",
        ),
        (
            state(vec![
                json!({"mode": "managed", "type": "acme_x", "name": "y", "provider": "provider[\"registry.terraform.io/acme/acme\"]", "instances": [{"attributes": {}}]}),
            ]),
            "`acme_x.y` needs acme/acme, of which no catalogue is known",
        ),
    ];
    for (state, expected) in cases {
        let message = refused(&state);
        assert!(message.contains(expected), "{expected}\n{message}");
    }
}

const IMPORTS: &str = r#"
import {
  to = aws_s3_bucket.pages
  id = "acme-pages-1"
}
import {
  to = aws_s3_bucket_policy.pages
  id = "acme-pages-1"
}
"#;

const GENERATED: &str = r#"
# __generated__ by Terraform
# Please review these resources and move them into your main configuration files.

# __generated__ by Terraform from "acme-pages-1"
resource "aws_s3_bucket" "pages" {
  bucket              = "acme-pages-1"
  bucket_prefix       = null
  force_destroy       = null
  object_lock_enabled = false
  tags                = {}
  tags_all            = {}
}

# __generated__ by Terraform
resource "aws_s3_bucket_policy" "pages" {
  bucket = "acme-pages-1"
  policy = jsonencode({
    Version = "2012-10-17"
  })
}
"#;

fn imported(files: &[&str]) -> Result<Conversion, ConvertError> {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = files
        .iter()
        .enumerate()
        .map(|(index, text)| {
            let path = folder.path().join(format!("file{index}.tf"));
            fs::write(&path, text).unwrap();
            path
        })
        .collect();
    adopt_imports(&paths, &Library::embedded(), "0.1")
}

#[test]
fn generated_configuration_is_read_as_a_person_would_write_it() {
    let conversion = imported(&[IMPORTS, GENERATED]).unwrap();
    let all: String = conversion
        .package
        .files()
        .iter()
        .filter(|(path, _)| path.starts_with("src") && !path.starts_with("src/bindings"))
        .map(|(_, text)| flat(text))
        .collect();
    contains(
        &all,
        &[r#"aws::S3Bucket::new().bucket("acme-pages-1"))"#, "bucket: pages.bucket().into()", "Import::id("],
    );
    assert!(!all.contains("__generated__") && !all.contains("tags"), "{all}");
    let error = imported(&[IMPORTS]).err().unwrap().to_string();
    contains(&error, &["file0.tf:3:3: `aws_s3_bucket.pages` has no configuration", "-generate-config-out"]);
    contains(&imported(&[GENERATED]).err().unwrap().to_string(), &["has no `import` block"]);
}

/// Changes of bytes in a fixed sequence.
struct Changes(u64);

impl Changes {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap()
    }

    fn of(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=self.next() % 4 {
            let at = self.next() % bytes.len();
            match self.next() % 4 {
                0 => bytes[at] = b"{}[]\",:0-9nullx\\\xff"[self.next() % 17],
                1 => bytes.truncate(at.max(1)),
                2 => bytes.insert(at, b"{}[]\",:.$%"[self.next() % 10]),
                // A value of another place.
                _ => {
                    let from = self.next() % bytes.len();
                    let length = (self.next() % 40).min(bytes.len() - from);
                    let part = bytes[from..from + length].to_vec();
                    bytes.splice(at..at, part);
                }
            }
        }
        bytes
    }
}

#[test]
fn no_bytes_make_any_of_them_panic_or_write_half_a_package() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let one = state(vec![
        resource("aws_s3_bucket.a", &[], bucket("a-1")),
        resource(
            "module.m[0].aws_vpc.this",
            &["aws_s3_bucket.a"],
            json!({"id": "vpc-1", "cidr_block": "10.0.0.0/16"}),
        ),
        instances(
            "aws_sqs_queue.q",
            &[(json!(0), json!({"id": "a", "name": "one"})), (json!(1), json!({"id": "b", "name": "a-1"}))],
        ),
    ]);
    let document = root.join("out/stacks/one/cdk.tf.json");
    fs::create_dir_all(document.parent().unwrap()).unwrap();
    let cdktf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cdktf/0.21/simple");
    let manifest = fs::read_to_string(cdktf.join("manifest.json")).unwrap();
    let stack: Value = serde_json::from_str(&manifest).unwrap();
    let (_, stack) = stack["stacks"].as_object().unwrap().iter().next().unwrap();
    let text = fs::read_to_string(cdktf.join(stack["synthesizedStackPath"].as_str().unwrap())).unwrap();
    let manifest = json!({"version": "0.21.0", "stacks": {"one": {
        "name": "one", "synthesizedStackPath": "stacks/one/cdk.tf.json", "dependencies": [],
    }}})
    .to_string();
    let library = Library::embedded();
    let mut changes = Changes(0x2545_f491);
    for round in 0..90 {
        let result = match round % 3 {
            0 => {
                let path = root.join("shop.tfstate");
                fs::write(&path, changes.of(&one.to_string())).unwrap();
                adopt(&[path], &library, "0.1")
            }
            1 => {
                let path = root.join("imports.tf");
                fs::write(&path, changes.of(&format!("{IMPORTS}{GENERATED}"))).unwrap();
                adopt_imports(&[path], &library, "0.1")
            }
            _ => {
                fs::write(&document, changes.of(&text)).unwrap();
                let manifest =
                    if round % 2 == 0 { manifest.clone().into_bytes() } else { changes.of(&manifest) };
                fs::write(root.join("out/manifest.json"), manifest).unwrap();
                port(&root.join("out"), &library, Naming::Readable, "0.1")
            }
        };
        // Whether it is taken or refused does not matter: there is a whole package or none.
        let out = root.join("package");
        if let Ok(conversion) = result {
            write(&conversion.package, &out).unwrap();
            assert!(out.join("src/main.rs").is_file() && out.join("Cargo.toml").is_file());
            fs::remove_dir_all(&out).unwrap();
        }
        let left = fs::read_dir(root).unwrap().flatten();
        let left: Vec<_> =
            left.filter(|it| it.file_name().to_string_lossy().starts_with(".formwork-")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}
