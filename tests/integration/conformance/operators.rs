//! Arithmetic, comparison and logic, with operands that other languages would take for nothing.

use formwork::{Expr, Json, Value};
use serde_json::json;

use crate::cases::Cases;

pub(crate) fn cases(cases: &mut Cases<'_>) {
    let n = &cases.stack.local("n", 7);
    let half = &cases.stack.local("half", 0.5);
    let zero = &cases.stack.local("zero", 0);
    let yes = &cases.stack.local("yes", true);
    let no = &cases.stack.local("no", false);
    let text = &cases.stack.local("text", "7");
    let empty = &cases.stack.local("empty", "");
    let nothing = &cases.stack.local("nothing", Value::<Json>::null());
    let long = &cases.stack.local("long", Value::<f64>::from(123_456_789_012_345_678_901_234_567_890_i128));
    let list = &cases.stack.local("list", Value::<Vec<f64>>::from([3, 4]));

    let nought = 0;
    cases.expression("negation", -n, "-local.n", json!(-7));
    cases.expression("negation of a negation", -(-n), "--local.n", json!(7));
    cases.expression("negation of a sum", -(n + 1), "-(local.n + 1)", json!(-8));
    cases.expression("sum of a negation", -n + 1, "-local.n + 1", json!(-6));
    cases.expression("negation of an element", -list.at(0), "-local.list[0]", json!(-3));
    cases.expression("difference of a negation", n - -n, "local.n - -local.n", json!(14));
    cases.expression("negative literal", n - -2, "local.n - -2", json!(9));
    cases.expression("negated negative literal", -Expr::<f64>::from(-2), "--2", json!(2));
    cases.expression("literal on the left", 10 - n, "10 - local.n", json!(3));
    cases.expression("fraction on the left", 0.5 * n, "0.5 * local.n", json!(3.5));
    cases.expression("owned and borrowed", n.clone() + n, "local.n + local.n", json!(14));
    cases.expression("division with a fraction", n / 2, "local.n / 2", json!(3.5));
    cases.expression("remainder below zero", -n % 4, "-local.n % 4", json!(-3));
    cases.expression("remainder of a fraction", (n + half) % 2, "(local.n + local.half) % 2", json!(1.5));
    cases.expression("tenths are exact", Expr::<f64>::from(0.1) + 0.2, "0.1 + 0.2", json!(0.3));
    cases.expression("zero is added", n + zero, "local.n + local.zero", json!(7));
    cases.expression("zero is a factor", n * nought, "local.n * 0", json!(0));

    cases.expression("not", !yes, "!local.yes", json!(false));
    cases.expression("not not", !!yes, "!!local.yes", json!(true));
    cases.expression("not of a conjunction", !yes.and(no), "!(local.yes && local.no)", json!(true));
    cases.expression("conjunction of a not", (!no).and(yes), "!local.no && local.yes", json!(true));
    cases.expression("not of a comparison", !n.lt(3), "!(local.n < 3)", json!(true));
    cases.expression("not of an equality", !n.eq(3), "!(local.n == 3)", json!(true));
    cases.expression("false is an operand", yes.or(false), "local.yes || false", json!(true));

    cases.expression("text is equal", text.eq("7"), "local.text == \"7\"", json!(true));
    cases.expression(
        "text and number differ",
        n.clone().cast::<String>().eq(text),
        "local.n == local.text",
        json!(false),
    );
    cases.expression("empty text is text", empty.eq(""), "local.empty == \"\"", json!(true));
    cases.expression("empty text is not null", empty.is_null(), "local.empty == null", json!(false));
    cases.expression("zero is not null", zero.is_null(), "local.zero == null", json!(false));
    cases.expression("false is not null", no.is_null(), "local.no == null", json!(false));
    cases.expression("null is null", nothing.is_null(), "local.nothing == null", json!(true));
    cases.expression("null is not zero", nothing.ne(json!(0)), "local.nothing != 0", json!(true));
    cases.expression("lists are equal", list.eq(list), "local.list == local.list", json!(true));
    cases.expression(
        "comparison of comparisons",
        n.lt(8).eq(zero.lt(1)),
        "local.n < 8 == local.zero < 1",
        json!(true),
    );
    cases.expression(
        "zero on both sides",
        zero.le(0).and(zero.ge(0)),
        "local.zero <= 0 && local.zero >= 0",
        json!(true),
    );

    // As text, since a reader of JSON numbers would round them.
    let as_text = |number: Expr<f64>| Expr::<String>::from(format!("{number} exactly"));
    let exactly = |digits: &str| json!(format!("{digits} exactly"));
    cases.expression(
        "thirty digits",
        as_text(long.clone()),
        "\"${local.long} exactly\"",
        exactly("123456789012345678901234567890"),
    );
    cases.expression(
        "thirty digits and one",
        as_text(long + 1),
        "\"${local.long + 1} exactly\"",
        exactly("123456789012345678901234567891"),
    );
    cases.expression(
        "thirty digits in an expression",
        as_text(n + 999_999_999_999_999_999_999_999_999_999_i128),
        "\"${local.n + 999999999999999999999999999999} exactly\"",
        exactly("1000000000000000000000000000006"),
    );
    cases.expression(
        "thirty digits squared",
        as_text(long * long),
        "\"${local.long * local.long} exactly\"",
        exactly("15241578753238836750495351562536198787501905199875019052100"),
    );
    cases.expression(
        "thirty digits differ in the last",
        long.eq(123_456_789_012_345_678_901_234_567_891_i128),
        "local.long == 123456789012345678901234567891",
        json!(false),
    );
}
