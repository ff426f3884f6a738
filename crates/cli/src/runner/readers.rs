//! Stacks that are still there and have read what others are about to lose.

use formwork_terraform::{Applied, Done, Options, Planned, Schedule, StackError, Workspace, plan_from_state};

use crate::print;
use crate::runner::Session;

/// A stack with something in its state that has read other stacks.
pub(crate) struct Reader {
    pub(crate) stack: String,
    /// How many objects are in its state.
    pub(crate) objects: usize,
    /// The stacks that it has read.
    pub(crate) reads: Vec<String>,
}

/// The stacks of the program, besides these, that have read one of these when they were applied last, or read it today,
/// and have something in their state.
///
/// # Errors
/// Fails where a state cannot be read: then nobody knows.
pub(crate) fn of(
    session: &Session,
    workspaces: &[Workspace<'_>],
    options: &Options,
    width: usize,
) -> Result<Vec<Reader>, StackError> {
    let mut readers = Vec::new();
    for (other, applied) in &applied_beside(session, workspaces, width)? {
        let reads_today = |it: &Workspace<'_>| other.entry.dependencies.iter().any(|name| name == it.name());
        let (mut reads, mut has_let_go) = (Vec::new(), None);
        for it in workspaces {
            // What a stack has read stays in its state until something else of it changes.
            let mut still_reads = || {
                !*has_let_go.get_or_insert_with(|| {
                    matches!(plan_from_state(other, options), Ok(Planned::Unchanged(_)))
                })
            };
            if reads_today(it) || (applied.has_read(it) && still_reads()) {
                reads.push(it.name().to_owned());
            }
        }
        if !reads.is_empty() {
            readers.push(Reader { stack: other.name().to_owned(), objects: applied.objects, reads });
        }
    }
    Ok(readers)
}

/// The other stacks that have something in their state, the retired ones among them, with what that is.
///
/// # Errors
/// Fails where a state cannot be read: then nobody knows.
pub(crate) fn applied_beside<'a>(
    session: &'a Session,
    workspaces: &[Workspace<'_>],
    width: usize,
) -> Result<Vec<(Workspace<'a>, Applied)>, StackError> {
    let estate = session.estate();
    let is_other = |name: &&str| workspaces.iter().all(|it| it.name() != *name);
    let mut others = Vec::new();
    for name in estate.names().filter(is_other) {
        others.extend(estate.stack(name)?);
    }
    let needs = vec![Vec::new(); others.len()];
    let is_stopped = || session.terraform.interrupt.is_requested();
    let schedule = Schedule { needs: &needs, width, is_stopped: &is_stopped };
    let read = schedule.run(|position| Applied::read(&others[position]), |_| false);
    let mut all = Vec::new();
    for (other, done) in others.into_iter().zip(read) {
        let Done::Finished(applied) = done else { return Err(StackError::new("stopped")) };
        match applied {
            Ok(applied) if applied.objects == 0 => {}
            Ok(applied) => all.push((other, applied)),
            Err(failure) => return Err(unknown(&other, failure)),
        }
    }
    Ok(all)
}

fn unknown(other: &Workspace<'_>, failure: StackError) -> StackError {
    let said: Vec<String> = failure.diagnostics.iter().map(ToString::to_string).collect();
    StackError::new(format!(
        "it is not known whether `{}` still needs what is to be destroyed: {}",
        other.name(),
        said.join("\n")
    ))
}

/// `service (3 objects) reads network`, a line for each.
pub(crate) fn describe(readers: &[Reader]) -> String {
    let line = |reader: &Reader| {
        let objects = print::count(reader.objects, "object");
        format!("{} ({objects}) reads {}", reader.stack, reader.reads.join(", "))
    };
    readers.iter().map(line).collect::<Vec<_>>().join("\n")
}
