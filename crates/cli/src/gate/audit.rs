//! `gate audit`: whether the repositories are as the stacks say.

use std::io::Write;
use std::time::Duration;

use formwork_core::Hint;
use formwork_core::secret::visible_line;
use formwork_release::audit::{AuditResult, Difference, Setting, audit, by_repository, expected_settings};
use formwork_release::github::Repository;
use formwork_release::parse_duration;
use serde_json::{Value, json};

use crate::Program;
use crate::gate::connection::connect;
use crate::{ExitStatus, UsageError, print, select, synthesized};

/// Compare protected branches, environments and OIDC subjects with what the stacks say
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Stacks, as names or glob patterns [default: all]
    #[arg(value_name = "STACK")]
    patterns: Vec<String>,
    /// Only this repository; may be repeated
    #[arg(long, value_name = "OWNER/NAME")]
    repository: Vec<Repository>,
    /// How long to wait, for each repository
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = parse_duration)]
    limit: Duration,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let Some(synthesis) = synthesized(program, "nothing was compared")? else {
        return Ok(ExitStatus::Failure);
    };
    let mut settings = Vec::new();
    for index in select::stacks(&synthesis.names(), &args.patterns)? {
        let (entry, bytes) = &synthesis.documents[index];
        settings.extend(expected_settings(&entry.name, &serde_json::from_slice(bytes)?));
    }
    let by = by_repository(&settings);
    for repository in &args.repository {
        if !by.contains_key(&Some(repository.clone())) {
            let known: Vec<String> = by.keys().flatten().map(ToString::to_string).collect();
            let hint = Hint::new(format!("they tell of {}", known.join(", ")));
            return Err(UsageError(format!("no stack says anything of {repository}{hint}")).into());
        }
    }
    let mut all = AuditResult::default();
    let on_wait = |text: &str| print::note(text);
    for (repository, settings) in &by {
        let Some(repository) = repository else {
            let unknown = settings.iter().map(|it| {
                let reason = match &it.setting {
                    Setting::Unknown(reason) => reason.clone(),
                    _ => "the provider names no owner".to_owned(),
                };
                (format!("{} / {}", it.stack, it.address), reason)
            });
            all.left_out.extend(unknown);
            continue;
        };
        if !args.repository.is_empty() && !args.repository.contains(repository) {
            continue;
        }
        let github = connect(repository, args.limit, &on_wait)?;
        let result = formwork_release::block_on(audit(&github, settings))??;
        print::note(&format!("{repository}: {} compared", result.compared));
        all.compared += result.compared;
        all.differences.extend(result.differences);
        all.left_out.extend(result.left_out);
    }
    for (location, reason) in &all.left_out {
        print::note(&format!("{location}: left out: {reason}"));
    }
    write(args, &all)?;
    if all.differences.is_empty() {
        print::done("Compared", &format!("{} facts; all are as the stacks say", all.compared));
        return Ok(ExitStatus::Success);
    }
    let count = all.differences.len();
    print::error(&format!("{count} of {} facts are not as the stacks say", all.compared));
    Ok(ExitStatus::Failure)
}

fn write(args: &Args, audited: &AuditResult) -> anyhow::Result<()> {
    let mut stdout = anstream::stdout().lock();
    if args.json {
        let difference = |it: &Difference| -> Value {
            json!({
                "stack": it.stack, "address": it.address, "what": it.what,
                "expected": it.expected, "found": it.found, "note": it.note,
            })
        };
        let result = json!({
            "compared": audited.compared,
            "differences": audited.differences.iter().map(difference).collect::<Vec<_>>(),
            "left_out": audited.left_out.iter().map(|(location, reason)| json!({ "place": location, "reason": reason })).collect::<Vec<_>>(),
        });
        writeln!(stdout, "{}", print::json(&result)?)?;
        return Ok(());
    }
    for it in &audited.differences {
        writeln!(stdout, "{}", visible_line(&it.what))?;
        let (expected, found) = (visible_line(&it.expected.to_string()), visible_line(&it.found.to_string()));
        writeln!(stdout, "  the stack says {expected}, GitHub says {found}")?;
        if let Some(note) = it.note {
            writeln!(stdout, "  note: {note}")?;
        }
        writeln!(stdout, "  in {} / {}", it.stack, it.address)?;
    }
    Ok(())
}
