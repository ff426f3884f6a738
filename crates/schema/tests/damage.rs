//! Damaged catalogues are reported, by line, and never make a panic.

use std::error::Error;

use formwork_schema::{Catalogue, CatalogueError, Kind, Library};

const HEADER: &str = "formwork-catalogue 1 registry.terraform.io/example/mini 1.0.0";

/// Looks at everything there is in a catalogue.
fn exercise(text: &str) {
    let Ok(catalogue) = Catalogue::parse(text.to_owned()) else {
        return;
    };
    let _ = catalogue.verify();
    let _ = catalogue.provider();
    for kind in Kind::ALL {
        let names: Vec<&str> = catalogue.names(kind).collect();
        let _ = catalogue.nearest(kind, "tls_private_kye");
        for name in names {
            let schema = match kind {
                Kind::Resource => catalogue.resource(name),
                Kind::Data => catalogue.data_source(name),
                Kind::Ephemeral => catalogue.ephemeral(name),
                Kind::Action => catalogue.action(name),
                Kind::List => catalogue.list(name),
                Kind::Function => catalogue.function(name).map(|_| None),
            };
            if let Ok(Some(schema)) = schema {
                for shape in schema.block.shapes() {
                    let _ = catalogue.block(shape);
                }
            }
        }
    }
}

fn whole() -> String {
    let library = Library::embedded();
    let tls = library.versions("tls")[0].text();
    tls.replacen("data ", "function f a?:s ...b:[n] -> (x:s,y?:t(b,d)) d\ndata ", 1)
}

#[test]
fn truncation_does_not_panic() {
    let text = whole();
    for end in 0..text.len() {
        exercise(&text[..end]);
        exercise(&format!("{}\n", &text[..end]));
    }
}

#[test]
fn corruption_does_not_panic() {
    let text = whole();
    let replacements =
        [" ", "\n", "\r", ":", "=", "|", "@", "[", ")", "?", "x", "9", "é", "\0", "", " | ", "\n\n"];
    let mut state = 1_u64;
    let mut random = |limit: usize| {
        // A linear congruential generator: the test is the same each time.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % limit
    };
    for _ in 0..5000 {
        let mut damaged = text.clone();
        for _ in 0..=random(4) {
            let at = damaged.floor_char_boundary(random(damaged.len()));
            let end = damaged.floor_char_boundary((at + random(3)).min(damaged.len()));
            damaged.replace_range(at..end.max(at), replacements[random(replacements.len())]);
        }
        exercise(&damaged);
    }
}

#[test]
fn says_which_line_is_malformed() {
    for (lines, line, reason) in [
        ("nonsense", 2, "unknown kind of line `nonsense`"),
        ("", 2, "unknown kind of line ``"),
        ("block 0000000000\nresource", 3, "unknown kind of line `resource`"),
        ("resource a", 2, "the version of a schema is missing"),
        ("resource a x", 2, "`x` is not the version of a schema"),
        ("resource a 0", 2, "the identifier of a block is missing"),
        ("resource a 0 12", 2, "`12` is not the identifier of a block, ten hexadecimal digits"),
        ("resource a 0 0000000000", 2, "there is no block 0000000000"),
        ("block 0000000000\nresource a 0 0000000000 x", 3, "`x` is not the flag `d` at the end of the line"),
        ("block 0000000000 a", 2, "an attribute's flags is missing"),
        ("block 0000000000 a=o", 2, "an attribute's type is missing"),
        ("block 0000000000 a=q:s", 2, "`q` is not a flag of an attribute"),
        ("block 0000000000 a=o:[s", 2, "`[s` is not a type"),
        ("block 0000000000 a=o:@group:0000000000", 2, "`group` is not the nesting of an attribute"),
        ("block 0000000000 b=o:s a=o:s", 2, "`a` is a duplicate or out of order"),
        ("block 0000000000 | ", 2, "a block's nesting is missing"),
        ("block 0000000000 | a=heap:0:0:0", 2, "`heap` is not a nesting"),
        ("block 0000000000 | a=list:0:-1:0", 2, "`-1` is not a number, or `?`"),
        ("block 0000000000 | a=list:0:0", 2, "a block's shape is missing"),
        (
            "block 0000000000 | a=list:0:0:0000000001\nblock 0000000001 | a=list:0:0:0000000000",
            2,
            "block 0000000000 contains itself",
        ),
        ("block 0000000001\nblock 0000000000", 3, "`block 0000000000` is a duplicate or out of order"),
        ("function f s", 2, "a parameter's type is missing"),
        ("function f", 2, "a function's result is missing"),
        (
            "block 0000000000\nprovider 0000000000\nprovider 0000000000 d",
            4,
            "`provider` is a duplicate or out of order",
        ),
    ] {
        let catalogue = Catalogue::parse(format!("{HEADER}\n{lines}\n")).unwrap();
        let error = catalogue.verify().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("line {line} of the catalogue of example/mini 1.0.0 is malformed")
        );
        assert_eq!(error.source().unwrap().to_string(), reason, "{lines}");
    }
}

#[test]
fn a_lookup_says_which_line_is_malformed() {
    let text = format!("{HEADER}\nblock 0000000000 a\nresource a 0 0000000000\nresource b 0 x\n");
    let catalogue = Catalogue::parse(text).unwrap();
    for (name, expected) in [("a", 2), ("b", 4)] {
        let error = catalogue.resource(name).unwrap_err();
        assert!(matches!(error, CatalogueError::Line { line, .. } if line == expected), "{error:?}");
    }
}

#[test]
fn says_why_a_text_is_not_a_catalogue() {
    for (text, message) in [
        (
            "{}".to_owned(),
            "not a catalogue: expected a first line `formwork-catalogue 1 ADDRESS VERSION`, found `{}`",
        ),
        (
            "formwork-catalogue 2 a/b/c 1.0.0\n".to_owned(),
            "not a catalogue: expected a first line `formwork-catalogue 1 ADDRESS VERSION`, found `formwork-catalogue 2 a/b/c 1.0.0`",
        ),
        ("formwork-catalogue 1 a/b/c 1.0\n".to_owned(), "the catalogue's header has no version"),
        (format!("{HEADER}\nresource a"), "the catalogue of example/mini 1.0.0 is cut off in its last line"),
    ] {
        assert_eq!(Catalogue::parse(text).unwrap_err().to_string(), message);
    }
}
