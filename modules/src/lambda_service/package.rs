//! Where a function's first code comes from, and how large it may be.

use std::fs;
use std::path::PathBuf;

use formwork::Value;

/// The most bytes that a zip file may have that is sent with the request: 50 MB (AWS Lambda Developer Guide, "Lambda
/// quotas"). AWS counts 1024 KB to the MB.
const MOST_BYTES: u64 = 50 * 1024 * 1024;

/// Where a function's first code comes from.
#[derive(Clone, Debug)]
pub enum Package {
    /// A zip file on the machine that runs `terraform apply`, relative to the stack's folder.
    Zip {
        /// The path.
        path: String,
        /// Where the file is built, relative to where the program runs.
        built_at: Option<PathBuf>,
    },
    /// A zip file in S3.
    S3 {
        /// The bucket.
        bucket: Value<String>,
        /// The key.
        key: Value<String>,
    },
}

impl Package {
    /// A zip file on the machine that runs `terraform apply`, relative to the stack's folder.
    pub fn zip(path: impl Into<String>) -> Self {
        Self::Zip { path: path.into(), built_at: None }
    }

    /// A zip file in S3.
    pub fn s3(bucket: impl Into<Value<String>>, key: impl Into<Value<String>>) -> Self {
        Self::S3 { bucket: bucket.into(), key: key.into() }
    }

    /// Says where a zip file is built, relative to where the program runs. If it is there, a file that Lambda would
    /// refuse for its size is reported before anything is planned; if it is not there yet, nothing is.
    #[must_use]
    pub fn built_at(mut self, file: impl Into<PathBuf>) -> Self {
        if let Self::Zip { built_at, .. } = &mut self {
            *built_at = Some(file.into());
        }
        self
    }

    /// What is wrong with the file, if it is there, and what to do instead.
    pub(crate) fn mistake(&self) -> Option<(String, &'static str)> {
        let Self::Zip { built_at: Some(file), .. } = self else { return None };
        let bytes = fs::metadata(file).ok()?.len();
        let message = || {
            let size = megabytes(bytes);
            format!(
                "{} has {size} MB, and Lambda takes packages of up to {} MB",
                file.display(),
                megabytes(MOST_BYTES)
            )
        };
        let hint =
            "leave out what the functions do not need, such as tests and debug information, or put it in S3";
        (bytes > MOST_BYTES).then(|| (message(), hint))
    }
}

/// Rounded up to a tenth, so that what is too large never looks as if it fitted.
fn megabytes(bytes: u64) -> String {
    let tenths = (bytes * 10).div_ceil(1024 * 1024);
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        tenth => format!("{}.{tenth}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_up() {
        assert_eq!(megabytes(MOST_BYTES), "50");
        assert_eq!(megabytes(MOST_BYTES + 1), "50.1");
    }

    #[test]
    fn a_package_that_is_too_large_is_told_with_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lambda.zip");
        let package = Package::zip("lambda.zip").built_at(&file);
        assert_eq!(package.mistake(), None);
        let sparse = fs::File::create(&file).unwrap();
        sparse.set_len(MOST_BYTES).unwrap();
        assert_eq!(package.mistake(), None);
        sparse.set_len(61 * 1024 * 1024).unwrap();
        let (message, _) = package.mistake().unwrap();
        assert_eq!(
            message,
            format!("{} has 61 MB, and Lambda takes packages of up to 50 MB", file.display())
        );
    }
}
