//! The package: what it forwards, and the files beside it.

use std::path::Path;
use std::process::{Command, Stdio};

use super::Check;
use crate::project::{Forwarding, Project};

/// What the verbs of each feature are for.
const FEATURES: [(&str, &str); 7] = [
    ("convert", "convert, port, adopt"),
    ("delivery", "release, gate, smoke"),
    ("hcl", "synth --hcl, bindings module"),
    ("migrations", "migrations"),
    ("page", "plan --html, review --html, comment --html"),
    ("pipelines", "pipelines"),
    ("sandbox", "--sandbox"),
];

pub(super) fn checks(project: &Project) -> Vec<Check> {
    let folder = project.manifest.parent().unwrap_or(Path::new("."));
    let mut checks = vec![Check::good("project", format!("{} in {}", project.name, folder.display()))];
    for (feature, verbs) in FEATURES {
        let name = format!("feature {feature}");
        checks.push(match project.forwarding(feature) {
            Forwarding::Always => Check::good(name, "on"),
            Forwarding::Own(own) => Check::good(name, format!("by `--features {own}`, for {verbs}")),
            Forwarding::None(_) => Check::advice(
                name,
                format!("not forwarded; {verbs} switch it on for one run, workflows can't"),
                format!("add `{}` below `[features]` in Cargo.toml", project.line(feature)),
            ),
        });
    }
    checks.push(cargo_lock(project));
    checks.push(provider_locks(folder));
    checks
}

fn cargo_lock(project: &Project) -> Check {
    let name = "Cargo.lock";
    let folders = project.manifest.ancestors().skip(1);
    let Some(lock) = folders.map(|folder| folder.join(name)).find(|lock| lock.is_file()) else {
        return Check::advice(
            name,
            "it is not there",
            "`cargo generate-lockfile`, and commit it: workflows build with --locked",
        );
    };
    let mut git = Command::new("git");
    git.args(["ls-files", "--error-unmatch", "--"]).arg(&lock).stdin(Stdio::null());
    git.current_dir(lock.parent().unwrap_or(Path::new(".")));
    match git.output() {
        Ok(output) if !output.status.success() => {
            Check::advice(name, "it is there, and not in git", "commit it: workflows build with --locked")
        }
        _ => Check::good(name, lock.display().to_string()),
    }
}

fn provider_locks(folder: &Path) -> Check {
    let name = "provider locks";
    let locks = std::env::var_os("FORMWORK_LOCKS").map_or_else(|| folder.join("providers"), Into::into);
    let count = std::fs::read_dir(&locks).map_or(0, |entries| entries.flatten().count());
    if count == 0 {
        return Check::advice(
            name,
            format!("none in {}", locks.display()),
            "`formwork providers lock` records versions and checksums, before the first real plan",
        );
    }
    Check::good(name, format!("{count} in {}", locks.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_is_looked_at() {
        assert_eq!(FEATURES.map(|(name, _)| name).to_vec(), formwork_cli::features());
    }
}
