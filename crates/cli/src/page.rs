//! The page of a plan, from what was planned and the program that it is of.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context;
use formwork_core::escape::uri;
use formwork_core::{Kind, Stack};
use formwork_review::graph::{self, Graph, Users};
use formwork_review::page::{self as review, Level, Link, Moment, Page, StackPage, Waived};
use formwork_synth::Replacement;
use formwork_terraform::{ResourceChange, SourceLine, TerraformDiagnostic};

use crate::findings::SourcePath;
use crate::git::git;
use crate::print;
use crate::runner::{Report, StackReport, Status, report};

/// Writes the page of a plan. Without the stacks of a program, as with documents of another, nothing is drawn.
///
/// # Errors
/// Fails if the file cannot be written.
pub(crate) fn write(path: &Path, report: &Report, stacks: &[Stack]) -> anyhow::Result<()> {
    let page = page(report, stacks)?;
    let mut replacement = Replacement::default();
    replacement
        .add(path.to_owned(), page.html().as_bytes())
        .and_then(|_| replacement.finish())
        .with_context(|| format!("cannot write {}", path.display()))?;
    print::done("Wrote", &path.display().to_string());
    Ok(())
}

fn page(report: &Report, stacks: &[Stack]) -> anyhow::Result<Page> {
    let repository = Repository::here();
    let users = graph::users(stacks)?;
    let pages = report.stacks.iter().map(|stack| of_stack(stack, &repository, &users)).collect();
    let names: Vec<&str> = report.stacks.iter().map(|it| it.stack.as_str()).collect();
    let title = match names.as_slice() {
        [one] => format!("Plan of {one}"),
        several => format!("Plan of {} stacks", several.len()),
    };
    let changing: BTreeSet<&str> =
        report.stacks.iter().filter(|it| it.changes.is_some()).map(|it| it.stack.as_str()).collect();
    let drawn: Vec<usize> = (0..stacks.len()).filter(|at| changing.contains(stacks[*at].name())).collect();
    let graph = if drawn.is_empty() { None } else { Some(Graph::of(stacks, &drawn)?) };
    let findings = report.stacks.iter().flat_map(|stack| {
        let missing = (stack.status == Status::Missing).then(|| review::Finding {
            level: Level::Error,
            subject: stack.stack.clone(),
            message: "it was not planned".to_owned(),
            source: None,
        });
        let said = stack.diagnostics.iter().map(|it| finding(&stack.stack, it, &repository));
        missing.into_iter().chain(said)
    });
    Ok(Page {
        title,
        commit: repository.commit(),
        notice: report.sandbox.clone(),
        stacks: pages,
        findings: findings.collect(),
        waivers: stacks
            .iter()
            .filter(|it| names.contains(&it.name()))
            .flat_map(|stack| waivers(stack, &repository))
            .collect(),
        graph,
    })
}

fn of_stack(stack: &StackReport, repository: &Repository, users: &Users) -> StackPage {
    let status = match &stack.status {
        Status::Deferred(missing) if stack.changes.is_some() => {
            format!("preview, can't be applied: needs {}", report::needs(missing))
        }
        Status::Deferred(missing) => format!("deferred: needs {}", report::needs(missing)),
        status => status.name().to_owned(),
    };
    let name = stack.stack.clone();
    let Some(changes) = &stack.changes else {
        return StackPage { name, status, ..StackPage::default() };
    };
    let change = |moment| move |it: &ResourceChange| of_change(it, moment, &stack.stack, repository, users);
    let outside = changes.drift.iter().map(change(Moment::Outside));
    let own = changes.resources.iter().chain(&changes.outputs).map(change(Moment::Apply));
    StackPage {
        name,
        status,
        impact: changes.impact.clone(),
        changes: own.chain(outside).collect(),
        hooks: changes.hooks.iter().map(|(moment, command)| format!("{moment}: {command}")).collect(),
    }
}

fn of_change(
    change: &ResourceChange,
    moment: Moment,
    stack: &str,
    repository: &Repository,
    users: &Users,
) -> review::Change {
    let block = change.address.split('[').next().unwrap_or_default();
    let users = users.get(&(stack.to_owned(), block.to_owned())).cloned().unwrap_or_default();
    review::Change {
        address: change.address.clone(),
        type_name: change.type_name.clone(),
        action: change.action,
        moment,
        moved_from: change.moved_from.clone(),
        replaced_for: change.replaced_for.clone(),
        arguments: change.arguments.clone(),
        source: change.source.as_ref().map(|it| repository.line(it)),
        users,
    }
}

fn finding(stack: &str, diagnostic: &TerraformDiagnostic, repository: &Repository) -> review::Finding {
    let subject = [Some(stack), diagnostic.subject()].into_iter().flatten().collect::<Vec<_>>().join(" / ");
    let message = [diagnostic.summary.trim(), diagnostic.detail.trim()];
    review::Finding {
        level: if diagnostic.is_error() { Level::Error } else { Level::Warning },
        subject,
        message: message.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(": "),
        source: diagnostic.source.as_ref().map(|it| repository.line(it)),
    }
}

/// The exceptions that the blocks of a stack carry.
fn waivers(stack: &Stack, repository: &Repository) -> Vec<Waived> {
    let mut all = Vec::new();
    for (kind, prefix) in [(Kind::Resource, ""), (Kind::Data, "data.")] {
        for (type_name, name, object) in stack.blocks(kind) {
            let subject = format!("{} / {prefix}{type_name}.{name}", stack.name());
            all.extend(object.block.waivers().iter().map(|waiver| {
                let source = SourceLine { file: waiver.source.file().to_owned(), line: waiver.source.line() };
                Waived {
                    subject: subject.clone(),
                    rule: waiver.rule.to_string(),
                    reason: waiver.reason.to_string(),
                    source: Some(repository.line(&source)),
                }
            }));
        }
    }
    all
}

/// The commit that is checked out, and where GitHub shows it.
struct Repository {
    /// `https://github.com/OWNER/NAME`.
    address: Option<String>,
    commit: Option<String>,
    /// Files that are not as the commit has them: their lines may be others.
    changed: BTreeSet<String>,
}

impl Repository {
    fn here() -> Self {
        let ask = |arguments: &[&str]| {
            let output = git(".", arguments).ok().filter(|it| it.status.success())?;
            String::from_utf8(output.stdout).ok()
        };
        let commit = ask(&["rev-parse", "--verify", "--quiet", "HEAD"]).map(|it| it.trim().to_owned());
        let address = ask(&["remote", "get-url", "origin"]).and_then(|it| github(it.trim()));
        let changed = ask(&["-c", "core.quotePath=false", "diff", "--name-only", "HEAD"]).unwrap_or_default();
        Self { address, commit, changed: changed.lines().map(str::to_owned).collect() }
    }

    fn commit(&self) -> Option<Link> {
        let commit = self.commit.as_ref()?;
        let text = format!("commit {}", commit.get(..12).unwrap_or(commit));
        let text = if self.changed.is_empty() {
            text
        } else {
            format!("{text}, with changes that are not committed")
        };
        Some(Link { text, href: self.address.as_ref().map(|address| format!("{address}/commit/{commit}")) })
    }

    fn line(&self, line: &SourceLine) -> Link {
        let file = SourcePath::of_repository(&line.file);
        let is_there = Path::new(&file).is_relative() && !self.changed.contains(&file);
        let href = match (&self.address, &self.commit) {
            (Some(address), Some(commit)) if is_there => {
                Some(format!("{address}/blob/{commit}/{}#L{}", uri(&file), line.line))
            }
            _ => None,
        };
        Link { text: format!("{file}:{}", line.line), href }
    }
}

/// Where a remote of GitHub is seen in a browser, without what may stand before its host.
fn github(remote: &str) -> Option<String> {
    let rest = match remote.split_once("://") {
        Some((_, rest)) => {
            let (host, path) = rest.split_once('/')?;
            let host = host.rsplit('@').next()?.split(':').next()?;
            (host == "github.com").then_some(path)?
        }
        None => remote.rsplit_once('@').map_or(remote, |(_, rest)| rest).strip_prefix("github.com:")?,
    };
    let rest = rest.trim_matches('/').trim_end_matches(".git");
    let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
    let (owner, name) = rest.split_once('/')?;
    let is_name = |it: &str| !it.is_empty() && it.chars().all(is_plain);
    (is_name(owner) && is_name(name)).then(|| format!("https://github.com/{owner}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_of_github_is_an_address_without_credentials() {
        for remote in [
            "https://github.com/a/b",
            "https://github.com/a/b.git",
            "https://x-access-token:secret@github.com/a/b.git",
            "git@github.com:a/b.git",
            "ssh://git@github.com/a/b.git",
            "ssh://git@github.com:22/a/b",
        ] {
            assert_eq!(github(remote).as_deref(), Some("https://github.com/a/b"), "{remote}");
        }
        for other in
            ["https://gitlab.com/a/b", "/srv/a/b", "https://github.com/a", "https://github.com.evil.org/a/b"]
        {
            assert_eq!(github(other), None, "{other}");
        }
    }
}
