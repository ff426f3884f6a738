//! `schema`: the JSON Schema of settings.

use crate::support::TestEnv;
use insta::assert_snapshot;

#[test]
fn a_systems_schema_is_printed() {
    let ran = TestEnv::new().run(&["schema", "shop"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_snapshot!(ran.stdout, @r#"
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "Settings",
          "description": "Settings, for the `schema` command.",
          "type": "object",
          "properties": {
            "count": {
              "description": "How many there are.",
              "type": "integer",
              "format": "uint32",
              "minimum": 0
            }
          },
          "required": [
            "count"
          ]
        }
        "#);
}

#[test]
fn an_unknown_system_is_wrong_usage() {
    let ran = TestEnv::new().run(&["schema", "shpo"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert_snapshot!(ran.stderr, @r#"
        error: there are no settings for `shpo`
          hint: did you mean `shop`?
        "#);
}
