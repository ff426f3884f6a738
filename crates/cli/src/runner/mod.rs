//! What the commands have in common that run terraform: arguments, the way from a program to folders, reports.

pub(crate) mod apply;
mod display;
mod progress;
pub(crate) mod report;
pub(crate) mod text;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use formwork_core::Stack;

pub(crate) use self::display::Display;
pub(crate) use self::progress::Progress;
pub(crate) use self::report::{Report, StackReport, Status};
use crate::{Program, UsageError, print, select, synthesized};
use formwork_synth::{ManifestStack, OutputFolder, Synthesized, needs};
use formwork_terraform::{
    Binary, Done, Failure, Ground, Guard, Interrupt, Options, PlanMode, Schedule, Terraform, Variables,
    Workspace,
};

/// Where to work, and with what.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PlaceArgs {
    /// Folder for the documents, in which terraform works too
    #[arg(long, value_name = "DIR", default_value = "formwork.out")]
    out: PathBuf,
    /// Simulate: nothing real is read or changed, and the state is one of its own
    #[arg(long)]
    sandbox: bool,
    /// The terraform or tofu to use [default: the first of `terraform` and `tofu` on the path]
    #[arg(long, value_name = "PATH", env = "FORMWORK_TERRAFORM")]
    terraform: Option<PathBuf>,
}

/// Which stacks, and how many at a time.
#[derive(Debug, clap::Args)]
pub(crate) struct StackArgs {
    /// Stacks, as names or glob patterns [default: all]
    #[arg(value_name = "STACK")]
    pub(crate) patterns: Vec<String>,
    /// How many stacks to work on at a time
    #[arg(long, value_name = "N", default_value = "4", value_parser = positive)]
    pub(crate) stack_parallelism: usize,
    /// Print the results as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Values for variables.
#[derive(Debug, clap::Args)]
pub(crate) struct VariableArgs {
    /// A value for a variable, for the stacks that have one of the name
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    var: Vec<(String, String)>,
    /// A file of values, as terraform reads it; `--var` counts more
    #[arg(long, value_name = "FILE")]
    var_file: Vec<PathBuf>,
}

/// How terraform plans and applies.
#[derive(Debug, clap::Args)]
pub(crate) struct PlanningArgs {
    #[command(flatten)]
    variables: VariableArgs,
    /// Only this resource and what it needs
    #[arg(long, value_name = "ADDRESS")]
    target: Vec<String>,
    /// How many resources terraform works on at a time [default: terraform's own]
    #[arg(long, value_name = "N", value_parser = positive)]
    parallelism: Option<usize>,
    #[command(flatten)]
    lock: LockArgs,
    /// Fail if the plan does this: `destroy` (replacing included) or `replace`, of any type or as `replace:aws_db_*`
    #[arg(long, value_name = "KIND[:TYPE]")]
    pub(crate) fail_on: Vec<Guard>,
    /// Further arguments for `terraform plan`, as they are
    #[arg(last = true, value_name = "ARGUMENT")]
    further: Vec<OsString>,
}

/// How long to wait for a lock.
#[derive(Debug, clap::Args)]
pub(crate) struct LockArgs {
    /// How long to wait for a state that somebody else has locked
    #[arg(long, value_name = "DURATION", default_value = "5m")]
    pub(crate) lock_timeout: String,
}

#[cfg(feature = "sandbox")]
impl PlaceArgs {
    /// The same place, but simulated.
    pub(crate) fn in_sandbox(&self) -> Self {
        Self { sandbox: true, ..self.clone() }
    }
}

impl VariableArgs {
    pub(crate) fn variables(&self) -> Variables {
        Variables::new(self.var.clone(), self.var_file.clone())
    }
}

impl PlanningArgs {
    pub(crate) fn options(&self, mode: PlanMode) -> Options {
        Options {
            mode,
            variables: self.variables.variables(),
            targets: self.target.clone(),
            parallelism: self.parallelism,
            lock_timeout: self.lock.lock_timeout.clone(),
            further: self.further.clone(),
        }
    }
}

/// A checked and written program, and the terraform to run it with.
pub(crate) struct Site {
    synthesis: Synthesized,
    selected: Vec<usize>,
    pub(crate) terraform: Terraform,
    pub(crate) display: Arc<Display>,
}

impl Site {
    /// Builds and checks the program, writes the documents of the selected stacks, and finds terraform. There is no
    /// site if the program has mistakes; they are printed.
    ///
    /// # Errors
    /// Fails for patterns that match nothing, where nothing can be written, and without a fitting terraform.
    pub(crate) fn open(
        program: &Program,
        place: &PlaceArgs,
        patterns: &[String],
    ) -> anyhow::Result<Option<Self>> {
        let Some(synthesis) = synthesized(program, "terraform was not run")? else { return Ok(None) };
        print::unchecked(&synthesis.unchecked);
        let mut selected = select::stacks(&synthesis.names(), patterns)?;
        let cannot_write = || format!("cannot write to {}", place.out.display());
        OutputFolder::prepare(&place.out, &synthesis, &selected)
            .with_context(|| format!("cannot read {}", place.out.display()))?
            .write()
            .with_context(cannot_write)?;
        // A module is written for others, who apply it with what they call it from.
        selected.retain(|index| !synthesis.stacks[*index].is_module());
        let ground = match place.sandbox {
            true => Ground::sandbox(&place.out, &program.library)?,
            false => Ground::real(&place.out),
        };
        let binary = Binary::find(place.terraform.as_deref())?;
        let display = Arc::new(Display::new());
        let speaker = Arc::clone(&display);
        let interrupt = Interrupt::listen(move |text| speaker.apart(|| print::note(text)))
            .context("cannot listen for signals")?;
        if let Some(notice) = ground.notice() {
            print::note(notice);
        }
        let terraform = Terraform { binary, ground, interrupt, initializing: Mutex::default() };
        Ok(Some(Self { synthesis, selected, terraform, display }))
    }

    /// The folders of the selected stacks, sorted by name.
    ///
    /// # Errors
    /// Fails where nothing can be written, and for stacks that need another version of terraform.
    pub(crate) fn workspaces(&self) -> anyhow::Result<Vec<Workspace<'_>>> {
        let names: Vec<&str> = self.synthesis.stacks.iter().map(Stack::name).collect();
        let mut workspaces = Vec::new();
        for index in &self.selected {
            let (entry, bytes) = &self.synthesis.documents[*index];
            let workspace = Workspace::open(&self.terraform, entry, bytes, &names)?;
            if let Some(version) = workspace.document.pointer("/terraform/required_version") {
                self.terraform.binary.check(&entry.name, version.as_str().unwrap_or_default())?;
            }
            workspaces.push(workspace);
        }
        Ok(workspaces)
    }

    /// Checks that all values are for variables of these stacks.
    ///
    /// # Errors
    /// A value for an unknown variable is wrong usage.
    pub(crate) fn check_variables(options: &Options, workspaces: &[Workspace<'_>]) -> Result<(), UsageError> {
        options.variables.check(workspaces).map_err(|error| UsageError(error.to_string()))
    }

    /// What the selected stacks need of each other, by position.
    pub(crate) fn needs(&self, workspaces: &[Workspace<'_>]) -> Vec<Vec<usize>> {
        let all: Vec<&ManifestStack> = self.synthesis.documents.iter().map(|(entry, _)| entry).collect();
        let names: Vec<&str> = workspaces.iter().map(Workspace::name).collect();
        needs(&all, &names)
    }

    /// Does something with many stacks, in order, and reports on all of them.
    pub(crate) fn run<'a>(
        &self,
        workspaces: &'a [Workspace<'a>],
        needs: &[Vec<usize>],
        width: usize,
        work: impl Fn(&'a Workspace<'a>, &Progress<'_>) -> Result<StackReport, Failure> + Sync,
    ) -> Report {
        let is_stopped = || self.terraform.interrupt.is_requested();
        let schedule = Schedule { needs, width, is_stopped: &is_stopped };
        let done = schedule.run(
            |position| {
                let workspace = &workspaces[position];
                let progress = Progress::new(&self.display, workspace.name());
                let report = work(workspace, &progress)
                    .unwrap_or_else(|failure| StackReport::failed(workspace.name(), failure));
                progress.end(&report);
                report
            },
            |report| report.status.blocks(),
        );
        let report = |(position, done): (usize, Done<StackReport>)| {
            let name = workspaces[position].name();
            let report = match done {
                Done::Finished(report) => return report,
                Done::Blocked(need) => {
                    StackReport::new(name, Status::Skipped(workspaces[need].name().to_owned()))
                }
                Done::Stopped => StackReport::new(name, Status::Stopped),
            };
            self.display.apart(|| report.print_outcome());
            report
        };
        let stacks = done.into_iter().enumerate().map(report).collect();
        Report { sandbox: self.terraform.ground.notice(), stacks }
    }
}

/// The one stack of a command that takes only one.
///
/// # Errors
/// Several stacks are wrong usage.
pub(crate) fn single<'a, 'b>(workspaces: &'b [Workspace<'a>]) -> Result<&'b Workspace<'a>, UsageError> {
    match workspaces {
        [workspace] => Ok(workspace),
        several => {
            let names: Vec<&str> = several.iter().map(Workspace::name).collect();
            Err(UsageError(format!("this takes one stack, not {}\n  hint: name it", names.join(", "))))
        }
    }
}

/// Fails where there is nobody to ask.
///
/// # Errors
/// To ask without a terminal is wrong usage.
pub(crate) fn check_terminal(remedy: &str) -> Result<(), UsageError> {
    if io::stdin().is_terminal() {
        return Ok(());
    }
    Err(UsageError(format!("nobody can be asked, since the input is not a terminal\n  hint: {remedy}")))
}

/// Asks a question that only `yes` answers well.
pub(crate) fn ask(interrupt: &Interrupt, question: &str) -> bool {
    print::question(question);
    let (sender, answers) = std::sync::mpsc::channel();
    // In a thread of its own: a read does not end at a Ctrl-C.
    std::thread::spawn(move || {
        let mut line = String::new();
        let answer = io::stdin().read_line(&mut line).map(|_| line.trim() == "yes");
        // Nobody waits for it any more after a Ctrl-C.
        let _ = sender.send(answer.unwrap_or_default());
    });
    loop {
        match answers.recv_timeout(Duration::from_millis(100)) {
            Ok(answer) => return answer,
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) if !interrupt.is_requested() => {}
            Err(_) => {
                print::text("\n");
                return false;
            }
        }
    }
}

pub(crate) fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("expected a whole number from 1".to_owned()),
    }
}

pub(crate) fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if formwork_core::is_identifier(name) => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}
