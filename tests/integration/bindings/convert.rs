//! `convert` and `port`: packages that are made, built and compared.

use crate::support::TestEnv;

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

#[test]
fn packages_say_what_they_were_made_of() {
    let env = TestEnv::new();
    env.write("shop/main.tf", CONFIGURATION);
    env.write("shop/pages/main.tf", PAGES);
    env.write("shop/pages/page.html", "<p>");
    // The packages are built where this repository is, whose libraries are there already.
    let target = concat!(env!("CARGO_TARGET_TMPDIR"), "/..");
    let target = [("CARGO_TARGET_DIR", target), ("CARGO_PROFILE_DEV_DEBUG", "false")];

    let ran = env.run_with(&target, &["convert", "shop", "--out", "shop-rs", "--formwork", ROOT]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("say the same"), "{}", ran.stderr);
    assert!(env.read("shop-rs/README.md").contains("(100.0 %)"), "{}", env.read("shop-rs/README.md"));
    assert_eq!(env.read("shop-rs/formwork.out/pages/page.html"), "<p>");

    // What is changed in the program afterwards is seen.
    let main = env.read("shop-rs/src/main.rs").replace("10.0.0.0/16", "10.1.0.0/16");
    env.write("shop-rs/src/main.rs", &main);
    let ran = env.run_with(&target, &["convert", "shop", "--out", "shop-rs", "--check"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("shop / aws_vpc.main / cidr_block"), "{}", ran.stderr);

    let ported = format!("{ROOT}/crates/convert/tests/cdktf/0.21/services");
    let ran = env.run_with(&target, &["port", &ported, "--out", "ported", "--formwork", ROOT]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("say the same"), "{}", ran.stderr);
}
