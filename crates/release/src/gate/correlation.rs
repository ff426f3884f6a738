//! Correlation ids, by which the run of a dispatched workflow is recognized.

use std::fmt;

use ring::rand::{SecureRandom, SystemRandom};

/// Text that goes with a dispatch and that the run shows in its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correlation(String);

/// A text that cannot be such an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CorrelationError {
    /// It would be found in other names, or not shown as it is.
    #[error("`{text}` cannot be a correlation id; take 8 to 100 letters, digits and any of `-_.`")]
    Text {
        /// What was given.
        text: String,
    },
    /// The system has no randomness.
    #[error("the system gives no random numbers")]
    Randomness,
}

impl Correlation {
    /// An id of somebody's own. The same id again means the same gate: its run is waited for, not started twice.
    ///
    /// # Errors
    /// Fails for a text that is too short to be found safely, or has other characters.
    pub fn parse(text: &str) -> Result<Self, CorrelationError> {
        let is_good = (8..=100).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        if is_good {
            Ok(Self(text.to_owned()))
        } else {
            Err(CorrelationError::Text { text: text.to_owned() })
        }
    }

    /// A new id: 64 random bits.
    ///
    /// # Errors
    /// Fails if the system has no randomness.
    pub fn random() -> Result<Self, CorrelationError> {
        let mut bytes = [0; 8];
        SystemRandom::new().fill(&mut bytes).map_err(|_| CorrelationError::Randomness)?;
        Ok(Self(format!("gate-{:016x}", u64::from_be_bytes(bytes))))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a run's name has the id as a word of its own: `gate-1` is not in `gate-12`.
    #[must_use]
    pub fn is_in(&self, name: &str) -> bool {
        name.match_indices(&self.0).any(|(position, found)| {
            let is_part =
                |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
            !name[..position].ends_with(is_part) && !name[position + found.len()..].starts_with(is_part)
        })
    }
}

impl fmt::Display for Correlation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use crate::gate::Correlation;

    #[test]
    fn an_id_is_found_as_a_word_only() {
        let id = Correlation::parse("orders-1f2e").unwrap();
        for name in ["orders-1f2e", "Verify orders-1f2e (prod)", "[orders-1f2e]"] {
            assert!(id.is_in(name), "{name}");
        }
        for name in ["orders-1f2e3", "x-orders-1f2e", "", "orders"] {
            assert!(!id.is_in(name), "{name}");
        }
        for wrong in ["short", "with space", "", "${{ x }}aaaa"] {
            assert!(Correlation::parse(wrong).is_err(), "{wrong}");
        }
        assert_ne!(Correlation::random().unwrap(), Correlation::random().unwrap());
    }
}
