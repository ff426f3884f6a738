//! Finds the references in templates and expressions, and takes templates apart, without evaluating anything.

use memchr::memchr2;

use crate::syntax::address::Address;
use crate::syntax::scanner::Scanner;

pub use crate::syntax::rewrite::renamed;
pub use crate::syntax::scanner::{Read, SyntaxError};
pub use crate::syntax::traversal::{BlockReference, Step, Traversal};

/// Whether a template string holds an interpolation or a directive.
#[must_use]
pub fn holds_template(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr2(b'$', b'%', &bytes[at..]) {
        at += found;
        let (first, second) = (bytes[at], bytes.get(at + 1).copied());
        if second == Some(b'{') {
            return true;
        }
        let is_escape = second == Some(first) && bytes.get(at + 2) == Some(&b'{');
        at += if is_escape { 3 } else { 1 };
    }
    false
}

/// Visits every reference in a template string.
///
/// # Errors
/// Returns what is wrong with the HCL; the references before it have been visited.
pub fn in_template<'a>(text: &'a str, visit: &mut dyn FnMut(&Traversal<'a>)) -> Result<(), SyntaxError> {
    if !holds_template(text) {
        return Ok(());
    }
    let mut scanner = Scanner::new(text, visit);
    scanner.template(None, 0)
}

/// Visits every reference in a template string, with the functions that are called on it.
///
/// What stands behind what cannot be read is left out: that is reported where references are checked.
pub fn reads_in_template<'a>(text: &'a str, visit: &mut dyn FnMut(&Read<'_, 'a>)) {
    if !holds_template(text) {
        return;
    }
    let mut ignore = |_: &Traversal<'_>| {};
    let mut scanner = Scanner::new(text, &mut ignore);
    scanner.read = Some(visit);
    let _ = scanner.template(None, 0);
}

/// A piece of a template string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text as it stands, with its escapes.
    Text(&'a str),
    /// What stands between `${` and `}`.
    Interpolation(&'a str),
    /// What stands between `%{` and `}`.
    Directive(&'a str),
}

/// Takes a template string apart. What cannot be read is text.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(found) = text[at..].find(['$', '%']) {
        at += found;
        let rest = &text[at..];
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            at += 3;
        } else if rest[1..].starts_with('{') {
            let Some(end) = end_of_expression(text, at + 2, b"}") else { break };
            if from < at {
                pieces.push(Piece::Text(&text[from..at]));
            }
            let inside = &text[at + 2..end];
            let is_interpolation = rest.starts_with('$');
            pieces.push(if is_interpolation {
                Piece::Interpolation(inside)
            } else {
                Piece::Directive(inside)
            });
            at = end + 1;
            from = at;
        } else {
            at += 1;
        }
    }
    if from < text.len() {
        pieces.push(Piece::Text(&text[from..]));
    }
    pieces
}

/// Where an expression that begins at a position ends: at the first of some characters that is neither in brackets nor
/// in a string.
pub(crate) fn end_of_expression(text: &str, from: usize, ends: &[u8]) -> Option<usize> {
    let mut ignore = |_: &Traversal<'_>| {};
    let mut scanner = Scanner::new(text, &mut ignore);
    scanner.at = from;
    scanner.expression(ends, 1).ok()?;
    Some(scanner.at - 1)
}

/// The expression of a template string that is nothing else: `${…}`.
#[must_use]
pub fn whole(text: &str) -> Option<&str> {
    text.strip_prefix("${")?;
    let end = end_of_expression(text, 2, b"}")?;
    (end + 1 == text.len()).then(|| &text[2..end])
}

/// The reference of a template string that is nothing else: `${aws_s3_bucket.site.arn}`.
#[must_use]
pub fn reference(text: &str) -> Option<Traversal<'_>> {
    traversal(whole(text)?)
}

/// The reference that an expression is, if it is nothing else.
#[must_use]
pub fn traversal<'a>(expression: &'a str) -> Option<Traversal<'a>> {
    let mut last = None;
    let mut keep = |traversal: &Traversal<'a>| last = Some(traversal.clone());
    let mut scanner = Scanner::new(expression, &mut keep);
    scanner.one_reference().ok().filter(|is_all| *is_all)?;
    last
}

impl Address {
    /// Reads the address of a block, such as `data.aws_region.current`: what [`Display`](std::fmt::Display) writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let traversal = traversal(text)?;
        let block = traversal.block().filter(|block| block.rest.is_empty())?;
        Some(block.address())
    }
}

/// Text in template syntax that holds no expression, as Terraform reads it.
#[must_use]
pub fn unescaped(text: &str) -> String {
    text.replace("$${", "${").replace("%%{", "%{")
}

/// Whether a template string calls a function, or one of those whose names begin with `function::`.
pub(crate) fn calls(text: &str, function: &str) -> bool {
    if !text.contains(function) {
        return false;
    }
    let mut called = false;
    calls_in_template(text, &mut |name| {
        called |= name.strip_prefix(function).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    });
    called
}

/// Visits the name of every function that a template string calls, such as `upper` or `provider::aws::arn_parse`.
///
/// Calls after what cannot be read are left out: that is reported where references are checked.
pub fn calls_in_template<'a>(text: &'a str, visit: &mut dyn FnMut(&'a str)) {
    if !holds_template(text) {
        return;
    }
    let mut ignore = |_: &Traversal<'_>| {};
    let mut scanner = Scanner::new(text, &mut ignore);
    scanner.called = Some(visit);
    let _ = scanner.template(None, 0);
}

/// Visits every call in a template string, inner ones too: the function's name, and its arguments as they are written.
pub(crate) fn calls_with_arguments<'a>(text: &'a str, visit: &mut dyn FnMut(&'a str, &[&'a str])) {
    calls_in_template(text, &mut |name| {
        // The name is a part of the text.
        let end = name.as_ptr() as usize - text.as_ptr() as usize + name.len();
        if let Some(arguments) = arguments(text, end) {
            visit(name, &arguments);
        }
    });
}

/// The arguments of a call whose name ends at a position.
pub(crate) fn arguments(text: &str, end_of_name: usize) -> Option<Vec<&str>> {
    let rest = &text[end_of_name..];
    let mut at = end_of_name + rest.find('(')? + 1;
    let mut arguments = Vec::new();
    loop {
        let end = end_of_expression(text, at, b",)")?;
        let argument = text[at..end].trim();
        let is_last = text.as_bytes()[end] == b')';
        // A comma may stand behind the last one.
        if !(is_last && argument.is_empty()) {
            arguments.push(argument);
        }
        if is_last {
            return Some(arguments);
        }
        at = end + 1;
    }
}

/// Visits every reference in an expression.
///
/// # Errors
/// Returns what is wrong with the HCL; the references before it have been visited.
pub fn in_expression<'a>(text: &'a str, visit: &mut dyn FnMut(&Traversal<'a>)) -> Result<(), SyntaxError> {
    Scanner::new(text, visit).expression(&[], 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    fn found(template: &str) -> Vec<String> {
        let mut found = Vec::new();
        in_template(template, &mut |traversal| {
            let steps: Vec<String> = traversal
                .steps
                .iter()
                .map(|step| match step {
                    Step::Name(name) => (*name).to_owned(),
                    Step::Index(index) | Step::Key(index) => format!("[{index}]"),
                    Step::Computed => "[?]".to_owned(),
                    Step::Splat => "[*]".to_owned(),
                })
                .collect();
            found.push(steps.join("."));
        })
        .unwrap();
        found
    }

    #[test]
    fn references_are_told_from_everything_else() {
        assert_eq!(found("${aws_x.y.id}"), ["aws_x.y.id"]);
        assert_eq!(found("$${a.b} %%{c.d} a.b"), [] as [&str; 0]);
        assert_eq!(found("a ${upper(\"x.y ${data.a.b.c} \\\" z\")} ${var.d}"), ["data.a.b.c", "var.d"]);
        assert_eq!(found("${provider::aws::arn_parse(a.b.c).region}"), ["a.b.c"]);
        assert_eq!(found("${jsonencode({x = a.b.c, y : d.e.f, \"z.z\" = true})}"), ["a.b.c", "d.e.f"]);
        assert_eq!(found("${a.b[0].c[\"k\"][*].d.*.e.0}"), ["a.b.[0].c.[k].[*].d.[*].e.[0]"]);
        assert_eq!(found("${a.b[var.i].c}"), ["var.i", "a.b.[?].c"]);
        assert_eq!(found("${[for k, v in a.b.c : \"${k}${v.x}${d.e.f}\" if v.y]}"), ["a.b.c", "d.e.f"]);
        assert_eq!(found("%{for x in a.b.c}${x.y}%{endfor}"), ["a.b.c"]);
        assert_eq!(found("${a.b.c ? 1.5e3 : d-e.f.g}"), ["a.b.c", "d-e.f.g"]);
        assert_eq!(found("${f(a.b.c...)}"), ["a.b.c"]);
        assert_eq!(found("${a.b.c /* x.y.z */ + d.e.f # g.h.i\n}"), ["a.b.c", "d.e.f"]);
    }

    #[test]
    fn references_are_read_with_what_is_called_on_them() {
        let mut found = Vec::new();
        let text =
            "${nonsensitive(upper(var.a))} ${[for k, one in aws_x.many : f(one.id, var.b)]} ${(a.b.c)}";
        reads_in_template(text, &mut |read| {
            let steps = format!("{:?}", read.traversal.steps);
            found.push((steps.contains("Splat"), read.calls.join(">"), read.is_collection));
        });
        let expected = [
            (false, "nonsensitive>upper", false),
            (false, "", true),
            (true, "f", false),
            (false, "f", false),
            (false, "", false),
        ];
        assert_eq!(found, expected.map(|(splat, calls, collection)| (splat, calls.to_owned(), collection)));
    }

    #[test]
    fn templates_are_taken_apart() {
        assert_eq!(
            pieces("a$${b}${f(\"}\")}%{ if x }c${"),
            [
                Piece::Text("a$${b}"),
                Piece::Interpolation("f(\"}\")"),
                Piece::Directive(" if x "),
                Piece::Text("c${"),
            ]
        );
        assert_eq!(pieces(""), []);
        assert_eq!(whole("${a.b}"), Some("a.b"));
        for text in ["${a}-${b}", "x${a}", "${a", "a", "$${a}"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_are_read_as_they_are_written() {
        for text in ["aws_x.y", "data.aws_region.current", "ephemeral.a.b", "action.a.b", "module.network"] {
            assert_eq!(Address::parse(text).map(|address| address.to_string()).as_deref(), Some(text));
        }
        for text in
            ["", "aws_x", "aws_x.y.z", "aws_x.y[0]", "var.x", "local.x", "a.b + 1", "f(a.b)", "data.x"]
        {
            assert_eq!(Address::parse(text), None, "{text}");
        }
        let read = reference("${data.a.b[var.i].c}").unwrap();
        let block = read.block().unwrap();
        assert_eq!((block.kind, block.type_name, block.name), (Kind::Data, "a", "b"));
        assert_eq!(block.rest, [Step::Computed, Step::Name("c")]);
        assert_eq!(reference("${a.b.c} "), None);
    }

    #[test]
    fn calls_are_told_from_text() {
        assert!(calls("a ${upper(timecmp (a.b.c, \"x\"))}", "timecmp"));
        assert!(calls("${provider::aws::arn_parse(a.b.c).region}", "provider"));
        assert!(!calls("timecmp(x) ${a.timecmp.c} ${\"timecmp(x)\"}", "timecmp"));
        assert!(!calls("${providers(x)}", "provider"));
        let mut names = Vec::new();
        calls_in_template("${upper(join(\"${core::trim(x)}\", provider::a-b::c (y)))} f(x)", &mut |name| {
            names.push(name)
        });
        assert_eq!(names, ["upper", "join", "core::trim", "provider::a-b::c"]);
    }

    #[test]
    fn calls_are_read_with_their_arguments() {
        let mut found = Vec::new();
        let text = "${join(\",\", [for x in a.b.c : upper (x)], [1, 2],)} f(x) ${now()}";
        calls_with_arguments(text, &mut |name, arguments| found.push((name, arguments.join(" | "))));
        let all = "\",\" | [for x in a.b.c : upper (x)] | [1, 2]".to_owned();
        assert_eq!(found, [("join", all), ("upper", "x".to_owned()), ("now", String::new())]);
    }

    #[test]
    fn unreadable_text_is_an_error() {
        let check = |text| in_template(text, &mut |_| {});
        assert_eq!(check("${a.b"), Err(SyntaxError::Unclosed { opened: "{" }));
        assert_eq!(check("${f(a.b}"), Err(SyntaxError::Unopened { closed: '}' }));
        assert_eq!(check("${\"a}"), Err(SyntaxError::Unclosed { opened: "\"" }));
        let deep = format!("${{{}", "(".repeat(100_000));
        assert_eq!(in_template(&deep, &mut |_| {}), Err(SyntaxError::TooDeep));
        let (first, second) = ("1".to_owned(), "0".to_owned());
        assert_eq!(check("${a.b.1.0.c}"), Err(SyntaxError::LegacyIndexes { first, second }));
        assert_eq!(check("${a.b.0[\"x\"].1 + 0.5}"), Ok(()));
        assert_eq!(check("${\"\\"), Err(SyntaxError::Unclosed { opened: "\"" }));
    }
}
