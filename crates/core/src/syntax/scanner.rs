//! The one scanner of HCL: it knows just enough of it to tell references and calls from strings, object keys and the
//! names that `for` binds.

use memchr::{memchr, memchr2, memchr3};
use thiserror::Error;

use crate::syntax::traversal::{Step, Traversal};

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

pub(super) struct Scanner<'a, 'v> {
    text: &'a str,
    pub(super) at: usize,
    bound: Vec<&'a str>,
    /// Who wants to know the functions that are called.
    pub(super) called: Option<&'v mut dyn FnMut(&'a str)>,
    /// Who wants to know what each reference is read for.
    pub(super) read: Option<&'v mut dyn FnMut(&Read<'_, 'a>)>,
    /// The calls around the place, the outermost first.
    calls: Vec<&'a str>,
    /// What follows each of the brackets around the place, the outermost first.
    behind: Vec<Vec<Step<'a>>>,
    /// The function whose arguments come next.
    next_call: Option<&'a str>,
    /// What the elements of `for` are of, by the name that is bound.
    elements: Vec<(&'a str, Vec<Step<'a>>)>,
    /// The names of a `for` whose collection comes next, and where it begins.
    collection: Option<(usize, Vec<&'a str>)>,
    visit: &'v mut dyn FnMut(&Traversal<'a>),
}

impl<'a, 'v> Scanner<'a, 'v> {
    pub(super) fn new(text: &'a str, visit: &'v mut dyn FnMut(&Traversal<'a>)) -> Self {
        Self {
            text,
            at: 0,
            bound: Vec::new(),
            called: None,
            read: None,
            calls: Vec::new(),
            behind: Vec::new(),
            next_call: None,
            elements: Vec::new(),
            collection: None,
            visit,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn starts_with(&self, prefix: &str) -> bool {
        self.text.as_bytes()[self.at..].starts_with(prefix.as_bytes())
    }

    /// Goes to what may mean something in template text, or to its end.
    fn skip_text(&mut self, is_quoted: bool) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at +=
            if is_quoted { text_length(rest) } else { memchr2(b'$', b'%', rest).unwrap_or(rest.len()) };
    }

    /// Reads template text up to an unescaped `end` quote, or to the end of the text.
    pub(super) fn template(&mut self, end: Option<u8>, depth: usize) -> Result<(), SyntaxError> {
        if depth > DEPTH {
            return Err(SyntaxError::TooDeep);
        }
        loop {
            self.skip_text(end.is_some());
            let Some(byte) = self.peek() else { break };
            if end == Some(byte) {
                self.at += 1;
                return Ok(());
            }
            if self.starts_with("$${") || self.starts_with("%%{") {
                self.at += 3;
            } else if self.starts_with("${") || self.starts_with("%{") {
                self.at += 2;
                self.expression(b"}", depth + 1)?;
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

    /// Reads an expression up to one of the characters that end it, or without any to the end of the text.
    pub(super) fn expression(&mut self, ends: &[u8], depth: usize) -> Result<(), SyntaxError> {
        if depth > DEPTH {
            return Err(SyntaxError::TooDeep);
        }
        let bound = self.bound.len();
        while let Some(byte) = self.peek() {
            match byte {
                _ if ends.contains(&byte) => {
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
                    let (calls, behind) = (self.calls.len(), self.behind.len());
                    self.calls.extend(self.next_call.take().filter(|_| byte == b'('));
                    if self.read.is_some() {
                        let steps = self.steps_behind(closing(byte));
                        self.behind.push(steps);
                    }
                    self.expression(&[closing(byte)], depth + 1)?;
                    self.calls.truncate(calls);
                    self.behind.truncate(behind);
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
        match ends {
            [] => Ok(()),
            [b')'] => Err(SyntaxError::Unclosed { opened: "(" }),
            [b']'] => Err(SyntaxError::Unclosed { opened: "[" }),
            _ => Err(SyntaxError::Unclosed { opened: "{" }),
        }
    }

    /// Reads one reference, and says whether it is all of the text.
    pub(super) fn one_reference(&mut self) -> Result<bool, SyntaxError> {
        if !self.peek().is_some_and(starts_name) {
            return Ok(false);
        }
        self.name(0)?;
        Ok(self.at == self.text.len())
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
                self.next_call = Some(&self.text[start..end]);
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
        let is_collection = match self.collection.take() {
            Some((begin, names)) if self.text[begin..start].trim().is_empty() => {
                self.elements.extend(names.into_iter().map(|name| (name, steps.clone())));
                true
            }
            _ => false,
        };
        let is_bound = self.bound.contains(&name);
        if let Some(read) = &mut self.read
            && !is_key
        {
            let element = self.elements.iter().rfind(|(bound, _)| is_bound && *bound == name);
            let steps = match element {
                Some((_, of)) => {
                    of.iter().copied().chain([Step::Splat]).chain(steps[1..].iter().copied()).collect()
                }
                None => steps.clone(),
            };
            if element.is_some() || !is_bound {
                let behind: Vec<Step<'a>> = self.behind.iter().rev().flatten().copied().collect();
                let (traversal, calls) = (&Traversal { steps }, &self.calls);
                read(&Read { traversal, calls, behind: &behind, is_collection });
            }
        }
        if !is_key && !is_bound {
            (self.visit)(&Traversal { steps });
        }
        Ok(())
    }

    /// The steps that follow the bracket which begins here: `[0].id` behind `values(x)`.
    fn steps_behind(&self, close: u8) -> Vec<Step<'a>> {
        let mut ignore = |_: &Traversal<'a>| {};
        let mut scanner = Scanner::new(self.text, &mut ignore);
        scanner.at = self.at;
        let mut steps = Vec::new();
        if scanner.expression(&[close], 1).is_err() {
            return steps;
        }
        loop {
            match scanner.peek() {
                Some(b'.') if scanner.starts_with(".*") => {
                    scanner.at += 2;
                    steps.push(Step::Splat);
                }
                Some(b'.') if !scanner.starts_with("...") => {
                    scanner.at += 1;
                    match scanner.peek() {
                        Some(byte) if starts_name(byte) => steps.push(Step::Name(scanner.identifier())),
                        Some(byte) if byte.is_ascii_digit() => steps.push(Step::Index(scanner.digits())),
                        _ => return steps,
                    }
                }
                Some(b'[') => {
                    scanner.at += 1;
                    match scanner.index(1) {
                        Ok(step) => steps.push(step),
                        Err(_) => return steps,
                    }
                }
                _ => return steps,
            }
        }
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
            Some(text) if !text.contains(['"', '\\', '$', '%']) => Some(Step::Key(text)),
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
                self.expression(b"]", depth + 1)?;
                Ok(Step::Computed)
            }
        }
    }

    /// Reads the names between `for` and `in`.
    fn bind(&mut self) {
        let mut names = Vec::new();
        loop {
            self.spaces();
            if !self.peek().is_some_and(starts_name) {
                return;
            }
            match self.identifier() {
                "in" => {
                    // The last one is the value; the other is a key or a position.
                    self.collection = names.pop().map(|value| (self.at, vec![value]));
                    return;
                }
                name => {
                    self.bound.push(name);
                    names.push(name);
                }
            }
            self.spaces();
            if self.peek() == Some(b',') {
                self.at += 1;
            }
        }
    }
}

/// A reference, and what it is read for.
#[derive(Clone, Copy, Debug)]
pub struct Read<'r, 'a> {
    /// The reference. What stands for an element of a `for` is the collection, a splat, and what follows.
    pub traversal: &'r Traversal<'a>,
    /// The functions around it, the outermost first.
    pub calls: &'r [&'a str],
    /// What follows the brackets around it, the innermost first: `[0].id` where it is in `values(x)[0].id`.
    pub behind: &'r [Step<'a>],
    /// Whether a `for` goes over it.
    pub is_collection: bool,
}

/// How many bytes of a quoted template are text that means itself.
pub(super) fn text_length(quoted: &[u8]) -> usize {
    let length = memchr3(b'"', b'\\', b'$', quoted).unwrap_or(quoted.len());
    memchr(b'%', &quoted[..length]).unwrap_or(length)
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
