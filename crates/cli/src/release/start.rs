//! `release start`: packages become versions that the candidate aliases point at.

use std::path::{Path, PathBuf};

use anyhow::Context;
use formwork_release::cloud::connect;
use formwork_release::release::{Commit, Object, Package, Service, is_zip, start};

use crate::Program;
use crate::release::other;
use crate::release::place::ChangeArgs;
use crate::release::services::{Described, Opened, ServiceArgs};
use crate::{UsageError, Verdict, print};

/// The most bytes of a package that is sent along (Lambda Developer Guide, "Lambda quotas": 50 MB, zipped).
const DIRECT: usize = 50 * 1024 * 1024;

/// Upload packages, publish versions, and point the candidate aliases at them
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    services: ServiceArgs,
    /// The zipped function, as a file or as `s3://BUCKET/KEY`, or the folder of a site; of several services, one for
    /// each, by NAME or STACK/NAME
    #[arg(long, value_name = "[SERVICE=]ZIP|FOLDER", required_unless_present = "image")]
    package: Vec<String>,
    #[command(flatten)]
    material: other::MaterialArgs,
    /// The commit that the packages were made from
    #[arg(long, value_name = "SHA", value_parser = commit)]
    commit: Commit,
    #[command(flatten)]
    change: ChangeArgs,
}

fn commit(text: &str) -> Result<Commit, &'static str> {
    Commit::parse(text).ok_or("a commit has 7 to 64 hexadecimal digits")
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<Verdict> {
    let (described, services) = match args.services.open(program)? {
        Some(Opened::Functions(described, services)) => (described, services),
        Some(Opened::Others(opened)) => {
            return other::start(&opened, &args.material, &args.package, &args.commit, &args.change);
        }
        None => return Ok(Verdict::Bad),
    };
    let addresses: Vec<String> = described.iter().map(Described::address).collect();
    let packages = packages(services.clone(), &addresses, &args.package)?;
    let place = args.change.github()?;
    let started = args.change.with_aws(async |deployer| {
        // A release that did not start has nothing to tell: what is true then is of the one before.
        let started = start(deployer, &packages, &args.commit).await?;
        if let Some(place) = place {
            place.tell_of_functions(deployer, &services, None).await;
        }
        Ok(started)
    })?;
    for it in &started {
        print::done(
            &args.change.verb("Started"),
            &format!(
                "release {} of {}: the candidate is version {}, version {} serves",
                it.release, it.service, it.version, it.serving
            ),
        );
    }
    // As they were named: the bare name of a service may be that of several stacks.
    print::note(&format!("hint: `release verify {}` comes next", args.services.names.join(" ")));
    Ok(Verdict::Good)
}

/// Reads each service's package. A service is named by itself or by its address, `STACK/NAME`.
fn packages(
    services: Vec<Service>,
    addresses: &[String],
    given: &[String],
) -> anyhow::Result<Vec<(Service, Package)>> {
    let is_single = services.len() == 1;
    let is_known = |name: &str| {
        services.iter().any(|service| service.name == name) || addresses.iter().any(|address| address == name)
    };
    let mut paths: Vec<(Option<&str>, PathBuf)> = given
        .iter()
        .map(|text| match text.split_once('=') {
            Some((name, path)) if is_known(name) => (Some(name), PathBuf::from(path)),
            _ => (None, PathBuf::from(text)),
        })
        .collect();
    let mut packages = Vec::new();
    for (service, address) in services.into_iter().zip(addresses) {
        let is_for = |(name, _): &(Option<&str>, PathBuf)| match name {
            Some(name) => *name == service.name || name == address,
            None => is_single,
        };
        let Some(index) = paths.iter().position(is_for) else {
            let name = &service.name;
            return Err(UsageError(format!(
                "there is no package for service `{name}`\n  hint: give it with `--package {name}=ZIP`"
            ))
            .into());
        };
        let (_, path) = paths.remove(index);
        packages.push((service, read(&path)?));
    }
    match paths.first() {
        Some((_, path)) => Err(UsageError(format!(
            "package {} is for none of the services\n  hint: write `--package SERVICE=ZIP`, once for each service",
            path.display()
        ))
        .into()),
        None => Ok(packages),
    }
}

/// Reads a package, or looks at it in S3.
fn read(path: &Path) -> anyhow::Result<Package> {
    if let Some(text) = path.to_str().filter(|text| text.starts_with("s3:")) {
        let object = Object::parse(text).ok_or_else(|| {
            UsageError(format!("`{text}` names no object\n  hint: write `s3://BUCKET/KEY`"))
        })?;
        let package =
            formwork_release::block_on(async { Package::of_object(&connect().await, &object).await })?;
        return package.with_context(|| format!("cannot release {text}"));
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    if !is_zip(&bytes) {
        anyhow::bail!("{} is not a zip file\n  hint: Lambda takes a zipped function", path.display());
    }
    if bytes.len() > DIRECT {
        anyhow::bail!(
            "{} has {} MB, and at most 50 can be sent to Lambda\n  hint: put it into S3, and give `s3://BUCKET/KEY`",
            path.display(),
            bytes.len() / 1_000_000
        );
    }
    Ok(Package::new(bytes))
}
