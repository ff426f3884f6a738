//! The code of a release: a zipped function, at hand or in S3.

use base64::Engine;
use formwork_core::Hint;
use sha2::{Digest, Sha256};

use crate::aws::{AwsError, AwsErrorKind, Connection, failed};
use crate::engine::ReleaseError;

/// A zipped function.
#[derive(Clone, Debug)]
pub struct Package {
    source: Source,
    sha256: String,
}

/// Where Lambda gets a package from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// It is sent along: at most 50 MB (Lambda Developer Guide, "Lambda quotas").
    Bytes(Vec<u8>),
    /// Lambda reads it, with the permissions of whoever releases.
    Object(Object),
}

/// An object in S3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The bucket, in the function's region.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// Which of its versions, where the bucket keeps them.
    pub version: Option<String>,
}

/// How large a package may be that is sent along, in bytes: 50 MB (Lambda Developer Guide, "Lambda quotas"), by which
/// Lambda means binary megabytes.
const DIRECT: usize = 50 * 1024 * 1024;

impl Package {
    /// Reads a package from a file, or looks at it in S3.
    pub(super) async fn read(connection: &Connection, place: &str) -> Result<Self, ReleaseError> {
        if place.starts_with("s3:") {
            let object = Object::parse(place).ok_or_else(|| {
                ReleaseError::arguments(format!("`{place}` names no object"), "write `s3://BUCKET/KEY`")
            })?;
            let package = Self::of_object(connection, &object).await;
            return package.map_err(|failure| {
                ReleaseError::artifact(format!("cannot release {place}: {failure}"), Hint::none())
            });
        }
        let bytes = std::fs::read(place)
            .map_err(|error| ReleaseError::artifact(format!("cannot read {place}: {error}"), Hint::none()))?;
        if !is_zip(&bytes) {
            let message = format!("{place} is not a zip file");
            return Err(ReleaseError::artifact(message, Hint::new("Lambda takes a zipped function")));
        }
        if bytes.len() > DIRECT {
            let size = bytes.len() / (1024 * 1024);
            return Err(ReleaseError::artifact(
                format!("{place} has {size} MB, and at most 50 can be sent to Lambda"),
                Hint::new("put it into S3, and give `s3://BUCKET/KEY`"),
            ));
        }
        Ok(Self::new(bytes))
    }

    /// A package by its bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { sha256: encode(Sha256::digest(&bytes)), source: Source::Bytes(bytes) }
    }

    /// Reads an object once, for its SHA-256: without it nobody knows whether the function has this code already. The
    /// version that was read is the one that Lambda is told to read.
    ///
    /// # Errors
    /// Fails if it cannot be read, or is not a zip file.
    pub async fn of_object(connection: &Connection, object: &Object) -> Result<Self, AwsError> {
        let subject = format!("{}/{}", object.bucket, object.key);
        let client = aws_sdk_s3::Client::new(&connection.config);
        let call = client.get_object().bucket(&object.bucket).key(&object.key).send().await;
        let mut found = call.map_err(failed("s3", "GetObject", &subject))?;
        let broken = |kind, message: String| AwsError {
            operation: "GetObject",
            subject: subject.clone(),
            kind,
            message,
        };
        let mut digest = Sha256::new();
        let mut is_first = true;
        while let Some(chunk) = found.body.next().await {
            let chunk = chunk.map_err(|error| broken(AwsErrorKind::Unknown, error.to_string()))?;
            if std::mem::take(&mut is_first) && !is_zip(&chunk) {
                return Err(broken(AwsErrorKind::Refused, "this is not a zip file".to_owned()));
            }
            digest.update(&chunk);
        }
        if is_first {
            return Err(broken(AwsErrorKind::Refused, "it is empty".to_owned()));
        }
        // Buckets that keep no versions say `null`, or nothing.
        let version = found.version_id.filter(|version| version != "null");
        let source = Source::Object(Object { version, ..object.clone() });
        Ok(Self { source, sha256: encode(digest.finalize()) })
    }

    /// Where Lambda gets it from.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// SHA-256 of the bytes, in base64 as Lambda gives it.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

impl Object {
    /// Reads `s3://BUCKET/KEY`. Anything else is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (bucket, key) = text.strip_prefix("s3://")?.split_once('/')?;
        let is_named = !bucket.is_empty() && !key.is_empty();
        is_named.then(|| Self { bucket: bucket.to_owned(), key: key.to_owned(), version: None })
    }
}

/// Whether bytes begin as those of a zip file do.
#[must_use]
pub fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
}

fn encode(digest: impl AsRef<[u8]>) -> String {
    base64::engine::general_purpose::STANDARD.encode(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_have_a_bucket_and_a_key() {
        let object = Object::parse("s3://builds/orders/2.zip").unwrap();
        assert_eq!((object.bucket.as_str(), object.key.as_str()), ("builds", "orders/2.zip"));
        for text in ["builds/orders.zip", "s3://builds", "s3://builds/", "s3:///orders.zip", "S3://a/b"] {
            assert_eq!(Object::parse(text), None, "{text}");
        }
    }
}
