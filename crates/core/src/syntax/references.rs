//! Finds the references in templates and expressions, without evaluating anything.
//!
//! It knows just enough of HCL to tell references from strings, calls, object keys and the names that `for` binds.

use thiserror::Error;

/// A reference as it stands in an expression: `aws_subnet.private[0].id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traversal<'a> {
    /// The steps, the root name first.
    pub steps: Vec<Step<'a>>,
}

/// One step of a [`Traversal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// A name: the root, or what follows a dot.
    Name(&'a str),
    /// A literal index: `[0]`, `.0` or `["key"]`, without the quotes.
    Index(&'a str),
    /// An index that is computed.
    Computed,
    /// `[*]` or `.*`.
    Splat,
}

impl<'a> Traversal<'a> {
    /// The name at a position, if there is one.
    #[must_use]
    pub fn name(&self, position: usize) -> Option<&'a str> {
        match self.steps.get(position) {
            Some(Step::Name(name)) => Some(name),
            _ => None,
        }
    }
}

/// HCL that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SyntaxError {
    /// A bracket, quote or `${` has no counterpart.
    #[error("`{opened}` is never closed")]
    Unclosed {
        /// What was opened.
        opened: &'static str,
    },
    /// A bracket is closed that was never opened.
    #[error("`{closed}` closes nothing")]
    Unopened {
        /// What stands there.
        closed: char,
    },
    /// Brackets and templates within each other beyond any sense.
    #[error("brackets and templates are nested more than {DEPTH} deep")]
    TooDeep,
    /// Two legacy indexes in a row, which HCL reads as one number with a fraction.
    #[error("`.{first}.{second}` is read as a number: write `[{first}][{second}]`")]
    LegacyIndexes {
        /// The first index.
        first: String,
        /// The index behind it.
        second: String,
    },
}

const DEPTH: usize = 200;

/// Whether a template string holds an interpolation or a directive.
pub(crate) fn holds_template(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| matches!(byte, b'$' | b'%')) {
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

/// Visits every reference in an expression.
///
/// # Errors
/// Returns what is wrong with the HCL; the references before it have been visited.
pub fn in_expression<'a>(text: &'a str, visit: &mut dyn FnMut(&Traversal<'a>)) -> Result<(), SyntaxError> {
    Scanner::new(text, visit).expression(None, 0)
}

struct Scanner<'a, 'v> {
    text: &'a str,
    at: usize,
    bound: Vec<&'a str>,
    /// Who wants to know the functions that are called.
    called: Option<&'v mut dyn FnMut(&'a str)>,
    visit: &'v mut dyn FnMut(&Traversal<'a>),
}

impl<'a, 'v> Scanner<'a, 'v> {
    fn new(text: &'a str, visit: &'v mut dyn FnMut(&Traversal<'a>)) -> Self {
        Self { text, at: 0, bound: Vec::new(), called: None, visit }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn starts_with(&self, prefix: &str) -> bool {
        self.text.as_bytes()[self.at..].starts_with(prefix.as_bytes())
    }

    /// Reads template text up to an unescaped `end` quote, or to the end of the text.
    fn template(&mut self, end: Option<u8>, depth: usize) -> Result<(), SyntaxError> {
        if depth > DEPTH {
            return Err(SyntaxError::TooDeep);
        }
        while let Some(byte) = self.peek() {
            if end == Some(byte) {
                self.at += 1;
                return Ok(());
            }
            if self.starts_with("$${") || self.starts_with("%%{") {
                self.at += 3;
            } else if self.starts_with("${") || self.starts_with("%{") {
                self.at += 2;
                self.expression(Some(b'}'), depth + 1)?;
            } else if byte == b'\\' && end.is_some() {
                self.at += 2;
            } else {
                self.at += 1;
            }
        }
        match end {
            Some(_) => Err(SyntaxError::Unclosed { opened: "\"" }),
            None => Ok(()),
        }
    }

    /// Reads an expression up to its closing bracket, or to the end of the text.
    fn expression(&mut self, end: Option<u8>, depth: usize) -> Result<(), SyntaxError> {
        if depth > DEPTH {
            return Err(SyntaxError::TooDeep);
        }
        let bound = self.bound.len();
        while let Some(byte) = self.peek() {
            match byte {
                _ if end == Some(byte) => {
                    self.at += 1;
                    // Names bound by a template's `%{ for }` live on until the template ends.
                    if byte != b'}' || depth > 1 {
                        self.bound.truncate(bound);
                    }
                    return Ok(());
                }
                b'"' => {
                    self.at += 1;
                    self.template(Some(b'"'), depth + 1)?;
                }
                b'(' | b'[' | b'{' => {
                    self.at += 1;
                    self.expression(Some(closing(byte)), depth + 1)?;
                }
                b')' | b']' | b'}' => return Err(SyntaxError::Unopened { closed: byte.into() }),
                b'0'..=b'9' => self.number(),
                b'.' => {
                    // A step that follows a call or a bracket is not a reference of its own.
                    self.at += 1;
                    self.identifier();
                }
                b'#' => self.line(),
                b'/' if self.starts_with("//") => self.line(),
                b'/' if self.starts_with("/*") => match self.text[self.at..].find("*/") {
                    Some(length) => self.at += length + 2,
                    None => return Err(SyntaxError::Unclosed { opened: "/*" }),
                },
                _ if starts_name(byte) => self.name(depth)?,
                _ => self.at += 1,
            }
        }
        match end {
            Some(b')') => Err(SyntaxError::Unclosed { opened: "(" }),
            Some(b']') => Err(SyntaxError::Unclosed { opened: "[" }),
            Some(_) => Err(SyntaxError::Unclosed { opened: "{" }),
            None => Ok(()),
        }
    }

    fn number(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'.') {
            self.at += 1;
        }
    }

    fn line(&mut self) {
        self.at = self.text[self.at..].find('\n').map_or(self.text.len(), |length| self.at + length);
    }

    fn identifier(&mut self) -> &'a str {
        let start = self.at;
        let rest = &self.text.as_bytes()[start..];
        self.at += rest.iter().position(|byte| !IN_NAME[usize::from(*byte)]).unwrap_or(rest.len());
        &self.text[start..self.at]
    }

    fn spaces(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Reads what begins with a name: a keyword, a call, an object's key or a reference.
    fn name(&mut self, depth: usize) -> Result<(), SyntaxError> {
        let start = self.at;
        let name = self.identifier();
        match name {
            "for" => {
                self.bind();
                return Ok(());
            }
            "true" | "false" | "null" | "in" | "if" | "else" | "endif" | "endfor" => return Ok(()),
            _ => {}
        }
        let mut steps = vec![Step::Name(name)];
        loop {
            let before = self.at;
            self.spaces();
            if self.peek() == Some(b'(') || self.starts_with("::") {
                // A function's name; its arguments are read as any bracket.
                let mut end = before;
                while self.starts_with("::") {
                    self.at += 2;
                    self.identifier();
                    end = self.at;
                }
                if let (Some(called), 1) = (&mut self.called, steps.len()) {
                    called(&self.text[start..end]);
                }
                return Ok(());
            }
            match self.peek() {
                Some(b'.') if !self.starts_with("...") => {
                    self.at += 1;
                    self.spaces();
                    match self.peek() {
                        Some(b'*') => {
                            self.at += 1;
                            steps.push(Step::Splat);
                        }
                        Some(byte) if byte.is_ascii_digit() => {
                            let first = self.digits();
                            let rest = &self.text.as_bytes()[self.at..];
                            if let [b'.', next, ..] = rest
                                && next.is_ascii_digit()
                            {
                                self.at += 1;
                                let (first, second) = (first.to_owned(), self.digits().to_owned());
                                return Err(SyntaxError::LegacyIndexes { first, second });
                            }
                            steps.push(Step::Index(first));
                        }
                        Some(byte) if starts_name(byte) => steps.push(Step::Name(self.identifier())),
                        _ => break,
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    steps.push(self.index(depth)?);
                }
                _ => {
                    self.at = before;
                    break;
                }
            }
        }
        let is_key = steps.len() == 1 && {
            let rest = self.text[self.at..].trim_start();
            (rest.starts_with('=') && !rest.starts_with("==")) || rest.starts_with(':')
        };
        if !is_key && !self.bound.contains(&name) {
            (self.visit)(&Traversal { steps });
        }
        Ok(())
    }

    fn digits(&mut self) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    /// Reads an index behind its opening bracket, with the closing one.
    fn index(&mut self, depth: usize) -> Result<Step<'a>, SyntaxError> {
        let rest = &self.text[self.at..];
        let length = rest.find(']').unwrap_or(rest.len());
        let inside = rest[..length].trim();
        let quoted = inside.strip_prefix('"').and_then(|inside| inside.strip_suffix('"'));
        let literal = match quoted {
            Some(text) if !text.contains(['"', '\\', '$', '%']) => Some(Step::Index(text)),
            None if inside == "*" => Some(Step::Splat),
            None if !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(Step::Index(inside))
            }
            _ => None,
        };
        match literal {
            Some(step) if length < rest.len() => {
                self.at += length + 1;
                Ok(step)
            }
            _ => {
                self.expression(Some(b']'), depth + 1)?;
                Ok(Step::Computed)
            }
        }
    }

    /// Reads the names between `for` and `in`.
    fn bind(&mut self) {
        loop {
            self.spaces();
            if !self.peek().is_some_and(starts_name) {
                return;
            }
            match self.identifier() {
                "in" => return,
                name => self.bound.push(name),
            }
            self.spaces();
            if self.peek() == Some(b',') {
                self.at += 1;
            }
        }
    }
}

const fn closing(open: u8) -> u8 {
    match open {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

/// The bytes that a name may hold behind its first one.
const IN_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let character = byte as u8;
        table[byte] = starts_name(character) || character.is_ascii_digit() || character == b'-';
        byte += 1;
    }
    table
};

/// Beyond ASCII any byte counts as part of a name: names are checked elsewhere.
const fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(template: &str) -> Vec<String> {
        let mut found = Vec::new();
        in_template(template, &mut |traversal| {
            let steps: Vec<String> = traversal
                .steps
                .iter()
                .map(|step| match step {
                    Step::Name(name) => (*name).to_owned(),
                    Step::Index(index) => format!("[{index}]"),
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
