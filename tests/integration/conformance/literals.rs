//! The rules of Terraform's JSON syntax for text, keys, numbers, lists, maps and null, as an argument and inside of an
//! expression; sensitive values; the places that are read bare.

use formwork::model::IntoValue;
use formwork::{Export, Expr, Json, Map, Value, Variable, functions, named};
use serde_json::json;

use crate::cases::Cases;

/// Text that something reads specially: as it is said, as it is written in JSON, and as it is written between quotes in
/// an expression.
const TEXTS: [(&str, &str, &str); 32] = [
    ("plain", "plain", "plain"),
    ("", "", ""),
    (" ", " ", " "),
    ("${x}", "$${x}", "$${x}"),
    ("$${x}", "$$${x}", "$$${x}"),
    ("$$${x}", "$$$${x}", "$$$${x}"),
    ("%{if}", "%%{if}", "%%{if}"),
    ("%%{if}", "%%%{if}", "%%%{if}"),
    ("$%{x}", "$%%{x}", "$%%{x}"),
    ("%${x}", "%$${x}", "%$${x}"),
    ("${", "$${", "$${"),
    ("$", "$", "$"),
    ("$$", "$$", "$$"),
    ("%", "%", "%"),
    ("$ {x}", "$ {x}", "$ {x}"),
    ("{}", "{}", "{}"),
    ("\"", "\"", "\\\""),
    ("\\", "\\", "\\\\"),
    ("\\\"", "\\\"", "\\\\\\\""),
    ("\\n", "\\n", "\\\\n"),
    ("\n", "\n", "\\n"),
    ("\r\n", "\r\n", "\\r\\n"),
    ("\t", "\t", "\\t"),
    ("\u{1}", "\u{1}", "\\u0001"),
    ("\u{7f}", "\u{7f}", "\\u007f"),
    ("\u{2028}", "\u{2028}", "\u{2028}"),
    ("ü😀日本", "ü😀日本", "ü😀日本"),
    ("<<EOT", "<<EOT", "<<EOT"),
    ("# // /* comment */", "# // /* comment */", "# // /* comment */"),
    ("true", "true", "true"),
    ("null", "null", "null"),
    ("5", "5", "5"),
];

pub(crate) fn cases(cases: &mut Cases<'_>) {
    texts(cases);
    around(cases);
    collections(cases);
    numbers(cases);
    cases.sensitive("sensitive text", "${x}", r#""$${x}""#, json!("${x}"));
    let secret = functions::sensitive(named::local::<String>("x"));
    cases.sensitive("sensitive expression", &secret, r#""${sensitive(local.x)}""#, json!("-"));
    cases.sensitive(
        "sensitive in a list",
        Expr::from([secret.clone()]),
        r#""${[sensitive(local.x)]}""#,
        json!(["-"]),
    );
    cases.expression(
        "no longer sensitive",
        functions::nonsensitive(secret),
        "nonsensitive(sensitive(local.x))",
        json!("-"),
    );
    bare(cases);
}

fn texts(cases: &mut Cases<'_>) {
    for (text, argument, quoted) in TEXTS {
        let json = json!(argument).to_string();
        cases.value(&format!("text {text:?}"), text, &json, json!(text));
        let hcl = format!("[\"{quoted}\"]");
        cases.expression(&format!("text in an expression {text:?}"), Expr::from([text]), &hcl, json!([text]));
    }
    let long = "a line of \"text\" with ${x} and %{y}\n".repeat(1000);
    let written = json!("a line of \"text\" with $${x} and %%{y}\n".repeat(1000)).to_string();
    cases.value("long text", &*long, &written, json!(long));
    cases.expression(
        "long text in an expression",
        functions::length(&*long.clone()),
        &format!("length(\"{}\")", "a line of \\\"text\\\" with $${x} and %%{y}\\n".repeat(1000)),
        json!(36_000),
    );
}

/// Text around expressions.
fn around(cases: &mut Cases<'_>) {
    let x = &cases.stack.local("x", "-");
    cases.value("expression alone", format!("{x}"), r#""${local.x}""#, json!("-"));
    cases.value("expression in text", format!("a{x}b"), r#""a${local.x}b""#, json!("a-b"));
    cases.value("two expressions", format!("{x}{x}"), r#""${local.x}${local.x}""#, json!("--"));
    cases.value("dollar before an expression", format!("${x}"), r#""${\"$\"}${local.x}""#, json!("$-"));
    cases.value("dollars before an expression", format!("$${x}"), r#""${\"$$\"}${local.x}""#, json!("$$-"));
    // Without care, HCL would take the expression behind it as text.
    cases.value(
        "carriage return before an expression",
        format!("a\r{x}"),
        r#""a${\"\\r\"}${local.x}""#,
        json!("a\r-"),
    );
    cases.value(
        "line break before an expression",
        format!("a\r\n{x}"),
        r#""a\r\n${local.x}""#,
        json!("a\r\n-"),
    );
    cases.value("percent before an expression", format!("%{x}"), r#""%${local.x}""#, json!("%-"));
    cases.value("brace behind an expression", format!("{x}}}"), r#""${local.x}}""#, json!("-}"));
    cases.value("escape beside an expression", format!("${{x}}{x}"), r#""$${x}${local.x}""#, json!("${x}-"));
    cases.value("operator in text", format!("{}", Expr::<f64>::from(1) + 1), r#""${1 + 1}""#, json!(2));
    cases.value(
        "operator among text",
        format!("={}", Expr::<f64>::from(1) + 1),
        r#""=${1 + 1}""#,
        json!("=2"),
    );
    cases.value(
        "document with an expression",
        Value::<String>::from(json!({"k": x})),
        r#""${jsonencode({\"k\" = local.x})}""#,
        json!("{\"k\":\"-\"}"),
    );
    cases.value(
        "document without one",
        Value::<String>::from(json!({"k": "${x}"})),
        r#""{\"k\":\"$${x}\"}""#,
        json!("{\"k\":\"${x}\"}"),
    );
    cases.value(
        "key with an expression",
        Value::<Map<String>>::from([(format!("k{x}"), "v")]),
        r#"{"k${local.x}": "v"}"#,
        json!({"k-": "v"}),
    );
    cases.value(
        "key that is an expression",
        Value::<Map<String>>::from([(format!("{x}"), "v")]),
        r#"{"${local.x}": "v"}"#,
        json!({"-": "v"}),
    );
    cases.value(
        "key that is literal",
        Value::<Map<String>>::from([("${x} %{y}", "v")]),
        r#"{"$${x} %%{y}": "v"}"#,
        json!({"${x} %{y}": "v"}),
    );
    let keys = Expr::<Map<f64>>::from([("a.b", 1), ("${c}", 2), ("\"", 3), ("", 4)]);
    cases.expression(
        "keys in an expression",
        keys,
        r#"{"a.b" = 1, "$${c}" = 2, "\"" = 3, "" = 4}"#,
        json!({"a.b": 1, "${c}": 2, "\"": 3, "": 4}),
    );
    let keys = Expr::<Map<f64>>::from([(format!("{x}"), 1), (format!("k{x}"), 2)]);
    cases.expression(
        "templates as keys in an expression",
        keys,
        r#"{"${local.x}" = 1, "k${local.x}" = 2}"#,
        json!({"-": 1, "k-": 2}),
    );
    cases.expression(
        "text in text",
        functions::upper(format!("a{}", functions::lower(format!("B{x}")))),
        r#"upper("a${lower("B${local.x}")}")"#,
        json!("AB-"),
    );
}

fn collections(cases: &mut Cases<'_>) {
    cases.value("empty list", Value::<Vec<String>>::from(Vec::<String>::new()), "[]", json!([]));
    cases.value("empty map", Map::<String>::new(), "{}", json!({}));
    // Without a value an output would not be valid: JSON's `null` stands for an argument that is not there.
    cases.value("null", Value::<String>::null(), r#""${null}""#, json!(null));
    cases.value(
        "null in a list",
        json!([null, 0, false, ""]),
        r#"[null, 0, false, ""]"#,
        json!([null, 0, false, ""]),
    );
    cases.value("null in an object", json!({"a": null}), r#"{"a": null}"#, json!({"a": null}));
    cases.value(
        "nested",
        json!({"a": [{"b": {}}, []]}),
        r#"{"a": [{"b": {}}, []]}"#,
        json!({"a": [{"b": {}}, []]}),
    );
    cases.value("null expression", Expr::<String>::null(), r#""${null}""#, json!(null));
    cases.expression(
        "null in an expression",
        Expr::<Json>::from(json!([null, 0, false, ""])),
        "[null, 0, false, \"\"]",
        json!([null, 0, false, ""]),
    );
    cases.expression(
        "empty collections in an expression",
        Expr::<Json>::from(json!([[], {}])),
        "[[], {}]",
        json!([[], {}]),
    );
    // Terraform composes the characters of all text (Unicode's form NFC).
    cases.value("decomposed character", "e\u{301}", "\"e\u{301}\"", json!("\u{e9}"));
    cases.value("true", true, "true", json!(true));
    cases.value("false", false, "false", json!(false));
    cases.value("false expression", Expr::<bool>::from(false), r#""${false}""#, json!(false));
    cases.value(
        "list with an expression",
        json!([named::local::<String>("x"), "y"]),
        r#"["${local.x}", "y"]"#,
        json!(["-", "y"]),
    );
}

fn numbers(cases: &mut Cases<'_>) {
    for number in [0, 1, -1, 65_535, i64::from(i32::MIN), 9_007_199_254_740_991, i64::MAX, i64::MIN] {
        cases.value(&format!("number {number}"), number, &number.to_string(), json!(number));
        cases.expression(
            &format!("number {number} in an expression"),
            Expr::<f64>::from(number),
            &number.to_string(),
            json!(number),
        );
    }
    for (number, digits) in [(0.1, "0.1"), (-2.5, "-2.5"), (1e-7, "0.0000001"), (123_456.789, "123456.789")] {
        cases.expression(&format!("fraction {digits}"), Expr::<f64>::from(number), digits, json!(number));
    }
    cases.value("fraction", 0.1, "0.1", json!(0.1));
    let long = 123_456_789_012_345_678_901_234_567_890_u128;
    let long = cases.stack.local("long", Value::<f64>::from(long));
    cases.written(
        "thirty digits",
        "/locals/long",
        serde_json::from_str("123456789012345678901234567890").unwrap_or_default(),
    );
    cases.value(
        "thirty digits as text",
        format!("={long}"),
        r#""=${local.long}""#,
        json!("=123456789012345678901234567890"),
    );
}

/// Places where a template would not be evaluated: what is said is written as it is.
fn bare(cases: &mut Cases<'_>) {
    let variable = Variable::<String>::new().default_value("${x} %{y} $${z}").description("${d}");
    let variable = cases.stack.variable("bare", variable);
    cases.written("description of a variable", "/variable/bare/description", json!("${d}"));
    cases.written("default of a variable", "/variable/bare/default", json!("${x} %{y} $${z}"));
    cases.written("type of a variable", "/variable/bare/type", json!("string"));
    cases.expression("default as it was said", variable, "var.bare", json!("${x} %{y} $${z}"));
    let default = json!({"${k}": ["${v}", 0, false, null, ""]});
    let document = cases.stack.variable("document", Variable::<Json>::new().default_value(default.clone()));
    cases.written("default that is a document", "/variable/document/default", default.clone());
    cases.expression("document as it was said", document, "var.document", default);
    cases.stack.export("described", Export::new("x".into_value()).description("a ${b}"));
    cases.written("description of an output", "/output/described/description", json!("a ${b}"));
}
