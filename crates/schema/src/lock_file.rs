//! `.terraform.lock.hcl`: which version of each provider was chosen, and the checksums of its packages.
//! <https://developer.hashicorp.com/terraform/language/files/dependency-lock>

use std::ops::Range;

use thiserror::Error;

use crate::source;
use crate::version::{Version, VersionError};

/// A lock file of terraform's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockFile {
    /// By address.
    providers: Vec<LockedProvider>,
}

/// What a lock file says of one provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedProvider {
    /// The whole address, such as `registry.terraform.io/hashicorp/aws`.
    pub address: String,
    /// The version that was chosen.
    pub version: Version,
    /// The checksums of its packages, such as `h1:…`.
    pub hashes: Vec<String>,
    /// Where its block is in the text, in bytes.
    span: Range<usize>,
}

/// A text that is no lock file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LockFileError {
    /// Something else stands where a word of a lock file should.
    #[error("line {line}: expected {expected}")]
    Unexpected {
        /// The line, counted from 1.
        line: usize,
        /// What should be there.
        expected: &'static str,
    },
    /// A provider is there twice.
    #[error("line {line}: `{address}` is there twice")]
    Twice {
        /// The line, counted from 1.
        line: usize,
        /// The provider's address.
        address: String,
    },
    /// A version is none.
    #[error("line {line}: {error}")]
    Version {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        error: VersionError,
    },
}

impl LockFile {
    /// Reads a lock file, as terraform and the bots that keep it up to date write it.
    ///
    /// # Errors
    /// Fails for a text that is no lock file.
    pub fn parse(text: &str) -> Result<Self, LockFileError> {
        let mut tokens = Tokens { text, position: 0 };
        let mut providers: Vec<LockedProvider> = Vec::new();
        while tokens.peek().is_some() {
            let start = tokens.position;
            tokens.expect(Token::Word("provider"), "`provider`")?;
            let address = tokens.string("the address of a provider")?.to_owned();
            if providers.iter().any(|it| it.address == address) {
                return Err(LockFileError::Twice { line: tokens.line(), address });
            }
            let (version, hashes) = tokens.body()?;
            providers.push(LockedProvider { address, version, hashes, span: start..tokens.position });
        }
        providers.sort_by(|a, b| a.address.cmp(&b.address));
        Ok(Self { providers })
    }

    /// The providers, by address.
    pub fn providers(&self) -> &[LockedProvider] {
        &self.providers
    }

    /// What it says of a provider, by an address as `required_providers` takes it.
    pub fn provider(&self, source: &str) -> Option<&LockedProvider> {
        let address = source::full(source);
        self.providers.iter().find(|provider| provider.address == address)
    }

    /// The text that it was read from, without the providers that are not to be kept.
    #[must_use]
    pub fn text_without(&self, text: &str, is_left_out: impl Fn(&LockedProvider) -> bool) -> String {
        let mut spans: Vec<&Range<usize>> =
            self.providers.iter().filter(|it| is_left_out(it)).map(|it| &it.span).collect();
        spans.sort_by_key(|span| span.start);
        let mut kept = text.to_owned();
        for span in spans.into_iter().rev() {
            kept.replace_range(span.clone(), "");
        }
        kept
    }
}

impl LockedProvider {
    /// The address without Terraform's default host, and the version: `hashicorp/aws 5.100.0`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} {}", source::short(&self.address), self.version)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Text(&'a str),
    Sign(char),
}

/// The words of a text, without space and comments.
struct Tokens<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Tokens<'a> {
    fn line(&self) -> usize {
        self.text[..self.position].matches('\n').count() + 1
    }

    /// Where the next token begins.
    fn skip(&mut self) {
        loop {
            let rest = &self.text[self.position..];
            let trimmed = rest.trim_start_matches(|it: char| it.is_whitespace() || it == '\u{feff}');
            self.position += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') && !trimmed.starts_with("//") {
                return;
            }
            self.position += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    fn peek(&mut self) -> Option<Token<'a>> {
        self.skip();
        let rest = &self.text[self.position..];
        let first = rest.chars().next()?;
        if first == '"' {
            let end = rest[1..].find(['"', '\n']).map_or(rest.len() - 1, |end| end);
            return Some(match rest.as_bytes().get(end + 1) {
                Some(b'"') => Token::Text(&rest[1..=end]),
                _ => Token::Sign('"'),
            });
        }
        let is_word = |it: char| it.is_alphanumeric() || it == '_' || it == '-';
        let end = rest.find(|it| !is_word(it)).unwrap_or(rest.len());
        Some(if end > 0 { Token::Word(&rest[..end]) } else { Token::Sign(first) })
    }

    fn next(&mut self) -> Option<Token<'a>> {
        let token = self.peek()?;
        self.position += match token {
            Token::Word(word) => word.len(),
            Token::Text(text) => text.len() + 2,
            Token::Sign(sign) => sign.len_utf8(),
        };
        Some(token)
    }

    fn unexpected<T>(&mut self, expected: &'static str) -> Result<T, LockFileError> {
        self.skip();
        Err(LockFileError::Unexpected { line: self.line(), expected })
    }

    fn expect(&mut self, token: Token<'_>, expected: &'static str) -> Result<(), LockFileError> {
        if self.peek() != Some(token) {
            return self.unexpected(expected);
        }
        self.next();
        Ok(())
    }

    fn string(&mut self, expected: &'static str) -> Result<&'a str, LockFileError> {
        let Some(Token::Text(text)) = self.peek() else { return self.unexpected(expected) };
        self.next();
        Ok(text)
    }

    /// The block of a provider.
    fn body(&mut self) -> Result<(Version, Vec<String>), LockFileError> {
        self.expect(Token::Sign('{'), "`{`")?;
        let (mut version, mut hashes) = (None, Vec::new());
        loop {
            match self.peek() {
                Some(Token::Sign('}')) => break,
                Some(Token::Word("version")) => {
                    self.assigned()?;
                    let line = self.line();
                    let text = self.string("a version")?;
                    version = Some(text.parse().map_err(|error| LockFileError::Version { line, error })?);
                }
                Some(Token::Word("hashes")) => {
                    self.assigned()?;
                    hashes = self.list()?;
                }
                // Constraints are what the program says.
                Some(Token::Word(_)) => {
                    self.assigned()?;
                    match self.peek() {
                        Some(Token::Sign('[')) => drop(self.list()?),
                        _ => drop(self.string("a text")?),
                    }
                }
                _ => return self.unexpected("an argument or `}`"),
            }
        }
        let Some(version) = version else { return self.unexpected("`version`") };
        self.next();
        Ok((version, hashes))
    }

    /// An argument's name and what follows it.
    fn assigned(&mut self) -> Result<(), LockFileError> {
        self.next();
        self.expect(Token::Sign('='), "`=`")
    }

    fn list(&mut self) -> Result<Vec<String>, LockFileError> {
        self.expect(Token::Sign('['), "`[`")?;
        let mut items = Vec::new();
        while self.peek() != Some(Token::Sign(']')) {
            items.push(self.string("a text or `]`")?.to_owned());
            if self.peek() != Some(Token::Sign(']')) {
                self.expect(Token::Sign(','), "`,` or `]`")?;
            }
        }
        self.next();
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# This file is maintained automatically by "terraform init".
provider "registry.terraform.io/hashicorp/random" {
  version     = "3.7.2"
  constraints = ">= 3.0.0"
  hashes = [
    "h1:a=",
    "zh:b",
  ]
}

provider "registry.terraform.io/hashicorp/aws" {
  version = "5.100.0" // newest
  hashes  = ["h1:c="]
}
"#;

    #[test]
    fn versions_and_checksums_are_read() {
        let lock = LockFile::parse(TEXT).unwrap();
        let labels: Vec<String> = lock.providers().iter().map(LockedProvider::label).collect();
        assert_eq!(labels, ["hashicorp/aws 5.100.0", "hashicorp/random 3.7.2"]);
        assert_eq!(lock.provider("random").unwrap().hashes, ["h1:a=", "zh:b"]);
        assert!(lock.provider("acme/random").is_none());
        let left = lock.text_without(TEXT, |it| it.address.ends_with("/random"));
        assert_eq!(LockFile::parse(&left).unwrap().providers().len(), 1);
        assert!(left.starts_with("# This file") && !left.contains("3.7.2"), "{left}");
        assert!(LockFile::parse("").unwrap().providers().is_empty());
    }

    #[test]
    fn what_is_no_lock_file_is_refused_with_its_line() {
        let said = |text: &str| LockFile::parse(text).unwrap_err().to_string();
        assert_eq!(said("\n{"), "line 2: expected `provider`");
        assert_eq!(said("provider \"a"), "line 1: expected the address of a provider");
        assert_eq!(said("provider \"a\" {\n}"), "line 2: expected `version`");
        assert_eq!(
            said("provider \"a\" {\n  version = \"x.0.0\"\n}"),
            "line 2: `x.0.0` is not a version: `x` is not a number"
        );
        assert_eq!(said("provider \"a\" {\n  version = \"1.0.0\"\n"), "line 3: expected an argument or `}`");
        assert_eq!(said("provider \"a\" {\n  hashes = [\"a\" \"b\"]\n}"), "line 2: expected `,` or `]`");
        let one = "provider \"a\" {\n  version = \"1.0.0\"\n}\n";
        assert_eq!(said(&format!("{one}{one}")), "line 4: `a` is there twice");
    }
}
