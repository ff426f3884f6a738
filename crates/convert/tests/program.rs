//! What configurations become. That the result compiles and says the same is shown in `tests/integration`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::path::Path;

use formwork_convert::{Conversion, ConvertError, Naming, convert, port, write};
use formwork_schema::Library;

use crate::support::flat;

/// Converts files, by name and text.
fn converted(files: &[(&str, &str)]) -> Result<Conversion, ConvertError> {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("shop");
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    convert(&folder, &Library::embedded(), "0.1")
}

/// The Rust of one file of a configuration, without line breaks and indentation.
fn rust(text: &str) -> String {
    let conversion = converted(&[("main.tf", text)]).unwrap();
    flat(&conversion.package.files()[Path::new("src/main.rs")])
}

/// The message of what is refused, without the folder.
fn refused(files: &[(&str, &str)]) -> String {
    let message = match converted(files) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("it was taken"),
    };
    message.split_once("/shop/").map(|(_, rest)| rest.to_owned()).unwrap_or(message)
}

#[test]
fn comments_of_all_kinds_stand_before_what_they_spoke_of() {
    let text = rust(
        "# one\n// two\n/* three */\nresource \"aws_vpc\" \"main\" {\n  cidr_block = \"10.0.0.0/16\" # four\n}\n# five\n",
    );
    for expected in ["// one // two // three stack.add(", "// four.cidr_block(", "// five"] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn a_hash_within_text_is_no_comment() {
    let text =
        rust("locals {\n  a = \"x # y ${\"z\" /* w */} // v\"\n  b = <<EOT\n# not a comment\nEOT\n}\n");
    assert!(text.contains("x # y {} // v") && text.contains("# not a comment\\n"), "{text}");
    assert_eq!(text.matches("// w").count(), 1, "{text}");
}

#[test]
fn templates_are_what_terraform_makes_of_them() {
    // What terraform 1.11.4 evaluates these to, with `["a", "b"]`.
    let text = rust(concat!(
        "variable \"l\" { type = list(string) }\n",
        "output \"a\" { value = \"%{ for z in var.l ~}\\n  ${z},\\n%{ endfor ~}\\n end\" }\n",
        "output \"b\" {\n  value = <<-EOT\n    %{ for z in var.l ~}\n      server ${z}\n    %{ endfor ~}\n    end\n    EOT\n}\n",
    ));
    assert!(text.contains(r#"format!("{z},\n")"#), "{text}");
    assert!(text.contains(r#"format!(" server {z}\n")"#), "{text}");
    assert!(text.contains("{} end\\n") || text.contains("{}    end"), "{text}");
}

#[test]
fn literals_have_the_types_of_the_provider() {
    let text = rust(
        "resource \"aws_vpc\" \"v\" {\n  enable_dns_support = \"true\"\n  cidr_block = \"10.0.0.0/16\"\n}\nresource \"random_pet\" \"p\" { length = \"3\" }\n",
    );
    assert!(text.contains("enable_dns_support(true)") && text.contains("length(3)"), "{text}");
}

#[test]
fn repetition_is_typed() {
    let text = rust(concat!(
        "variable \"zones\" { type = list(string) }\n",
        "resource \"aws_eip\" \"nat\" {\n  count = length(var.zones)\n  tags = { Name = \"nat-${count.index + 1}\" }\n}\n",
        "resource \"aws_sqs_queue\" \"q\" {\n  for_each = toset([\"a\", \"b\"])\n  name = each.key\n}\n",
        "output \"double\" { value = [for one in [1, 2] : one * 2] }\n",
        "output \"ips\" { value = aws_eip.nat[*].public_ip }\n",
        "output \"grouped\" { value = { for z in var.zones : upper(z) => z... if z != \"\" } }\n",
    ));
    for expected in [
        "count(functions::length(&zones), |index|",
        "for_each([\"a\", \"b\"], |each| aws::SqsQueue::new().name(each.key()))",
        ".map(|one| &one * 2)",
        "nat.all(|one| one.public_ip())",
        ".filter(|z| z.ne(\"\")).group(|z| (functions::upper(&z), z.clone()))",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn names_that_rust_has_or_cannot_have_are_told_apart() {
    let text = rust(concat!(
        "variable \"type\" {}\nvariable \"fn-name\" {}\nvariable \"fn_name\" {}\n",
        "output \"all\" { value = \"${var.type}${var.fn-name}${var.fn_name}\" }\n",
    ));
    assert!(
        text.contains("let type_ =")
            && text.contains("let fn_name =")
            && text.contains("let fn_name_variable ="),
        "{text}"
    );
    assert!(
        text.contains("stack.variable(\"fn-name\"") && text.contains("stack.variable(\"fn_name\""),
        "{text}"
    );
}

#[test]
fn versions_stay_what_they_were() {
    let text = rust(
        "terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\", version = \"~> 5.0\" }\n  }\n}\nresource \"random_pet\" \"p\" {}\n",
    );
    assert!(text.contains(r#"require_provider("aws", "hashicorp/aws", "~> 5.0")"#), "{text}");
    assert!(text.contains(r#"require_provider("random", "hashicorp/random", "")"#), "{text}");
}

#[test]
fn override_files_change_the_others() {
    let conversion = converted(&[
        ("main.tf", "resource \"aws_sqs_queue\" \"q\" {\n  name = \"a\"\n  delay_seconds = 1\n}\n"),
        ("main_override.tf", "resource \"aws_sqs_queue\" \"q\" { name = \"b\" }\n"),
    ]);
    let text = flat(&conversion.unwrap().package.files()[Path::new("src/main.rs")]);
    assert!(
        text.contains("name(\"b\")") && text.contains("delay_seconds(1)") && !text.contains("\"a\""),
        "{text}"
    );
}

#[test]
fn what_terraform_refuses_is_refused_where_it_stands() {
    let cases: [(&str, &str); 9] = [
        ("resource \"aws_vpc\" \"v\" {\n", "main.tf:1:26: this is not HCL"),
        ("x = 1\n", "main.tf:1:1: the argument `x` stands outside of a block"),
        ("resuorce \"a\" \"b\" {}\n", "main.tf:1:1: there is no block `resuorce`"),
        ("resource \"aws_vpc\" {}\n", "main.tf:1:1: a `resource` block has 2 labels, and this one 1"),
        ("variable \"a\" {}\nvariable \"a\" {}\n", "main.tf:2:1: `var.a` is declared twice"),
        (
            "output \"o\" {\n  value = var.zone\n}\nvariable \"zones\" {}\n",
            "main.tf:2:3: there is no variable `var.zone`",
        ),
        ("output \"o\" { value = uper(\"a\") }\n", "main.tf:1:14: there is no function `uper`"),
        ("variable \"a\" { type = strin }\n", "main.tf:1:16: `strin` is not a type"),
        ("module \"m\" { source = \"./nowhere\" }\n", "main.tf:1:14: the module `./nowhere` does not exist"),
    ];
    for (text, expected) in cases {
        let message = refused(&[("main.tf", text)]);
        assert!(message.starts_with(expected), "{expected}\n{message}");
    }
}

#[test]
fn nothing_is_written_over_and_nothing_half() {
    let folder = tempfile::tempdir().unwrap();
    let conversion = converted(&[("main.tf", "output \"o\" { value = 1 }\n")]).unwrap();
    let out = folder.path().join("out");
    write(&conversion.package, &out).unwrap();
    assert!(write(&conversion.package, &out).is_err());
    let left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["out"]);
}

#[test]
fn the_same_configuration_gives_the_same_bytes() {
    let files = [(
        "main.tf",
        "variable \"a\" {}\nlocals { b = { x = var.a, y = [1, 2] } }\noutput \"o\" { value = local.b.x }\n",
    )];
    let [first, second] = [0, 1].map(|_| converted(&files).unwrap());
    assert_eq!(first.package.files(), second.package.files());
}

#[test]
fn no_bytes_make_it_panic() {
    let text = include_str!("program.rs");
    let base = "resource \"a_b\" \"c\" {\n  d = \"${e.f[*].g}%{ if h }x%{ endif }\" # i\n  j = <<-K\n  ${l}\n  K\n  m { n = [for o, p in q : o => p...] }\n}\n";
    // A fixed sequence: bytes of the case are replaced by others, cut and doubled.
    let mut seed = 0x2545_f491_u64;
    for round in 0..150 {
        let mut bytes = base.as_bytes().to_vec();
        for _ in 0..=round % 5 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = usize::try_from(seed >> 33).unwrap() % bytes.len();
            match seed % 3 {
                0 => bytes[at] = text.as_bytes()[at * 7 % text.len()],
                1 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, b"{}[]\"$%<#/*\n\\"[at % 13]),
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        // Whether it is taken or refused does not matter here.
        let _ = converted(&[("main.tf", &text)]).map(|conversion| conversion.counts);
    }
}

#[test]
fn programs_of_cdk_for_terraform_keep_their_addresses() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cdktf");
    for version in ["0.20", "0.21", "cdktn"] {
        for program in ["simple", "services", "language", "assets", "hcl"] {
            let folder = root.join(version).join(program);
            let conversion = port(&folder, &Library::embedded(), Naming::Kept, "0.1")
                .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
            let all: String = conversion
                .package
                .files()
                .iter()
                .filter(|(path, _)| path.starts_with("src/stacks"))
                .map(|(_, text)| text.as_str())
                .collect();
            if program == "services" {
                assert_eq!(conversion.stacks, ["network", "apps", "third"], "{version}");
                assert!(
                    all.contains("\"orders_sg_01E74573\"") && all.contains("cross-stack-output-aws_vpcvpcid"),
                    "{version} {all}"
                );
            }
        }
    }
}

#[test]
fn readable_names_have_no_hashes_and_keep_what_they_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cdktf/0.21/services");
    let conversion = port(&root, &Library::embedded(), Naming::Readable, "0.1").unwrap();
    let all: String = conversion
        .package
        .files()
        .iter()
        .filter(|(path, _)| path.starts_with("src/stacks"))
        .map(|(_, text)| flat(text))
        .collect();
    let moved = r#"stack.moved("aws_security_group.orders_sg_01E74573", "aws_security_group.orders_sg")"#;
    assert!(all.contains(moved), "{all}");
    assert!(all.contains("stack.add(\"orders_sg\","), "{all}");
    // The old name stands where it was moved from, and nowhere else.
    assert_eq!(all.matches("orders_sg_01E74573").count(), 1, "{all}");
}

#[test]
fn what_is_no_cdktf_out_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = port(folder.path(), &Library::embedded(), Naming::Kept, "0.1").err().unwrap().to_string();
    assert!(error.contains("has no `manifest.json`") && error.contains("cdktf.out"), "{error}");
}

#[test]
fn a_backend_takes_all_that_its_type_requires() {
    let text = rust(
        "terraform {\n  backend \"azurerm\" {\n    container_name = \"c\"\n    key = \"k\"\n    storage_account_name = \"a\"\n    use_oidc = true\n  }\n}\n",
    );
    let expected = "backend::Azurerm::new(\"a\", \"c\", \"k\")).set(\"use_oidc\", true)";
    assert!(text.contains(expected), "{expected} in {text}");
    let text = rust("terraform {\n  backend \"cos\" {\n    bucket = \"b\"\n  }\n}\n");
    let expected =
        "backend::Cos::new(\"b\", \"\")) // given to `terraform init`.set(\"region\", json!(null))";
    assert!(text.contains(expected), "{expected} in {text}");
}
