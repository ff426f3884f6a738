//! What stands in for GitHub's actions: a checkout copies a folder, artifacts are folders, and what installs tools or
//! assumes roles does nothing. Each says in the log that it stands in, and panics if it was given what the real one
//! would refuse: then the workflow is wrong, and no condition of a later step may hide it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::workflow::expression::text;
use crate::workflow::job::Run;
use crate::workflow::plain;

impl Run<'_> {
    /// Does in the place of an action what the steps after it need.
    pub(super) fn action(&mut self, step: &str, action: &str, with: &Json) -> bool {
        let (name, commit) = action.split_once('@').unwrap();
        let is_pinned = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(is_pinned, "{action} is not pinned to a commit");
        self.say(&format!("== {step}: stands in for {name}"));
        let input = |input: &str| self.fill(&plain(&with[input]));
        let needs = |name: &str| {
            let value = input(name);
            assert!(!value.is_empty(), "{action} is not given `{name}`: {with}");
            value
        };
        match name {
            "actions/checkout" => self.check_out(with),
            "actions/upload-artifact" => {
                let name = needs("name");
                let mut of_run = self.github.artifacts_of_run.borrow_mut();
                let is_new = of_run.as_mut().is_none_or(|names| names.insert(name.clone()));
                drop(of_run);
                assert!(is_new, "409 Conflict: the run has an artifact `{name}` already");
                let to = self.github.artifact(&name);
                let found: Vec<PathBuf> =
                    needs("path").lines().flat_map(|path| matching(&self.folder, path)).collect();
                for from in &found {
                    copy(from, &if from.is_dir() { to.clone() } else { to.join(from.file_name().unwrap()) });
                }
                assert_eq!(with["if-no-files-found"], "error", "{with}");
                !found.is_empty()
            }
            "actions/download-artifact" => {
                let to = self.folder.join(needs("path"));
                if !with["name"].is_null() {
                    let name = needs("name");
                    let from = self.github.artifact(&name);
                    // What lies there may be of a run before.
                    let of_run = self.github.artifacts_of_run.borrow();
                    let is_there = of_run.as_ref().is_none_or(|names| names.contains(&name));
                    if !from.exists() || (with["run-id"].is_null() && !is_there) {
                        return false;
                    }
                    copy(&from, &to);
                    // A job that brings documents works with state that is elsewhere, without a checkout.
                    if name == "documents" {
                        self.link_kept(&self.folder.clone());
                    }
                    return true;
                }
                let pattern = needs("pattern");
                let prefix = pattern.trim_end_matches('*');
                for entry in fs::read_dir(self.github.artifact("")).into_iter().flatten() {
                    let name = entry.unwrap().file_name().into_string().unwrap();
                    if name.starts_with(prefix) {
                        let merged = with["merge-multiple"] == true;
                        let to = if merged { to.clone() } else { to.join(&name) };
                        copy(&self.github.artifact(&name), &to);
                    }
                }
                true
            }
            "actions/cache" => !needs("path").is_empty() && !needs("key").is_empty(),
            "actions/setup-go" => !needs("go-version").is_empty(),
            "actions/setup-node" => !needs("node-version").is_empty(),
            "actions/setup-python" => !needs("python-version").is_empty(),
            "hashicorp/setup-terraform" => {
                // Its wrapper hides exit codes and prints to where plans are read from.
                assert_eq!(input("terraform_wrapper"), "false", "{with}");
                !needs("terraform_version").is_empty()
            }
            "aws-actions/configure-aws-credentials" => {
                let (role, region) = (needs("role-to-assume"), needs("aws-region"));
                self.assume(&role, &region);
                // What the real one leaves for the steps after it.
                let left = [
                    ("AWS_REGION", region),
                    ("AWS_ACCESS_KEY_ID", role),
                    ("AWS_SECRET_ACCESS_KEY", "x".to_owned()),
                ];
                self.env.extend(left.map(|(name, value)| (name.to_owned(), value)));
                true
            }
            other => panic!("nothing stands in for {other}"),
        }
    }

    fn check_out(&mut self, with: &Json) -> bool {
        assert_eq!(with["persist-credentials"], false, "the token stays on disk: {with}");
        assert_eq!(self.permissions["contents"], "read", "the job may not read the repository");
        let folder = match with["path"].as_str() {
            Some(path) => self.folder.join(path),
            None => self.folder.clone(),
        };
        if with["ref"].is_string() {
            let reference = self.fill(&plain(&with["ref"]));
            self.say(&format!("checked out at {reference}"));
        }
        let from = match with["repository"].as_str() {
            None => &self.github.repository,
            Some(name) => {
                assert!(!self.fill(&plain(&with["token"])).is_empty(), "{name} is read without a token");
                &self.github.others[name]
            }
        };
        copy(from, &folder);
        self.link_kept(&folder);
        true
    }

    fn link_kept(&self, folder: &Path) {
        if let Some(kept) = &self.github.kept {
            let link = folder.join(kept);
            // A second checkout lies in a folder of the first.
            if link.symlink_metadata().is_err() {
                std::os::unix::fs::symlink(self.github.kept_folder(), link).unwrap();
            }
        }
    }

    /// A role lets in the subjects that its trust policy names, and GitHub gives a token to jobs that may have one.
    fn assume(&mut self, role: &str, region: &str) {
        let Some(roles) = &self.github.roles else { return };
        assert_eq!(self.permissions["id-token"], "write", "the job gets no token to assume {role} with");
        assert_eq!(region, roles.region, "{role} is for another region");
        let repository = text(&self.github.event["repository"]);
        let claim = match &self.environment {
            Some(environment) => format!("environment:{environment}"),
            None if self.github.event["event_name"] == "pull_request" => "pull_request".to_owned(),
            None => format!("ref:{}", text(&self.github.event["ref"])),
        };
        let subject = format!("repo:{repository}:{claim}");
        let patterns = roles.subjects.get(role);
        let patterns = patterns.unwrap_or_else(|| panic!("no stack declares the role {role}"));
        let lets_in = |pattern: &String| match pattern.split_once('*') {
            Some((start, end)) => subject.starts_with(start) && subject.ends_with(end),
            None => subject == *pattern,
        };
        assert!(patterns.iter().any(lets_in), "{role} lets in {patterns:?}, and not {subject}");
        self.say(&format!("assumed {role} as {subject}"));
    }
}

/// The files that a path of an artifact is for; one folder on the way may be `*`.
fn matching(folder: &Path, path: &str) -> Vec<PathBuf> {
    let Some((before, after)) = path.split_once("*/") else {
        return Some(folder.join(path)).filter(|path| path.exists()).into_iter().collect();
    };
    let entries = fs::read_dir(folder.join(before)).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path().join(after)).filter(|path| path.exists()).collect()
}

/// Copies a file, or a folder into another.
pub(crate) fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else if from.exists() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        // A program is large, is copied from job to job, and nobody writes to it.
        let is_program = from.metadata().unwrap().len() > 10_000_000;
        if !is_program || fs::hard_link(from, to).is_err() {
            fs::copy(from, to).unwrap();
        }
    }
}
