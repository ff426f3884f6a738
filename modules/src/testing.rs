//! Building a stack in a test, for every version of the provider that the modules are right for.

use formwork::testing::{self, Tested};
use formwork::{Diagnostic, Stack};

fn tested(build: impl FnOnce(&mut Stack)) -> Tested {
    testing::stack(|stack| {
        stack.require_provider("aws", "hashicorp/aws", ">= 5.100.0, < 7.0.0");
        build(stack);
    })
}

/// The document of a stack that is right for every provider version.
pub(crate) fn document(build: impl FnOnce(&mut Stack)) -> serde_json::Value {
    let tested = tested(build);
    tested.assert_right();
    tested.document().clone()
}

/// What is wrong with a stack.
pub(crate) fn reported(build: impl FnOnce(&mut Stack)) -> Vec<Diagnostic> {
    tested(build).diagnostics().to_vec()
}

/// The messages of what is wrong with a stack.
pub(crate) fn diagnostics(build: impl FnOnce(&mut Stack)) -> Vec<String> {
    tested(build).messages().into_iter().map(str::to_owned).collect()
}
