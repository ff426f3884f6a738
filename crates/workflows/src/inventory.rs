//! The stacks, outputs, roles, functions and releases of a program that workflows may refer to.

use std::collections::{BTreeMap, BTreeSet};

use formwork_core::Kind;
use formwork_core::references::{BlockReference, Step, holds_template, reference};
use serde_json::Value as Json;

/// What the synthesized documents hold that a workflow may name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The outputs of each stack, by the stack's name.
    pub stacks: BTreeMap<String, BTreeSet<String>>,
    /// The services of each stack that describes how they are released, by the stack's name.
    pub releases: BTreeMap<String, BTreeSet<String>>,
    /// The names of Lambda functions in AWS.
    pub functions: BTreeSet<String>,
    /// The subjects that may assume each role, by the role's name in AWS.
    pub roles: BTreeMap<String, BTreeSet<String>>,
    /// The variables of each repository itself, as those of an environment.
    pub variables: BTreeMap<String, BTreeMap<String, Option<String>>>,
    /// The checks that the branches of each repository ask for.
    pub checks: BTreeMap<String, BTreeSet<String>>,
    /// The environments of each repository on GitHub, by its name without the owner.
    pub environments: BTreeMap<String, BTreeMap<String, InventoryEnvironment>>,
}

/// An environment on GitHub.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InventoryEnvironment {
    /// What each variable holds; for one that holds the ARN of a role of the stacks, the role's name.
    pub variables: BTreeMap<String, Option<String>>,
    /// The secrets that the stacks set. Others may be set by hand.
    pub secrets: BTreeSet<String>,
    /// Whether somebody must agree before a job deploys there.
    pub has_reviewers: bool,
}

impl Inventory {
    /// Reads documents, by the names of their stacks.
    #[must_use]
    pub fn read(documents: &BTreeMap<String, Json>) -> Self {
        let mut inventory = Self::default();
        for (stack, document) in documents {
            let outputs = document["output"].as_object();
            let outputs = outputs.map(|outputs| outputs.keys().cloned().collect()).unwrap_or_default();
            inventory.stacks.insert(stack.clone(), outputs);
            for function in resources(document, "aws_lambda_function") {
                inventory.functions.extend(text(function, "function_name"));
            }
            for role in resources(document, "aws_iam_role") {
                if let Some(name) = text(role, "name") {
                    inventory.roles.insert(name, subjects(role));
                }
            }
            for environment in resources(document, "github_repository_environment") {
                inventory.add_environment(document, environment);
            }
        }
        for document in documents.values() {
            for variable in resources(document, "github_actions_variable") {
                let role = text(variable, "value").and_then(|value| role_of(documents, &value));
                let repository = text(variable, "repository").and_then(|text| repository(document, &text));
                if let (Some(repository), Some(name)) = (repository, text(variable, "variable_name")) {
                    inventory.variables.entry(repository).or_default().insert(name, role);
                }
            }
            for protection in resources(document, "github_branch_protection") {
                let Some(repository) =
                    text(protection, "repository_id").and_then(|text| repository(document, &text))
                else {
                    continue;
                };
                let checks = protection["required_status_checks"].as_array().into_iter().flatten();
                let contexts = checks.filter_map(|checks| checks["contexts"].as_array()).flatten();
                let contexts = contexts.filter_map(Json::as_str).map(str::to_owned);
                inventory.checks.entry(repository).or_default().extend(contexts);
            }
            for variable in resources(document, "github_actions_environment_variable") {
                inventory.add_variable(documents, document, variable);
            }
            for secret in resources(document, "github_actions_environment_secret") {
                if let (Some(environment), Some(name)) =
                    (inventory.environment_of(document, secret), text(secret, "secret_name"))
                {
                    environment.secrets.insert(name);
                }
            }
        }
        inventory
    }

    fn add_environment(&mut self, document: &Json, environment: &Json) {
        let Some(name) = text(environment, "environment") else { return };
        let Some(repository) = text(environment, "repository").and_then(|text| repository(document, &text))
        else {
            return;
        };
        let has_reviewers = !environment["reviewers"].is_null();
        let found = InventoryEnvironment { has_reviewers, ..InventoryEnvironment::default() };
        self.environments.entry(repository).or_default().insert(name, found);
    }

    fn add_variable(&mut self, documents: &BTreeMap<String, Json>, document: &Json, variable: &Json) {
        let role = text(variable, "value").and_then(|value| role_of(documents, &value));
        if let (Some(environment), Some(name)) =
            (self.environment_of(document, variable), text(variable, "variable_name"))
        {
            environment.variables.insert(name, role);
        }
    }

    /// The environment that a variable or secret belongs to, which names it by a reference.
    fn environment_of(&mut self, document: &Json, resource: &Json) -> Option<&mut InventoryEnvironment> {
        let repository = repository(document, &text(resource, "repository")?)?;
        let name = text(resource, "environment")?;
        let name = match reference(&name) {
            Some(reference) => {
                let block = reference.block()?;
                text(&document["resource"][block.type_name][block.name], "environment")?
            }
            None => name,
        };
        self.environments.get_mut(&repository)?.get_mut(&name)
    }
}

fn resources<'a>(document: &'a Json, kind: &str) -> impl Iterator<Item = &'a Json> {
    document["resource"][kind].as_object().into_iter().flat_map(|resources| resources.values())
}

fn text(resource: &Json, argument: &str) -> Option<String> {
    resource[argument].as_str().map(str::to_owned)
}

/// The name of a repository, which is literal or refers to what has it as its name.
fn repository(document: &Json, argument: &str) -> Option<String> {
    let Some(reference) = reference(argument) else {
        return (!holds_template(argument)).then(|| argument.to_owned());
    };
    let block = reference.block()?;
    let section = if block.kind == Kind::Data { "data" } else { "resource" };
    let found = &document[section][block.type_name][block.name];
    let name = text(found, "name").or_else(|| text(found, "full_name"))?;
    Some(name.rsplit('/').next().unwrap_or(&name).to_owned())
}

/// The role whose ARN a value is: directly, or as another stack's output.
fn role_of(documents: &BTreeMap<String, Json>, value: &str) -> Option<String> {
    let output = reference(value)?;
    let names: Vec<&str> = (0..output.steps.len()).map_while(|at| output.name(at)).collect();
    let ["data", "terraform_remote_state", label, "outputs", output] = names[..] else { return None };
    // The label is the stack's name as an identifier, which may differ in what stands for a dash.
    let same = |name: &String| name.replace('-', "_") == label.replace('-', "_");
    let (_, document) = documents.iter().find(|(name, _)| same(name))?;
    let value = document["output"][output]["value"].as_str()?;
    let value = reference(value)?;
    let is_arn = |role: &BlockReference<'_, '_>| {
        (role.kind, role.type_name, role.rest) == (Kind::Resource, "aws_iam_role", &[Step::Name("arn")][..])
    };
    let role = value.block().filter(is_arn)?.name;
    text(&document["resource"]["aws_iam_role"][role], "name")
}

/// The subjects of GitHub's tokens that a trust policy names, patterns included.
fn subjects(role: &Json) -> BTreeSet<String> {
    let Some(policy) = text(role, "assume_role_policy") else { return BTreeSet::new() };
    // Parts of the policy may be expressions, and then the whole is one; the claims are literal text in both.
    let mut subjects = BTreeSet::new();
    let mut rest = policy.as_str();
    while let Some(start) = rest.find("repo:") {
        let found = &rest[start..];
        let end = found.find(['"', '\\']).unwrap_or(found.len());
        subjects.insert(found[..end].to_owned());
        rest = &found[end..];
    }
    subjects
}
