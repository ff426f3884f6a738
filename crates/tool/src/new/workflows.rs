//! The workflows of a project: what `pipelines init` writes. They assume roles of AWS, so that a project elsewhere begins
//! with the first job of theirs, which tests the program and checks its documents.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::bail;
use formwork_workflows::{
    Inventory, Paths, PlannedStacks, Project, Renderer, Repository, Step, Tool, Triggers, Workflow, review,
};

use super::template::Cloud;

/// The region of the example.
const REGION: &str = "eu-central-1";

/// The files, by path below the project.
///
/// # Errors
/// Fails if the workflows are not as they must be.
pub(super) fn files(name: &str, cloud: Cloud) -> anyhow::Result<BTreeMap<PathBuf, String>> {
    let tool = Tool::new(name);
    let workflows = if cloud == Cloud::Aws { of_stacks(tool, name) } else { vec![checks(&tool)] };
    let repository = workflows.into_iter().fold(Repository::new("this repository"), Repository::workflow);
    let repositories = [repository];
    // The environments are made by hand, or by the module `repository`.
    if let Some(diagnostic) = review(&repositories, &Inventory::default()).first() {
        bail!("the workflows are not as they must be: {diagnostic}");
    }
    let [repository] = repositories;
    let files = Renderer::new()?.repository(&repository)?;
    Ok(files.into_iter().map(|(path, text)| (path.into(), text)).collect())
}

/// Those of `pipelines init --region eu-central-1`.
fn of_stacks(tool: Tool, stack: &str) -> Vec<Workflow> {
    let again = ["--binary", stack, "--branch", "main", "--region", REGION].map(str::to_owned);
    let project = Project {
        tool: tool.feature("pipelines").workflows(again.to_vec()),
        planned: PlannedStacks::All,
        waves: vec![vec![stack.to_owned()]],
        branch: "main".to_owned(),
        region: REGION.to_owned(),
        plan_environment: "plan".to_owned(),
        apply_environment: "apply".to_owned(),
        destroy_environment: "destroy".to_owned(),
        public_key: None,
    };
    project.workflows()
}

fn checks(tool: &Tool) -> Workflow {
    let triggers = Triggers::new().push(Paths::branches(["main"])).pull_request(Paths::branches(["main"]));
    let about = "Tests the program and checks its documents.";
    Workflow::new("check.yml", "Check", about, triggers).job(tool.documents_job([Step::checkout()]))
}
