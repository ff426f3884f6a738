//! The log as an object of an S3 bucket, written only if nobody else wrote meanwhile.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use crate::log::command::run;
use crate::log::deployment_log::DeploymentLog;
use crate::log::error::LogStoreError;

/// The log of a bucket, and the tag of the object that holds it.
pub(super) fn get_object(bucket: &str, key: &str) -> Result<(DeploymentLog, Option<String>), LogStoreError> {
    let file = tempfile::NamedTempFile::new()
        .map_err(|source| LogStoreError::File { path: PathBuf::new(), source })?;
    let mut command = Command::new("aws");
    command
        .args(["s3api", "get-object", "--output", "json", "--bucket", bucket, "--key", key])
        .arg(file.path());
    match run("aws", command, "") {
        Ok(answer) => {
            let answer: serde_json::Value = serde_json::from_str(&answer).map_err(LogStoreError::Form)?;
            let tag = answer["ETag"].as_str().map(str::to_owned);
            let text = fs::read_to_string(file.path())
                .map_err(|source| LogStoreError::File { path: file.path().to_owned(), source })?;
            Ok((serde_json::from_str(&text).map_err(LogStoreError::Form)?, tag))
        }
        Err(LogStoreError::Failed { output, .. }) if output.contains("NoSuchKey") => {
            Ok((DeploymentLog::default(), None))
        }
        Err(error) => Err(error),
    }
}

/// Writes an object if it is still the one that was read. Says whether it was.
pub(super) fn put_object(
    bucket: &str,
    key: &str,
    tag: Option<&str>,
    text: &str,
) -> Result<bool, LogStoreError> {
    let mut file = tempfile::NamedTempFile::new()
        .map_err(|source| LogStoreError::File { path: PathBuf::new(), source })?;
    file.write_all(text.as_bytes())
        .map_err(|source| LogStoreError::File { path: file.path().to_owned(), source })?;
    let mut command = Command::new("aws");
    command.args(["s3api", "put-object", "--output", "json", "--bucket", bucket, "--key", key, "--body"]);
    command.arg(file.path()).args(["--content-type", "application/json"]);
    match tag {
        Some(tag) => command.args(["--if-match", tag]),
        None => command.args(["--if-none-match", "*"]),
    };
    match run("aws", command, "") {
        Ok(_) => Ok(true),
        Err(LogStoreError::Failed { output, .. })
            if output.contains("PreconditionFailed") || output.contains("ConditionalRequestConflict") =>
        {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
