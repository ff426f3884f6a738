//! Cargo within a test that cargo runs.

/// The names of the variables in which cargo has told the test about itself. They are taken away from a cargo that a test
/// runs: build scripts ask for some of them, such as that of `ring`, and with other answers than at the first time what needs
/// them would be compiled again, and once more for whoever builds next.
pub(crate) fn own_variables() -> Vec<String> {
    const OWN: [&str; 5] =
        ["CARGO_CRATE_NAME", "CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PRIMARY_", "CARGO_TARGET_TMPDIR"];
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    names.filter(|name| OWN.iter().any(|own| name.starts_with(own))).collect()
}
