//! The key of a GitHub App, and what is signed with it.
//!
//! `jsonwebtoken` is not used, by itself or by octocrab: it signs with aws-lc or with a crate whose RSA can be told from its
//! timing, beside `ring`, which everything else here uses. Signing one token with `ring` is one call.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::json;

/// How long a token says that it is good for, in seconds. GitHub takes at most ten minutes.
const LIFETIME: u64 = 540;
/// How far back a token says that it was made, in seconds, for clocks that differ: GitHub's docs advise a minute.
const BACKDATING: u64 = 60;

/// The private key of a GitHub App.
pub struct AppKey {
    pair: RsaKeyPair,
}

/// Why a text is not the private key of an App.
#[derive(Debug, thiserror::Error)]
#[error("the private key of the GitHub App cannot be used: {reason}")]
pub struct AppKeyError {
    reason: String,
}

impl AppKey {
    /// Reads a PEM file: `RSA PRIVATE KEY`, as GitHub gives it out, or `PRIVATE KEY`. Line breaks may be written as
    /// `\n`, as secrets that went through JSON have them.
    ///
    /// # Errors
    /// Fails for anything else; no error has a part of the key in it.
    pub fn parse(pem: &str) -> Result<Self, AppKeyError> {
        let wrong = |reason: &str| AppKeyError { reason: reason.to_owned() };
        let pem = pem.replace("\\n", "\n");
        let lines: Vec<&str> = pem.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        // What the reader of PEM says may quote a line, which may be the key: it is not shown.
        let der = PrivateKeyDer::from_pem_slice(lines.join("\n").as_bytes())
            .map_err(|_| wrong("it is not a PEM file with a `RSA PRIVATE KEY` or a `PRIVATE KEY`"))?;
        let pair = match &der {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            _ => return Err(wrong("it begins neither with `RSA PRIVATE KEY` nor with `PRIVATE KEY`")),
        };
        Ok(Self { pair: pair.map_err(|error| wrong(&error.to_string()))? })
    }

    /// A token with which the App speaks for itself, at a time in seconds since 1970.
    ///
    /// # Errors
    /// Fails if the system has no randomness.
    pub fn token(&self, app_id: &str, now: u64) -> Result<String, AppKeyError> {
        let header = json!({ "alg": "RS256", "typ": "JWT" });
        let claims = json!({ "iat": now.saturating_sub(BACKDATING), "exp": now + LIFETIME, "iss": app_id });
        let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", encode(&header), encode(&claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .map_err(|_| AppKeyError { reason: "signing failed".to_owned() })?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for AppKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AppKey")
    }
}
