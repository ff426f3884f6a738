//! Addresses of providers: `registry.terraform.io/hashicorp/aws`, `hashicorp/aws` or `aws`.

use std::borrow::Cow;

use crate::Version;

const DEFAULT_HOST: &str = "registry.terraform.io";
const DEFAULT_NAMESPACE: &str = "hashicorp";

/// The address with its host and namespace, as Terraform fills them in.
pub(crate) fn full(address: &str) -> Cow<'_, str> {
    match address.split('/').count() {
        1 => Cow::Owned(format!("{DEFAULT_HOST}/{DEFAULT_NAMESPACE}/{address}")),
        2 => Cow::Owned(format!("{DEFAULT_HOST}/{address}")),
        _ => Cow::Borrowed(address),
    }
}

/// The address without Terraform's default host; another host stays.
pub(crate) fn short(address: &str) -> &str {
    match address.split_once('/') {
        Some((DEFAULT_HOST, rest)) => rest,
        _ => address,
    }
}

/// A name for the file of a catalogue, such as `hashicorp-aws-6.47.0.txt`.
pub(crate) fn file_name(address: &str, version: &Version) -> String {
    format!("{}-{version}.txt", short(address).replace(['/', ':'], "-"))
}

/// Whether this is a host, a namespace and a name.
pub(crate) fn is_full(address: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    address.split('/').count() == 3
        && address.split('/').all(|part| !part.is_empty() && part.bytes().all(is_allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_in_and_shortens() {
        assert_eq!(full("aws"), "registry.terraform.io/hashicorp/aws");
        assert_eq!(full("a/b"), "registry.terraform.io/a/b");
        assert_eq!(full("example.com/a/b"), "example.com/a/b");
        assert_eq!(short("registry.terraform.io/a/b"), "a/b");
        assert_eq!(short("example.com/a/b"), "example.com/a/b");
        assert!(is_full("localhost:8080/a/b"));
        assert!(!is_full("a/b") && !is_full("h//b") && !is_full("h/a/b c"));
    }
}
