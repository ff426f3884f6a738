//! `convert`, `port` and `adopt`: packages that are made, built, compared and planned.

use crate::support::{Ran, TestEnv};
use crate::terraform::Root;

const CONFIGURATION: &str = r#"
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "zones" { type = list(string) }
variable "rules" {
  type    = map(object({ port = number, cidrs = optional(list(string), ["10.0.0.0/8"]) }))
  default = {}
}

locals {
  tags    = { Team = "net" } # of all
  subnets = { for i, zone in var.zones : zone => cidrsubnet(aws_vpc.main.cidr_block, 8, i) }
  lists   = [for one in [[1, 2], [3]] : [for one in one : one * 2 if one > 1]]
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = merge(local.tags, { Name = "main-${length(var.zones)}" })
  lifecycle {
    create_before_destroy = true
    prevent_destroy       = true
  }
}

resource "aws_subnet" "private" {
  for_each          = local.subnets
  vpc_id            = aws_vpc.main.id
  cidr_block        = each.value
  availability_zone = each.key
}

resource "aws_security_group" "web" {
  vpc_id = aws_vpc.main.id
  dynamic "ingress" {
    for_each = var.rules
    content {
      from_port   = ingress.value.port
      to_port     = ingress.value.port
      protocol    = "tcp"
      cidr_blocks = ingress.value.cidrs
      description = ingress.key
    }
  }
}

resource "aws_lb_listener" "web" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/a/1"
  dynamic "default_action" {
    for_each = length(var.zones) > 1 ? [1] : []
    content { type = "fixed-response" }
  }
  default_action { type = "fixed-response" }
}

module "pages" {
  source = "./pages"
  count  = 2
  name   = "pages-${count.index}"
  tags   = local.tags
}

output "pages" { value = module.pages[0].arn }
output "text" {
  value = <<-EOT
    %{ for zone in var.zones ~}
      - ${zone}
    %{ endfor ~}
  EOT
}
moved {
  from = aws_vpc.old
  to   = aws_vpc.main
}
"#;

const PAGES: &str = r#"
variable "name" { type = string }
variable "tags" {}
resource "aws_s3_bucket" "this" {
  bucket = var.name
  tags   = var.tags
}
data "local_file" "page" { filename = "${path.module}/page.html" }
output "arn" { value = aws_s3_bucket.this.arn }
"#;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Runs a verb that makes a package.
fn made(env: &TestEnv, arguments: &[&str]) -> Ran {
    // The packages are built where this repository is, whose libraries are there already.
    let target = concat!(env!("CARGO_TARGET_TMPDIR"), "/..");
    env.run_with(&[("CARGO_TARGET_DIR", target), ("CARGO_PROFILE_DEV_DEBUG", "false")], arguments)
}

fn proved(ran: &Ran, what: &str) {
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains(what), "{what} in {}", ran.stderr);
}

#[test]
fn packages_say_what_they_were_made_of() {
    let env = TestEnv::new();
    env.write("shop/main.tf", CONFIGURATION);
    env.write("shop/pages/main.tf", PAGES);
    env.write("shop/pages/page.html", "<p>");
    let ran = made(&env, &["convert", "shop", "--out", "shop-rs", "--formwork", ROOT]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("say the same"), "{}", ran.stderr);
    assert!(env.read("shop-rs/README.md").contains("(100.0 %)"), "{}", env.read("shop-rs/README.md"));
    assert_eq!(env.read("shop-rs/formwork.out/pages/page.html"), "<p>");

    // What is changed in the program afterwards is seen.
    let main = env.read("shop-rs/src/main.rs").replace("10.0.0.0/16", "10.1.0.0/16");
    env.write("shop-rs/src/main.rs", &main);
    let ran = made(&env, &["convert", "shop", "--out", "shop-rs", "--check"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("shop / aws_vpc.main / cidr_block"), "{}", ran.stderr);

    let ported = format!("{ROOT}/crates/convert/tests/cdktf/0.21/services");
    let ran = made(&env, &["port", &ported, "--out", "ported", "--formwork", ROOT]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("say the same"), "{}", ran.stderr);
}

const WALK: &str = r#"
locals { colours = { red = 1, blue = 2 } }
resource "terraform_data" "colour" {
  for_each = local.colours
  input    = "${each.key}-${each.value}"
}
module "part" {
  source = "./part"
  count  = 2
  name   = "part-${count.index}"
}
resource "terraform_data" "all" {
  input = { colours = [for one in terraform_data.colour : one.output], secret = var.secret }
}
variable "secret" {
  type      = string
  sensitive = true
}
output "names" { value = module.part[*].id }
"#;

const PART: &str = r#"
variable "name" { type = string }
resource "terraform_data" "this" { input = var.name }
output "id" { value = terraform_data.this.id }
"#;

#[test]
fn terraform_plans_no_changes_of_what_was_converted() {
    let env = TestEnv::new();
    env.write("walk/main.tf", WALK);
    env.write("walk/part/main.tf", PART);
    env.write("walk/terraform.tfvars", "secret = \"hunter2\"\n");
    let root = Root::at(env.path("walk"));
    root.terraform(&["init"]);
    root.terraform(&["apply", "-auto-approve"]);
    let state = env.read("walk/terraform.tfstate");

    let ran = made(&env, &["convert", "walk", "--out", "walk-rs", "--formwork", ROOT, "--plan"]);
    proved(&ran, "terraform plans no changes of `walk`");
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("hunter2"), "{}", ran.stderr);
    // Neither the state nor the configuration is touched.
    assert_eq!(env.read("walk/terraform.tfstate"), state);

    // The same without the configuration: its state alone.
    env.write("alone.tfstate", &state);
    let ran =
        made(&env, &["adopt", "--state", "alone.tfstate", "--out", "alone", "--formwork", ROOT, "--plan"]);
    proved(&ran, "terraform plans no changes of `alone` but 2 moves");

    // What somebody changed is what terraform would change.
    env.write("walk/terraform.tfvars", "secret = \"hunter3\"\n");
    let ran = made(&env, &["convert", "walk", "--out", "walk-rs", "--check", "--plan"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("terraform plans changes of `walk`"), "{}", ran.stderr);
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("hunter"), "{}", ran.stdout);
}

/// What a stack of CDK for Terraform writes: names with hashes, the path of each construct below `//`.
const CDKTF: &str = r#"{
  "//": {"metadata": {"backend": "local", "stackName": "jobs", "version": "0.21.0"}, "outputs": {}},
  "terraform": {"backend": {"local": {"path": "terraform.jobs.tfstate"}}},
  "resource": {"terraform_data": {
    "first": {"//": {"metadata": {"path": "jobs/first", "uniqueId": "first"}}, "input": "a"},
    "api_job_8F2A1C0D": {
      "//": {"metadata": {"path": "jobs/api/job", "uniqueId": "api_job_8F2A1C0D"}},
      "input": "${terraform_data.first.output}",
      "depends_on": ["terraform_data.first"]
    },
    "web_job_01E74573": {
      "//": {"metadata": {"path": "jobs/web/job", "uniqueId": "web_job_01E74573"}},
      "input": "${terraform_data.api_job_8F2A1C0D.id}",
      "depends_on": ["terraform_data.api_job_8F2A1C0D"]
    }
  }},
  "output": {"job": {"value": "${terraform_data.web_job_01E74573.output}"}}
}"#;

#[test]
fn terraform_plans_no_changes_of_what_was_ported_but_moves_to_readable_names() {
    let env = TestEnv::new();
    let manifest = r#"{"version": "0.21.0", "stacks": {"jobs": {"name": "jobs", "dependencies": [],
        "synthesizedStackPath": "stacks/jobs/cdk.tf.json"}}}"#;
    env.write("cdktf.out/manifest.json", manifest);
    env.write("cdktf.out/stacks/jobs/cdk.tf.json", CDKTF);
    let root = Root::at(env.path("cdktf.out/stacks/jobs"));
    root.terraform(&["init"]);
    root.terraform(&["apply", "-auto-approve"]);

    let ran = made(&env, &["port", "cdktf.out", "--out", "kept", "--formwork", ROOT, "--plan"]);
    proved(&ran, "terraform plans no changes of `jobs`\n");
    let arguments = ["port", "cdktf.out", "--readable", "--out", "readable", "--formwork", ROOT, "--plan"];
    proved(&made(&env, &arguments), "terraform plans no changes of `jobs` but 2 moves\n");
    let text = env.read("readable/src/stacks/jobs/mod.rs");
    assert!(text.contains("\"api_job\"") && text.contains("\"terraform_data.api_job_8F2A1C0D\""), "{text}");
}

#[test]
fn a_state_without_its_program_becomes_a_program_that_changes_nothing() {
    let env = TestEnv::new();
    let applied = env.simulated("base", &["apply", "--sandbox", "--auto-approve"]);
    assert_eq!(applied.code, 0, "{}", applied.stderr);
    let state = |stack: &str| format!("formwork.out/.sandbox/{stack}/terraform.tfstate");
    let states = ["alerts", "pages", "worker"].map(state);
    let mut arguments =
        vec!["adopt", "--out", "adopted", "--formwork", ROOT, "--plan", "--sandbox", "--state"];
    arguments.extend(states.iter().map(String::as_str));
    let ran = made(&env, &arguments);
    for stack in ["alerts", "pages", "worker"] {
        proved(&ran, &format!("terraform plans no changes of `{stack}`\n"));
    }
    assert!(env.path("adopted/src/stacks/worker/mod.rs").exists());

    // What no state has is imported.
    let added =
        env.simulated("base", &["sandbox", "add", "aws_s3_bucket", "acme-old", "--region", "eu-central-1"]);
    assert_eq!(added.code, 0, "{}", added.stderr);
    let imports = "provider \"aws\" {\n  region = \"eu-central-1\"\n}\nimport {\n  to = aws_s3_bucket.old\n  id = \"acme-old\"\n}\n";
    env.write("old/imports.tf", imports);
    let generated = "# __generated__ by Terraform\nresource \"aws_s3_bucket\" \"old\" {\n  bucket = \"acme-old\"\n  tags   = null\n}\n";
    env.write("old/generated.tf", generated);
    let arguments = ["adopt", "--from-import", "old/imports.tf", "old/generated.tf", "--out", "old-rs"];
    let ran = made(&env, &[&arguments[..], &["--formwork", ROOT, "--plan", "--sandbox"]].concat());
    proved(&ran, "terraform plans no changes of `imports` but 1 import\n");
}
