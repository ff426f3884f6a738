//! What `providers lock` and `providers upgrade` have in common: terraform chooses versions and finds checksums.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, bail};
use formwork_schema::{LockFile, LockedProvider};
use formwork_synth::{
    LOCK_FILE, OutputFolder, ProviderSet, Replacement, Synthesized, leftover, remove_file, synthesize,
};
use formwork_terraform::{
    Binary, Environment, Interrupt, Packages, PinnedVersion, ScratchFolder, Terraform, lock_providers,
};

use crate::{ExitStatus, Program, UsageError, print, synthesized};

/// Where packages of providers come from, and for which machines.
#[derive(Debug, clap::Args)]
pub(super) struct LockingArgs {
    /// A platform whose packages are recorded, such as `linux_arm64` [default: those that the program names]
    #[arg(long = "platform", value_name = "OS_ARCH", value_parser = platform)]
    platforms: Vec<String>,
    /// Folder with packages, in place of the registries that providers are from
    #[arg(long, value_name = "DIR", conflicts_with = "net_mirror")]
    fs_mirror: Option<PathBuf>,
    /// Server with packages, in place of the registries that providers are from
    #[arg(long, value_name = "URL")]
    net_mirror: Option<String>,
    /// Folder for the documents of stacks that call modules
    #[arg(long, value_name = "DIR", default_value = "formwork.out")]
    out: PathBuf,
    /// The terraform or tofu binary [default: the first of both on the path]
    #[arg(long, value_name = "PATH", env = "FORMWORK_TERRAFORM")]
    terraform: Option<PathBuf>,
}

/// Makes a lock file for each set of providers; `kept` is what to keep of one that is there.
pub(super) fn lock(
    args: &LockingArgs,
    program: &Program,
    kept: impl Fn(&ProviderSet, &LockFile, &str) -> String,
) -> anyhow::Result<ExitStatus> {
    // A program that fits only some versions has mistakes until these are locked.
    let synthesis = synthesize(program.build()?, &program.library)?;
    let sets = ProviderSet::all(&synthesis.stacks);
    if sets.is_empty() {
        return Err(UsageError("no stack of this program requires a provider".to_owned()).into());
    }
    let packages = args.packages(program)?;
    let terraform = args.terraform()?;
    let pin = args.pin(program, &terraform.binary)?;
    let mut replacement = Replacement::default();
    let (mut providers, mut written) = (0, 0);
    for set in &sets {
        let path = set.lock_file(&program.locks);
        let old = match fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            text => text.with_context(|| format!("cannot read {}", path.display()))?,
        };
        let before = LockFile::parse(&old).with_context(|| format!("cannot read {}", path.display()))?;
        print::note(&format!("  locking the providers of {}", set.stacks.join(", ")));
        let folder = Folder::of(set, &synthesis, &args.out)?;
        let locked = lock_providers(&terraform, folder.path(), &kept(set, &before, &old), &packages);
        let text = match locked {
            Ok(text) => text,
            Err(failure) => {
                for diagnostic in &failure.diagnostics {
                    print::error(&format!("{}: {diagnostic}", set.name));
                }
                print::error("no lock file was changed");
                return Ok(ExitStatus::Failure);
            }
        };
        let after = LockFile::parse(&text).context("terraform wrote a lock file that cannot be read")?;
        for provider in after.providers() {
            providers += 1;
            print::note(&format!("  {}: {}", set.name, change(&before, provider)));
        }
        written += usize::from(replacement.add(path, text.as_bytes())?);
        replacement.add(set.requirements_file(&program.locks), set.requirements().as_bytes())?;
    }
    if let Some((path, version)) = &pin {
        replacement.add(path.clone(), format!("{version}\n").as_bytes())?;
        print::note(&format!("  {}: {version}", path.display()));
    }
    replacement.finish().with_context(|| format!("cannot write to {}", program.locks.display()))?;
    for folder in leftover(&program.locks, &sets)? {
        remove(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        print::note(&format!("  {}: removed, no stack needs it any more", folder.display()));
    }
    print::done(
        "Locked",
        &format!(
            "{} in {}, of which {written} changed",
            print::count(providers, "provider"),
            print::count(sets.len(), "lock file")
        ),
    );
    let consequence = "the providers are locked, and the program does not fit them";
    Ok(ExitStatus::of(synthesized(program, consequence)?.is_some()))
}

/// The folder that terraform looks for requirements in.
enum Folder {
    /// Only what is required.
    Scratch(ScratchFolder),
    /// A stack whose modules may require more.
    Stack(PathBuf),
}

impl Folder {
    fn of(set: &ProviderSet, synthesis: &Synthesized, out: &Path) -> anyhow::Result<Self> {
        if !set.has_modules {
            let scratch = ScratchFolder::new()?;
            fs::write(scratch.path().join("versions.tf"), set.requirements())?;
            return Ok(Self::Scratch(scratch));
        }
        let name = &set.stacks[0];
        let index = synthesis.stacks.iter().position(|stack| stack.name() == name);
        let index = index.with_context(|| format!("there is no stack `{name}`"))?;
        if let [first, ..] = &synthesis.diagnostics[..] {
            bail!(
                "`{name}` calls modules, whose providers can't be told as long as there are mistakes: {first}"
            );
        }
        OutputFolder::prepare(out, synthesis, &[index])?
            .write()
            .with_context(|| format!("cannot write to {}", out.display()))?;
        Ok(Self::Stack(out.join(name)))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Scratch(scratch) => scratch.path(),
            Self::Stack(path) => path,
        }
    }
}

impl LockingArgs {
    fn packages(&self, program: &Program) -> Result<Packages, UsageError> {
        if let Some(mirror) = self.fs_mirror.as_ref().filter(|mirror| !mirror.is_dir()) {
            return Err(UsageError(format!("there is no folder {}", mirror.display())));
        }
        let own = || program.platforms.iter().map(|it| (*it).to_owned()).collect();
        Ok(Packages {
            platforms: if self.platforms.is_empty() { own() } else { self.platforms.clone() },
            filesystem_mirror: self.fs_mirror.clone(),
            network_mirror: self.net_mirror.clone(),
        })
    }

    fn terraform(&self) -> anyhow::Result<Terraform> {
        Ok(Terraform {
            binary: Binary::find(self.terraform.as_deref())?,
            environment: Environment::real(&self.out),
            interrupt: Interrupt::listen(print::note).context("cannot listen for signals")?,
            initializing: Mutex::default(),
        })
    }

    /// The file that pins terraform, if there is none yet, and what it is to say.
    fn pin(&self, program: &Program, binary: &Binary) -> anyhow::Result<Option<(PathBuf, String)>> {
        let folder = program.folder();
        if let Some(pinned) = PinnedVersion::find(folder, binary.is_tofu())? {
            pinned.check(binary)?;
            return Ok(None);
        }
        let path = folder.join(PinnedVersion::file_name(binary.is_tofu()));
        Ok((!path.exists()).then(|| (path, binary.version().to_string())))
    }
}

/// `hashicorp/aws 5.100.0`, and what it was before.
fn change(before: &LockFile, after: &LockedProvider) -> String {
    let earlier = before.providers().iter().find(|it| it.address == after.address);
    match earlier.filter(|earlier| earlier.version != after.version) {
        Some(earlier) => format!("{} (it was {})", after.label(), earlier.version),
        None => after.label(),
    }
}

/// Removes the files of a set, and the folder if nothing else is in it.
fn remove(folder: &Path) -> std::io::Result<()> {
    for name in [LOCK_FILE, "versions.tf"] {
        remove_file(&folder.join(name))?;
    }
    match fs::remove_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::DirectoryNotEmpty => Ok(()),
        result => result,
    }
}

fn platform(text: &str) -> Result<String, String> {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match text.split_once('_') {
        Some((os, arch)) if is_word(os) && is_word(arch) => Ok(text.to_owned()),
        _ => Err("expected OS_ARCH, such as linux_amd64".to_owned()),
    }
}
