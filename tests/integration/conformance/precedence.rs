//! Every pair of binary operators, grouped from the left and from the right.
//!
//! The operands are chosen so that every result is exact and no divisor is zero.

use formwork::{Expr, Value};
use serde_json::{Value as Json, json};

use crate::cases::Cases;

/// A binary operator: its text, how strongly it binds, how expressions say it and what it computes.
struct Operator<T, R> {
    text: &'static str,
    strength: u8,
    say: fn(Expr<T>, Expr<T>) -> Expr<R>,
    compute: fn(T, T) -> R,
}

const ARITHMETIC: [Operator<f64, f64>; 5] = [
    Operator { text: "*", strength: 6, say: |a, b| a * b, compute: |a, b| a * b },
    Operator { text: "/", strength: 6, say: |a, b| a / b, compute: |a, b| a / b },
    Operator { text: "%", strength: 6, say: |a, b| a % b, compute: |a, b| a % b },
    Operator { text: "+", strength: 5, say: |a, b| a + b, compute: |a, b| a + b },
    Operator { text: "-", strength: 5, say: |a, b| a - b, compute: |a, b| a - b },
];

const COMPARISON: [Operator<f64, bool>; 6] = [
    Operator { text: "<", strength: 4, say: |a, b| a.lt(b), compute: |a, b| a < b },
    Operator { text: "<=", strength: 4, say: |a, b| a.le(b), compute: |a, b| a <= b },
    Operator { text: ">", strength: 4, say: |a, b| a.gt(b), compute: |a, b| a > b },
    Operator { text: ">=", strength: 4, say: |a, b| a.ge(b), compute: |a, b| a >= b },
    Operator { text: "==", strength: 3, say: |a, b| a.eq(b), compute: |a, b| a == b },
    Operator { text: "!=", strength: 3, say: |a, b| a.ne(b), compute: |a, b| a != b },
];

const LOGIC: [Operator<bool, bool>; 4] = [
    Operator { text: "==", strength: 3, say: |a, b| a.eq(b), compute: |a, b| a == b },
    Operator { text: "!=", strength: 3, say: |a, b| a.ne(b), compute: |a, b| a != b },
    Operator { text: "&&", strength: 2, say: |a, b| a.and(b), compute: |a, b| a && b },
    Operator { text: "||", strength: 1, say: |a, b| a.or(b), compute: |a, b| a || b },
];

pub(crate) fn cases(cases: &mut Cases<'_>) {
    let [a, b, c] = [1386.0, 9.0, 2.0];
    let [x, y, z] = &[("a", a), ("b", b), ("c", c)]
        .map(|(name, number)| cases.stack.local(name, Value::<f64>::from(number)));
    for first in &ARITHMETIC {
        for second in &ARITHMETIC {
            both(cases, first, second, [x, y, z], [a, b, c]);
        }
        for second in &COMPARISON {
            let computed = (second.compute)((first.compute)(a, b), c);
            let said = (second.say)((first.say)(x.clone(), y.clone()), z.clone());
            let hcl = format!("local.a {} local.b {} local.c", first.text, second.text);
            cases.expression(&format!("(a {} b) {} c", first.text, second.text), said, &hcl, json!(computed));
        }
    }
    let (t, f) = (cases.stack.local("t", true), cases.stack.local("f", false));
    for first in &LOGIC {
        for second in &LOGIC {
            for (truth, truths, values) in
                [("t f f", [&t, &f, &f], [true, false, false]), ("f t t", [&f, &t, &t], [false, true, true])]
            {
                let said = (second.say)((first.say)(truths[0].clone(), truths[1].clone()), truths[2].clone());
                let computed = (second.compute)((first.compute)(values[0], values[1]), values[2]);
                let name = format!("(· {} ·) {} · of {truth}", first.text, second.text);
                cases.expression(&name, said, &left(first, second, truths.map(Expr::hcl)), json!(computed));
                let said = (first.say)(truths[0].clone(), (second.say)(truths[1].clone(), truths[2].clone()));
                let computed = (first.compute)(values[0], (second.compute)(values[1], values[2]));
                let name = format!("· {} (· {} ·) of {truth}", first.text, second.text);
                cases.expression(&name, said, &right(first, second, truths.map(Expr::hcl)), json!(computed));
            }
        }
        for second in &COMPARISON {
            let said = (first.say)(t.clone(), (second.say)(y.clone(), z.clone()));
            let hcl = right_of(
                first.strength,
                second.strength,
                first.text,
                "local.t",
                &format!("local.b {} local.c", second.text),
            );
            let computed = (first.compute)(true, (second.compute)(b, c));
            cases.expression(&format!("t {} (b {} c)", first.text, second.text), said, &hcl, json!(computed));
        }
    }
}

fn both(
    cases: &mut Cases<'_>,
    first: &Operator<f64, f64>,
    second: &Operator<f64, f64>,
    operands: [&Expr<f64>; 3],
    values: [f64; 3],
) {
    let [x, y, z] = operands.map(Expr::clone);
    let hcl = operands.map(Expr::hcl);
    let said = (second.say)((first.say)(x.clone(), y.clone()), z.clone());
    let computed = (second.compute)((first.compute)(values[0], values[1]), values[2]);
    cases.expression(
        &format!("(a {} b) {} c", first.text, second.text),
        said,
        &left(first, second, hcl),
        number(computed),
    );
    let said = (first.say)(x, (second.say)(y, z));
    let computed = (first.compute)(values[0], (second.compute)(values[1], values[2]));
    cases.expression(
        &format!("a {} (b {} c)", first.text, second.text),
        said,
        &right(first, second, hcl),
        number(computed),
    );
}

/// `(a first b) second c` with the fewest parentheses.
fn left<A, B, C, D>(first: &Operator<A, B>, second: &Operator<C, D>, [a, b, c]: [&str; 3]) -> String {
    let inner = format!("{a} {} {b}", first.text);
    if first.strength < second.strength {
        format!("({inner}) {} {c}", second.text)
    } else {
        format!("{inner} {} {c}", second.text)
    }
}

/// `a first (b second c)` with the fewest parentheses.
fn right<A, B, C, D>(first: &Operator<A, B>, second: &Operator<C, D>, [a, b, c]: [&str; 3]) -> String {
    right_of(first.strength, second.strength, first.text, a, &format!("{b} {} {c}", second.text))
}

fn right_of(outer: u8, inner: u8, operator: &str, left: &str, right: &str) -> String {
    if inner <= outer { format!("{left} {operator} ({right})") } else { format!("{left} {operator} {right}") }
}

/// Terraform writes whole numbers without a fraction.
fn number(number: f64) -> Json {
    if number.fract() == 0.0 { json!(number as i64) } else { json!(number) }
}
