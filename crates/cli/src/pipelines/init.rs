//! `pipelines init`: workflows for the stacks of any program.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use formwork_core::Hint;
use formwork_synth::waves;
use formwork_terraform::PinnedVersion;
use formwork_workflows::{Inventory, PlannedStacks, Project, Repository, Tool};

use crate::Program;
use crate::findings::{Format, FormatArgs};
use crate::pipelines::rendered::{Rendered, findings_of, own};
use crate::pipelines::{linters, protections};
use crate::{ExitStatus, UsageError, print, select, synthesized_in};

/// The feature of a package that brings this verb.
const FEATURE: &str = "pipelines";

/// Write workflows that plan pull requests, apply what was reviewed, and look for drift
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Stacks that the workflows apply, as names or glob patterns [default: all]
    #[arg(value_name = "STACK")]
    stacks: Vec<String>,
    /// Folder of the repository
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Name of the program's binary [default: that of this program]
    #[arg(long, value_name = "NAME")]
    binary: Option<String>,
    /// Folder of the program's package, if it is not at the root of the repository
    #[arg(long, value_name = "DIR")]
    package: Option<String>,
    /// Branch whose commits are applied
    #[arg(long, default_value = "main")]
    branch: String,
    /// Region of AWS
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// Environment on GitHub that plans are made in
    #[arg(long, value_name = "NAME", default_value = "plan")]
    plan_environment: String,
    /// Environment on GitHub that plans are applied in
    #[arg(long, value_name = "NAME", default_value = "apply")]
    apply_environment: String,
    /// Environment on GitHub whose reviewers agree to what is destroyed
    #[arg(long, value_name = "NAME", default_value = "destroy")]
    destroy_environment: String,
    /// File of the repository with the public part of PLAN_SIGNING_KEY, for the workflows to hold: a variable of the repository
    /// can be changed by whoever may write to it
    #[arg(long, value_name = "FILE")]
    public_key: Option<PathBuf>,
    /// Folder of the package with reviewed documents, which `synth --out` wrote, to compare those of a pull request with
    #[arg(long, value_name = "DIR")]
    snapshots: Option<String>,
    /// Write nothing; show what is not as it would be written, and fail if there is anything
    #[arg(long)]
    check: bool,
    /// Folder with zizmor, actionlint, shellcheck and check-jsonschema, to have them look at the workflows too
    #[arg(long, value_name = "DIR")]
    linters: Option<PathBuf>,
    /// Plan and apply only the stacks that a pull request changes, and those that read them
    #[arg(long)]
    changed: bool,
    #[command(flatten)]
    format: FormatArgs,
    /// Also write a Rust file with the protections that the repository needs, for a stack: what is required of pull requests,
    /// and the environments with their reviewers
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    protections: Option<PathBuf>,
    /// Write over workflows of these names that `pipelines init` has not written
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let format = args.format.format;
    if format != Format::Human && !args.check {
        let hint = Hint::new("give --check too, or leave it out");
        return Err(UsageError(format!("--format is how --check prints what it finds{hint}")).into());
    }
    let Some(synthesized) = synthesized_in(format, program, "no workflow was written")? else {
        return Ok(ExitStatus::Failure);
    };
    let Some(own) = own(format, program, &synthesized)? else { return Ok(ExitStatus::Failure) };
    let selected = select::stacks(&synthesized.names(), &args.stacks)?;
    if selected.is_empty() {
        let hint = Hint::new("add one to the `App` first");
        return Err(UsageError(format!("this program has no stacks{hint}")).into());
    }
    let entries: Vec<_> = selected.iter().map(|index| &synthesized.documents[*index].0).collect();
    let mut tool = Tool::new(&args.binary()?);
    if let Some(package) = &args.package {
        tool = tool.in_folder(package);
    }
    if let Some(pinned) = PinnedVersion::find(&args.folder(program), false)? {
        tool = tool.terraform(&pinned.version.to_string());
    }
    if let Some(snapshots) = &args.snapshots {
        tool = tool.snapshots(snapshots);
    }
    if args.has_feature(program) {
        tool = tool.feature(FEATURE);
    }
    tool = tool.workflows(args.again()?);
    // Those of another repository are rendered elsewhere.
    if own.is_any_in(&args.out) {
        tool = tool.own_workflows();
    }
    let project = Project {
        tool,
        waves: waves(&synthesized.documents.iter().map(|(entry, _)| entry).collect::<Vec<_>>(), &entries),
        planned: if args.changed { PlannedStacks::Changed } else { PlannedStacks::All },
        branch: args.branch.clone(),
        region: args.region.clone(),
        plan_environment: args.plan_environment.clone(),
        apply_environment: args.apply_environment.clone(),
        destroy_environment: args.destroy_environment.clone(),
        public_key: args.public_key()?,
    };
    let repository =
        project.workflows().into_iter().fold(Repository::new("this repository"), Repository::workflow);
    // The environments may be made by hand or elsewhere, so that only the workflows themselves are reviewed.
    let Some(rendered) = Rendered::of_in(format, &[repository], &Inventory::default())? else {
        return Ok(ExitStatus::Failure);
    };
    if let Some(path) = rendered.files.keys().find(|path| own.files.contains_key(*path)) {
        let hint = Hint::new("give the program's another name");
        let message = format!("{} is a workflow of the program{hint}", path.display());
        return Err(UsageError(message).into());
    }
    if args.check {
        return check(&rendered, &args.out, format);
    }
    if !args.force {
        let foreign =
            rendered.foreign(&args.out).with_context(|| format!("cannot read {}", args.out.display()))?;
        if let Some(path) = foreign.first() {
            let hint = Hint::new("--force writes over it");
            let message = format!("{} is there already, and not of `pipelines init`{hint}", path.display());
            return Err(UsageError(message).into());
        }
    }
    if let Some(path) = &args.protections {
        protections::write(path, &project)?;
    }
    let changed: Vec<_> = rendered.stale(&args.out).into_iter().filter(|path| path.exists()).collect();
    for path in &changed {
        print::note(&format!("  {}: changed", path.display()));
    }
    let written =
        rendered.write(&args.out).with_context(|| format!("cannot write below {}", args.out.display()))?;
    print::done("Wrote", &format!("{} workflows, of which {written} changed", rendered.files.len()));
    print::note(&format!(
        "  environments that the repository needs: `{}` and `{}` with the variable AWS_ROLE_ARN, and `{}` with reviewers",
        args.plan_environment, args.apply_environment, args.destroy_environment
    ));
    print::note(
        "  secrets that they need: PLAN_KEY, a long random text that plans are sealed with, in both of the first, and PLAN_SIGNING_KEY, a private key of Ed25519, in the first alone",
    );
    if args.public_key.is_none() {
        print::note(
            "  variable that the repository needs: PLAN_PUBLIC_KEY, the public part of PLAN_SIGNING_KEY",
        );
        print::hint(
            "whoever may write to the repository can change it: keep it in a file, and name that with --public-key",
        );
    }
    args.warn_of_outside()?;
    let Some(folder) = &args.linters else { return Ok(ExitStatus::Success) };
    linters::run(folder, rendered.files.iter().map(|(path, text)| (path.as_path(), text.as_str())))
}

/// Shows how files differ from what would be written, as git shows it.
fn check(rendered: &Rendered, folder: &Path, format: Format) -> anyhow::Result<ExitStatus> {
    let stale = rendered.stale(folder);
    let mut findings = Vec::new();
    let work = tempfile::tempdir()?;
    for (path, text) in &rendered.files {
        let old = folder.join(path);
        if !stale.contains(&old) {
            continue;
        }
        let new = work.path().join(path.file_name().unwrap_or_default());
        fs::write(&new, text)?;
        let (old, relative) = (std::path::absolute(&old)?, old);
        let old = if old.exists() { old.display().to_string() } else { "/dev/null".to_owned() };
        let new = new.display().to_string();
        let difference = crate::git(".", &["diff", "--no-index", "--no-color", "--", &old, &new])?;
        let difference = String::from_utf8_lossy(&difference.stdout);
        // The head names files of ours that nobody knows.
        difference
            .lines()
            .skip_while(|line| !line.starts_with("@@"))
            .for_each(|line| print::note(&format!("  {line}")));
        findings.extend(findings_of(&[relative], "is not as it would be written"));
    }
    format.write(&findings)?;
    if stale.is_empty() {
        print::done("Checked", &format!("{} workflows", rendered.files.len()));
    } else {
        print::hint("run the same without --check, and review the change");
    }
    Ok(ExitStatus::of(stale.is_empty()))
}

impl Args {
    /// The folder of the program's package.
    fn folder(&self, program: &Program) -> PathBuf {
        self.package.as_ref().map_or_else(|| program.folder().to_owned(), |package| self.out.join(package))
    }

    /// Says what GitHub cannot build, since it lies outside of the repository.
    fn warn_of_outside(&self) -> anyhow::Result<()> {
        let folder = self.out.join(self.package.as_deref().unwrap_or("."));
        let root =
            fs::canonicalize(&self.out).with_context(|| format!("cannot find {}", self.out.display()))?;
        let Ok(text) = fs::read_to_string(folder.join("Cargo.toml")) else { return Ok(()) };
        let paths = text.lines().filter_map(|line| line.split_once("path = \"")?.1.split('"').next());
        for path in paths {
            let is_outside = fs::canonicalize(folder.join(path)).is_ok_and(|it| !it.starts_with(&root));
            if is_outside {
                print::warning(&format!(
                    "Cargo.toml takes `{path}`, which is outside of the repository: GitHub can't build it"
                ));
                print::hint(
                    "take it from a registry or from git, such as `git = \"https://…\", rev = \"…\"`",
                );
            }
        }
        if !folder.join("Cargo.lock").exists() && !root.join("Cargo.lock").exists() {
            print::warning("there is no Cargo.lock, which the workflows build with: commit it");
        }
        Ok(())
    }

    /// Whether the package has a feature that brings this verb; otherwise it has it always.
    fn has_feature(&self, program: &Program) -> bool {
        let manifest = fs::read_to_string(self.folder(program).join("Cargo.toml")).unwrap_or_default();
        let features = manifest.split_once("[features]").map(|(_, rest)| rest).unwrap_or_default();
        let mut lines = features.lines().take_while(|line| !line.starts_with('['));
        lines.any(|line| line.split_once('=').is_some_and(|(name, _)| name.trim() == FEATURE))
    }

    /// The key in the file that is named.
    ///
    /// # Errors
    /// A file without a public key is wrong usage.
    fn public_key(&self) -> anyhow::Result<Option<String>> {
        let Some(path) = &self.public_key else { return Ok(None) };
        let text = fs::read_to_string(self.out.join(path))
            .map_err(|error| UsageError(format!("--public-key {}: {error}", path.display())))?;
        let text = text.trim();
        let is_key = text.starts_with("-----BEGIN PUBLIC KEY-----\n")
            && text.ends_with("\n-----END PUBLIC KEY-----")
            && text.matches("-----").count() == 4;
        if !is_key {
            let hint = Hint::new("`openssl pkey -in plan.pem -pubout` prints one");
            return Err(
                UsageError(format!("--public-key {}: this is no public key{hint}", path.display())).into()
            );
        }
        Ok(Some(text.to_owned()))
    }

    /// The arguments that write the same again, but for where.
    fn again(&self) -> anyhow::Result<Vec<String>> {
        let mut arguments = self.stacks.clone();
        let mut option = |name: &str, value: &str| arguments.extend([format!("--{name}"), value.to_owned()]);
        option("binary", &self.binary()?);
        option("branch", &self.branch);
        option("region", &self.region);
        for (name, value) in [("package", &self.package), ("snapshots", &self.snapshots)] {
            if let Some(value) = value {
                option(name, value);
            }
        }
        let environments = [&self.plan_environment, &self.apply_environment, &self.destroy_environment];
        for (environment, name) in environments.into_iter().zip(["plan", "apply", "destroy"]) {
            if environment != name {
                option(&format!("{name}-environment"), environment);
            }
        }
        if let Some(path) = &self.public_key {
            let path = path.to_str().context("the path of --public-key is not UTF-8")?;
            arguments.extend(["--public-key".to_owned(), path.to_owned()]);
        }
        if self.changed {
            arguments.push("--changed".to_owned());
        }
        Ok(arguments)
    }

    fn binary(&self) -> anyhow::Result<String> {
        if let Some(binary) = &self.binary {
            return Ok(binary.clone());
        }
        let hint = Hint::new("give --binary");
        let path =
            std::env::current_exe().with_context(|| format!("cannot tell the name of this program{hint}"))?;
        let name = path.file_stem().and_then(|name| name.to_str());
        name.map(str::to_owned).with_context(|| format!("the name of this program is not UTF-8{hint}"))
    }
}
