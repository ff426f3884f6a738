//! `plan`: what an apply would do.

pub(crate) mod markdown;

use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use formwork_terraform::foreign::Allowance;
use formwork_terraform::{
    Deferred, Initialization, Options, Plan, PlanFolder, PlanMode, Planned, Reading, Reviewed, ScratchFolder,
    StackError, TerraformDiagnostic, Upstream, Workspace, plan,
};

use crate::Program;
use crate::changed::ChangedArgs;
use crate::findings::{Format, FormatArgs, check_one_output};
use crate::runner::{
    GivenDocuments, Order, PlanningArgs, Progress, Reach, Report, ReportArgs, Session, SessionArgs,
    StackArgs, StackReport, Status, age, apply, letting_go, report, text,
};
use crate::select::Selection;
use crate::usage::folder_parser;
use crate::{ExitStatus, print};

/// Show what an apply would change
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    stacks: StackArgs,
    #[command(flatten)]
    changed: ChangedArgs,
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    planning: PlanningArgs,
    #[command(flatten)]
    report: ReportArgs,
    /// Only take over into the state what has changed outside
    #[arg(long)]
    refresh_only: bool,
    /// Plan to destroy everything
    #[arg(long, conflicts_with = "refresh_only")]
    destroy: bool,
    /// Keep the plans in this folder, for `apply --plan-dir`
    #[arg(long, value_name = "DIR", value_parser = folder_parser())]
    plan_dir: Option<PathBuf>,
    /// Plan the documents in this folder, which another program's `synth` wrote: nothing of that program is run, and what
    /// may do harm beside credentials is refused
    #[arg(long, value_name = "DIR", conflicts_with_all = ["destroy", "reviewed"])]
    documents: Option<PathBuf>,
    /// Trust this of the documents: `provider:SOURCE`, `data:TYPE` or `module:SOURCE`, each with `*` for anything
    #[arg(long, value_name = "KIND:NAME", requires = "documents")]
    allow: Vec<Allowance>,
    /// Show the plans in --plan-dir, in place of making any
    #[arg(long, requires = "plan_dir", conflicts_with_all = ["target", "further"])]
    reviewed: bool,
    /// Print a comment for a pull request
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Write a page for who reviews it to this file, which needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
    /// Exit with 2 if there is something to apply
    #[arg(long)]
    detailed_exitcode: bool,
}

/// Plans that were kept, and how to show them.
pub(crate) struct Kept {
    pub(crate) plan_dir: PathBuf,
    pub(crate) html: Option<PathBuf>,
    pub(crate) markdown: bool,
}

impl Args {
    /// To show plans that were kept.
    pub(crate) fn of_reviewed(
        stacks: StackArgs,
        session: SessionArgs,
        planning: PlanningArgs,
        kept: Kept,
    ) -> Self {
        let Kept { plan_dir, html, markdown } = kept;
        Self {
            stacks,
            changed: ChangedArgs::default(),
            session,
            planning,
            report: ReportArgs::default(),
            refresh_only: false,
            destroy: false,
            plan_dir: Some(plan_dir),
            documents: None,
            allow: Vec::new(),
            reviewed: true,
            markdown,
            html,
            format: FormatArgs::default(),
            detailed_exitcode: false,
        }
    }
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    #[cfg(not(feature = "page"))]
    if let Some(path) = &args.html {
        let rest = ["--html".to_owned(), path.display().to_string()];
        return Err(crate::usage::missing("page", "a writer of HTML", "plan", &rest));
    }
    let file = args.report.begin("plan")?;
    let reach = if args.destroy { Reach::Retired } else { Reach::Program };
    let given = args.documents.clone().map(|folder| GivenDocuments { folder, allowed: args.allow.clone() });
    let selection = Selection::of(&args.stacks.patterns).changed(&args.changed);
    let format = args.format.format;
    check_one_output(args.stacks.json || args.markdown, format)?;
    let arguments = args.session.printing(format);
    let opened = match &given {
        Some(given) => Session::of_documents(program, &arguments, selection, given),
        None => Session::open_if(program, &arguments, selection, reach, || Ok(())),
    };
    let Some(session) = opened? else {
        return Ok(ExitStatus::Failure);
    };
    let mode = match (args.destroy, args.refresh_only) {
        (true, _) => PlanMode::Destroy,
        (_, true) => PlanMode::RefreshOnly,
        _ => PlanMode::Apply,
    };
    if mode == PlanMode::Apply && !session.check_gone() {
        file.write(&session.none_begun(), ExitStatus::Failure)?;
        return Ok(ExitStatus::Failure);
    }
    let options = args.planning.options(mode);
    let workspaces = session.workspaces()?;
    Session::check_variables(&options, &workspaces)?;
    let folder = args.plan_dir.clone().map(PlanFolder::new);
    // What a plan brings is known to the plans of those that read it.
    let needs = match mode {
        PlanMode::Apply => session.needs(&workspaces),
        PlanMode::Destroy | PlanMode::RefreshOnly => vec![Vec::new(); workspaces.len()],
    };
    let order = Order::After(&needs);
    let planning = Planning { options, folder, brought: Mutex::default() };
    let report = session.run(&workspaces, order, args.stacks.stack_parallelism, |workspace, progress| {
        let report = match &planning.folder {
            Some(folder) if args.reviewed => show_one(workspace, &planning.options, folder)?,
            _ => planning.plan(workspace, progress)?,
        };
        let guarded = report.changes.as_ref().map(|changes| apply::check(&args.planning.fail_on, changes));
        Ok(match guarded {
            // The plan stays in the report, to be seen by who has to decide.
            Some(Err(failure)) => StackReport {
                status: Status::Failed,
                diagnostics: [failure.diagnostics, report.diagnostics].concat(),
                ..report
            },
            _ => report,
        })
    });
    if mode == PlanMode::Apply {
        note_dropped(&report);
    }
    if args.markdown {
        let pointer = match &args.plan_dir {
            Some(folder) => format!("the plans in `{}`", folder.display()),
            None => "`cargo run -- plan`".to_owned(),
        };
        anstream::stdout().write_all(markdown::comment(&report, &pointer).as_bytes())?;
    } else if args.stacks.json {
        report.write_json()?;
    } else if format != Format::Human {
        report.write_findings(format)?;
    } else {
        // In the order of the names, whichever was ready first.
        write_plans(&report, &mut anstream::stdout().lock())?;
    }
    #[cfg(feature = "page")]
    if let Some(path) = &args.html {
        crate::page::write(path, &report, &session.synthesis.stacks)?;
    }
    let status = exit_status(args, &report);
    report.summarize(status);
    file.write(&report, status)?;
    if given.is_none() {
        session.note_retired(selection, args.stacks.stack_parallelism);
    }
    Ok(status)
}

/// Plans of many stacks.
struct Planning {
    options: Options,
    /// Where they are kept.
    folder: Option<PlanFolder>,
    /// What they make of outputs.
    brought: Mutex<Upstream>,
}

impl Planning {
    fn plan(&self, workspace: &Workspace<'_>, progress: &Progress<'_>) -> Result<StackReport, StackError> {
        let name = workspace.name();
        let scratch = ScratchFolder::new()?;
        let file = match &self.folder {
            Some(folder) => {
                // An earlier plan must not outlive a failure of this one.
                folder.clear(name)?;
                folder.plan_file(name)
            }
            None => scratch.file("plan")?,
        };
        progress.begin("planning", 0);
        let reading = Reading::Planned(self.upstream(workspace));
        let planned = plan(workspace, &self.options, &file, &reading, |event| progress.event(event))?;
        if let Some(folder) = &self.folder {
            folder.record(workspace, &self.options, &planned)?;
        }
        let mut report = StackReport::of_plan(name, planned);
        if let Some(changes) = &report.changes {
            let older = age::older(workspace, changes).filter(|_| self.options.mode == PlanMode::Apply);
            if let Some(older) = older {
                let mut warning = TerraformDiagnostic::warning(&older);
                warning.hint("`apply` refuses it without `--older`");
                report.diagnostics.push(warning);
            }
            self.brought().insert(name.to_owned(), changes.planned_outputs.clone());
        }
        Ok(report)
    }

    /// What plans make of the outputs of stacks that this one reads.
    fn upstream(&self, workspace: &Workspace<'_>) -> Upstream {
        let brought = self.brought();
        let read = |stack: &String| Some((stack.clone(), brought.get(stack)?.clone()));
        workspace.entry.dependencies.iter().filter_map(read).collect()
    }

    fn brought(&self) -> MutexGuard<'_, Upstream> {
        self.brought.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks into a plan that was made before.
fn show_one(
    workspace: &Workspace<'_>,
    options: &Options,
    folder: &PlanFolder,
) -> Result<StackReport, StackError> {
    let planned = match folder.reviewed(workspace, options, Initialization::Providers)? {
        Reviewed::Unchanged => Planned::Unchanged(Vec::new()),
        Reviewed::Deferred(missing) => Planned::Deferred(Deferred { missing, ..Deferred::default() }),
        Reviewed::TakenOver => Planned::Changed(Box::new(Plan::of_former(workspace, options.mode))),
        Reviewed::Changed(reviewed) => Planned::Changed(Box::new(reviewed.plan(workspace, options.mode)?)),
    };
    Ok(StackReport::of_plan(workspace.name(), planned))
}

fn write_plans(report: &Report, out: &mut impl Write) -> std::io::Result<()> {
    for stack in &report.stacks {
        if let (Some(changes), Some(summary)) = (&stack.changes, stack.summary) {
            text::write(&stack.stack, changes, out)?;
            writeln!(out, "  {}", apply::planned(summary))?;
            if let Status::Deferred(missing) = &stack.status {
                writeln!(out, "  A preview, which can't be applied: it lacks {}.", report::outputs(missing))?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

/// Says which stacks are applied in another order than they read each other.
fn note_dropped(report: &Report) {
    for stack in &report.stacks {
        let dropped = stack.changes.as_ref().map(letting_go::dropped_outputs).unwrap_or_default();
        if !dropped.is_empty() {
            let (name, dropped) = (&stack.stack, report::listed(&dropped));
            print::note(&format!("{name}: drops {dropped}: stacks that have read it are applied before it"));
        }
    }
}

fn exit_status(args: &Args, report: &Report) -> ExitStatus {
    // A stack that is deferred is as good as it can be before the apply.
    let is_bad =
        |stack: &StackReport| matches!(stack.status, Status::Failed | Status::Skipped(_) | Status::Stopped);
    let is_pending = |stack: &StackReport| matches!(stack.status, Status::Planned | Status::Deferred(_));
    match (report.stacks.iter().any(is_bad), report.stacks.iter().any(is_pending)) {
        (true, _) => ExitStatus::Failure,
        (false, true) if args.detailed_exitcode => ExitStatus::Changes,
        _ => ExitStatus::Success,
    }
}
