//! The program that the terraform runner is tested with: stacks of `terraform_data`, which needs no provider. The
//! environment variable `FIXTURE` chooses what it builds; words in it are separated by commas.

use std::process::ExitCode;

use formwork::serde_json::json;
use formwork::{App, Backend, Export, Expr, Program, Raw, Reference, Resource, Stack, Variable};

pub(crate) fn main() -> ExitCode {
    Program::new(build).run()
}

/// What was asked for.
struct Variant(Vec<String>);

impl Variant {
    fn has(&self, word: &str) -> bool {
        self.0.iter().any(|other| other == word)
    }
}

pub(crate) fn build(app: &mut App) -> formwork::Result {
    let words = std::env::var("FIXTURE").unwrap_or_default();
    let variant = Variant(words.split(',').map(str::to_owned).collect());
    // app needs network and data; data needs network; island needs nothing.
    let (vpc, subnets) = network(app.stack("network"), &variant);
    if variant.has("without-subnets") {
        return Ok(());
    }
    let data = app.stack("data");
    let vpc_in_data: Expr<String> = data.read(&vpc);
    let database = thing(data, "database", format!("in {vpc_in_data}"));
    let endpoint = data.output("endpoint", database.attribute::<String>("output"));
    let service = app.stack("app");
    let inputs = format!("{} {}", service.read(&subnets), service.read(&endpoint));
    if variant.has("mirror") {
        let vpc = service.read(&vpc);
        service.output("mirror", vpc);
    }
    let service_thing = thing(service, "service", inputs);
    service.output("url", service_thing.attribute::<String>("output"));
    island(app.stack("island"), &variant);
    Ok(())
}

fn network(stack: &mut Stack, variant: &Variant) -> (formwork::Output<String>, formwork::Output<String>) {
    let vpc = thing(stack, "vpc", if variant.has("changed") { "vpc-2" } else { "vpc-1" });
    let subnets = Raw::new("terraform_data").set("input", "subnets");
    let trigger = if variant.has("replaced") { "second" } else { "first" };
    let subnets = stack.add("subnets", subnets.set("triggers_replace", trigger));
    if variant.has("external") {
        // Data sources of a provider that runs a program.
        stack.add("evil", Raw::data("external").set("program", json!(["id"])));
    }
    if variant.has("reads-files") {
        stack.output("stolen", Expr::<String>::raw("file(\"/proc/self/environ\")"));
    }
    if variant.has("failing") {
        stack.add("broken", command("echo no good; false"));
    }
    let vpc_id = stack.output("vpc_id", vpc.attribute::<String>("output"));
    // Without it the other stacks still name it, as after a change that adds it.
    let subnet_ids = if variant.has("without-subnets") {
        Stack::new("network").output("subnet_ids", "")
    } else {
        stack.output("subnet_ids", subnets.attribute::<String>("output"))
    };
    (vpc_id, subnet_ids)
}

fn island(stack: &mut Stack, variant: &Variant) {
    if variant.has("old-terraform") {
        stack.require_terraform("< 1.0");
    }
    if variant.has("backend") {
        stack.backend(Backend::local("kept/island.tfstate"));
    }
    if variant.has("unreachable") {
        stack.backend(Backend::s3("no-such-bucket", "key", "eu-central-1"));
    }
    if variant.has("invalid") {
        stack.add("invalid", Raw::new("terraform_data").set("inptu", "x"));
    }
    let colour = stack.variable("colour", Variable::<String>::new().default_value("green"));
    let secret = Variable::<String>::new().default_value("hunter2").sensitive();
    let secret = stack.variable("secret", secret);
    let palm = thing(stack, "palm", format!("a {colour} palm"));
    stack.add("safe", Raw::new("terraform_data").set("input", &secret));
    if !variant.has("felled") {
        thing(stack, "tree", "oak");
    }
    if variant.has("slow") {
        // Both files are pipes of the test: it learns that this runs, and lets it end.
        let slow = command("echo started > started; exec cat gate").depends_on(&palm);
        let slow = stack.add("slow", slow);
        thing(stack, "after", slow.attribute::<String>("id"));
    }
    if variant.has("leaking") {
        // What a provider says repeats a secret, and would clear the terminal.
        stack.add("leaking", command("cat \"$SAID\"; false"));
    }
    if variant.has("many") {
        for number in 0..500 {
            thing(stack, &format!("many_{number}"), "x".repeat(200));
        }
    }
    stack.output("palm", palm.attribute::<String>("output"));
    stack.export("secret", Export::new(secret).sensitive());
    stack.output("list", json!(["a", 1]));
}

fn thing(stack: &mut Stack, name: &str, input: impl Into<formwork::Value<String>>) -> Reference {
    stack.add(name, Raw::new("terraform_data").set("input", input.into()))
}

/// A resource that runs a command when it is created.
fn command(command: &str) -> Raw {
    Raw::new("terraform_data").set("provisioner", json!([{"local-exec": {"command": command}}]))
}
