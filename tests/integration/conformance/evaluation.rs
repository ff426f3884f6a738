//! Properties of what terraform evaluates: text, values and keys come back as they were, and expression trees come to
//! what an evaluator in this package computes.
//!
//! Samples are drawn from a fixed seed, which is printed, and all of a test are in one root module, so that terraform
//! runs once.

use formwork::{App, Expr, Json, Map, Value};
use proptest::prelude::{Rng, RngExt};
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::{Value as Plain, json};

use crate::terraform::Root;
use crate::tree::{LOCALS, Tree, hostile};

const SEED: [u8; 32] = *b"formwork evaluates as terraform.";

/// How many samples terraform evaluates in one run.
const SAMPLES: usize = 600;

/// A sample: what failed is printed as it is here, what the program says, and what terraform must make of it.
struct Sample {
    shown: String,
    said: Json,
    expected: Plain,
}

#[test]
fn trees_come_to_what_they_are_computed_to() {
    let mut random = random();
    let mut samples = Vec::new();
    while samples.len() < SAMPLES {
        let tree = Tree::draw(&mut random);
        if let Some(expected) = tree.compute() {
            samples.push(Sample { shown: format!("{tree:?}"), said: tree.say(), expected });
        }
    }
    check(samples);
}

#[test]
fn text_values_and_keys_survive() {
    let mut random = random();
    let mut samples = Vec::new();
    let mut sample = |said: Json, expected: Plain| {
        samples.push(Sample { shown: expected.to_string(), said, expected });
    };
    for _ in 0..SAMPLES / 6 {
        let (text, other) = (hostile(&mut random), hostile(&mut random));
        sample(text.as_str().into(), json!(text));
        sample(Expr::<Vec<String>>::from([text.as_str()]).into(), json!([text]));
        let x = Expr::<String>::raw("local.x");
        sample(format!("<{text}{x}{other}{x}").into(), json!(format!("<{text}-{other}-")));
        sample(
            Expr::<Map<String>>::from([(format!("<{text}{x}"), other.as_str())]).into(),
            json!({format!("<{text}-"): other}),
        );
        let tree = plain(&mut random, 4);
        sample(Value::<Json>::from(tree.clone()).into_json(), tree);
        let tree = plain(&mut random, 4);
        sample(Expr::<Json>::from(&tree).into(), tree);
    }
    check(samples);
}

/// Plain data in which everything that could be mistaken is frequent.
fn plain(random: &mut impl Rng, depth: u32) -> Plain {
    let length = random.random_range(0..4);
    match random.random_range(0..if depth == 0 { 5 } else { 9 }) {
        0 => Plain::Null,
        1 => json!(random.random::<bool>()),
        2 => json!(random.random_range(-3..3)),
        3 => json!(f64::from(random.random::<i32>()) / 64.0),
        4 | 5 => json!(hostile(random)),
        6 | 7 => (0..length).map(|_| plain(random, depth - 1)).collect(),
        _ => Plain::Object((0..length).map(|_| (hostile(random), plain(random, depth - 1))).collect()),
    }
}

#[expect(clippy::print_stderr, reason = "a failed test is repeated by its seed")]
fn random() -> TestRng {
    eprintln!("seed: {}", String::from_utf8_lossy(&SEED));
    TestRng::from_seed(RngAlgorithm::ChaCha, &SEED)
}

/// Has terraform evaluate all samples at once, and prints those that came to something else.
fn check(samples: Vec<Sample>) {
    let mut app = App::new();
    let stack = app.stack("samples");
    for (index, number) in LOCALS.into_iter().enumerate() {
        stack.local(&format!("n{index}"), number);
    }
    stack.local("x", "-");
    let (said, expected): (Vec<Json>, Vec<_>) =
        samples.into_iter().map(|sample| (sample.said, (sample.shown, sample.expected))).unzip();
    let hcl: Vec<String> = said.iter().map(|json| serde_json::to_string(json).unwrap()).collect();
    stack.output("all", Value::<Vec<Json>>::from_json(Json::Array(said)));
    let synthesis = app.finish();
    assert_eq!(synthesis.diagnostics, []);
    let root = Root::new();
    root.write("main.tf.json", formwork::document(&synthesis.stacks[0]).unwrap());
    let outputs = root.outputs();
    let found = outputs["all"].as_array().unwrap();
    assert_eq!(found.len(), expected.len());
    let failures: Vec<String> = found
        .iter()
        .zip(&expected)
        .zip(&hcl)
        .filter(|((found, (_, expected)), _)| !same(found, expected))
        .map(|((found, (shown, expected)), hcl)| {
            format!("{shown}\n  written      {hcl}\n  evaluated to {found}\n  expected     {expected}")
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} failed:\n\n{}",
        failures.len(),
        found.len(),
        failures.join("\n\n")
    );
}

/// Whether two values are the same, a whole number in either notation.
fn same(a: &Plain, b: &Plain) -> bool {
    match (a, b) {
        (Plain::Number(a), Plain::Number(b)) => a.as_f64() == b.as_f64(),
        (Plain::Array(a), Plain::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Plain::Object(a), Plain::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}
