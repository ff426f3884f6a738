//! `cond.then(x).otherwise(y)`, as a whole and as a part.

use formwork::{Expr, Json, Map};
use serde_json::json;

use crate::cases::Cases;

pub(crate) fn cases(cases: &mut Cases<'_>) {
    let yes = &cases.stack.local("yes", true);
    let no = &cases.stack.local("no", false);
    let n = &cases.stack.local("n", 7);
    let list = &cases.stack.local("list", formwork::Value::<Vec<f64>>::from([1, 2]));
    let choice = || yes.then(1).otherwise(2);

    cases.expression("then", choice(), "local.yes ? 1 : 2", json!(1));
    cases.expression("otherwise", no.then(1).otherwise(2), "local.no ? 1 : 2", json!(2));
    cases.expression("left operand", choice() + 10, "(local.yes ? 1 : 2) + 10", json!(11));
    cases.expression("right operand", 10 + choice(), "10 + (local.yes ? 1 : 2)", json!(11));
    cases.expression("negated", -choice(), "-(local.yes ? 1 : 2)", json!(-1));
    cases.expression(
        "condition of another",
        yes.then(no).otherwise(yes).then("a").otherwise("b"),
        "(local.yes ? local.no : local.yes) ? \"a\" : \"b\"",
        json!("b"),
    );
    cases.expression(
        "branch of another",
        yes.then(no.then(1).otherwise(2)).otherwise(3),
        "local.yes ? local.no ? 1 : 2 : 3",
        json!(2),
    );
    cases.expression(
        "other branch of another",
        no.then(1).otherwise(no.then(2).otherwise(3)),
        "local.no ? 1 : local.no ? 2 : 3",
        json!(3),
    );
    cases.expression(
        "operators in all three",
        n.gt(3).and(yes).then(n + 1).otherwise(n - 1),
        "local.n > 3 && local.yes ? local.n + 1 : local.n - 1",
        json!(8),
    );
    cases.expression(
        "index of one",
        yes.then(list).otherwise([0.0]).at(1),
        "(local.yes ? local.list : [0])[1]",
        json!(2),
    );
    cases.expression(
        "argument of a function",
        formwork::functions::abs(no.then(1).otherwise(-5)),
        "abs(local.no ? 1 : -5)",
        json!(5),
    );
    cases.expression(
        "element of a list",
        Expr::<Vec<f64>>::from([choice(), no.then(1).otherwise(2)]),
        "[local.yes ? 1 : 2, local.no ? 1 : 2]",
        json!([1, 2]),
    );
    cases.expression(
        "value of a map",
        Expr::<Map<f64>>::from([("k", choice())]),
        "{\"k\" = local.yes ? 1 : 2}",
        json!({"k": 1}),
    );
    cases.expression(
        "inside text",
        Expr::<String>::from(format!("-{}-", yes.then("a").otherwise("b"))),
        "\"-${local.yes ? \"a\" : \"b\"}-\"",
        json!("-a-"),
    );
    cases.value(
        "inside text of an argument",
        format!("-{}-", yes.then("a\"").otherwise("b")),
        r#""-${local.yes ? \"a\\\"\" : \"b\"}-""#,
        json!("-a\"-"),
    );
    cases.expression("zero in a branch", yes.then(0).otherwise(1), "local.yes ? 0 : 1", json!(0));
    cases.expression(
        "false in a branch",
        yes.then(false).otherwise(true),
        "local.yes ? false : true",
        json!(false),
    );
    cases.expression(
        "empty text in a branch",
        yes.then("").otherwise("x"),
        "local.yes ? \"\" : \"x\"",
        json!(""),
    );
    cases.expression(
        "null in a branch",
        no.then("x").otherwise(Expr::null()).is_null(),
        "(local.no ? \"x\" : null) == null",
        json!(true),
    );
    cases.expression(
        "null as the result",
        Expr::from([no.then("x").otherwise(Expr::null())]),
        "[local.no ? \"x\" : null]",
        json!([null]),
    );
    cases.expression(
        "empty list in a branch",
        no.then(list).otherwise(Vec::<f64>::new()),
        "local.no ? local.list : []",
        json!([]),
    );
    cases.expression(
        "objects in branches",
        Expr::<bool>::raw("local.yes").then(json!({"a": 1})).otherwise(json!({"a": 2})).field::<Json>("a"),
        "((local.yes) ? {\"a\" = 1} : {\"a\" = 2}).a",
        json!(1),
    );
    cases.expression(
        "raw branches need no parentheses",
        yes.then(Expr::raw("1 + 1")).otherwise(Expr::<f64>::raw("2 - 2")),
        "local.yes ? 1 + 1 : 2 - 2",
        json!(2),
    );
}
