//! Lifecycles, provisioners, checks and settings of a stack.

use formwork::{
    Connection, Export, Expr, Lifecycle, Map, OnFailure, Provisioner, Raw, Resource, TerraformData,
};
use serde_json::json;

use crate::cases::Cases;

pub(crate) fn cases(cases: &mut Cases<'_>) {
    provisioners(cases);
    lifecycles(cases);
    checks(cases);
    settings(cases);
}

fn provisioners(cases: &mut Cases<'_>) {
    let log = |text: &str| Provisioner::local_exec(format!("printf %s {text} >> log.txt"));
    let ordered = TerraformData::new()
        .input("ordered")
        .provisioner(log("1"))
        .provisioner(log("2"))
        .provisioner(Provisioner::local_exec("exit 7").on_failure(OnFailure::Continue))
        .provisioner(
            Provisioner::local_exec("printf %s \"$WHO-$PWD_NAME\" >> ../log.txt")
                .working_dir("inside")
                .environment(
                    Map::<String>::new()
                        .with("WHO", "${x}")
                        .with("PWD_NAME", Expr::<String>::raw("self.input")),
                )
                .interpreter(["/bin/sh", "-c"])
                .quiet(),
        )
        .provisioner(log("bye").on_destroy().on_failure(OnFailure::Fail));
    cases.file("inside/.keep", "");
    let ordered = cases.stack.add("ordered", ordered);
    cases.written(
        "provisioners keep their order",
        "/resource/terraform_data/ordered/provisioner",
        json!([
            {"local-exec": {"command": "printf %s 1 >> log.txt"}},
            {"local-exec": {"command": "printf %s 2 >> log.txt"}},
            {"local-exec": {"command": "exit 7", "on_failure": "continue"}},
            {"local-exec": {
                "command": "printf %s \"$WHO-$PWD_NAME\" >> ../log.txt",
                "working_dir": "inside",
                "environment": {"WHO": "$${x}", "PWD_NAME": "${self.input}"},
                "interpreter": ["/bin/sh", "-c"],
                "quiet": true,
            }},
            {"local-exec": {"command": "printf %s bye >> log.txt", "when": "destroy", "on_failure": "fail"}},
        ]),
    );
    let state = Raw::data("terraform_remote_state")
        .set("backend", "local")
        .set("config", json!({"path": "written-by-a-provisioner.json"}))
        .depends_on(&ordered);
    let content = r#"{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"x","outputs":{"log":{"value":"12${x}-ordered","type":"string"}},"resources":[]}"#;
    cases.file("written-by-a-provisioner.json", content);
    let state = cases.stack.add("log", state);
    cases.expression(
        "a data source that waits for a resource",
        state.attribute::<Map<String>>("outputs").key("log"),
        "data.terraform_remote_state.log.outputs[\"log\"]",
        json!("12${x}-ordered"),
    );
    // Written, and never run: nothing is there to connect to.
    let never = TerraformData::new()
        .connection(
            Connection::ssh(Expr::<String>::raw("self.id"), "root").port(2222).timeout("1m").agent(false),
        )
        .provisioner(Provisioner::file("a", "/b"))
        .provisioner(Provisioner::content("text ${x}", "/c"))
        .provisioner(Provisioner::remote_exec(["true", "echo ${x}"]))
        .provisioner(
            Provisioner::remote_script("s.sh").connection(
                Connection::winrm("h", "u")
                    .password(Expr::<String>::raw("self.id"))
                    .bastion("b", "v")
                    .set("https", true),
            ),
        )
        .provisioner(Provisioner::remote_scripts(["s.sh", "t.sh"]))
        .count(0);
    cases.stack.add("never", never);
    cases.written(
        "connections and provisioners on other machines",
        "/resource/terraform_data/never",
        json!({
            "connection": {"type": "ssh", "host": "${self.id}", "user": "root", "port": 2222, "timeout": "1m", "agent": false},
            "provisioner": [
                {"file": {"source": "a", "destination": "/b"}},
                {"file": {"content": "text $${x}", "destination": "/c"}},
                {"remote-exec": {"inline": ["true", "echo $${x}"]}},
                {"remote-exec": {"script": "s.sh", "connection": {
                    "type": "winrm", "host": "h", "user": "u", "password": "${self.id}",
                    "bastion_host": "b", "bastion_user": "v", "https": true,
                }}},
                {"remote-exec": {"scripts": ["s.sh", "t.sh"]}},
            ],
            "count": 0,
        }),
    );
}

fn lifecycles(cases: &mut Cases<'_>) {
    let first = cases.stack.add("first", TerraformData::new().input(1));
    let many = cases.stack.add("many", TerraformData::new().count(2));
    let all = Lifecycle::new()
        .create_before_destroy(true)
        .ignore_changes(["input", "triggers_replace"])
        .replace_triggered_by(&first)
        .replace_triggered_by(&many.at(1))
        .replace_triggered_by_attribute(&first.output());
    cases.stack.add("all", TerraformData::new().lifecycle(all));
    cases.written(
        "a lifecycle",
        "/resource/terraform_data/all/lifecycle",
        json!({
            "create_before_destroy": true,
            "ignore_changes": ["input", "triggers_replace"],
            "replace_triggered_by": ["terraform_data.first", "terraform_data.many[1]", "terraform_data.first.output"],
        }),
    );
    cases.stack.add("frozen", TerraformData::new().lifecycle(Lifecycle::new().ignore_all_changes()));
    cases.written(
        "a lifecycle that ignores everything",
        "/resource/terraform_data/frozen/lifecycle",
        json!({"ignore_changes": "all"}),
    );
    let replaced = cases
        .stack
        .add("replaced", TerraformData::new().input("a").triggers_replace(["x".to_owned()].to_vec()));
    cases.expression(
        "what replaces a terraform_data",
        replaced.triggers_replace(),
        "terraform_data.replaced.triggers_replace",
        json!(["x"]),
    );
    cases.expression(
        "what a terraform_data was given",
        replaced.input(),
        "terraform_data.replaced.input",
        json!("a"),
    );
}

fn checks(cases: &mut Cases<'_>) {
    cases.stack.check("inputs", |check| {
        check.assert(&Expr::raw("terraform_data.first.output == 1"), "first is ${not} 1");
        check.assert(&Expr::raw("terraform_data.first.output == 2"), "this check only warns");
    });
    cases.written(
        "a check without a data source",
        "/check/inputs",
        json!({"assert": [
            {"condition": "${terraform_data.first.output == 1}", "error_message": "first is $${not} 1"},
            {"condition": "${terraform_data.first.output == 2}", "error_message": "this check only warns"},
        ]}),
    );
    cases.stack.check("state", |check| {
        let config = json!({"path": "written-by-a-provisioner.json"});
        let state = Raw::data("terraform_remote_state").set("backend", "local").set("config", config);
        let state = check.data("scoped", state);
        let outputs = state.attribute::<formwork::Json>("outputs");
        check.assert(&Expr::raw(format!("{} != null", outputs.hcl())), "there is no state");
    });
    cases.written(
        "a check with a data source of its own",
        "/check/state",
        json!({
            "data": {"terraform_remote_state": {"scoped": {
                "backend": "local", "config": {"path": "written-by-a-provisioner.json"},
            }}},
            "assert": [{
                "condition": "${data.terraform_remote_state.scoped.outputs != null}",
                "error_message": "there is no state",
            }],
        }),
    );
}

fn settings(cases: &mut Cases<'_>) {
    cases.stack.require_terraform(">= 1.5, < 2.0");
    cases.written("required_version", "/terraform/required_version", json!(">= 1.5, < 2.0"));
    let mut meta = formwork::Block::new();
    meta.set("module_name", "network");
    // Terraform's own provider takes no such data, so that this is only written.
    let document = super::document(|stack| stack.provider_meta("aws", meta));
    assert_eq!(document["terraform"]["provider_meta"], json!({"aws": {"module_name": "network"}}));
    cases.stack.export("described", Export::new(1).description("one"));
    cases.written("a description", "/output/described", json!({"value": 1, "description": "one"}));
}
