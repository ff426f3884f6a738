//! Imports a schema that has every feature, and compares the whole text and what is read from it.

use std::collections::BTreeMap;
use std::io::Write;

use formwork_schema::{
    Attribute, AttributeType, Catalogue, ImportError, Nesting, ObjectAttribute, ProviderVersions, Type,
    Unknown, UnknownFacts, Version, import,
};

const SCHEMA: &str = r#"{
  "format_version": "1.0",
  "provider_schemas": {
    "registry.terraform.io/example/mini": {
      "provider": {
        "version": 0,
        "block": {
          "attributes": {
            "token": {"type": "string", "description": "A secret.", "optional": true, "sensitive": true}
          },
          "description_kind": "plain"
        }
      },
      "resource_schemas": {
        "mini_empty": {"version": 0, "block": {}},
        "mini_thing": {
          "version": 3,
          "block": {
            "deprecated": true,
            "attributes": {
              "id": {"type": "string", "computed": true, "description_kind": "markdown"},
              "everything": {
                "type": ["object", {
                  "b": ["list", "number"],
                  "a": ["set", "bool"],
                  "c": ["map", "dynamic"],
                  "d": ["tuple", ["string", ["object", {}], ["tuple", []]]]
                }, ["c"]],
                "required": true
              },
              "secret": {"type": "string", "optional": true, "sensitive": true, "write_only": true},
              "old": {"type": "string", "optional": true, "computed": true, "deprecated": true},
              "nested_single": {
                "nested_type": {
                  "nesting_mode": "single",
                  "attributes": {
                    "deep": {
                      "nested_type": {
                        "nesting_mode": "map",
                        "attributes": {"x": {"type": "number", "required": true}}
                      },
                      "optional": true
                    }
                  }
                },
                "optional": true
              },
              "nested_list": {
                "nested_type": {"nesting_mode": "list", "attributes": {"x": {"type": "number", "required": true}}},
                "required": true
              },
              "nested_set": {
                "nested_type": {"nesting_mode": "set", "attributes": {"x": {"type": "number", "required": true}}},
                "computed": true
              }
            },
            "block_types": {
              "a_list": {"nesting_mode": "list", "min_items": 1, "max_items": 2, "block": {
                "attributes": {"x": {"type": "number", "required": true}}}},
              "b_set": {"nesting_mode": "set", "min_items": 1, "block": {
                "deprecated": true,
                "attributes": {"x": {"type": "number", "required": true}}}},
              "c_map": {"nesting_mode": "map", "block": {
                "block_types": {"inner": {"nesting_mode": "single", "block": {}}}}},
              "d_single": {"nesting_mode": "single", "block": {}},
              "e_group": {"nesting_mode": "group", "block": {}}
            }
          }
        }
      },
      "data_source_schemas": {
        "mini_thing": {"version": 0, "block": {"attributes": {"x": {"type": "number", "required": true}}}}
      },
      "ephemeral_resource_schemas": {
        "mini_secret": {"version": 1, "block": {}}
      },
      "functions": {
        "join": {
          "description": "Joins.", "summary": "Join",
          "deprecation_message": "Use another.",
          "return_type": "string",
          "parameters": [
            {"name": "separator", "type": "string", "is_nullable": true},
            {"name": "first", "type": "string"}
          ],
          "variadic_parameter": {"name": "rest", "type": ["list", "string"]}
        },
        "now": {"return_type": ["object", {"at": "string"}]}
      },
      "resource_identity_schemas": {"mini_thing": {"version": 0}}
    },
    "terraform.io/builtin/terraform": {}
  }
}"#;

const CATALOGUE: &str = "\
formwork-catalogue 1 registry.terraform.io/example/mini 1.2.3
block 657e215925 deep=o:@map:cfd6c30b7a
block 7638ed25ab | inner=single:0:0:e484e9d1b9
block c770f06a45 token=os:s
block cfd6c30b7a x=r:n
block e484e9d1b9
block f1cce5ed5d everything=r:(a:<b>,b:[n],c?:{d},d:t(s,(),t())) id=c:s nested_list=r:@list:cfd6c30b7a nested_set=c:@set:cfd6c30b7a nested_single=o:@single:657e215925 old=ocd:s secret=osw:s | a_list=list:1:2:cfd6c30b7a b_set=set:1:0:cfd6c30b7a:d c_map=map:0:0:7638ed25ab d_single=single:0:0:e484e9d1b9 e_group=group:0:0:e484e9d1b9
data mini_thing 0 cfd6c30b7a
ephemeral mini_secret 1 e484e9d1b9
function join separator?:s first:s ...rest:[s] -> s d
function now -> (at:s)
provider c770f06a45
resource mini_empty 0 e484e9d1b9
resource mini_thing 3 f1cce5ed5d d
";

fn import_one(json: &[u8]) -> Result<String, ImportError> {
    let versions = ProviderVersions::One(Version::new(1, 2, 3));
    let mut imported = import(json, &versions, None)?;
    assert_eq!(imported.len(), 1);
    Ok(imported.remove(0).text)
}

/// A document with one resource `mini_thing`, which has the given attributes.
fn document(attributes: &str) -> String {
    format!(
        r#"{{"format_version": "1.0", "provider_schemas": {{"registry.terraform.io/example/mini": {{
            "resource_schemas": {{"mini_thing": {{"block": {{"attributes": {attributes}}}}}}}}}}}}}"#
    )
}

#[test]
fn writes_every_feature() {
    let versions = ProviderVersions::One(Version::new(1, 2, 3));
    let imported = import(SCHEMA.as_bytes(), &versions, None).unwrap();
    assert_eq!(imported.len(), 1);
    assert_eq!(imported[0].address, "registry.terraform.io/example/mini");
    assert_eq!(imported[0].file_name(), "example-mini-1.2.3.txt");
    assert_eq!(imported[0].text, CATALOGUE);
}

#[test]
fn reads_every_feature() {
    let catalogue = Catalogue::parse(CATALOGUE).unwrap();
    catalogue.verify().unwrap();
    assert_eq!(catalogue.source(), "example/mini");
    assert_eq!(catalogue.version(), &Version::new(1, 2, 3));
    assert!(catalogue.resource_names().eq(["mini_empty", "mini_thing"]));
    assert!(catalogue.data_source_names().eq(["mini_thing"]));
    assert!(catalogue.ephemeral_names().eq(["mini_secret"]));
    assert!(catalogue.function_names().eq(["join", "now"]));

    let thing = catalogue.resource("mini_thing").unwrap().unwrap();
    assert_eq!((thing.version, thing.deprecated), (3, true));
    let block = &thing.block;
    let attribute = |name: &str| block.attribute(name).unwrap();
    let plain = Attribute {
        name: "id".into(),
        ty: AttributeType::Value(Type::String),
        required: false,
        optional: false,
        computed: true,
        sensitive: false,
        deprecated: false,
        write_only: false,
        unknown: Unknown::default(),
    };
    assert_eq!(attribute("id"), &plain);
    let secret = attribute("secret");
    assert!(secret.optional && secret.sensitive && secret.write_only && !secret.computed);
    let old = attribute("old");
    assert!(old.optional && old.computed && old.deprecated && !old.required);
    let member = |name: &str, ty, optional| ObjectAttribute { name: name.into(), ty, optional };
    let everything = Type::Object(vec![
        member("a", Type::Set(Type::Bool.into()), false),
        member("b", Type::List(Type::Number.into()), false),
        member("c", Type::Map(Type::Dynamic.into()), true),
        member("d", Type::Tuple(vec![Type::String, Type::Object(vec![]), Type::Tuple(vec![])]), false),
    ]);
    assert_eq!(attribute("everything").ty, AttributeType::Value(everything));

    let x = catalogue.data_source("mini_thing").unwrap().unwrap().block;
    let empty = catalogue.resource("mini_empty").unwrap().unwrap().block;
    assert!(x.attribute("x").unwrap().required);
    for (name, expected) in [("nested_list", Nesting::List), ("nested_set", Nesting::Set)] {
        let nested = AttributeType::Nested { nesting: expected, shape: x.id };
        assert_eq!(attribute(name).ty, nested);
    }
    let AttributeType::Nested { nesting, shape } = attribute("nested_single").ty else {
        panic!("nested_single is not nested");
    };
    assert_eq!(nesting, Nesting::Single);
    let deep = catalogue.block(shape).unwrap();
    let map_of_x = AttributeType::Nested { nesting: Nesting::Map, shape: x.id };
    assert_eq!(deep.attribute("deep").unwrap().ty, map_of_x);

    let inner = catalogue.block(block.nested_block("c_map").unwrap().shape).unwrap();
    assert_eq!(inner.nested_block("inner").unwrap().shape, empty.id);
    let blocks: Vec<_> = block
        .blocks
        .iter()
        .map(|it| (&*it.name, it.nesting, it.min, it.max, it.shape, it.deprecated))
        .collect();
    let expected = [
        ("a_list", Nesting::List, 1, Some(2), x.id, false),
        ("b_set", Nesting::Set, 1, None, x.id, true),
        ("c_map", Nesting::Map, 0, None, inner.id, false),
        ("d_single", Nesting::Single, 0, None, empty.id, false),
        ("e_group", Nesting::Group, 0, None, empty.id, false),
    ];
    assert_eq!(blocks, expected);

    let provider = catalogue.provider().unwrap().unwrap();
    assert!(provider.block.attribute("token").unwrap().sensitive);
    let secret = catalogue.ephemeral("mini_secret").unwrap().unwrap();
    assert_eq!((secret.version, secret.block), (1, empty));
    let join = catalogue.function("join").unwrap().unwrap();
    assert_eq!(join.to_string(), "separator?:s first:s ...rest:[s] -> s d");
    assert!(join.parameters[0].nullable && !join.parameters[1].nullable && join.deprecated);
    assert_eq!(catalogue.function("later").unwrap(), None);
    assert_eq!(catalogue.resource("mini_secret").unwrap(), None);
}

#[test]
fn reads_gzip() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(SCHEMA.as_bytes()).unwrap();
    assert_eq!(import_one(&encoder.finish().unwrap()).unwrap(), CATALOGUE);
}

#[test]
fn takes_a_version_for_each_provider() {
    let two = SCHEMA.replace("terraform.io/builtin/terraform", "example.com/other/second");
    let one = ProviderVersions::One(Version::new(1, 2, 3));
    let error = import(two.as_bytes(), &one, None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "one version was given for several providers: \
         example.com/other/second, registry.terraform.io/example/mini"
    );

    let mut versions = BTreeMap::from([("example/mini".to_owned(), Version::new(1, 2, 3))]);
    let some = ProviderVersions::ByAddress(versions.clone());
    let error = import(two.as_bytes(), &some, None).unwrap_err();
    assert_eq!(error.to_string(), "no version was given for provider example.com/other/second");

    versions.insert("example.com/other/second".into(), Version::new(2, 0, 0));
    let both = ProviderVersions::ByAddress(versions);
    let imported = import(two.as_bytes(), &both, None).unwrap();
    assert_eq!(imported[1].text, CATALOGUE);
    assert_eq!(imported[0].file_name(), "example.com-other-second-2.0.0.txt");
    assert_eq!(imported[0].text, "formwork-catalogue 1 example.com/other/second 2.0.0\n");
}

#[test]
fn says_what_cannot_be_imported() {
    let deep = format!(r#"{{"a": {{"type": {}"string"{}}}}}"#, r#"["list","#.repeat(80), "]".repeat(80));
    for (json, message) in [
        ("nonsense".to_owned(), "not the output of `terraform providers schema -json`"),
        (
            r#"{"format_version": "2.0"}"#.to_owned(),
            "schema format `2.0` is unknown: expected 0 or 1 as the major version",
        ),
        (document(r#"{"a b": {"type": "string"}}"#), "resource mini_thing.a b: not a name"),
        (
            document(r#"{"a": {"optional": true}}"#),
            "resource mini_thing.a: expected either `type` or `nested_type`",
        ),
        (document(r#"{"a": {"type": ["list", "text"]}}"#), "resource mini_thing.a: `\"text\"` is not a type"),
        (document(r#"{"a": {"type": []}}"#), "resource mini_thing.a: `[]` is not a type"),
        (
            document(r#"{"a": {"nested_type": {"nesting_mode": "group"}}}"#),
            "resource mini_thing.a: `group` is not a nesting mode",
        ),
        (
            document(&deep),
            "the schema of registry.terraform.io/example/mini does not make a readable catalogue",
        ),
    ] {
        assert_eq!(import_one(json.as_bytes()).unwrap_err().to_string(), message);
    }
    assert!(import_one(&[0x1f, 0x8b, 0, 1]).is_err());
}

const MINI: &str = "registry.terraform.io/example/mini";

/// Imports a document with a list of what is not known in it.
fn import_partly_known(attributes: &str, unknown: &str) -> Result<String, ImportError> {
    let unknown = UnknownFacts::read(unknown.as_bytes())?;
    let versions = ProviderVersions::One(Version::new(1, 2, 3));
    Ok(import(document(attributes).as_bytes(), &versions, Some(&unknown))?.remove(0).text)
}

#[test]
fn marks_what_is_not_known() {
    let unknown = format!(
        r#"{{
            "provider": "{MINI}",
            "unknown": {{"resource_schemas": {{"mini_thing": {{
                "secret": ["deprecated", "sensitive"],
                "within/name": ["sensitive"],
                "rule": ["max_items", "min_items", "deprecated"],
                "rule/port": ["deprecated"]
            }}}}}},
            "body_cut_at_recursion": ["resource/mini_thing/rule/match"]
        }}"#
    );
    let text = import_partly_known(
        r#"{
            "secret": {"type": "string", "optional": true},
            "within": {"optional": true, "nested_type": {
                "nesting_mode": "single", "attributes": {"name": {"type": "string", "optional": true}}
            }}
        }, "block_types": {"rule": {"nesting_mode": "list", "block": {
            "attributes": {"port": {"type": "number", "optional": true}},
            "block_types": {"match": {"nesting_mode": "list", "max_items": 1, "block": {
                "attributes": {"path": {"type": "string", "optional": true}}
            }}}
        }}}"#,
        &unknown,
    );
    let text = text.unwrap();
    let catalogue = Catalogue::parse(text.clone()).unwrap();
    catalogue.verify().unwrap();
    let thing = catalogue.resource("mini_thing").unwrap().unwrap().block;
    let not_known = |sensitive, deprecated| Unknown { sensitive, deprecated, ..Unknown::default() };
    assert_eq!(thing.attribute("secret").unwrap().unknown, not_known(true, true));
    let AttributeType::Nested { shape, .. } = thing.attribute("within").unwrap().ty else { panic!("{text}") };
    let within = catalogue.block(shape).unwrap();
    assert_eq!(within.attribute("name").unwrap().unknown, not_known(true, false));
    let rule = thing.nested_block("rule").unwrap();
    assert_eq!(rule.unknown, Unknown { deprecated: true, min: true, max: true, sensitive: false });
    assert_eq!((rule.min, rule.max, rule.deprecated), (0, None, false));
    let rule = catalogue.block(rule.shape).unwrap();
    assert_eq!(rule.attribute("port").unwrap().unknown, not_known(false, true));
    assert!(!rule.open && catalogue.block(rule.nested_block("match").unwrap().shape).unwrap().open);
    assert!(text.contains(" secret=oSD:s ") && text.contains(" rule=list:?:?:"), "{text}");
    assert!(text.contains(" ... path=o:s\n"), "{text}");
}

#[test]
fn what_is_not_known_must_be_in_the_schema() {
    let attributes = r#"{"secret": {"type": "string", "optional": true}}"#;
    let list = |path: &str| {
        format!(
            r#"{{"provider": "{MINI}", "unknown": {{"resource_schemas": {{"mini_thing": {{"{path}": ["sensitive"]}}}}}}}}"#
        )
    };
    for (unknown, expected) in [
        (list("secert"), "mini_thing/secert is said to be unknown in part, and the schema has nothing there"),
        (
            list("secret/x"),
            "mini_thing/secret/x is said to be unknown in part, and the schema has nothing there",
        ),
        (
            list("secret").replace("example/mini", "a/b"),
            "registry.terraform.io/a/b is said to be unknown in part, and the schema has nothing there",
        ),
        (list("secret").replace("sensitive", "size"), "not a list of what is unknown in a schema"),
        (
            format!(r#"{{"provider": "{MINI}", "body_cut_at_recursion": ["resource/mini_thing/rule"]}}"#),
            "resource/mini_thing/rule is said to be unknown in part, and the schema has nothing there",
        ),
    ] {
        let error = import_partly_known(attributes, &unknown).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}
