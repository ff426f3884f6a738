//! What `convert`, `port` and `adopt` have in common: a package that is made, built and compared with what it was made of.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use formwork_convert::proof::{self, Comparison};
use formwork_convert::{Configuration, Conversion, ConvertError, Counts, FormworkSource};

use crate::converted_plan::{self, Cloud, Original};
use crate::{ExitStatus, Program, UsageError, print};

/// The package.
#[derive(Debug, clap::Args)]
pub(crate) struct PackageArgs {
    /// The folder of the package that is made; it must not be there yet
    #[arg(long, value_name = "PACKAGE")]
    out: PathBuf,
    /// Where the package `formwork` comes from: a version, a folder or a git repository
    #[arg(long, value_name = "SPEC", default_value = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR")))]
    formwork: String,
    /// Make nothing: compare the package that is there with the configuration
    #[arg(long)]
    check: bool,
    /// Have terraform plan the program on a copy of the state: nothing may change
    #[arg(long)]
    plan: bool,
    /// Plan in the sandbox of `formwork.out`
    #[arg(long, requires = "plan")]
    sandbox: bool,
}

impl PackageArgs {
    /// The folder that the package writes its documents to.
    fn documents(&self) -> PathBuf {
        self.out.join("formwork.out")
    }
}

/// Makes the package, unless it is only to be compared. What it was made of.
pub(crate) fn made(
    args: &PackageArgs,
    convert: impl FnOnce(&str) -> Result<Conversion, ConvertError>,
    read: impl FnOnce() -> Result<Configuration, ConvertError>,
) -> anyhow::Result<Configuration> {
    if args.check {
        if !args.out.join("Cargo.toml").is_file() {
            return Err(UsageError(format!("{} is no package", args.out.display())).into());
        }
        return read().map_err(usage);
    }
    let source = FormworkSource::parse(&args.formwork).map_err(|error| UsageError(error.to_string()))?;
    let conversion = convert(&source.to_string()).map_err(usage)?;
    formwork_convert::write(&conversion.package, &args.out).map_err(usage)?;
    print::done("wrote", &format!("{} ({})", args.out.display(), share(conversion.counts)));
    Ok(conversion.configuration)
}

/// Builds the package, and says where its documents differ from what it was made of; with `--plan` also what terraform
/// would change. `originals` are what the stacks were.
pub(crate) fn prove(
    args: &PackageArgs,
    configuration: &Configuration,
    program: &Program,
    originals: impl FnOnce(Cloud) -> anyhow::Result<Vec<Original>>,
) -> anyhow::Result<ExitStatus> {
    synthesize(&args.out)?;
    let comparison = proof::compare(configuration, &args.documents(), &program.library)?;
    if !report(&comparison) {
        return Ok(ExitStatus::Failure);
    }
    if !args.plan {
        return Ok(ExitStatus::Success);
    }
    let cloud = if args.sandbox { Cloud::Sandbox } else { Cloud::Real };
    let originals = originals(cloud)?;
    Ok(ExitStatus::of(converted_plan::plan(&args.documents(), &originals, cloud, program)?))
}

/// What is not there, or is there already, is wrong usage.
fn usage(error: ConvertError) -> anyhow::Error {
    match error {
        ConvertError::NotThere { .. } => UsageError(error.to_string()).into(),
        other => other.into(),
    }
}

fn share(counts: Counts) -> String {
    let all = counts.typed + counts.raw;
    format!("{}, {} of them typed", print::count(all, "argument"), counts.typed)
}

/// Builds the package and has it write its documents.
fn synthesize(package: &Path) -> anyhow::Result<()> {
    print::note("building the program");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["run", "--quiet", "--no-default-features", "--", "synth"])
        .current_dir(package)
        .stdout(Stdio::null());
    // What cargo has told this program about itself is not for another one.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG_"))
    {
        command.env_remove(name);
    }
    let status = command.env_remove("CARGO_MANIFEST_DIR").status().context("cannot run cargo")?;
    if !status.success() {
        bail!("`cargo run -- synth` failed in {} with {status}", package.display());
    }
    Ok(())
}

fn report(comparison: &Comparison) -> bool {
    for one in &comparison.differences {
        let say = |side: &Option<String>| side.clone().unwrap_or_else(|| "(nothing)".to_owned());
        print::error(&format!(
            "{}\n  configuration: {}\n  program:       {}",
            one.path,
            say(&one.original),
            say(&one.result)
        ));
    }
    let (equal, different) = (comparison.equal, comparison.differences.len());
    if different == 0 {
        print::done("proved", &format!("{} say the same", print::count(equal, "argument")));
        return true;
    }
    print::error(&format!("{} and {equal} equal", print::count(different, "difference")));
    false
}
