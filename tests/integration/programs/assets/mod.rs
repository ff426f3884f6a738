//! The program that assets, renames, modules and HCL are tested with. The environment variable `FIXTURE` chooses what
//! it builds.

use std::process::ExitCode;

use formwork::assets::Asset;
use formwork::serde_json::json;
use formwork::{App, Expr, Map, Program, Raw, Resource, Stack, Variable, guards};

pub(crate) fn main() -> ExitCode {
    Program::new(build).run()
}

fn build(app: &mut App) -> formwork::Result {
    let variant = std::env::var("FIXTURE").unwrap_or_default();
    match variant.as_str() {
        "assets" => assets(app.stack("code"), 1_000_000),
        "small-limit" => assets(app.stack("code"), 100),
        "no-assets" => drop(app.stack("code").output("text", "none")),
        "renamed" => shop(app.stack("shop"), "orders"),
        "explained" => {
            let stack = app.stack("shop");
            stack.moved_scope("shop", "orders");
            shop(stack, "orders");
        }
        "open" => {
            app.guard(guards::aws::all());
            let rule = Raw::new("aws_vpc_security_group_ingress_rule").set("security_group_id", "sg-1");
            app.stack("open").add("door", rule.set("ip_protocol", "-1").set("cidr_ipv4", "0.0.0.0/0"));
        }
        "waived" => {
            app.guard(guards::aws::all());
            let rule = Raw::new("aws_vpc_security_group_ingress_rule").set("security_group_id", "sg-1");
            let rule = rule.set("ip_protocol", "-1").set("cidr_ipv4", "0.0.0.0/0");
            app.stack("open").add("door", rule.waive("open-ingress", "a honey pot"));
        }
        "module" => module(app.stack("greeting")),
        "language" => language(app.stack("language")),
        _ => shop(app.stack("shop"), "shop"),
    }
    Ok(())
}

fn assets(stack: &mut Stack, limit: u64) {
    let code = Asset::zip("code").executable("bootstrap").limit(limit).add_to(stack, "code");
    let page = Asset::copy("page.html").add_to(stack, "page");
    let folder = Asset::copy("code").add_to(stack, "folder");
    stack.output("hash", code.source_code_hash());
    stack.output("page", Expr::<String>::call("file", [page.path().into()]));
    let files: Expr<Vec<String>> = Expr::call("fileset", [folder.path().into(), "**".into()]);
    stack.output("files", files);
}

fn shop(stack: &mut Stack, scope: &str) {
    let mut shop = stack.scope(scope);
    shop.add("main", Raw::new("terraform_data").set("input", "database"));
    shop.add("queue", Raw::new("terraform_data").set("input", json!({ "name": "queue" })));
}

fn module(stack: &mut Stack) {
    stack.set_module();
    let name = stack.variable("name", Variable::<String>::new().description("Whom to greet"));
    let data = stack.add("text", Raw::new("terraform_data").set("input", format!("hello {name}")));
    stack.output("text", data.attribute::<String>("output"));
}

/// Everything that has a form of its own in HCL.
fn language(stack: &mut Stack) {
    stack.require_terraform(">= 1.10");
    let names = stack.variable("names", Variable::<Vec<String>>::new().default_value(json!(["a", "b"])));
    let long = stack.variable("a_longer_name", Variable::<f64>::new().default_value(json!(1.5)).not_null());
    let text = stack.local("text", "quotes \" backslash \\ newline \n dollar ${x} percent %{y} tab \t 😀 $");
    let joined: Expr<String> = Expr::call("join", [", ".into(), (&names).into()]);
    stack.local("mixed", format!("<{joined}> \"{text}\" \\ ${{literal}}"));
    let document = json!({ "a b": [1, 2.5, true, null, { "deep": { "er": [] } }], "x": names, "empty": {} });
    let encoded: Expr<String> = Expr::call("jsonencode", [Expr::<String>::raw("local.object").into()]);
    stack.local("object", document);
    stack.local(
        "computed",
        Expr::<String>::raw("[for k, v in {a=1,b = var.a_longer_name} : \"${k}-${v+1}\" if v>0]"),
    );
    stack.local("chosen", Expr::<String>::raw("length(var.names)>1&&!false?var.names[0]:\"none\""));
    stack.local(
        "map",
        Map::<String>::new().with("one", "1").with("with space", &joined).with("longer_key", "3"),
    );
    let first = stack
        .add("first", Raw::new("terraform_data").set("input", encoded).set("triggers_replace", json!(["x"])));
    let second = Raw::new("terraform_data").set("input", long).depends_on(&first);
    stack.add(
        "second",
        second.lifecycle(formwork::Lifecycle::new().create_before_destroy(true).ignore_changes(["input"])),
    );
    for name in ["text", "mixed", "object", "computed", "chosen", "map"] {
        stack.output(name, Expr::<formwork::Json>::raw(format!("local.{name}")));
    }
}
