//! Which services a command is about, with the names that only Terraform knows.

use std::collections::BTreeMap;

use formwork_release::release::Service;
use formwork_release::target::TargetService;

use crate::Program;
use crate::runner::{PlaceArgs, Site, assignment};
use crate::{UsageError, print, synthesized};
use formwork_release::description::{ANNOTATION, Release, Target};
use formwork_terraform::outputs;

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
    place: PlaceArgs,
}

/// A service with what its stack says of it.
pub(crate) struct Described {
    pub(crate) stack: String,
    pub(crate) name: String,
    pub(crate) release: Release,
}

/// Whether no name means all services.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unnamed {
    All,
    Wrong,
}

impl ServiceArgs {
    /// Finds the services. There are none if the program has mistakes; they are printed.
    ///
    /// # Errors
    /// Fails for names that no stack, or more than one, describes.
    pub(crate) fn find(&self, program: &Program, unnamed: Unnamed) -> anyhow::Result<Option<Vec<Described>>> {
        let Some(synthesis) = synthesized(program, "nothing was released")? else { return Ok(None) };
        let mut all = Vec::new();
        for stack in &synthesis.stacks {
            let is_wanted = self.stack.as_ref().is_none_or(|wanted| wanted == stack.name());
            for (kind, name, value, _) in stack.annotations() {
                if kind == ANNOTATION && is_wanted {
                    let release: Release = serde_json::from_value(value.clone())?;
                    all.push(Described { stack: stack.name().to_owned(), name: name.to_owned(), release });
                }
            }
        }
        if self.names.is_empty() {
            return match unnamed {
                Unnamed::All => Ok(Some(all)),
                Unnamed::Wrong => Err(UsageError(format!(
                    "no service is named\n  hint: {}",
                    listed(all.iter().map(Described::address))
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

    /// Puts outputs in the place of their names, from the command line or from the states of the stacks.
    ///
    /// # Errors
    /// Fails where an output has no value, and for services that are no functions.
    pub(crate) fn resolve(
        &self,
        program: &Program,
        described: &[Described],
    ) -> anyhow::Result<Option<Vec<Service>>> {
        self.resolve_with(program, described, |it, outputs| Service::resolve(&it.name, &it.release, outputs))
    }

    /// The same for services that are no functions.
    ///
    /// # Errors
    /// Fails where an output has no value, and for functions.
    pub(crate) fn resolve_targets(
        &self,
        program: &Program,
        described: &[Described],
    ) -> anyhow::Result<Option<Vec<TargetService>>> {
        self.resolve_with(program, described, |it, outputs| {
            TargetService::resolve(&it.name, &it.release, outputs)
        })
    }

    /// The same for services of any kind. The resolver gives nothing for those that it is not for, and the name of an
    /// output that has no value.
    fn resolve_with<T>(
        &self,
        program: &Program,
        described: &[Described],
        resolver: impl Fn(&Described, &dyn Fn(&str) -> Option<String>) -> Result<Option<T>, String>,
    ) -> anyhow::Result<Option<Vec<T>>> {
        let given: BTreeMap<&str, &str> =
            self.output.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut known: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        let mut services = Vec::new();
        for it in described {
            let lookup = |known: &BTreeMap<String, BTreeMap<String, String>>, output: &str| {
                let of_stack = known.get(&it.stack).and_then(|outputs| outputs.get(output)).cloned();
                given.get(output).map(|value| (*value).to_owned()).or(of_stack)
            };
            let mut resolved = resolver(it, &|output| lookup(&known, output));
            if resolved.is_err() && !known.contains_key(&it.stack) {
                let Some(outputs) = self.read_outputs(program, &it.stack)? else { return Ok(None) };
                known.insert(it.stack.clone(), outputs);
                resolved = resolver(it, &|output| lookup(&known, output));
            }
            match resolved {
                Ok(Some(service)) => services.push(service),
                Ok(None) => {
                    return Err(UsageError(format!(
                        "`{}` is {}, and the others are not\n  hint: name services of one kind",
                        it.address(),
                        it.release.target.kind()
                    ))
                    .into());
                }
                Err(output) => anyhow::bail!(
                    "output `{output}` of stack `{}` has no value yet\n  hint: apply the stack, or give it with `--output {output}=…`",
                    it.stack
                ),
            }
        }
        Ok(Some(services))
    }

    fn read_outputs(
        &self,
        program: &Program,
        stack: &str,
    ) -> anyhow::Result<Option<BTreeMap<String, String>>> {
        let Some(site) = Site::open(program, &self.place, &[stack.to_owned()])? else { return Ok(None) };
        let mut found = BTreeMap::new();
        for workspace in &site.workspaces()? {
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

    /// Finds the services that are named and resolves their names. There is nothing if what is wrong was said already.
    ///
    /// # Errors
    /// Fails for names that no stack, or more than one, describes, where an output has no value, and for functions
    /// beside services that are none.
    pub(crate) fn open(&self, program: &Program) -> anyhow::Result<Option<Opened>> {
        let Some(described) = self.find(program, Unnamed::Wrong)? else { return Ok(None) };
        if described.iter().any(Described::is_function) {
            let services = self.resolve(program, &described)?;
            return Ok(services.map(|services| Opened::Functions(described, services)));
        }
        let resolved = self.resolve_targets(program, &described)?;
        Ok(resolved.map(|resolved| Opened::Others(described.into_iter().zip(resolved).collect())))
    }
}

/// Services with their names resolved: functions, or services that are none.
pub(crate) enum Opened {
    Functions(Vec<Described>, Vec<Service>),
    Others(Vec<(Described, TargetService)>),
}

impl Described {
    pub(crate) const fn is_function(&self) -> bool {
        matches!(self.release.target, Target::Lambda(_))
    }

    /// `STACK/NAME`.
    pub(crate) fn address(&self) -> String {
        format!("{}/{}", self.stack, self.name)
    }
}

/// The services that a name is for: one, or those of a group, of one stack.
fn positions(all: &[Described], name: &str) -> anyhow::Result<Vec<usize>> {
    let (stack, name) = match name.split_once('/') {
        Some((stack, name)) => (Some(stack), name),
        None => (None, name),
    };
    let is_named = |it: &Described| {
        stack.is_none_or(|stack| stack == it.stack)
            && (it.name == name || it.release.group.as_deref() == Some(name))
    };
    let found: Vec<&Described> = all.iter().filter(|it| is_named(it)).collect();
    let Some(first) = found.first() else {
        let known = all.iter().map(|it| it.name.as_str());
        let hint = match formwork_core::nearest(name, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => listed(all.iter().map(Described::address)),
        };
        return Err(UsageError(format!("no stack describes a service `{name}`\n  hint: {hint}")).into());
    };
    if let Some(other) = found.iter().find(|other| other.stack != first.stack) {
        let hint =
            format!("write `{}` or `{}`, or name the stack with --stack", first.address(), other.address());
        return Err(
            UsageError(format!("more than one stack describes a service `{name}`\n  hint: {hint}")).into()
        );
    }
    // Services of a group go together, whichever of them was named.
    let belongs = |it: &Described| {
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
