//! Mistakes that the compiler refuses, with what it says.

#[test]
fn the_compiler_refuses() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}
