//! Calls of modules through the types that `bindings module` makes of their folders.

use formwork::{Expr, Json, Map, Resource, TerraformData, Value, count, for_each};
use serde_json::json;

use crate::cases::Cases;
use crate::wrappers::network::{Checks, Listeners, Owner, Routes};
use crate::wrappers::{Hostile, Network, Plain};

pub(crate) fn cases(cases: &mut Cases<'_>) {
    cases.file("network/main.tf", include_str!("../modules/network/main.tf"));
    cases.file("hostile/variables.tf.json", include_str!("../modules/hostile/variables.tf.json"));
    cases.file("hostile/outputs.tf", include_str!("../modules/hostile/outputs.tf"));
    cases.file("hostile/extra_override.tf", include_str!("../modules/hostile/extra_override.tf"));
    cases.file("plain/main.tf", include_str!("../modules/plain/main.tf"));
    required(cases);
    optional(cases);
    repeated(cases);
    hostile(cases);
}

fn required(cases: &mut Cases<'_>) {
    let owner = cases.stack.add("owner", TerraformData::new().input("ops"));
    let listeners = vec![
        Listeners::new(80),
        Listeners::new(443).protocol("tls").checks(Checks::new("/${health}")),
        Listeners::new(53).checks(Checks::new("/").expected([200, 301])),
    ];
    let network = Network::new(listeners, "net", Owner::new(owner.output().cast::<String>()));
    let network = cases.stack.add("network", network);
    cases.written(
        "a wrapper writes what was set, and nothing for what was not",
        "/module/network",
        json!({
            "source": "./network",
            "listeners": [
                {"port": 80},
                {"port": 443, "protocol": "tls", "checks": {"path": "/$${health}"}},
                {"port": 53, "checks": {"path": "/", "expected": [200, 301]}},
            ],
            "name": "net",
            "owner": {"name": "${terraform_data.owner.output}"},
        }),
    );
    cases.expression(
        "an output of a wrapped module",
        network.name::<String>(),
        "module.network.name",
        json!("net!"),
    );
    cases.expression(
        "objects with optional attributes, which terraform completes",
        network.listeners::<Json>(),
        "module.network.listeners",
        json!([
            {"port": 80, "protocol": "tcp", "checks": null},
            {"port": 443, "protocol": "tls", "checks": {"path": "/${health}", "expected": [200, 204]}},
            {"port": 53, "protocol": "tcp", "checks": {"path": "/", "expected": [200, 301]}},
        ]),
    );
    cases.expression(
        "defaults of a wrapped module",
        network.all::<Json>(),
        "module.network.all",
        json!({
            "owner": {"name": "ops", "mail": null},
            "zones": ["a", "b"],
            "size": 3,
            "public": false,
            "limits": [1, "one", []],
            "routes": {},
            "anything": null,
        }),
    );
}

fn optional(cases: &mut Cases<'_>) {
    let first = cases.stack.add("first", TerraformData::new().input("late"));
    let zone = cases.stack.local("zone", "c");
    let network = Network::new([Listeners::new(1)], &zone, Owner::new("a").mail("a@example.com"))
        .zones([format!("{zone}1"), "d".to_owned()])
        .size(0)
        .public(true)
        .limits((2, "two", [true, false]))
        .routes(Map::new().with("r", route()))
        .anything(json!({"k": [1, "${x}"]}))
        .password("hunter2")
        .token("never stored")
        .depends_on(&first);
    let network = cases.stack.add("full", network);
    cases.written(
        "tuples and maps of objects of a wrapper",
        "/module/full/routes",
        json!({"r": {"target": "t", "weights": {"a": 1.5}, "pair": ["p", {"name": "q"}]}}),
    );
    cases.written("a wrapper waits", "/module/full/depends_on", json!(["terraform_data.first"]));
    cases.expression(
        "everything that a wrapped module takes",
        network.all::<Json>(),
        "module.full.all",
        json!({
            "owner": {"name": "a", "mail": "a@example.com"},
            "zones": ["c1", "d"],
            "size": 0,
            "public": true,
            "limits": [2, "two", [true, false]],
            "routes": {"r": {"target": "t", "weights": {"a": 1.5}, "pair": ["p", {"name": "q", "mail": null}]}},
            "anything": {"k": [1, "${x}"]},
        }),
    );
    cases.expression(
        "a part of an output, by its path",
        network.all::<Json>().field::<Json>("owner").field::<String>("mail"),
        "module.full.all.owner.mail",
        json!("a@example.com"),
    );
    cases.sensitive(
        "a sensitive output of a wrapped module",
        network.password::<String>(),
        "\"${module.full.password}\"",
        json!("hunter2"),
    );
    cases.expression(
        "an ephemeral variable of a wrapped module",
        network.has_token::<bool>(),
        "module.full.has_token",
        json!(true),
    );
}

fn route() -> Routes {
    Routes::new("t").weights(Map::new().with("a", 1.5)).pair(("p", Owner::new("q")))
}

fn repeated(cases: &mut Cases<'_>) {
    let one = cases.stack.add("plain", Plain::new());
    cases.expression(
        "a wrapped module without variables",
        one.folder::<String>(),
        "module.plain.folder",
        json!("plain"),
    );
    let many = cases.stack.add("plains", count(2, |_| Plain::new()));
    cases.expression(
        "count of a wrapper",
        many.at(1).folder::<String>(),
        "module.plains[1].folder",
        json!("plain"),
    );
    let networks = for_each(["a", "b"], |one| {
        Network::new(Value::from_json(Json::Array(Vec::new())), one.key(), Owner::new(one.value()))
    });
    let networks = cases.stack.add("networks", networks);
    cases.expression(
        "for_each of a wrapper",
        networks.by_key(|network| network.name::<String>()),
        "{for key, each__networks in module.networks : key => each__networks.name}",
        json!({"a": "a!", "b": "b!"}),
    );
    let listeners = Expr::<Vec<Listeners>>::raw("[{ port = 7 }]");
    let raw = cases.stack.add("raw", Network::new(&listeners, "raw", Expr::<Owner>::raw("{ name = \"x\" }")));
    cases.expression(
        "an expression for a list of objects",
        raw.listeners::<Json>().at::<Json>(0).field::<f64>("port"),
        "module.raw.listeners[0].port",
        json!(7),
    );
}

fn hostile(cases: &mut Cases<'_>) {
    let east = formwork::RawProvider::new("other", "terraform.io/builtin/terraform");
    let east = cases.stack.provider_alias("east", east);
    let option = crate::wrappers::hostile::OptionBlock::new("o");
    let option = option.self_(crate::wrappers::hostile::SelfBlock::new("n"));
    let texts = crate::wrappers::hostile::StringBlock::new("s");
    let hostile = Hostile::new("t", &east)
        .with_provider_2(false)
        .a_b("-")
        .a_b_2("_")
        .größe([json!("ä"), json!("ö")])
        .option(option)
        .string(Map::new().with("k", texts));
    let hostile = cases.stack.add("hostile", hostile);
    cases.written(
        "a wrapper hands over the provider configuration that the module asks for",
        "/module/hostile/providers",
        json!({"other.east": "other.east"}),
    );
    cases.expression(
        "a name that is a keyword",
        hostile.r#type::<String>(),
        "module.hostile.type",
        json!("t"),
    );
    cases.expression(
        "a resource of the configuration that was handed over",
        hostile.inner::<String>(),
        "module.hostile.inner",
        json!("t"),
    );
    cases.expression(
        "a default that looks like an expression",
        hostile.self_::<String>(),
        "module.hostile.self",
        json!("${x} \"quoted\" \u{202e}"),
    );
    cases.expression(
        "names that Rust cannot tell apart, and a default from an override file",
        hostile.r#loop::<Json>(),
        "module.hostile.loop",
        json!([2, false, "-", "_", ["ä", "ö"], {"type": "o", "self": {"new": "n"}}, {"k": {"string": "s"}}]),
    );
}
