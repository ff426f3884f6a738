//! Verbs that a feature adds: which they are, and what they say where it is off.

use std::ffi::OsStr;

/// Verbs by name, each with its feature, what that brings, what the verb is for, and the verbs below it. Where the feature
/// is off, a verb takes anything, and says how to get it.
macro_rules! optional_verbs {
    ($($verb:ident: $feature:literal, $brings:literal, $about:literal, $below:literal;)*) => {
        $(
            #[cfg(not(feature = $feature))]
            pub(crate) mod $verb {
                #[derive(Debug, clap::Args)]
                #[command(about = concat!($about, " (needs the feature `", $feature, "`)"))]
                pub(crate) struct Args {
                    #[arg(help = concat!("A verb and its arguments: ", $below))]
                    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
                    rest: Vec<String>,
                }

                pub(crate) fn run(args: &Args, _: &crate::Program) -> anyhow::Result<crate::ExitStatus> {
                    Err(crate::usage::missing($feature, $brings, stringify!($verb), &args.rest))
                }
            }
        )*

        /// The verbs, and the feature of each.
        const VERBS: &[(&str, &str)] = &[$((stringify!($verb), $feature)),*];
    };
}

optional_verbs! {
    migrations: "migrations", "the SQL grammar", "Check PostgreSQL migrations", "check, compat, log or new";
    release: "delivery", "the clients of AWS and GitHub", "Release services",
        "start, verify, promote, rollback, resume, status or history";
    gate: "delivery", "the clients of AWS and GitHub", "Wait for checks in other repositories",
        "dispatch, report, wait or audit";
    smoke: "delivery", "the clients of AWS and GitHub", "Send the requests of smoke tests", "run or list";
    pipelines: "pipelines", "the template engine", "Render GitHub workflows from the program",
        "render, check, init or graph";
    convert: "convert", "a parser of HCL", "Make a program of a configuration in HCL",
        "the folder and `--out PACKAGE`";
    port: "convert", "a parser of HCL", "Make a program of the `cdktf.out` of CDK for Terraform",
        "the folder and `--out PACKAGE`";
    adopt: "convert", "a parser of HCL", "Make a program of states, or of `import` blocks",
        "`--state FILE` or `--from-import FILE`, and `--out PACKAGE`";
}

/// The Cargo features of `formwork` that a command line needs: the verb, and what stands behind it.
#[must_use]
pub fn features_of<A: AsRef<OsStr>>(arguments: &[A]) -> Vec<&'static str> {
    // What stands behind `--` is for terraform.
    let own = arguments.iter().map(AsRef::as_ref).take_while(|argument| *argument != "--");
    let own: Vec<&OsStr> = own.collect();
    let verb = own.first().copied().unwrap_or_default();
    let below = own.get(1).copied().unwrap_or_default();
    let has =
        |option: &str| own.iter().filter_map(|it| it.to_str()).any(|it| it.split('=').next() == Some(option));
    let mut features: Vec<&'static str> =
        VERBS.iter().filter(|(name, _)| verb == *name).map(|(_, feature)| *feature).collect();
    if (verb == "bindings" && below == "module") || (verb == "synth" && has("--hcl")) {
        features.push("hcl");
    }
    if has("--html") {
        features.push("page");
    }
    if verb == "sandbox" || has("--sandbox") {
        features.push("sandbox");
    }
    features
}

/// All features that verbs need, each once.
#[must_use]
pub fn features() -> Vec<&'static str> {
    let mut features: Vec<&'static str> = VERBS.iter().map(|(_, feature)| *feature).collect();
    features.extend(["hcl", "page", "sandbox"]);
    features.sort_unstable();
    features.dedup();
    features
}

/// Whether this process was built with a feature.
#[must_use]
pub fn has_feature(feature: &str) -> bool {
    [
        ("convert", cfg!(feature = "convert")),
        ("delivery", cfg!(feature = "delivery")),
        ("hcl", cfg!(feature = "hcl")),
        ("migrations", cfg!(feature = "migrations")),
        ("page", cfg!(feature = "page")),
        ("pipelines", cfg!(feature = "pipelines")),
        ("sandbox", cfg!(feature = "sandbox")),
    ]
    .contains(&(feature, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_needs_what_its_verb_and_options_need() {
        let of = |line: &str| features_of(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(of("plan shop"), [""; 0]);
        assert_eq!(of("plan shop --sandbox"), ["sandbox"]);
        assert_eq!(of("plan shop -- --sandbox"), [""; 0]);
        assert_eq!(of("sandbox reset"), ["sandbox"]);
        assert_eq!(of("release status --sandbox"), ["delivery", "sandbox"]);
        assert_eq!(of("synth --hcl=out"), ["hcl"]);
        assert_eq!(of("bindings module net"), ["hcl"]);
        assert_eq!(of("plan --html=plan.html"), ["page"]);
        assert_eq!(of("bindings add aws_vpc"), [""; 0]);
        assert_eq!(of("port cdktf.out"), ["convert"]);
    }

    #[test]
    fn the_page_of_commands_has_every_feature() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/commands.md");
        let page = std::fs::read_to_string(page).unwrap_or_default();
        for (verb, feature) in VERBS {
            let row = page.lines().find(|line| line.starts_with(&format!("| `{feature}`")));
            assert!(row.is_some_and(|row| row.contains(&format!("`{verb}`"))), "{verb}: {feature}");
        }
    }
}
