//! Words of a piece of syntax: what is left without blanks and comments, names folded as PostgreSQL folds them.

use squawk_syntax::{SyntaxKind, SyntaxNode, SyntaxToken};

use crate::name::Name;

/// One word.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// Lower case, unless it was quoted or is a literal.
    pub(super) text: String,
    pub(super) kind: WordKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WordKind {
    /// A keyword, or a name without quotes.
    Plain,
    /// A name in double quotes.
    Quoted,
    Literal,
    Mark,
}

/// Whether a token says something: blanks and comments don't.
pub(super) fn is_significant(token: &SyntaxToken) -> bool {
    !matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT)
}

/// The words of a node.
pub(super) fn words(node: &SyntaxNode) -> Vec<Word> {
    let tokens = node.descendants_with_tokens().filter_map(|element| element.into_token());
    tokens.filter(is_significant).map(|token| word(&token)).collect()
}

/// The words of a node up to the first parenthesis: of a call, its name. What is in the parentheses can be long.
pub(super) fn leading_words(node: &SyntaxNode) -> Vec<Word> {
    let tokens = node.descendants_with_tokens().filter_map(|element| element.into_token());
    let leading = tokens.take_while(|token| token.kind() != SyntaxKind::L_PAREN);
    leading.filter(is_significant).map(|token| word(&token)).collect()
}

fn word(token: &SyntaxToken) -> Word {
    let text = token.text();
    let first = text.chars().next().unwrap_or(' ');
    let (text, kind) = match token.kind() {
        SyntaxKind::STRING
        | SyntaxKind::ESC_STRING
        | SyntaxKind::DOLLAR_QUOTED_STRING
        | SyntaxKind::UNICODE_ESC_STRING
        | SyntaxKind::NATIONAL_STRING
        | SyntaxKind::BIT_STRING
        | SyntaxKind::BYTE_STRING
        | SyntaxKind::INT_NUMBER
        | SyntaxKind::NUMERIC_NUMBER => (text.to_owned(), WordKind::Literal),
        _ if first == '"' => (unquoted(text), WordKind::Quoted),
        _ if first.is_alphabetic() || first == '_' => (text.to_lowercase(), WordKind::Plain),
        _ => (text.to_owned(), WordKind::Mark),
    };
    Word { text, kind }
}

fn unquoted(text: &str) -> String {
    let inner = text.strip_prefix('"').unwrap_or(text);
    inner.strip_suffix('"').unwrap_or(inner).replace("\"\"", "\"")
}

/// Parses words from the left.
pub(super) struct Cursor<'a> {
    words: &'a [Word],
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(words: &'a [Word]) -> Self {
        Self { words }
    }

    pub(super) fn peek(&self) -> Option<&'a Word> {
        self.words.first()
    }

    /// What the words that are left name, for a sentence: until a list, or with the list of a cast.
    pub(super) fn described(&self) -> String {
        let is_cast = self.words.first().is_some_and(|word| matches!(word.text.as_str(), "cast" | "("));
        let ends = |word: &Word| {
            matches!(word.text.as_str(), ";" | "cascade" | "restrict")
                || (!is_cast && word.text == "(")
                || word.text == "with"
                || word.text == "without"
        };
        let words = self.words.iter().take_while(|word| !ends(word)).take(8);
        let text = words.map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        text.replace(" . ", ".").replace("( ", "(").replace(" )", ")")
    }

    pub(super) fn next(&mut self) -> Option<&'a Word> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    /// Takes a run of keywords if it comes next.
    pub(super) fn take(&mut self, keywords: &str) -> bool {
        let count = keywords.split(' ').count();
        let comes = self.words.len() >= count
            && keywords.split(' ').zip(self.words).all(|(keyword, word)| {
                word.text == keyword && matches!(word.kind, WordKind::Plain | WordKind::Mark)
            });
        if comes {
            self.words = &self.words[count..];
        }
        comes
    }

    /// Takes each of some keywords that comes next, in this order; all may be missing.
    pub(super) fn skip(&mut self, keywords: &[&str]) {
        for keyword in keywords {
            self.take(keyword);
        }
    }

    /// Goes on until behind a run of keywords.
    pub(super) fn seek(&mut self, keywords: &str) -> bool {
        while !self.words.is_empty() {
            if self.take(keywords) {
                return true;
            }
            self.next();
        }
        false
    }

    /// Whether a keyword is among the words that are left.
    pub(super) fn has(&self, keywords: &str) -> bool {
        Self { words: self.words }.seek(keywords)
    }

    /// Takes a word as a name.
    pub(super) fn identifier(&mut self) -> Option<String> {
        let word = self.peek().filter(|word| matches!(word.kind, WordKind::Plain | WordKind::Quoted))?;
        self.next();
        Some(word.text.clone())
    }

    /// Takes a name that may have a schema.
    pub(super) fn name(&mut self) -> Option<Name> {
        let mut parts = vec![self.identifier()?];
        while self.take(".") {
            parts.push(self.identifier()?);
        }
        Name::from_parts(parts)
    }

    /// Takes names with commas between them. Argument lists of functions behind a name are skipped.
    pub(super) fn names(&mut self) -> Vec<Name> {
        let mut names = Vec::new();
        loop {
            self.take("only");
            let Some(name) = self.name() else { return names };
            names.push(name);
            self.take("*");
            self.parentheses();
            if !self.take(",") {
                return names;
            }
        }
    }

    /// Takes a list in parentheses, and gives its words.
    pub(super) fn parentheses(&mut self) -> &'a [Word] {
        if self.peek().is_none_or(|word| word.text != "(") {
            return &[];
        }
        let mut depth = 0_usize;
        for (index, word) in self.words.iter().enumerate() {
            match (word.kind, word.text.as_str()) {
                (WordKind::Mark, "(") => depth += 1,
                (WordKind::Mark, ")") => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let inner = &self.words[1..index];
                self.words = &self.words[index + 1..];
                return inner;
            }
        }
        self.words = &[];
        &[]
    }

    pub(super) const fn rest(&self) -> &'a [Word] {
        self.words
    }
}

/// The names in a list of columns: the first word of each item, if the item is nothing but a name and its order.
pub(super) fn columns(words: &[Word]) -> Vec<String> {
    let mut columns = Vec::new();
    let mut depth = 0_usize;
    let mut at_start = true;
    for (index, word) in words.iter().enumerate() {
        match (word.kind, word.text.as_str()) {
            (WordKind::Mark, "(") => depth += 1,
            (WordKind::Mark, ")") => depth = depth.saturating_sub(1),
            (WordKind::Mark, ",") if depth == 0 => {
                at_start = true;
                continue;
            }
            (WordKind::Plain | WordKind::Quoted, _) if at_start && depth == 0 => {
                let is_call =
                    words.get(index + 1).is_some_and(|next| matches!(next.text.as_str(), "(" | "."));
                if !is_call {
                    columns.push(word.text.clone());
                }
            }
            _ => {}
        }
        at_start = false;
    }
    columns
}
