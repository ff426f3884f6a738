//! Stacks are checked against the embedded catalogues; each mistake is found once and named.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use formwork_core::{
    Action, App, Block, Body, Export, Expr, Json, Lifecycle, List, Map, Module, Raw, Resource, Stack,
    TerraformData, Variable, for_each, functions,
};
use formwork_schema::{Library, check};
use serde_json::json;

/// What is found in a stack, as `address / argument: message (hint)`.
fn diagnostics(version: &str, build: impl FnOnce(&mut Stack)) -> Vec<String> {
    let mut app = App::new();
    let stack = app.stack("dev");
    stack.require_provider("aws", "hashicorp/aws", version);
    build(stack);
    let synthesis = app.finish();
    assert_eq!(synthesis.diagnostics, [], "the stack is sound but for its provider");
    let report = check(&synthesis.stacks, &Library::embedded()).unwrap();
    assert!(report.unchecked.iter().all(|it| it.ends_with("/asw")), "{:?}", report.unchecked);
    let line = |diagnostic: formwork_core::Diagnostic| {
        assert!(!diagnostic.sources.is_empty(), "{} names its source", diagnostic.message);
        let place =
            [diagnostic.address.unwrap_or_default(), diagnostic.argument.unwrap_or_default()].join(" / ");
        let hint = diagnostic.hint.text().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{place}: {}{hint}", diagnostic.message)
    };
    report.diagnostics.into_iter().map(line).collect()
}

const BOTH: &str = ">= 5.100.0, < 7.0.0";

#[test]
fn arguments_are_known_typed_and_complete() {
    let found = diagnostics(BOTH, |stack| {
        stack.add("typo", Raw::new("aws_s3_bucket").set("bukcet", "x"));
        stack.add("type", Raw::new("aws_s3_bucket").set("force_destroy", "maybe").set("tags", "x"));
        stack.add("missing", Raw::new("aws_lambda_alias").set("name", "x").set("function_name", "y"));
        stack.add("computed", Raw::new("aws_s3_bucket").set("arn", "x"));
        stack.add("unknown", Raw::new("aws_s3_buket"));
    });
    assert_eq!(
        found,
        [
            "aws_lambda_alias.missing / function_version: the required argument `function_version` is missing",
            "aws_s3_bucket.computed / arn: `arn` is computed by the provider and cannot be set (read it from the reference that `add` returns)",
            "aws_s3_bucket.type / force_destroy: expected bool, found the text `maybe`",
            "aws_s3_bucket.type / tags: expected map of string, found the text `x`",
            "aws_s3_bucket.typo / bukcet: unknown argument `bukcet` (did you mean `bucket`?)",
            "aws_s3_buket.unknown / : hashicorp/aws has no resource `aws_s3_buket` (did you mean `aws_s3_bucket`?)",
        ]
    );
}

#[test]
fn blocks_are_counted_and_checked_inside() {
    let found = diagnostics(BOTH, |stack| {
        let function = || Raw::new("aws_lambda_function").set("function_name", "f").set("role", "r");
        let mut vpc = Block::new();
        vpc.set("subnet_ids", Vec::<String>::new());
        vpc.set("securty_group_ids", Vec::<String>::new());
        stack.add("inside", function().nest("vpc_config", vpc));
        let mut twice = function();
        for _ in 0..2 {
            twice = twice.push("environment", Block::new());
        }
        stack.add("twice", twice);
        stack.add("value", function().set("environment", "x"));
        stack.add("plain", function().set("environment", serde_json::json!({"variable": {}})));
    });
    assert_eq!(
        found,
        [
            "aws_lambda_function.inside / vpc_config.securty_group_ids: unknown argument `securty_group_ids` (did you mean `security_group_ids`?)",
            "aws_lambda_function.inside / vpc_config.security_group_ids: the required argument `security_group_ids` is missing",
            "aws_lambda_function.plain / environment.variable: unknown argument `variable` (did you mean `variables`?)",
            "aws_lambda_function.twice / environment: `environment` blocks: there are 2, and at most 1 can be",
            "aws_lambda_function.value / environment: `environment` is a block and takes a body, not a value",
        ]
    );
}

#[test]
fn references_lead_to_attributes_of_the_right_type() {
    let found = diagnostics(BOTH, |stack| {
        stack.add("bucket", Raw::new("aws_s3_bucket"));
        stack.add("zones", Raw::data("aws_availability_zones"));
        let read = |hcl: &str| Expr::<String>::raw(hcl);
        stack.add("attribute", Raw::new("aws_s3_bucket").set("bucket", read("aws_s3_bucket.bucket.anr")));
        stack.add(
            "type",
            Raw::new("aws_s3_bucket").set("bucket", read("data.aws_availability_zones.zones.names")),
        );
        let subnets = serde_json::json!([read("data.aws_availability_zones.zones.names")]);
        stack.add("element", Raw::new("aws_db_subnet_group").set("subnet_ids", subnets));
        stack.add(
            "inside",
            Raw::new("aws_s3_bucket").set("bucket", read("upper(aws_s3_bucket.bucket.arn.x)")),
        );
        stack.add("ignored", Raw::new("aws_s3_bucket").lifecycle(Lifecycle::new().ignore_changes(["tagz"])));
    });
    assert_eq!(
        found,
        [
            "aws_db_subnet_group.element / subnet_ids: expected string, but `data.aws_availability_zones.zones` gives list of string here",
            "aws_s3_bucket.attribute / bucket: `aws_s3_bucket.bucket` has no attribute `anr` (did you mean `arn`?)",
            "aws_s3_bucket.ignored / lifecycle.ignore_changes: unknown argument `tagz` (did you mean `tags`?)",
            "aws_s3_bucket.inside / bucket: `aws_s3_bucket.bucket` has nothing inside its `arn`, which is a string",
            "aws_s3_bucket.type / bucket: expected string, but `data.aws_availability_zones.zones` gives list of string here",
        ]
    );
}

#[test]
fn secrets_stay_out_of_documents() {
    let found = diagnostics(BOTH, |stack| {
        let database = || Raw::new("aws_db_instance").set("instance_class", "db.t4g.micro");
        stack.add("plain", database().set("password", "hunter2"));
        let parameter = Raw::new("aws_ssm_parameter").set("name", "n").set("type", "String");
        stack.add("plain", parameter.set("value", "eu-central-1"));
        stack.add("meant", database().set("password", "x").allow_plain_secret("password", "a test database"));
        stack.add("read", database().set("password", Expr::<String>::raw("aws_db_instance.plain.password")));
        stack.output("password", Expr::<String>::raw("aws_db_instance.plain.password"));
        stack
            .export("hidden", Export::new(Expr::<String>::raw("aws_db_instance.plain.password")).sensitive());
    });
    assert_eq!(
        found,
        [
            "aws_db_instance.plain / password: a literal in the sensitive argument `password` would land in version control (take it from a sensitive variable or a secret store, or call `allow_plain_secret` with the reason)",
            "aws_ssm_parameter.plain / value: a literal in the sensitive argument `value` would land in version control (give what is no secret as `insecure_value`, and take a secret from a sensitive variable or a secret store)",
            "output.password / value: the output shows a sensitive value of `aws_db_instance.plain.password` (export it with `Export::new(…).sensitive()`, or say with `functions::nonsensitive` that it may be seen)",
        ]
    );
}

#[test]
fn every_allowed_version_counts() {
    let build = |stack: &mut Stack| {
        stack.add("b", Raw::new("aws_s3_bucket").set("region", "eu-central-1"));
    };
    assert_eq!(diagnostics(">= 6.0", build), [] as [&str; 0]);
    assert_eq!(
        diagnostics(BOTH, build),
        [
            "aws_s3_bucket.b / region: `region` is computed by the provider and cannot be set (in hashicorp/aws 5.100.0) (read it from the reference that `add` returns)"
        ]
    );
}

#[test]
fn what_no_catalogue_covers_is_said() {
    let mut app = App::new();
    let stack = app.stack("dev");
    stack.require_provider("aws", "hashicorp/aws", "~> 4.0");
    stack.add("x", Raw::new("cloudflare_record").from_provider("cloudflare/cloudflare"));
    let report = check(&app.finish().stacks, &Library::embedded()).unwrap();
    assert_eq!(report.unchecked, ["cloudflare/cloudflare", "hashicorp/aws ~> 4.0"]);
    assert_eq!(report.diagnostics, []);
}

#[test]
fn dynamic_blocks_are_checked_inside() {
    let found = diagnostics(BOTH, |stack| {
        let keys = Expr::<Vec<String>>::raw("[\"a\", \"b\"]");
        let table = |block: &'static str, argument: &'static str| {
            let table = Raw::new("aws_dynamodb_table").set("name", "t");
            table.dynamic(block, &keys, |table, key| {
                let mut attribute = Block::new();
                attribute.set(argument, key.value());
                attribute.set("type", "S");
                table.push(block, attribute)
            })
        };
        stack.add("right", table("attribute", "name"));
        stack.add("inside", table("attribute", "nam"));
        stack.add("label", table("atribute", "name"));
        // An attribute that is a set of objects can be written as blocks.
        let group = Raw::new("aws_security_group").dynamic("ingress", &keys, |group, key| {
            let mut rule = Block::new();
            rule.set("protocol", key.value());
            group.push("ingress", rule)
        });
        stack.add("group", group);
    });
    assert_eq!(
        found,
        [
            "aws_dynamodb_table.inside / dynamic.attribute.nam: unknown argument `nam` (did you mean `name`?)",
            "aws_dynamodb_table.inside / dynamic.attribute.name: the required argument `name` is missing",
            "aws_dynamodb_table.label / dynamic.atribute: unknown block `atribute` (did you mean `attribute`?)",
        ]
    );
}

#[test]
fn write_only_arguments_come_with_their_version() {
    let found = diagnostics(BOTH, |stack| {
        let parameter = || Raw::new("aws_ssm_parameter").set("name", "n").set("type", "SecureString");
        let secret = Expr::<String>::raw("join(\"\", [\"s\"])");
        stack.add("alone", parameter().set("value_wo", &secret));
        stack.add("both", parameter().set("value_wo", &secret).set("value_wo_version", 1));
        stack.add("version", parameter().set("value_wo_version", 1));
    });
    assert_eq!(
        found,
        [
            "aws_ssm_parameter.alone / value_wo_version: `value_wo` is set without `value_wo_version` (set a number beside it, and raise it with each change of the value)",
            "aws_ssm_parameter.version / value_wo: `value_wo_version` is set without `value_wo` (set the value that it is the version of, or leave both out)",
        ]
    );
}

#[test]
fn ephemeral_resources_and_instances_are_known() {
    let found = diagnostics(BOTH, |stack| {
        let password = stack.add("password", Raw::ephemeral("aws_secretsmanager_random_password"));
        stack.add("wrong", Raw::ephemeral("aws_secretsmanager_random_pasword"));
        stack.add("length", Raw::ephemeral("aws_secretsmanager_random_password").set("pasword_length", 3));
        let parameter = Raw::new("aws_ssm_parameter").set("name", "n").set("type", "SecureString");
        let secret = password.attribute::<String>("random_password");
        stack.add("parameter", parameter.set("value_wo", secret).set("value_wo_version", 1));
        let buckets = stack.add("many", Raw::new("aws_s3_bucket").count(2));
        stack.output("arn", buckets.at(0).attribute::<String>("arn"));
        stack.output("arm", buckets.at(1).attribute::<String>("arm"));
    });
    assert_eq!(
        found,
        [
            "ephemeral.aws_secretsmanager_random_password.length / pasword_length: unknown argument `pasword_length` (did you mean `password_length`?)",
            "ephemeral.aws_secretsmanager_random_pasword.wrong / : hashicorp/aws has no ephemeral resource `aws_secretsmanager_random_pasword` (did you mean `aws_secretsmanager_random_password`?)",
            "output.arm / value: `aws_s3_bucket.many` has no attribute `arm` (did you mean `arn`?)",
        ]
    );
}

#[test]
fn functions_of_providers_are_known() {
    let found = diagnostics(BOTH, |stack| {
        let call = |name: &str| Expr::<String>::raw(format!("{name}(\"arn:aws:iam::1:role/r\")"));
        stack.output("right", call("provider::aws::trim_iam_role_path"));
        stack.output("wrong", Expr::<String>::raw("upper(provider::aws::arn_parsed(\"a\").region)"));
        stack.add("topic", Raw::new("aws_sns_topic").set("name", call("provider::asw::arn_parse")));
        stack.add("text", Raw::new("aws_sns_topic").set("name", "provider::asw::arn_parse(x)"));
    });
    assert_eq!(
        found,
        [
            "aws_sns_topic.topic / name: `provider::asw::arn_parse` is of a provider that the stack does not require (did you mean `provider::aws::arn_parse`?)",
            "output.wrong / value: hashicorp/aws has no function `arn_parsed` (did you mean `arn_parse`?)",
        ]
    );
}

#[test]
fn functions_ask_for_their_provider() {
    let mut app = App::new();
    let stack = app.stack("dev");
    stack.output("partition", Expr::<String>::raw("provider::aws::arn_parse(\"a\").partition"));
    let report = check(&app.finish().stacks, &Library::embedded()).unwrap();
    let [diagnostic] = &report.diagnostics[..] else { panic!("{report:?}") };
    assert_eq!(diagnostic.hint.text(), Some("require it: `stack.require_provider(\"aws\", …)`"));
}

#[test]
fn sensitive_values_are_followed_to_outputs() {
    let found = diagnostics(BOTH, |stack| {
        let password = stack.variable("password", Variable::<String>::new().sensitive());
        let key = stack.add("key", Raw::new("aws_iam_access_key").set("user", "x"));
        let users = ["a", "b"];
        let keys = stack
            .add("keys", for_each(users, |user| Raw::new("aws_iam_access_key").set("user", user.value())));
        let queue = stack.add("queue", Raw::new("aws_sqs_queue").set("name", &password));
        let secret = key.attribute::<String>("secret");
        stack.output("o0", &secret);
        stack.output("o1", &password);
        stack.output("o2", format!("x{secret}"));
        stack.output("o3", functions::base64encode(&secret));
        let local = stack.local("l", format!("x{password}"));
        stack.output("o4", &local);
        stack.output("o5", Expr::<Json>::raw("aws_iam_access_key.key"));
        stack.output("o6", json!({ "p": [&password] }));
        stack.output("o7", keys.by_key(|one| one.attribute::<String>("secret")));
        stack.output("o8", Expr::<Vec<String>>::raw("values(aws_iam_access_key.keys)[*].secret"));
        stack.output("o9", queue.attribute::<String>("name"));
        for (name, hcl) in [
            ("q0", "element(values(aws_iam_access_key.keys), 0).secret"),
            ("q1", "values(aws_iam_access_key.keys)"),
            ("q2", "one([aws_iam_access_key.key]).secret"),
            ("q3", "sensitive(\"x\")"),
            ("q4", "terraform_data.kept.output"),
        ] {
            stack.output(name, Expr::<Json>::raw(hcl));
        }
        stack.add("kept", TerraformData::new().input(&password));
        // What may be seen.
        stack.output("p1", functions::nonsensitive::<String>(&secret));
        stack.export("p2", Export::new(&local).sensitive());
        stack.output("p3", keys.by_key(|one| one.attribute::<String>("id")));
        stack.output("p4", keys.length());
        stack.output("p5", keys.keys());
        stack.output("p6", queue.attribute::<String>("arn"));
        stack.output("p7", Expr::<Vec<String>>::raw("values(aws_iam_access_key.keys)[*].id"));
        stack.output("p8", Expr::<bool>::raw("issensitive(var.password)"));
        stack.output("p9", Expr::<Json>::raw("[aws_iam_access_key.key][0].id"));
        stack.output("pa", Expr::<Json>::raw("element(values(aws_iam_access_key.keys), 0).id"));
        stack.output("pb", Expr::<Json>::raw("nonsensitive(sensitive(\"x\"))"));
        let names = stack.variable("names", Variable::<Map<String>>::new().sensitive());
        stack.add("many", Raw::new("aws_sqs_queue").for_each(&names));
    });
    let shown = |found: &[String], prefix: &str| -> Vec<String> {
        let lines =
            found.iter().filter_map(|line| Some(line.strip_prefix(prefix)?.split_once(" (")?.0.to_owned()));
        lines.collect()
    };
    assert_eq!(
        shown(&found, "output."),
        [
            ("o0", "aws_iam_access_key.key.secret"),
            ("o1", "var.password"),
            ("o2", "aws_iam_access_key.key.secret"),
            ("o3", "aws_iam_access_key.key.secret"),
            ("o4", "local.l"),
            ("o5", "aws_iam_access_key.key"),
            ("o6", "var.password"),
            ("o7", "aws_iam_access_key.keys.secret"),
            ("o8", "aws_iam_access_key.keys.secret"),
            ("o9", "aws_sqs_queue.queue.name"),
            ("q0", "aws_iam_access_key.keys.secret"),
            ("q1", "aws_iam_access_key.keys"),
            ("q2", "aws_iam_access_key.key.secret"),
            ("q3", "sensitive(…)"),
            ("q4", "terraform_data.kept.output"),
        ]
        .map(|(name, from)| format!("{name} / value: the output shows a sensitive value of `{from}`")),
        "{found:?}"
    );
    assert_eq!(
        shown(&found, "aws_sqs_queue."),
        ["many / for_each: `for_each` depends on a sensitive value of `var.names`"]
    );
    assert_eq!(found.len(), 16, "{found:?}");
}

#[test]
fn sensitive_outputs_of_modules_are_followed() {
    let mut app = App::new();
    let module = app.stack("bucket");
    module.set_module();
    let password = module.variable("password", Variable::<String>::new().sensitive());
    module.export("secret", Export::new(&password).sensitive());
    module.output("open", "x");
    let stack = app.stack("dev");
    let call = stack.add("call", Module::new("../bucket").input("password", "x"));
    stack.output("a", call.attribute::<String>("secret"));
    stack.output("b", call.attribute::<String>("open"));
    stack.output("whole", Expr::<Json>::raw("module.call"));
    let token = stack.variable("token", Variable::<String>::new().ephemeral());
    stack.add("ephemeral", Module::new("../bucket").input("password", token));
    let synthesis = app.finish();
    let found = check(&synthesis.stacks, &Library::embedded()).unwrap().diagnostics;
    let found: Vec<_> =
        found.iter().map(|it| (it.address.as_deref().unwrap(), it.message.as_str())).collect();
    assert_eq!(
        found,
        [
            ("output.a", "the output shows a sensitive value of `module.call.secret`"),
            ("output.whole", "the output shows a sensitive value of `module.call`"),
            ("module.ephemeral", "`var.password` of the module gets the ephemeral value of `var.token`"),
        ]
    );
}

#[test]
fn ephemeral_values_are_not_stored() {
    let found = diagnostics(BOTH, |stack| {
        let token = stack.variable("token", Variable::<String>::new().ephemeral());
        let opened =
            stack.add("opened", Raw::ephemeral("aws_secretsmanager_secret_version").set("secret_id", "x"));
        let secret = opened.attribute::<String>("secret_string");
        let local = stack.local("local", format!("{secret}!"));
        let base = || Raw::new("aws_db_instance").set("instance_class", "db.t3.micro");
        stack.add("stored", base().set("password", &local));
        stack.add("kept", base().set("password_wo", &local).set("password_wo_version", 1));
        stack.add("name", Raw::new("aws_sqs_queue").set("name", token));
        stack.add("built_in", TerraformData::new().input(&secret));
        stack.output("shown", secret);
        stack.output("null", Expr::<String>::raw("ephemeralasnull(var.token)"));
    });
    assert_eq!(
        found,
        [
            "output.shown / value: the output would store the ephemeral value of `ephemeral.aws_secretsmanager_secret_version.opened.secret_string` (an output is stored in the state: use the value in a write-only argument or a provider, or store it in a secret store)",
            "aws_db_instance.stored / password: `password` is stored, and gets the ephemeral value of `local.local` (set `password_wo` instead, which is never stored)",
            "aws_sqs_queue.name / name: `name` is stored, and gets the ephemeral value of `var.token` (only write-only arguments, providers, provisioners and other ephemeral resources take it)",
            "terraform_data.built_in / input: `input` is stored, and gets the ephemeral value of `ephemeral.aws_secretsmanager_secret_version.opened.secret_string` (only write-only arguments, providers, provisioners and other ephemeral resources take it)",
        ]
    );
}

#[test]
fn actions_and_searches_are_checked_like_resources() {
    let found = diagnostics(BOTH, |stack| {
        stack.require_terraform(">= 1.14.0");
        let invoke = || Action::new("aws_lambda_invoke").config("payload", "{}");
        stack.add("typo", Action::new("aws_lambda_invok"));
        stack.add("argument", invoke().config("function_nam", "x"));
        stack.add("type", invoke().config("function_name", ["x"]));
        stack.add("fine", invoke().config("function_name", "x"));
        // It may have come since what is known.
        stack.add("new", Action::new("aws_glacier_thaw_everything"));
        stack.add("typo", List::new("aws_instanc"));
        stack.add("argument", List::new("aws_instance").config("regoin", "x"));
        stack.add("fine", List::new("aws_instance").config("region", "eu-central-1").limit(5));
    });
    assert_eq!(
        found,
        [
            "action.aws_lambda_invok.typo / : hashicorp/aws has no action `aws_lambda_invok` (did you mean `aws_lambda_invoke`?)",
            "action.aws_lambda_invoke.argument / config.function_nam: unknown argument `function_nam` (did you mean `function_name`?)",
            "action.aws_lambda_invoke.argument / config.function_name: the required argument `function_name` is missing",
            "action.aws_lambda_invoke.type / config.function_name: expected string, found a list",
            "list.aws_instanc.typo / : hashicorp/aws has no list resource `aws_instanc` (did you mean `aws_instance`?)",
            "list.aws_instance.argument / config.regoin: unknown argument `regoin` (did you mean `region`?)",
        ]
    );
}

#[test]
fn functions_take_what_attributes_are() {
    let found = diagnostics(BOTH, |stack| {
        let topic = stack.add("topic", Raw::new("aws_sns_topic").set("tags", json!({"a": "b"})));
        let many = stack.add("many", Raw::new("aws_security_group").count(2));
        for (name, hcl) in [
            ("w0", "upper(aws_sns_topic.topic.tags)"),
            ("w1", "merge(aws_sns_topic.topic.arn, {})"),
            ("w2", "join(\",\", aws_security_group.many[0].vpc_id)"),
            ("r0", "merge(aws_sns_topic.topic.tags, {})"),
            ("r1", "upper(aws_sns_topic.topic.arn)"),
            ("r2", "join(\",\", aws_security_group.many[*].vpc_id)"),
            ("r3", "abs(aws_sns_topic.topic.name)"),
            ("r4", "length(aws_security_group.many[0].ingress)"),
        ] {
            stack.local(name, Expr::<Json>::raw(hcl));
        }
        let _ = (topic, many);
    });
    assert_eq!(
        found,
        [
            "local.w0 / value: `upper` takes text as `str`, and a map is given (it is called as `upper(str)`)",
            "local.w1 / value: `merge` takes a map as `maps`, and text is given (it is called as `merge(maps…)`)",
            "local.w2 / value: `join` takes a list of string as `lists`, and text is given (it is called as `join(separator, lists…)`)",
        ]
    );
}

#[test]
fn a_provider_that_nobody_publishes_is_a_wrong_name() {
    let found = diagnostics(BOTH, |stack| {
        stack.add("a", Raw::new("asw_sqs_queue"));
    });
    assert_eq!(
        found,
        [
            "asw_sqs_queue.a / : nothing says where the provider `asw` comes from, and HashiCorp has none of the name (did you mean `aws`? Otherwise name the source: `.from_provider(\"OWNER/asw\")`)",
        ]
    );
}

#[test]
fn credentials_of_a_provider_are_literal_secrets() {
    let found = diagnostics(BOTH, |stack| {
        let secret = stack.variable("secret", Variable::<String>::new().sensitive());
        let one = formwork_core::RawProvider::new("aws", "hashicorp/aws")
            .set("secret_key", "wJalrXUtnFEMI")
            .set("region", "x");
        stack.provider(one);
        let emulated = formwork_core::RawProvider::new("aws", "hashicorp/aws").set("secret_key", "test");
        stack.provider_alias("emulated", emulated.set("skip_credentials_validation", true));
        stack.provider_alias(
            "b",
            formwork_core::RawProvider::new("aws", "hashicorp/aws").set("secret_key", secret),
        );
        // No catalogue has it.
        let asw = formwork_core::RawProvider::new("asw", "acme/asw");
        stack.provider(asw.set("login", json!({"password": "hunter2"})));
    });
    assert_eq!(
        found,
        [
            "provider.asw / login.password: a literal in the credential `password` would land in version control (leave it out, and give it to the provider in its environment, or take it from a sensitive variable)",
            "provider.aws / secret_key: a literal in the credential `secret_key` would land in version control (leave it out, and give it to the provider in its environment, or take it from a sensitive variable)",
        ]
    );
}
