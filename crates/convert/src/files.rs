//! The files of a package, written as one: under a temporary name, then renamed.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use formwork_core::Hint;

use crate::convert::Story;
use crate::emit::Counts;
use crate::error::ConvertError;

/// A package that is not written yet.
pub struct Package {
    files: BTreeMap<PathBuf, String>,
    /// Files and folders that move along: where to, and where from.
    copied: BTreeMap<PathBuf, PathBuf>,
}

impl Package {
    pub(crate) fn new(
        name: &str,
        formwork: &str,
        mut files: BTreeMap<PathBuf, String>,
        mut copied: BTreeMap<PathBuf, PathBuf>,
        counts: Counts,
        story: &Story,
    ) -> Self {
        for (path, text) in &mut files {
            let is_generated =
                path.starts_with("src/bindings") && path.file_name().is_some_and(|name| name != "mod.rs");
            if path.extension().is_some_and(|extension| extension == "rs") && !is_generated {
                *text = formatted(text);
            }
        }
        // Large documents in `json!` take the compiler further than it goes by itself.
        let is_large = |text: &String| {
            text.split("json!(")
                .skip(1)
                .any(|rest| rest.split(';').next().is_some_and(|rest| rest.len() > 1_500))
        };
        if files.iter().any(|(path, text)| !path.starts_with("src/bindings") && is_large(text))
            && let Some(main) = files.get_mut(Path::new("src/main.rs"))
        {
            *main = main.replacen(
                "\n\n",
                "\n\n// The documents in `json!` are large.\n#![recursion_limit = \"1024\"]\n\n",
                1,
            );
        }
        files.insert("Cargo.toml".into(), manifest(name, formwork));
        files.insert("README.md".into(), readme(name, counts, &copied, &files, story));
        files.insert(".gitignore".into(), "/target\n/formwork.out\n".to_owned());
        // A checkout names the versions of libraries that it was tested with.
        let lock = Path::new(formwork).join("Cargo.lock");
        if lock.is_file() {
            copied.insert("Cargo.lock".into(), lock);
        }
        Self { files, copied }
    }

    /// A package of files as they are, by path below the package, and of files that are copied: where to, and where from.
    #[must_use]
    pub const fn plain(files: BTreeMap<PathBuf, String>, copied: BTreeMap<PathBuf, PathBuf>) -> Self {
        Self { files, copied }
    }

    /// Lets a file move along.
    pub(crate) fn copy(&mut self, to: impl Into<PathBuf>, from: PathBuf) {
        self.copied.insert(to.into(), from);
    }

    /// The files that are made, by path below the package.
    #[must_use]
    pub const fn files(&self) -> &BTreeMap<PathBuf, String> {
        &self.files
    }
}

/// Writes a package into a folder that is not there yet.
///
/// # Errors
/// Fails if the folder is there, or a file cannot be read or written; nothing is left then.
pub fn write(package: &Package, out: &Path) -> Result<(), ConvertError> {
    if out.exists() {
        return Err(ConvertError::NotThere {
            path: out.to_owned(),
            problem: "is there already".to_owned(),
            hint: Hint::new("name a folder that is not there, or move this one away"),
        });
    }
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|error| ConvertError::write(parent, error))?;
    let temporary = tempfile::Builder::new().prefix(".formwork-").tempdir_in(parent);
    let temporary = temporary.map_err(|error| ConvertError::write(parent, error))?;
    let inside = temporary.path().join("package");
    for (path, text) in &package.files {
        let path = inside.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| ConvertError::write(folder, error))?;
        }
        fs::write(&path, text).map_err(|error| ConvertError::write(&path, error))?;
    }
    for (to, from) in &package.copied {
        copy(from, &inside.join(to))?;
    }
    fs::rename(&inside, out).map_err(|error| ConvertError::write(out, error))
}

fn copy(from: &Path, to: &Path) -> Result<(), ConvertError> {
    let metadata = fs::metadata(from).map_err(|error| ConvertError::read(from, error))?;
    if metadata.is_dir() {
        fs::create_dir_all(to).map_err(|error| ConvertError::write(to, error))?;
        for entry in fs::read_dir(from).map_err(|error| ConvertError::read(from, error))? {
            let entry = entry.map_err(|error| ConvertError::read(from, error))?;
            if entry.file_name() != ".terraform" && entry.file_type().is_ok_and(|kind| !kind.is_symlink()) {
                copy(&entry.path(), &to.join(entry.file_name()))?;
            }
        }
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(|error| ConvertError::write(folder, error))?;
    }
    fs::copy(from, to).map_err(|error| ConvertError::write(to, error)).map(|_| ())
}

/// The text as rustfmt leaves it; as it is where there is no rustfmt.
fn formatted(text: &str) -> String {
    let mut command = Command::new("rustfmt");
    command.args(["--edition", "2024", "--config", "max_width=110,use_small_heuristics=Max"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return text.to_owned() };
    let Some(mut input) = child.stdin.take() else { return text.to_owned() };
    let sent = text.to_owned();
    let writer = std::thread::spawn(move || input.write_all(sent.as_bytes()));
    let output = child.wait_with_output();
    // Whether it took all of it shows in what it gave.
    let _ = writer.join();
    match output {
        Ok(output) if output.status.success() => {
            String::from_utf8(output.stdout).unwrap_or_else(|_| text.to_owned())
        }
        _ => text.to_owned(),
    }
}

fn manifest(name: &str, formwork: &str) -> String {
    let source = if formwork.contains("://") || formwork.starts_with("git@") {
        format!("git = {formwork:?}")
    } else if formwork.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '=' | '^' | '~')) {
        format!("version = {formwork:?}")
    } else {
        format!("path = {formwork:?}")
    };
    let name = name.to_ascii_lowercase();
    let name = if matches!(
        name.as_str(),
        "formwork" | "core" | "std" | "alloc" | "test" | "build" | "deps" | "proc-macro"
    ) || name.starts_with('_')
    {
        format!("{name}-infrastructure").trim_start_matches('_').to_owned()
    } else {
        name
    };
    format!(
        r#"[package]
name = {name:?}
version = "0.1.0"
edition = "2024"
publish = false

[features]
default = ["sandbox"]
# `--sandbox`: a simulated cloud. It makes the first build longer.
sandbox = ["formwork/sandbox"]

[dependencies]
formwork = {{ {source}, default-features = false }}

# Debug information is what makes a build slow and large.
[profile.dev]
debug = false

[workspace]
"#
    )
}

fn readme(
    name: &str,
    counts: Counts,
    copied: &BTreeMap<PathBuf, PathBuf>,
    files: &BTreeMap<PathBuf, String>,
    story: &Story,
) -> String {
    let all = counts.typed + counts.raw;
    let share = if all == 0 { 100.0 } else { counts.typed as f64 * 100.0 / all as f64 };
    let mut out = format!(
        "# {name}\n\nA Formwork program, {}.\n\n```sh\ncargo run -- synth     # writes formwork.out\ncargo run -- plan\n```\n\n## What was done\n\n{all} arguments and blocks, of which {} ({share:.1} %) have a typed form.\n",
        story.of, counts.typed
    );
    if !copied.is_empty() {
        out.push_str("\nMoved along:\n\n");
        for to in copied.keys() {
            out.push_str(&format!("- `{}`\n", to.display()));
        }
    }
    let mut left: Vec<String> = story.left.iter().map(|sentence| format!("- {sentence}\n")).collect();
    for (path, text) in files.iter().filter(|(path, _)| !path.starts_with("src/bindings")) {
        for (index, line) in text.lines().enumerate() {
            let found = line
                .split_once("/* raw: ")
                .map(|(_, rest)| rest.split("*/").next().unwrap_or_default().trim());
            let found = found.or_else(|| line.trim().strip_prefix("// Not typed: "));
            if let Some(reason) = found {
                left.push(format!("- `{}`, line {}: {reason}\n", path.display(), index + 1));
            }
        }
    }
    out.push_str("\n## What is left\n\n");
    if left.is_empty() {
        out.push_str("Nothing.\n");
    } else {
        left.into_iter().for_each(|line| out.push_str(&line));
    }
    out
}
