//! Which services a command is about, with the names that only Terraform knows.

use std::collections::BTreeMap;

use formwork_core::Hint;
use formwork_release::aws::Connection;
use formwork_release::description::{ANNOTATION, Name, Release};
use formwork_release::engine::OpenTarget;
use formwork_release::target::{self, DescribedService, Kind, Opening};
use formwork_terraform::outputs;

use crate::Program;
use crate::runner::{Session, SessionArgs, assignment};
use crate::{UsageError, print, synthesized};

/// Services by name.
#[derive(Debug, clap::Args)]
pub(crate) struct ServiceArgs {
    /// Services or groups, as NAME or STACK/NAME. Those of a group are always released as one
    #[arg(value_name = "SERVICE")]
    pub(crate) names: Vec<String>,
    /// The stack that describes them [default: all]
    #[arg(long, value_name = "STACK")]
    stack: Option<String>,
    /// A value for an output, instead of the one in the stack's state
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    output: Vec<(String, String)>,
    #[command(flatten)]
    session: SessionArgs,
}

/// Whether no name means all services.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unnamed {
    All,
    Wrong,
}

impl ServiceArgs {
    /// The same for other services.
    pub(crate) fn of(&self, names: Vec<String>) -> Self {
        Self { names, stack: None, output: self.output.clone(), session: self.session.clone() }
    }

    /// Finds the services. There are none if the program has mistakes; they are printed.
    ///
    /// # Errors
    /// Fails for names that no stack, or more than one, describes.
    pub(crate) fn find(
        &self,
        program: &Program,
        unnamed: Unnamed,
    ) -> anyhow::Result<Option<Vec<DescribedService>>> {
        let Some(synthesis) = synthesized(program, "nothing was released")? else { return Ok(None) };
        let mut all = Vec::new();
        for stack in &synthesis.stacks {
            let is_wanted = self.stack.as_ref().is_none_or(|wanted| wanted == stack.name());
            for (kind, name, value, _) in stack.annotations() {
                if kind == ANNOTATION && is_wanted {
                    let release: Release = serde_json::from_value(value.clone())?;
                    all.push(DescribedService {
                        stack: stack.name().to_owned(),
                        name: name.to_owned(),
                        release,
                    });
                }
            }
        }
        if self.names.is_empty() {
            return match unnamed {
                Unnamed::All => Ok(Some(all)),
                Unnamed::Wrong => Err(UsageError(format!(
                    "no service is named{}",
                    Hint::new(listed(all.iter().map(DescribedService::address)))
                ))
                .into()),
            };
        }
        let mut chosen: Vec<usize> = Vec::new();
        for name in &self.names {
            chosen.extend(positions(&all, name)?);
        }
        chosen.sort_unstable();
        chosen.dedup();
        let kept = all.into_iter().enumerate().filter(|(index, _)| chosen.contains(index));
        Ok(Some(kept.map(|(_, described)| described).collect()))
    }

    /// Finds the services that are named, with the outputs that their names are in. There is nothing if what is wrong
    /// was said already.
    ///
    /// # Errors
    /// Fails for names that no stack, or more than one, describes, where an output has no value, and for services that
    /// are released together beside others.
    pub(crate) fn open(&self, program: &Program) -> anyhow::Result<Option<Services>> {
        let Some(described) = self.find(program, Unnamed::Wrong)? else { return Ok(None) };
        if let Some(together) = described.iter().map(DescribedService::kind).find(|it| it.is_group()) {
            check_kind(&described, together)?;
        }
        self.resolve(program, described)
    }

    /// Puts outputs in the place of their names, from the command line or from the states of the stacks.
    ///
    /// # Errors
    /// Fails where an output has no value.
    pub(crate) fn resolve(
        &self,
        program: &Program,
        described: Vec<DescribedService>,
    ) -> anyhow::Result<Option<Services>> {
        let given: BTreeMap<String, String> = self.output.iter().cloned().collect();
        let mut outputs: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for it in &described {
            let needed: Vec<&str> = it.release.names().into_iter().filter_map(Name::as_output).collect();
            let is_known = |output: &&str| given.contains_key(*output);
            if !needed.iter().all(is_known) && !outputs.contains_key(&it.stack) {
                let Some(read) = self.read_outputs(program, &it.stack)? else { return Ok(None) };
                outputs.insert(it.stack.clone(), read);
            }
            let of_stack = outputs.entry(it.stack.clone()).or_default();
            of_stack.extend(given.clone());
            if let Some(output) = needed.into_iter().find(|output| !of_stack.contains_key(*output)) {
                anyhow::bail!(
                    "output `{output}` of stack `{}` has no value yet{}",
                    it.stack,
                    Hint::new(format!("apply the stack, or give it with `--output {output}=…`"))
                );
            }
        }
        let named = self.names.clone();
        Ok(Some(Services { described, outputs, named }))
    }

    fn read_outputs(
        &self,
        program: &Program,
        stack: &str,
    ) -> anyhow::Result<Option<BTreeMap<String, String>>> {
        let Some(session) = Session::open(program, &self.session, &[stack.to_owned()])? else {
            return Ok(None);
        };
        let mut found = BTreeMap::new();
        for workspace in &session.workspaces()? {
            match outputs(workspace) {
                Ok(outputs) => found.extend(outputs.into_iter().map(|(name, output)| {
                    let text = output.value.as_str().map(str::to_owned);
                    (name, text.unwrap_or_else(|| output.value.to_string()))
                })),
                Err(failure) => {
                    failure.diagnostics.iter().for_each(|it| print::error(&format!("{stack} / {it}")));
                    return Ok(None);
                }
            }
        }
        Ok(Some(found))
    }

    /// The outputs that were given on the command line.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = (&String, &String)> {
        self.output.iter().map(|(name, value)| (name, value))
    }
}

/// Services with what their names are found by.
pub(crate) struct Services {
    /// What the stacks say of them.
    pub(crate) described: Vec<DescribedService>,
    /// The outputs of their stacks.
    outputs: BTreeMap<String, BTreeMap<String, String>>,
    /// What was written on the command line.
    pub(crate) named: Vec<String>,
}

impl Services {
    /// What a service is called among the others: by its address if one of them has the same name.
    pub(crate) fn label(&self, position: usize) -> String {
        let service = &self.described[position];
        let is_only = self.described.iter().filter(|it| it.name == service.name).count() == 1;
        if is_only { service.name.clone() } else { service.address() }
    }

    /// The targets that they are.
    pub(crate) fn open(&self, connection: &Connection) -> anyhow::Result<Vec<OpenTarget>> {
        let lookups: Vec<_> = self
            .described
            .iter()
            .map(|it| move |output: &str| self.outputs.get(&it.stack)?.get(output).cloned())
            .collect();
        let opening = |(service, outputs)| Opening { service, outputs, connection };
        let outputs = lookups.iter().map(|lookup| lookup as &dyn Fn(&str) -> Option<String>);
        let openings: Vec<Opening<'_>> = self.described.iter().zip(outputs).map(opening).collect();
        target::open(&openings).map_err(|output| anyhow::anyhow!("output `{output}` has no value"))
    }
}

/// Refuses services of other kinds than one.
fn check_kind(described: &[DescribedService], kind: &Kind) -> Result<(), UsageError> {
    let Some(other) = described.iter().find(|it| it.kind().name != kind.name) else { return Ok(()) };
    Err(UsageError(format!(
        "`{}` is {}, and the others are not{}",
        other.address(),
        other.kind().name,
        Hint::new("name services of one kind")
    )))
}

/// The services that a name is for: one, or those of a group, of one stack.
fn positions(all: &[DescribedService], name: &str) -> anyhow::Result<Vec<usize>> {
    let (stack, name) = match name.split_once('/') {
        Some((stack, name)) => (Some(stack), name),
        None => (None, name),
    };
    let is_named = |it: &DescribedService| {
        stack.is_none_or(|stack| stack == it.stack)
            && (it.name == name || it.release.group.as_deref() == Some(name))
    };
    let found: Vec<&DescribedService> = all.iter().filter(|it| is_named(it)).collect();
    let Some(first) = found.first() else {
        let known = all.iter().map(|it| it.name.as_str());
        let hint = Hint::nearest(name, known).or(listed(all.iter().map(DescribedService::address)));
        return Err(UsageError(format!("no stack describes a service `{name}`{hint}")).into());
    };
    if let Some(other) = found.iter().find(|other| other.stack != first.stack) {
        let (one, other) = (first.address(), other.address());
        let hint = Hint::new(format!("write `{one}` or `{other}`, or name the stack with --stack"));
        return Err(UsageError(format!("more than one stack describes a service `{name}`{hint}")).into());
    }
    // Services of a group go together, whichever of them was named.
    let belongs = |it: &DescribedService| {
        it.stack == first.stack
            && (it.name == name || (it.release.group.is_some() && it.release.group == first.release.group))
    };
    Ok(all.iter().enumerate().filter(|(_, it)| belongs(it)).map(|(index, _)| index).collect())
}

fn listed(addresses: impl Iterator<Item = String>) -> String {
    let addresses: Vec<String> = addresses.collect();
    match addresses.len() {
        0 => "no stack describes any, with `stack.release(\"orders\", Release::new(…))`".to_owned(),
        _ => format!("there are {}", addresses.join(", ")),
    }
}
