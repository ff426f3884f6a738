//! `sandbox add`: what exists without any stack.

use std::collections::BTreeSet;

use anyhow::Context;
use formwork_core::{Hint, references};
use formwork_sandbox::{ObjectName, Sandbox};
use formwork_schema::Kind;
use formwork_synth::Synthesized;
use serde_json::Value;

use crate::Program;
use crate::sandbox::{SandboxArgs, arguments, assignment};
use crate::{ExitStatus, UsageError, print, select, synthesized};

/// Add something that no stack has made, to be referred to or imported
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The resource type, such as `aws_vpc`
    #[arg(value_name = "TYPE")]
    kind: String,
    /// Its id, or the name that its id is made of
    id: String,
    /// Its arguments; a value is JSON, or else text
    #[arg(value_name = "ARGUMENT=VALUE", value_parser = assignment)]
    arguments: Vec<(String, Value)>,
    /// The region that it is in [default: that of the stacks]
    #[arg(long)]
    region: Option<String>,
    /// The stack in whose region it is
    #[arg(long, conflicts_with = "region")]
    stack: Option<String>,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let newest: Vec<_> =
        program.library.sources().filter_map(|source| program.library.versions(source).first()).collect();
    let has_type = |name: &str| newest.iter().find(|it| matches!(it.resource(name), Ok(Some(_))));
    let Some(catalogue) = has_type(&args.kind) else {
        let names = newest.iter().flat_map(|catalogue| catalogue.names(Kind::Resource));
        let hint = match formwork_core::nearest(&args.kind, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`bindings list` shows the providers".to_owned(),
        };
        return Err(UsageError(format!(
            "no provider has the resource type {}{}",
            args.kind,
            Hint::new(hint)
        ))
        .into());
    };
    let region = match &args.region {
        Some(region) => Some(region.clone()),
        None => {
            let Some(synthesis) = synthesized(program, "nothing was added")? else {
                return Ok(ExitStatus::Failure);
            };
            args.region_of(&synthesis, catalogue.source())?
        }
    };
    let (region, attributes) = (region.as_deref(), None);
    let name = ObjectName { catalogue, kind: &args.kind, region, id: &args.id, attributes };
    let sandbox = args.sandbox.open()?;
    sandbox
        .add(name, &arguments(&args.arguments))
        .with_context(|| format!("cannot add {} {}", args.kind, args.id))?;
    print::done("Added", &format!("{} {} to the sandbox", args.kind, args.id));
    Ok(ExitStatus::Success)
}

impl Args {
    /// The region of the stack that is named, or of all stacks if they have one region; none if they name none.
    ///
    /// # Errors
    /// Stacks in several regions are wrong usage, unless the type is one that an account has once.
    fn region_of(&self, synthesis: &Synthesized, source: &str) -> anyhow::Result<Option<String>> {
        let patterns: Vec<String> = self.stack.iter().cloned().collect();
        let mut regions = BTreeSet::new();
        for index in select::stacks(&synthesis.names(), &patterns)? {
            let document: Value = serde_json::from_slice(&synthesis.documents[index].1)?;
            regions.extend(region_in(&document, source));
        }
        if regions.len() > 1 && !Sandbox::is_global(&self.kind) {
            let regions = regions.into_iter().collect::<Vec<_>>().join(", ");
            let hint = Hint::new("say with --region or --stack where it is");
            return Err(UsageError(format!("the stacks are in several regions: {regions}{hint}")).into());
        }
        Ok(regions.pop_first())
    }
}

/// The region of a document's provider without an alias, as far as the program knows it.
fn region_in(document: &Value, source: &str) -> Option<String> {
    let required = document["terraform"]["required_providers"].as_object()?;
    let (name, _) = required.iter().find(|(_, required)| required["source"] == source)?;
    let configurations = match &document["provider"][name] {
        Value::Array(configurations) => configurations.as_slice(),
        one => std::slice::from_ref(one),
    };
    let default = configurations.iter().find(|configuration| configuration.get("alias").is_none())?;
    let region = default.get("region")?.as_str()?;
    (!references::holds_template(region)).then(|| region.to_owned())
}
