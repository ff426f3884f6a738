//! `bindings get`: the catalogue of any provider, from the provider itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use formwork_bindgen::Kind;
use formwork_core::Hint;
use formwork_schema::{Catalogue, ProviderVersions, Version};
use formwork_terraform::Binary;
use serde_json::json;

use super::add::keep;
use super::shelf;
use crate::{ExitStatus, UsageError, print};

/// Bring the catalogue of a provider into your package, such as `bindings get cloudflare/cloudflare`
///
/// Terraform downloads the provider, from the registry or from whatever mirror its settings name, and prints its schema.
/// Where it cannot, a catalogue is taken that lies beside the sources of Formwork, if there is one.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Source address of the provider, and a version: hashicorp/tls, hashicorp/tls@4.1.0
    #[arg(value_name = "SOURCE[@VERSION]", required = true)]
    providers: Vec<String>,
    /// Download nothing
    #[arg(long)]
    offline: bool,
    /// The terraform or tofu to use [default: the first of `terraform` and `tofu` on the path]
    #[arg(long, value_name = "PATH", env = "FORMWORK_TERRAFORM")]
    terraform: Option<PathBuf>,
}

/// A provider that is asked for.
struct Wanted<'a> {
    source: &'a str,
    version: Option<Version>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    let wanted: Vec<Wanted<'_>> = args.providers.iter().map(|text| parse(text)).collect::<Result<_, _>>()?;
    for provider in wanted {
        let catalogue = if args.offline {
            from_carried(&provider, None)?
        } else {
            match from_provider(&provider, args.terraform.as_deref()) {
                Ok(catalogue) => catalogue,
                Err(error) => from_carried(&provider, Some(error))?,
            }
        };
        keep(&catalogue)?;
        if let Some(name) = catalogue.names(Kind::Resource.in_catalogue()).next() {
            let local_name = catalogue.source().rsplit('/').next().unwrap_or_default();
            print::hint(&format!(
                "`bindings add {name}` adds a type, `bindings list {local_name}` shows all that there are"
            ));
        }
    }
    Ok(ExitStatus::Success)
}

fn parse(text: &str) -> Result<Wanted<'_>, UsageError> {
    let (source, version) = match text.split_once('@') {
        Some((source, version)) => (source, Some(version)),
        None => (text, None),
    };
    let parts: Vec<&str> = source.split('/').collect();
    let is_part = |part: &&str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
    };
    if parts.len() > 3 || !parts.iter().all(is_part) {
        let hint = Hint::new("such as hashicorp/tls, cloudflare/cloudflare@5.22.0 or example.com/acme/anvil");
        return Err(UsageError(format!("`{source}` is not the source address of a provider{hint}")));
    }
    let version = version.map(|version| {
        let version = version.strip_prefix('v').unwrap_or(version);
        version
            .parse()
            .map_err(|error| UsageError(format!("{error}{}", Hint::new("one version, such as 4.1.0"))))
    });
    Ok(Wanted { source, version: version.transpose()? })
}

/// Asks the provider for its schema, by way of terraform.
fn from_provider(wanted: &Wanted<'_>, terraform: Option<&Path>) -> anyhow::Result<Catalogue> {
    let binary = Binary::find(terraform)?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut requirement = json!({"source": wanted.source});
    if let Some(version) = &wanted.version {
        requirement["version"] = json!(format!("= {version}"));
    }
    let local_name = wanted.source.rsplit('/').next().unwrap_or_default();
    let document = json!({"terraform": {"required_providers": {local_name: requirement}}});
    fs::write(folder.path().join("main.tf.json"), document.to_string())
        .with_context(|| format!("cannot write to {}", folder.path().display()))?;
    let run = |arguments: &[&str]| output(binary.command(), arguments, folder.path());
    run(&["init", "-no-color", "-input=false", "-backend=false"])?;
    let versions: serde_json::Value = serde_json::from_slice(&run(&["version", "-json"])?)?;
    let selected = versions["provider_selections"].as_object().into_iter().flatten().next();
    let Some((address, version)) = selected.and_then(|(address, version)| Some((address, version.as_str()?)))
    else {
        bail!("{} selected no version of {}", binary.name(), wanted.source);
    };
    let schema = run(&["providers", "schema", "-json"])?;
    let versions = ProviderVersions::ByAddress([(address.clone(), version.parse()?)].into());
    let imported = formwork_schema::import(&*schema, &versions, None)?;
    let Some(imported) = imported.into_iter().next() else {
        bail!("{} printed no schema of {}", binary.name(), wanted.source);
    };
    // OpenTofu's registry is another one, of the same providers.
    let text = imported.text.replacen(" registry.opentofu.org/", " registry.terraform.io/", 1);
    Ok(Catalogue::parse(text)?)
}

/// What a command prints; what it says of its failure is the error.
fn output(mut command: Command, arguments: &[&str], folder: &Path) -> anyhow::Result<Vec<u8>> {
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command.env("CHECKPOINT_DISABLE", "1").env_remove("TF_WORKSPACE").env_remove("TF_CLI_ARGS");
    let shown = format!("terraform {}", arguments.join(" "));
    let output = command.output().with_context(|| format!("cannot run `{shown}`"))?;
    if !output.status.success() {
        bail!("`{shown}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.stdout)
}

/// Takes a catalogue that lies beside the sources of Formwork.
fn from_carried(wanted: &Wanted<'_>, error: Option<anyhow::Error>) -> anyhow::Result<Catalogue> {
    let carried = shelf::carried()?;
    let versions = carried.versions(wanted.source);
    let is_it =
        |catalogue: &Catalogue| wanted.version.as_ref().is_none_or(|version| version == catalogue.version());
    if let Some(catalogue) = versions.iter().find(|catalogue| is_it(catalogue)) {
        if let Some(error) = error {
            print::warning(&format!("{error:#}"));
            print::hint(&format!("this is the catalogue of {} that Formwork carries", catalogue.label()));
        }
        return Ok(Catalogue::parse(catalogue.text().to_owned())?);
    }
    let known = match versions {
        [] => {
            let near = formwork_core::nearest(wanted.source, carried.sources());
            near.map(|near| format!("did you mean {near}?"))
        }
        versions => {
            let versions: Vec<String> = versions.iter().map(|of| of.version().to_string()).collect();
            Some(format!("there is one of {}", versions.join(", ")))
        }
    };
    let version = wanted.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let (source, hint) = (wanted.source, Hint::from(known));
    match error {
        Some(error) => bail!("cannot get the catalogue of {source}{version}: {error:#}{hint}"),
        None => bail!("Formwork carries no catalogue of {source}{version}{hint}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_addresses_and_versions() {
        for (text, source, version) in [
            ("tls", "tls", None),
            ("hashicorp/tls@4.1.0", "hashicorp/tls", Some("4.1.0")),
            ("example.com:8080/acme/anvil@v1.2.3", "example.com:8080/acme/anvil", Some("1.2.3")),
        ] {
            let wanted = parse(text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(wanted.source, source);
            assert_eq!(wanted.version.map(|version| version.to_string()).as_deref(), version);
        }
        for text in ["", "a/b/c/d", "a//b", "hashicorp/tls@", "hashicorp/tls@~> 4", "a b/c"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
