//! Text that PL/pgSQL executes, where the body itself says what it is: `EXECUTE 'DROP TABLE t'`,
//! `EXECUTE format('DROP TABLE %I', 't')`, also through a variable that is set once.

use std::collections::HashMap;

use rowan::TextSize;
use squawk_syntax::decoded_text::DecodedText;
use squawk_syntax::quote::{strip_dollar_quotes, strip_prefixed_quotes, strip_quotes};
use squawk_syntax::unescape::{decode_esc_string, decode_plain_string};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::identifier::quoted;
use crate::parse::condition::split;
use crate::parse::words::{Word, WordKind, words};

/// How deep variables may stand for one another: more is a circle.
const DEEPEST: usize = 8;

/// What the variables of a body are set to, if each is set in one place.
pub(super) struct Variables {
    values: HashMap<String, Vec<Word>>,
}

impl Variables {
    /// Reads the variables of a PL/pgSQL body. One that is set in two places, or by a query, is not known.
    pub(super) fn of(body: &SyntaxNode) -> Self {
        use SyntaxKind as Kind;
        let mut values: HashMap<String, Vec<Vec<Word>>> = HashMap::new();
        let mut declared = Vec::new();
        let mut unknown = Vec::new();
        for node in body.descendants() {
            let all = match node.kind() {
                Kind::PLPGSQL_VAR_DECL
                | Kind::PLPGSQL_ASSIGN_STMT
                | Kind::PLPGSQL_INTO_TARGET
                | Kind::PLPGSQL_FOR_VARIABLE
                | Kind::PLPGSQL_DIAG_TARGET
                | Kind::PLPGSQL_CALL_STMT
                | Kind::ERROR => words(&node),
                _ => continue,
            };
            match (node.kind(), all.first()) {
                (Kind::PLPGSQL_VAR_DECL, Some(first)) => {
                    declared.push(first.text.clone());
                    if let Some(value) = value(&all) {
                        values.entry(first.text.clone()).or_default().push(value);
                    }
                }
                (Kind::PLPGSQL_ASSIGN_STMT, Some(first)) => match value(&all) {
                    Some(value) if is_assignment(&all) => {
                        values.entry(first.text.clone()).or_default().push(value);
                    }
                    _ => unknown.push(first.text.clone()),
                },
                _ => unknown.extend(all.into_iter().map(|word| word.text)),
            }
        }
        let is_once = |name: &String| declared.iter().filter(|it| *it == name).count() == 1;
        let values = values
            .into_iter()
            .filter(|(name, values)| values.len() == 1 && is_once(name) && !unknown.contains(name));
        Self { values: values.filter_map(|(name, mut values)| Some((name, values.pop()?))).collect() }
    }

    /// The texts that a statement executes, one after the other; nothing where they depend on more than the body.
    pub(super) fn executed(&self, node: &SyntaxNode) -> Option<Vec<String>> {
        let all = words(node);
        let begin = all.iter().position(|word| is_word(word, "execute"))? + 1;
        let loops = node.ancestors().filter(|outer| outer.kind() == SyntaxKind::PLPGSQL_FOR_EACH_STMT);
        let Some((name, elements)) = loops.into_iter().find_map(|outer| elements(&words(&outer))) else {
            return Some(vec![self.text(&all[begin..], None)?]);
        };
        let of_element = |element: &String| self.text(&all[begin..], Some((&name, element)));
        elements.iter().map(of_element).collect()
    }

    fn text(&self, words: &[Word], element: Option<(&str, &str)>) -> Option<String> {
        let mut reader = Reader { variables: self, element, words, depth: 0 };
        let text = reader.expression()?;
        let is_end = reader
            .words
            .first()
            .is_none_or(|word| ["into", "using", "loop", ";"].iter().any(|end| word.text == *end));
        is_end.then(|| with_parameters(text, reader.words))
    }
}

/// A text with the literals behind `USING` in the places of `$1`, `$2`; other values are left open.
fn with_parameters(mut text: String, words: &[Word]) -> String {
    let Some(begin) = words.iter().position(|word| is_word(word, "using")) else { return text };
    let values = split(&words[begin + 1..], ",");
    // From the last, since `$1` begins `$10`.
    for (number, value) in (1..).zip(&values).collect::<Vec<_>>().into_iter().rev() {
        if let [value, rest @ ..] = value
            && value.kind == WordKind::Literal
            && rest.iter().all(|word| word.text == ";")
        {
            text = text.replace(&format!("${number}"), &value.text);
        }
    }
    text
}

/// `name := value`, and not `name[1] := value`.
fn is_assignment(words: &[Word]) -> bool {
    words.get(1).is_some_and(|word| matches!(word.text.as_str(), ":=" | ":" | "="))
}

/// What stands behind the first `:=`, `=` or `DEFAULT`, without the semicolon.
fn value(words: &[Word]) -> Option<Vec<Word>> {
    let begins =
        |word: &Word| word.kind != WordKind::Literal && matches!(word.text.as_str(), ":=" | "=" | "default");
    let begin = words.iter().position(begins)? + 1;
    let value = words[begin..].iter().take_while(|word| !(word.kind == WordKind::Mark && word.text == ";"));
    Some(value.cloned().collect())
}

/// The variable and the literals of `FOREACH name IN ARRAY ARRAY['a', 'b'] LOOP`.
fn elements(words: &[Word]) -> Option<(String, Vec<String>)> {
    let begin = words.iter().position(|word| is_word(word, "foreach"))?;
    let [name, within, array, constructor, open, rest @ ..] = &words[begin + 1..] else { return None };
    let is_list = is_word(within, "in") && is_word(array, "array") && is_word(constructor, "array");
    if !is_list || open.text != "[" {
        return None;
    }
    let mut elements = Vec::new();
    for pair in rest.chunks(2) {
        elements.push(literal(&pair[0])?);
        match pair.get(1)?.text.as_str() {
            "," => {}
            "]" => return Some((name.text.clone(), elements)),
            _ => return None,
        }
    }
    None
}

fn is_word(word: &Word, text: &str) -> bool {
    word.kind == WordKind::Plain && word.text == text
}

/// Computes an expression of texts.
struct Reader<'a> {
    variables: &'a Variables,
    /// The variable of a loop over a list, with its value.
    element: Option<(&'a str, &'a str)>,
    words: &'a [Word],
    depth: usize,
}

impl Reader<'_> {
    fn take(&mut self, mark: &str) -> bool {
        let comes = self.words.first().is_some_and(|word| word.kind == WordKind::Mark && word.text == mark);
        if comes {
            self.words = &self.words[1..];
        }
        comes
    }

    /// `term || term`.
    fn expression(&mut self) -> Option<String> {
        let mut text = self.term()?;
        while self.take("||") || (self.take("|") && self.take("|")) {
            text.push_str(&self.term()?);
        }
        Some(text)
    }

    fn term(&mut self) -> Option<String> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        let is_call = self.words.first().is_some_and(|word| word.text == "(");
        let text = match first.kind {
            WordKind::Literal => literal(first)?,
            WordKind::Mark if first.text == "(" => {
                let text = self.expression()?;
                self.take(")").then_some(text)?
            }
            WordKind::Plain if is_call => call(&first.text, &self.arguments()?)?,
            WordKind::Plain | WordKind::Quoted => self.variable(&first.text)?,
            WordKind::Mark => return None,
        };
        if self.take("::") || (self.take(":") && self.take(":")) {
            let (data_type, rest) = self.words.split_first()?;
            self.words = rest;
            return matches!(data_type.text.as_str(), "text" | "varchar" | "name" | "regclass")
                .then_some(text);
        }
        Some(text)
    }

    fn arguments(&mut self) -> Option<Vec<String>> {
        self.take("(");
        let mut arguments = Vec::new();
        loop {
            arguments.push(self.expression()?);
            if self.take(")") {
                return Some(arguments);
            }
            if !self.take(",") {
                return None;
            }
        }
    }

    fn variable(&self, name: &str) -> Option<String> {
        if let Some((_, value)) = self.element.filter(|(element, _)| *element == name) {
            return Some(value.to_owned());
        }
        let words = self.variables.values.get(name).filter(|_| self.depth < DEEPEST)?;
        let mut reader = Reader { words, depth: self.depth + 1, ..*self };
        let text = reader.expression()?;
        reader.words.is_empty().then_some(text)
    }
}

fn call(name: &str, arguments: &[String]) -> Option<String> {
    match (name, arguments) {
        ("format", [template, values @ ..]) => format(template, values),
        ("concat", values) => Some(values.concat()),
        ("quote_ident", [value]) => Some(quoted(value)),
        ("quote_literal", [value]) => quoted_literal(value),
        _ => None,
    }
}

/// What PostgreSQL's `format` makes: `%s`, `%I`, `%L` and `%%`, also with the position of the argument (`%1$I`).
fn format(template: &str, values: &[String]) -> Option<String> {
    let mut text = String::new();
    let mut next = 0;
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('%') {
        text.push_str(before);
        if let Some(behind) = behind.strip_prefix('%') {
            text.push('%');
            rest = behind;
            continue;
        }
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        let (position, behind) = match behind[..digits].parse::<usize>() {
            Ok(position) => (position.checked_sub(1)?, behind[digits..].strip_prefix('$')?),
            Err(_) => (next, behind),
        };
        let value = values.get(position)?;
        next = position + 1;
        let mut letters = behind.chars();
        match letters.next()? {
            's' => text.push_str(value),
            'I' => text.push_str(&quoted(value)),
            'L' => text.push_str(&quoted_literal(value)?),
            _ => return None,
        }
        rest = letters.as_str();
    }
    text.push_str(rest);
    Some(text)
}

fn quoted_literal(value: &str) -> Option<String> {
    (!value.contains('\\')).then(|| format!("'{}'", value.replace('\'', "''")))
}

/// The text of a literal.
fn literal(word: &Word) -> Option<String> {
    if word.kind != WordKind::Literal {
        return None;
    }
    let text = word.text.as_str();
    if text.starts_with(|first: char| first.is_ascii_digit()) {
        return Some(text.to_owned());
    }
    if let Some(inner) = strip_dollar_quotes(text) {
        return Some(inner.to_owned());
    }
    let start = TextSize::new(0);
    let mut decoded = DecodedText::new(start);
    if let Some(inner) = strip_quotes(text) {
        decode_plain_string(inner, start, &mut decoded);
    } else {
        decode_esc_string(strip_prefixed_quotes(text, ['e', 'E'])?, start, &mut decoded);
    }
    Some(decoded.into_text())
}
