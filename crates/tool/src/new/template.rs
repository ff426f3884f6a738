//! What a project may begin with: the files of `templates/`, with the project's name in place of `{{name}}`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::ValueEnum;

/// What a project begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Template {
    /// A private bucket for files
    #[default]
    Bucket,
    /// A program that answers requests
    Service,
    /// A site of files
    Site,
}

/// Where a project runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Cloud {
    /// Amazon Web Services
    #[default]
    Aws,
    /// Google Cloud
    Google,
    /// Microsoft Azure
    Azure,
    /// Cloudflare
    Cloudflare,
}

impl Template {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Bucket => "bucket",
            Self::Service => "service",
            Self::Site => "site",
        }
    }

    /// The types of the cloud's provider that the stack uses; AWS's come with formwork.
    pub(super) const fn types(self, cloud: Cloud) -> &'static [&'static str] {
        match (cloud, self) {
            (Cloud::Aws, _) => &[],
            (Cloud::Google, Self::Bucket) => &["google_storage_bucket"],
            (Cloud::Google, Self::Service) => &["google_service_account", "google_cloud_run_v2_service"],
            (Cloud::Google, Self::Site) => {
                &["google_storage_bucket", "google_storage_bucket_iam_member", "google_storage_bucket_object"]
            }
            (Cloud::Azure, Self::Bucket) => {
                &["azurerm_resource_group", "azurerm_storage_account", "azurerm_storage_container"]
            }
            (Cloud::Azure, Self::Service) => {
                &["azurerm_resource_group", "azurerm_container_app_environment", "azurerm_container_app"]
            }
            (Cloud::Azure, Self::Site) => &["azurerm_resource_group", "azurerm_static_web_app"],
            (Cloud::Cloudflare, Self::Bucket) => &["cloudflare_r2_bucket"],
            (Cloud::Cloudflare, Self::Service) => &["cloudflare_workers_script"],
            (Cloud::Cloudflare, Self::Site) => &["cloudflare_pages_project"],
        }
    }
}

impl Cloud {
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Google => "Google Cloud",
            Self::Azure => "Azure",
            Self::Cloudflare => "Cloudflare",
        }
    }

    /// The provider whose catalogue a project needs, as `bindings get` takes it.
    pub(super) const fn provider(self) -> Option<&'static str> {
        match self {
            Self::Aws => None,
            Self::Google => Some("hashicorp/google"),
            Self::Azure => Some("hashicorp/azurerm"),
            Self::Cloudflare => Some("cloudflare/cloudflare"),
        }
    }

    /// The name of the provider in Terraform, and of the module with its bindings.
    pub(super) fn local_name(self) -> &'static str {
        self.provider().and_then(|provider| provider.rsplit('/').next()).unwrap_or("aws")
    }
}

/// The files of a cloud: settings, what reads them, and the stack and its snapshot for each template.
struct Files {
    settings: &'static str,
    settings_rs: &'static str,
    stacks: [(&'static str, &'static str); 3],
}

macro_rules! files {
    ($cloud:literal) => {
        Files {
            settings: include_str!(concat!("../../templates/", $cloud, "/settings.toml")),
            settings_rs: include_str!(concat!("../../templates/", $cloud, "/settings.rs")),
            stacks: [files!($cloud, "bucket"), files!($cloud, "service"), files!($cloud, "site")],
        }
    };
    ($cloud:literal, $template:literal) => {
        (
            include_str!(concat!("../../templates/", $cloud, "/", $template, ".rs")),
            include_str!(concat!("../../templates/", $cloud, "/", $template, ".snap")),
        )
    };
}

const AWS: Files = files!("aws");
const GOOGLE: Files = files!("google");
const AZURE: Files = files!("azure");
const CLOUDFLARE: Files = files!("cloudflare");

const README: &str = include_str!("../../templates/common/README.md");
const AGENTS: &str = include_str!("../../templates/common/AGENTS.md");
const MAIN: &str = include_str!("../../templates/common/main.rs");
const TESTS: &str = include_str!("../../templates/common/tests.rs");
const HANDLER: &str = include_str!("../../templates/common/service/index.mjs");
const WORKER: &str = include_str!("../../templates/common/service/worker.mjs");
const PAGE: &str = include_str!("../../templates/common/site/index.html");

/// The files of a project, but for its `Cargo.toml`, bindings and workflows, by path below its folder.
pub(super) fn files(template: Template, cloud: Cloud, name: &str) -> BTreeMap<PathBuf, String> {
    let of = match cloud {
        Cloud::Aws => AWS,
        Cloud::Google => GOOGLE,
        Cloud::Azure => AZURE,
        Cloud::Cloudflare => CLOUDFLARE,
    };
    let (stack, snapshot) = of.stacks[template as usize];
    let snapshot_path = format!("snapshots/{name}.snap");
    let mut files = vec![
        ("README.md", README),
        ("AGENTS.md", AGENTS),
        (".gitignore", "/target\n/formwork.out\n*.snap.new\n"),
        ("settings.toml", of.settings),
        ("src/main.rs", MAIN),
        ("src/settings.rs", of.settings_rs),
        ("src/stack.rs", stack),
        ("src/tests.rs", TESTS),
        (snapshot_path.as_str(), snapshot),
    ];
    match (template, cloud) {
        (Template::Service, Cloud::Aws) => files.push(("service/index.mjs", HANDLER)),
        (Template::Service, Cloud::Cloudflare) => files.push(("service/index.mjs", WORKER)),
        (Template::Site, Cloud::Google | Cloud::Aws) => files.push(("site/index.html", PAGE)),
        _ => {}
    }
    let filled = |text: &str| fill(&choose(text, cloud), template, cloud, name);
    files.into_iter().map(|(path, text)| (path.into(), filled(text))).collect()
}

/// Keeps the lines that are for a cloud: `//@aws`, `//@others` and `//@all` begin parts of a file.
fn choose(text: &str, cloud: Cloud) -> String {
    let mut is_kept = true;
    let mut kept = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.trim().strip_prefix("//@") {
            Some("aws") => is_kept = cloud == Cloud::Aws,
            Some("others") => is_kept = cloud != Cloud::Aws,
            Some("all") => is_kept = true,
            _ if is_kept => kept.push_str(line),
            _ => {}
        }
    }
    kept
}

fn fill(text: &str, template: Template, cloud: Cloud, name: &str) -> String {
    // Names that allow neither hyphens nor more than 24 characters (Azure's storage accounts) are made of the same.
    let compact: String = name.chars().filter(|it| *it != '-').take(19).collect();
    text.replace("{{name}}", name)
        .replace("{{compact}}", &compact)
        .replace("{{provider}}", cloud.local_name())
        .replace("{{template}}", template.name())
        .replace("{{cloud}}", cloud.title())
}
