//! The stack is right, and its document is the one that was reviewed: `snapshots/{{name}}.snap`.
//!
//! `INSTA_UPDATE=always cargo test` writes the snapshot anew; look at what it changes before you commit it.

//@others
use formwork::schema::{Catalogue, Library};
//@all
use formwork::testing::{self, Tested};

fn tested() -> Tested {
    //@aws
    testing::program(|app| crate::build(app).expect("the settings are right"))
    //@others
    let mut library = Library::embedded();
    library.add(Catalogue::parse(crate::bindings::{{provider}}::CATALOGUE).expect("the catalogue is whole"));
    testing::program_with(&library, |app| crate::build(app).expect("the settings are right"))
    //@all
}

#[test]
fn the_stack_is_right() {
    tested().assert_right();
}

#[test]
fn the_document_is_the_one_that_was_reviewed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!("{{name}}", tested().snapshot()));
}
