//! `convert`: a configuration in HCL as a program, and the proof that the program says the same.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use formwork_convert::proof::{self, Comparison};
use formwork_convert::{Configuration, ConvertError, Counts};

use crate::{ExitStatus, Program, UsageError, print};

/// Make a program of a configuration in HCL, and prove that it says the same
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of the root module
    folder: PathBuf,
    /// The folder of the package that is made; it must not be there yet
    #[arg(long, value_name = "PACKAGE")]
    out: PathBuf,
    /// Where the package `formwork` comes from: a version, a folder or a git repository
    #[arg(long, value_name = "SPEC", default_value = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR")))]
    formwork: String,
    /// Make nothing: compare the package that is there with the configuration
    #[arg(long)]
    check: bool,
    /// Have terraform plan the program on the state of the configuration: nothing may change
    #[arg(long)]
    plan: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    if args.check {
        if !args.out.join("Cargo.toml").is_file() {
            return Err(UsageError(format!("{} is no package", args.out.display())).into());
        }
    } else {
        let formwork = source_of(&args.formwork)?;
        let conversion =
            formwork_convert::convert(&args.folder, &program.library, &formwork).map_err(usage)?;
        formwork_convert::write(&conversion.package, &args.out).map_err(usage)?;
        print::done("wrote", &format!("{} ({})", args.out.display(), share(conversion.counts)));
    }
    let configuration = formwork_convert::read(&args.folder, &program.library).map_err(usage)?;
    synthesize(&args.out)?;
    let documents = args.out.join("formwork.out");
    let comparison = proof::compare(&configuration, &documents, &program.library)?;
    if !report(&comparison) {
        return Ok(ExitStatus::Failure);
    }
    if args.plan {
        return Ok(ExitStatus::of(plan(&args.folder, &documents, &configuration)?));
    }
    Ok(ExitStatus::Success)
}

/// A folder as it is seen from anywhere; all else as it is.
pub(crate) fn source_of(spec: &str) -> anyhow::Result<String> {
    let path = Path::new(spec);
    if !path.is_dir() {
        return Ok(spec.to_owned());
    }
    let path = path.canonicalize().with_context(|| format!("cannot read {spec}"))?;
    Ok(path.display().to_string())
}

/// What is not there, or is there already, is wrong usage.
pub(crate) fn usage(error: ConvertError) -> anyhow::Error {
    match error {
        ConvertError::NotThere { .. } => UsageError(error.to_string()).into(),
        other => other.into(),
    }
}

pub(crate) fn share(counts: Counts) -> String {
    let all = counts.typed + counts.raw;
    format!("{}, {} of them typed", print::count(all, "argument"), counts.typed)
}

/// Builds the package and has it write its documents.
pub(crate) fn synthesize(package: &Path) -> anyhow::Result<()> {
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

pub(crate) fn report(comparison: &Comparison) -> bool {
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

/// Has the real terraform plan the documents on a copy of the state of the configuration.
fn plan(folder: &Path, documents: &Path, configuration: &Configuration) -> anyhow::Result<bool> {
    let name = &configuration.modules[0].name;
    let scratch = tempfile::tempdir().context("cannot make a temporary folder")?;
    copy(documents, scratch.path())?;
    let stack = scratch.path().join(name);
    let state = stack.join("terraform.tfstate");
    let own = folder.join("terraform.tfstate");
    if own.is_file() {
        std::fs::copy(&own, &state).with_context(|| format!("cannot read {}", own.display()))?;
    } else {
        let pulled = Command::new("terraform").args(["state", "pull"]).current_dir(folder).output();
        let pulled = pulled.context("cannot run terraform")?;
        if !pulled.status.success() {
            bail!(
                "`terraform state pull` failed in {}:\n{}",
                folder.display(),
                String::from_utf8_lossy(&pulled.stderr)
            );
        }
        std::fs::write(&state, pulled.stdout).with_context(|| format!("cannot write {}", state.display()))?;
    }
    // The copy of the state is a file, wherever the state itself is.
    let local = r#"{"terraform": {"backend": {"local": {}}}}"#;
    std::fs::write(stack.join("backend_override.tf.json"), local).context("cannot write the backend")?;
    for file in std::fs::read_dir(folder)?.flatten() {
        let file_name = file.file_name();
        let text = file_name.to_string_lossy();
        if text.ends_with(".tfvars") || text.ends_with(".tfvars.json") || text == ".terraform.lock.hcl" {
            std::fs::copy(file.path(), stack.join(&file_name))?;
        }
    }
    let run = |arguments: &[&str]| {
        Command::new("terraform").args(arguments).current_dir(&stack).output().context("cannot run terraform")
    };
    let initialized = run(&["init", "-input=false", "-no-color"])?;
    if !initialized.status.success() {
        bail!("`terraform init` failed:\n{}", String::from_utf8_lossy(&initialized.stderr));
    }
    let planned = run(&["plan", "-input=false", "-no-color", "-lock=false", "-detailed-exitcode"])?;
    match planned.status.code() {
        Some(0) => {
            print::done("proved", "terraform plans no changes");
            Ok(true)
        }
        Some(2) => {
            print::text(&String::from_utf8_lossy(&planned.stdout));
            print::error("terraform plans changes");
            Ok(false)
        }
        _ => bail!("`terraform plan` failed:\n{}", String::from_utf8_lossy(&planned.stderr)),
    }
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_name() == ".terraform" || entry.file_name() == ".sandbox" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            std::fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
