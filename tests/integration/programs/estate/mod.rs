//! Stacks that read each other, as an estate has them after a while. The environment variable `FIXTURE` chooses what it
//! builds; words in it are separated by commas.

use std::process::ExitCode;

use formwork::serde_json::json;
use formwork::{
    App, Export, Expr, Import, Lifecycle, Program, Raw, Reference, Removed, Resource, Stack, Variable, aws,
    functions,
};

pub(crate) fn main() -> ExitCode {
    Program::new(build).run()
}

fn build(app: &mut App) -> formwork::Result {
    let words = std::env::var("FIXTURE").unwrap_or_default();
    let has = |word: &str| words.split(',').any(|other| other == word);
    if has("workspaces") {
        workspaces(app);
    } else if has("null") {
        nulls(app, has("more"));
    } else if has("sensitive") {
        sensitive(app);
    } else if has("precious") {
        let stack = app.stack("store");
        if has("shared") {
            stack.backend(formwork::Backend::local("../../states/store.tfstate"));
        }
        if has("renamed") {
            thing(stack, "waiting", "y");
        }
        thing(stack, "plain", "x");
        let table = Raw::new("terraform_data").set("input", "precious");
        if has("vault") {
            stack.add("vault", table.clone().lifecycle(Lifecycle::new().prevent_destroy(true)));
        }
        if !has("gone") {
            stack.add("table", table.lifecycle(Lifecycle::new().prevent_destroy(true)));
            thing(stack, "queue", "y");
        }
        if has("kept") {
            stack.removed(Removed::keep("terraform_data.table"));
        } else if has("destroyed") {
            stack.removed(Removed::destroy("terraform_data.table"));
        }
    } else if has("removal") {
        removal(app, has("later"), has("new-output"));
    } else if has("upstream") {
        upstream(app, has("other"), has("replaced"));
    } else if has("only-network") {
        app.stack("network").provider(aws::Provider::new().region("eu-central-1"));
    } else if has("across") {
        across(app, &has);
    } else if has("stranger") {
        stranger(app);
    } else if has("one-place") {
        for name in ["first", "second"] {
            app.stack(name).backend(formwork::Backend::local("../states/all.tfstate"));
        }
    } else {
        chain(app, &has);
        if has("both-names") {
            app.stack("net").formerly("network");
        }
    }
    Ok(())
}

/// `service` reads `network`, which may have another name now, unless it is taken apart; `alone` reads nothing, and may
/// fail.
fn chain(app: &mut App, has: &dyn Fn(&str) -> bool) {
    let name = if has("renamed") { "net" } else { "network" };
    let network = app.stack(name);
    if has("renamed") {
        network.formerly("network");
    }
    keep(network, name, has);
    let vpc = thing(network, "vpc", "vpc-1");
    let vpc_id = network.output("vpc_id", vpc.attribute::<String>("output"));
    let service = app.stack("service");
    keep(service, "service", has);
    let vpc_id = if has("apart") { Expr::from("a place of its own") } else { service.read(&vpc_id) };
    thing(service, "service", format!("in {vpc_id}"));
    if has("without-alone") {
        return;
    }
    let alone = app.stack("alone");
    keep(alone, "alone", has);
    thing(alone, "island", "green");
    if has("broken") {
        let command = json!([{ "local-exec": { "command": "echo no good; false" } }]);
        alone.add("broken", Raw::new("terraform_data").set("provisioner", command));
    }
}

/// Keeps the state where another machine finds it too, if that is wanted.
fn keep(stack: &mut Stack, name: &str, has: &dyn Fn(&str) -> bool) {
    if has("shared") {
        stack.backend(formwork::Backend::local(&format!("../../states/{name}.tfstate")));
    }
}

/// A queue that is in `shop` at first, and in `orders` later, where it may also be another one; statements may say so.
fn across(app: &mut App, has: &dyn Fn(&str) -> bool) {
    let queue = |name: &str| aws::SqsQueue::new().name(name);
    for name in ["shop", "orders"] {
        let stack = app.stack(name);
        stack.provider(aws::Provider::new().region("eu-central-1"));
        stack.add("own", queue(name));
        let is_here = if has("later") { name == "orders" } else { name == "shop" };
        if is_here {
            stack.add("jobs", queue("jobs").delay_seconds(if has("slower") { 5 } else { 1 }));
        }
        if has("said") && name == "shop" {
            stack.removed(Removed::keep("aws_sqs_queue.jobs"));
        } else if has("said") {
            let id = std::env::var("QUEUE").unwrap_or_default();
            stack.import_existing(Import::id("aws_sqs_queue.jobs", id));
        }
    }
}

/// `a` reads the state of somebody else's configuration.
fn stranger(app: &mut App) {
    let a = app.stack("a");
    let theirs = Raw::data("terraform_remote_state")
        .set("backend", "local")
        .set("config", json!({ "path": "../../theirs.tfstate" }));
    a.add("theirs", theirs);
    thing(a, "use", Expr::<String>::raw("data.terraform_remote_state.theirs.outputs.name"));
}

/// `b` reads an output of `a` that is null, unless a variable says otherwise.
fn nulls(app: &mut App, has_more: bool) {
    let a = app.stack("a");
    let on = a.variable("on", Variable::<bool>::new().default_value(false));
    let replica = a.output("replica", on.then("replica.example.com").otherwise(Expr::<String>::null()));
    let port = has_more.then(|| a.output("port", "5432"));
    let b = app.stack("b");
    let host = functions::coalesce([b.read(&replica), Expr::from("none")]);
    let port = port.map(|port| b.read(&port));
    let text = port.map_or_else(|| format!("{host}"), |port| format!("{host}:{port}"));
    let used = thing(b, "use", text);
    b.output("used", used.attribute::<String>("output"));
}

/// `b` shows what it has read of `a`, which is another value in each workspace.
fn workspaces(app: &mut App) {
    let a = app.stack("a");
    let environment = a.variable("env", Variable::<String>::new());
    thing(a, "x", &environment);
    let environment = a.output("env", environment);
    let b = app.stack("b");
    let environment = b.read(&environment);
    let used = thing(b, "use", environment);
    b.output("used", used.attribute::<String>("output"));
}

/// A rule in `service` refers to a group in `network`, and lets go of it later; a new output may come at the same time.
fn removal(app: &mut App, is_later: bool, has_new_output: bool) {
    let network = app.stack("network");
    network.provider(aws::Provider::new().region("eu-central-1"));
    let vpc = network.add("vpc", aws::Vpc::new().cidr_block("10.0.0.0/16"));
    let vpc_id = network.output("vpc", vpc.id());
    let shared = (!is_later).then(|| {
        let shared = network.add("shared", aws::SecurityGroup::new().name("shared").vpc_id(vpc.id()));
        network.output("shared", shared.id())
    });
    let cidr = has_new_output.then(|| network.output("cidr", vpc.cidr_block()));
    let service = app.stack("service");
    service.provider(aws::Provider::new().region("eu-central-1"));
    let vpc_id = service.read(&vpc_id);
    let own = service.add("own", aws::SecurityGroup::new().name("own").vpc_id(vpc_id));
    if let Some(shared) = shared {
        let shared = service.read(&shared);
        let rule = aws::VpcSecurityGroupIngressRule::new(aws::VpcSecurityGroupIngressRuleArgs {
            ip_protocol: "tcp".into(),
            security_group_id: own.id().into(),
        })
        .from_port(80)
        .to_port(80);
        service.add("from_shared", rule.referenced_security_group_id(shared));
    }
    if let Some(cidr) = cidr {
        let cidr = service.read(&cidr);
        service.output("cidr", cidr);
    }
}

/// `service` reads of `network` what the program says and what is known after the apply; there is one thing in `zones` for
/// each of what is known after the apply; `top` reads `service`.
fn upstream(app: &mut App, is_other: bool, is_replaced: bool) {
    let network = app.stack("network");
    let cidr = if is_other { "10.1.0.0/16" } else { "10.0.0.0/16" };
    let vpc = Raw::new("terraform_data").set("input", "vpc").set("triggers_replace", is_replaced);
    let vpc = network.add("vpc", vpc);
    let cidr = network.output("cidr", cidr);
    let names = network.output("names", vec!["a".to_owned(), "b".to_owned()]);
    let secret = network.export("secret", Export::new("correct-horse").sensitive());
    let vpc_id = network.output("vpc_id", vpc.attribute::<String>("id"));
    let service = app.stack("service");
    let (vpc_id_there, cidr, secret) = (service.read(&vpc_id), service.read(&cidr), service.read(&secret));
    let names = functions::join("+", [service.read(&names)]);
    let used = thing(service, "use", format!("{cidr} {names} in {vpc_id_there}"));
    thing(service, "secret", secret);
    thing(service, "apart", "{ of no one }");
    let used = service.output("used", used.attribute::<String>("output"));
    let zones = app.stack("zones");
    let vpc_id = zones.read(&vpc_id);
    let each = Raw::new("terraform_data").set("for_each", functions::toset(vec![vpc_id]));
    zones.add("zone", each.set("input", "x"));
    let top = app.stack("top");
    let used = top.read(&used);
    thing(top, "top", used);
}

/// `b` keeps a sensitive output of `a`.
fn sensitive(app: &mut App) {
    let a = app.stack("a");
    let password = a.export("password", Export::new("correct-horse").sensitive());
    let b = app.stack("b");
    let password = b.read(&password);
    thing(b, "use", &password);
    b.export("copy", Export::new(password).sensitive());
}

fn thing(stack: &mut Stack, name: &str, input: impl Into<formwork::Value<String>>) -> Reference {
    stack.add(name, Raw::new("terraform_data").set("input", input.into()))
}
