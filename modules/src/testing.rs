//! Building a stack in a test: its document, or what is wrong with it.

use formwork::schema::Library;
use formwork::{App, Stack, Synthesized};

fn synthesized(build: impl FnOnce(&mut Stack)) -> Synthesized {
    let mut app = App::new();
    let stack = app.stack("test");
    stack.require_provider("aws", "hashicorp/aws", ">= 5.100.0, < 7.0.0");
    build(stack);
    formwork::synthesize(app, &Library::embedded()).unwrap()
}

/// The document of a stack that is right for every provider version.
pub(crate) fn document(build: impl FnOnce(&mut Stack)) -> serde_json::Value {
    let synthesized = synthesized(build);
    assert_eq!(synthesized.findings, []);
    serde_json::from_slice(&synthesized.documents[0].1).unwrap()
}

/// The messages of what is wrong with a stack.
pub(crate) fn findings(build: impl FnOnce(&mut Stack)) -> Vec<String> {
    synthesized(build).findings.into_iter().map(|finding| finding.message).collect()
}
