//! The tables of `docs/systems/` say where each point of a system's document is met. Each place that they name is there:
//! files, what stands in a source, modules, jobs and steps of workflows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

/// What a page may name.
struct Places {
    /// Files of the system by their path below its folder, those that are rendered, and smoke tests.
    files: BTreeMap<String, String>,
    /// Jobs and names of steps of each workflow.
    workflows: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>,
}

/// What a name in a cell is the name of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Module,
    Job,
    File(String),
    /// Something in the source of that name.
    Item(String),
    Other,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { below(&path, found) } else { found.push(path) }
    }
}

impl Places {
    fn of(system: &str) -> Self {
        let (root, mut files, mut workflows) = (root(), BTreeMap::new(), BTreeMap::new());
        let rendered = root.join("snapshots/workflows").join(system);
        let own = root.join("stacks/src/systems").join(system.replace('-', "_"));
        let mut folders = vec![own, root.join("smoke"), root.join("stacks/src/shared")];
        folders.extend(fs::read_dir(&rendered).unwrap().map(|entry| entry.unwrap().path()));
        for folder in folders {
            let mut paths = Vec::new();
            below(&folder, &mut paths);
            for path in paths {
                let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
                let text = fs::read_to_string(&path).unwrap();
                if let Some(file) = name.strip_prefix(".github/workflows/") {
                    workflows.insert(file.to_owned(), jobs_and_steps(&text));
                }
                // The system's own come first.
                files.entry(name).or_insert(text);
            }
        }
        Self { files, workflows }
    }

    /// A file by its path, or by its last parts.
    fn file(&self, name: &str) -> Option<&str> {
        let ends = |path: &&String| *path == name || path.ends_with(&format!("/{name}"));
        let path = self.files.keys().find(ends).or_else(|| {
            let name = name.strip_prefix("smoke/")?;
            self.files.keys().find(|path| *path == name)
        })?;
        Some(&self.files[path])
    }

    /// What a cell names and is not there.
    fn missing(&self, cell: &str) -> Vec<String> {
        let (mut missing, mut last) = (Vec::new(), Kind::Other);
        let pieces: Vec<&str> = cell.split('`').collect();
        let named = |name: &&str| self.workflows.contains_key(*name);
        let mentioned: Vec<&str> = pieces.iter().skip(1).step_by(2).copied().filter(named).collect();
        let of_row = |name: &&String| mentioned.is_empty() || mentioned.contains(&name.as_str());
        let workflows: Vec<_> =
            self.workflows.iter().filter(|(name, _)| of_row(name)).map(|it| it.1).collect();
        for (index, name) in pieces.iter().enumerate().skip(1).step_by(2) {
            last = kind(pieces[index - 1], name, &last);
            let is_there = match &last {
                Kind::Module => {
                    let path = root().join("modules/src").join(name);
                    path.is_dir() || path.with_extension("rs").is_file()
                }
                Kind::Job => workflows.iter().any(|(jobs, _)| jobs.contains(*name)),
                Kind::File(name) => self.file(name).is_some() || root().join(name).is_file(),
                Kind::Item(file) => {
                    let item = name.rsplit("::").next().unwrap();
                    self.file(file).is_some_and(|text| words(text).any(|word| word == item))
                }
                Kind::Other => true,
            };
            if !is_there {
                missing.push(format!("{last:?} {name}"));
            }
        }
        for step in cell.split("step \"").skip(1) {
            let step = step.split('"').next().unwrap();
            if !workflows.iter().any(|(_, steps)| steps.contains(step)) {
                missing.push(format!("step {step}"));
            }
        }
        missing
    }
}

/// What a name is, by the words in front of it, its ending, and what the name before it was.
fn kind(before: &str, name: &str, last: &Kind) -> Kind {
    let before = before.to_lowercase();
    let is_next = [", ", " and ", " → "].contains(&before.as_str());
    if [".rs", ".yml", ".toml"].iter().any(|ending| name.ends_with(ending)) && !name.contains('*') {
        return Kind::File(name.to_owned());
    }
    match last {
        _ if before.ends_with("module ") || before.ends_with("modules ") => Kind::Module,
        _ if before.ends_with("job ") || before.ends_with("jobs ") => Kind::Job,
        Kind::File(file) if is_next && file.ends_with(".rs") => Kind::Item(file.clone()),
        Kind::Module | Kind::Job | Kind::Item(_) if is_next => last.clone(),
        _ => Kind::Other,
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '_'))
}

fn jobs_and_steps(workflow: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let workflow: Json = serde_saphyr::from_str(workflow).unwrap();
    let jobs = workflow["jobs"].as_object().unwrap();
    let steps = jobs.values().flat_map(|job| job["steps"].as_array().into_iter().flatten());
    let steps = steps.filter_map(|step| step["name"].as_str()).map(str::to_owned).collect();
    (jobs.keys().cloned().collect(), steps)
}

/// The rows of the table that goes through the document, with their lines.
fn rows(page: &str) -> Vec<(usize, &str)> {
    let lines = page.lines().enumerate().map(|(index, line)| (index + 1, line));
    let is_heading = |line: &str| line.starts_with("## ");
    let through =
        |line: &str| is_heading(line) && (line.contains("by section") || line.contains("by criterion"));
    let table =
        lines.skip_while(|(_, line)| !through(line)).skip(1).take_while(|(_, line)| !is_heading(line));
    table.filter(|(_, line)| line.starts_with("| ") && !line.starts_with("| ---")).skip(1).collect()
}

#[test]
fn every_place_that_the_pages_name_is_there() {
    let mut missing = Vec::new();
    for system in ["cat-house", "outreachpass", "replicator", "scheduler", "shtetl"] {
        let places = Places::of(system);
        let path = format!("docs/systems/{system}.md");
        let page = fs::read_to_string(root().join(&path)).unwrap();
        let rows = rows(&page);
        assert!(rows.len() > 15, "{path} has a table of {} rows", rows.len());
        for (line, row) in rows {
            let cell = row.trim_start_matches("| ").split_once(" | ").unwrap().1;
            missing.extend(places.missing(cell).into_iter().map(|what| format!("{path}:{line}: {what}")));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn a_place_that_is_not_there_is_found() {
    let places = Places::of("shtetl");
    let cell = "`ci-cd.yml`, jobs `build`, `shine` (`environment.rs`, `build_api` and `build_castle`), module `castle`, `moat.toml`; job `gate`, step \"Look up\"";
    assert_eq!(
        places.missing(cell),
        [
            "Job shine",
            "Item(\"environment.rs\") build_castle",
            "Module castle",
            "File(\"moat.toml\") moat.toml",
            "step Look up"
        ]
    );
}
