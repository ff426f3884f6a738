//! `convert`: a configuration in HCL as a program, and the proof that the program says the same.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, bail};
use formwork_convert::Configuration;
use formwork_terraform::{Arguments, Binary, Environment, Interrupt, ScratchFolder, Terraform};

use crate::converted_package::{self, PackageArgs};
use crate::{ExitStatus, Program, print};

/// Make a program of a configuration in HCL, and prove that it says the same
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder of the root module
    folder: PathBuf,
    #[command(flatten)]
    package: PackageArgs,
    /// Have terraform plan the program on the state of the configuration: nothing may change
    #[arg(long)]
    plan: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let configuration = converted_package::made(
        &args.package,
        |formwork| formwork_convert::convert(&args.folder, &program.library, formwork),
        || formwork_convert::read(&args.folder, &program.library),
    )?;
    if !converted_package::prove(&args.package, &configuration, program)? {
        return Ok(ExitStatus::Failure);
    }
    if args.plan {
        return Ok(ExitStatus::of(plan(&args.folder, &args.package.documents(), &configuration)?));
    }
    Ok(ExitStatus::Success)
}

/// Has the real terraform plan the documents on a copy of the state of the configuration.
fn plan(folder: &Path, documents: &Path, configuration: &Configuration) -> anyhow::Result<bool> {
    let name = &configuration.modules[0].name;
    // The state is for nobody else to read.
    let scratch = ScratchFolder::new().context("cannot make a temporary folder")?;
    let copied = scratch.path().join("documents");
    copy(documents, &copied)?;
    let terraform = Terraform {
        binary: Binary::find(None)?,
        environment: Environment::real(&copied),
        interrupt: Interrupt::listen(print::note).context("cannot listen for signals")?,
        initializing: Mutex::default(),
    };
    let stack = copied.join(name);
    let state = stack.join("terraform.tfstate");
    let own = folder.join("terraform.tfstate");
    if own.is_file() {
        std::fs::copy(&own, &state).with_context(|| format!("cannot read {}", own.display()))?;
    } else {
        // In the environment that the configuration was initialized in.
        let pulled = terraform.binary.command().args(["state", "pull"]).current_dir(folder).output();
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
    let initialized = terraform.capture(&stack, &Arguments::new(["init", "-input=false", "-no-color"]))?;
    if !initialized.status.success() {
        bail!("`terraform init` failed:\n{}", initialized.stderr);
    }
    let arguments = ["plan", "-input=false", "-no-color", "-lock=false", "-detailed-exitcode"];
    let planned = terraform.capture(&stack, &Arguments::new(arguments))?;
    match planned.status.code() {
        Some(0) => {
            print::done("proved", "terraform plans no changes");
            Ok(true)
        }
        Some(2) => {
            print::text(&planned.stdout);
            print::error("terraform plans changes");
            Ok(false)
        }
        _ => bail!("`terraform plan` failed:\n{}", planned.stderr),
    }
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_name() == ".terraform" || entry.file_name() == ".sandbox" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
