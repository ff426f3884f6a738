//! What the role of each job may do, from the other side: the commands that the rendered workflows run under the role
//! call certain actions, and its policies permit exactly those.
//!
//! What `release` calls is listed by the code that calls it ([`Verb::permissions_for`]). What other programs call is from
//! their documentation, named below. Roles that apply stacks are measured on the emulator (`tools/emulate`), since the
//! provider knows what it calls and says so nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use formwork::Synthesized;
use formwork::release::{Name, Release, Verb};
use formwork::workflows::Inventory;
use serde_json::Value as Json;

use crate::snapshots::synthesized;

/// Actions of IAM, such as `lambda:UpdateAlias`.
type Actions = BTreeSet<String>;

/// A role that no stack makes: replicator's own script, which is not here, builds images with it.
const BY_HAND: &str = "IMAGE_ROLE_ARN";

/// `terraform output` reads the state: Terraform's documentation of the backend `s3`, "S3 Bucket Permissions".
const READS_STATE: [&str; 2] = ["s3:GetObject", "s3:ListBucket"];

/// What a package in S3 is read with: AWS Lambda Developer Guide, "Deploying .zip file archives", and Amazon S3 User
/// Guide, "GetObject".
const READS_PACKAGE: [&str; 2] = ["s3:GetObject", "s3:GetObjectVersion"];

/// What a command of another program calls, by its first words.
const OTHERS: [(&str, &[&str]); 11] = [
    ("aws ecr get-login-password", &["ecr:GetAuthorizationToken"]),
    ("aws cloudwatch describe-alarms", &["cloudwatch:DescribeAlarms"]),
    ("aws lambda delete-function-concurrency", &["lambda:DeleteFunctionConcurrency"]),
    ("aws lambda invoke", &["lambda:InvokeFunction"]),
    ("aws lambda put-function-concurrency", &["lambda:PutFunctionConcurrency"]),
    // It asks nothing of IAM: AWS STS API Reference, "GetCallerIdentity".
    ("aws sts get-caller-identity", &[]),
    ("aws s3 cp", &["s3:PutObject"]),
    ("aws secretsmanager put-secret-value", &["secretsmanager:PutSecretValue"]),
    ("aws sns publish", &["sns:Publish"]),
    // Amazon ECR User Guide, "IAM permissions for pushing an image to an Amazon ECR private repository".
    (
        "docker push",
        &[
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:CompleteLayerUpload",
            "ecr:InitiateLayerUpload",
            "ecr:PutImage",
            "ecr:UploadLayerPart",
        ],
    ),
    // The file of what was migrated when, which is an object like any other.
    ("migrations", &["s3:GetObject", "s3:PutObject"]),
];

struct Role {
    name: String,
    called: Actions,
    applies: bool,
    jobs: BTreeSet<String>,
}

#[test]
fn roles_of_releases_and_builds_may_do_what_their_jobs_do_and_nothing_else() {
    let synthesized = synthesized();
    let inventory = formwork::inventory(&synthesized).unwrap();
    let permitted = permitted(&synthesized);
    let mut wrong = Vec::new();
    let mut compared = 0;
    for role in roles(&inventory, &releases(&synthesized)) {
        let Some(permitted) = permitted.get(&role.name) else {
            wrong.push(format!("{}: no stack makes this role", role.name));
            continue;
        };
        if role.applies {
            continue;
        }
        compared += 1;
        let jobs = role.jobs.iter().cloned().collect::<Vec<_>>().join(", ");
        for action in role.called.difference(permitted) {
            wrong.push(format!("{} may not do {action}, which is called in {jobs}", role.name));
        }
        for action in permitted.difference(&role.called) {
            wrong.push(format!("{} may do {action}, which nothing calls in {jobs}", role.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(compared, 11, "roles of releases and builds");
}

/// The releases that stacks describe, by stack and service.
fn releases(synthesized: &Synthesized) -> BTreeMap<(String, String), Release> {
    let mut releases = BTreeMap::new();
    for (entry, _) in &synthesized.documents {
        for (service, description) in
            entry.annotations.get(formwork::release::ANNOTATION).into_iter().flatten()
        {
            let release = serde_json::from_value(description.clone()).unwrap();
            releases.insert((entry.name.clone(), service.clone()), release);
        }
    }
    releases
}

/// The actions that the policies of each role permit, by the role's name in AWS.
fn permitted(synthesized: &Synthesized) -> BTreeMap<String, Actions> {
    let mut permitted: BTreeMap<String, Actions> = BTreeMap::new();
    for (_, bytes) in &synthesized.documents {
        let document: Json = serde_json::from_slice(bytes).unwrap();
        let resources = &document["resource"];
        let attachments = resources["aws_iam_role_policy_attachment"].as_object();
        for attachment in attachments.into_iter().flat_map(|all| all.values()) {
            let role = &resources["aws_iam_role"][logical_name(&attachment["role"])];
            let policy = &resources["aws_iam_policy"][logical_name(&attachment["policy_arn"])];
            let (Some(role), Some(policy)) = (role["name"].as_str(), policy["policy"].as_str()) else {
                continue;
            };
            let actions = policy.split("\"Action\"").skip(1).flat_map(actions);
            permitted.entry(role.to_owned()).or_default().extend(actions);
        }
    }
    permitted
}

/// The name in a reference such as `${aws_iam_role.deploy.name}`.
fn logical_name(reference: &Json) -> &str {
    reference.as_str().and_then(|text| text.split('.').nth(1)).unwrap_or_default()
}

/// The actions at the beginning of a text: the policy is JSON, or an expression that makes it.
fn actions(statement: &str) -> Vec<String> {
    let value = statement.trim_start_matches([' ', '=', ':']);
    let list = if value.starts_with('[') {
        value.split(']').next()
    } else {
        value.get(..=value[1..].find('"').unwrap())
    };
    list.unwrap().split('"').filter(|text| text.contains(':')).map(str::to_owned).collect()
}

/// The roles that jobs assume, with what the jobs call.
fn roles(inventory: &Inventory, releases: &BTreeMap<(String, String), Release>) -> Vec<Role> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots/workflows");
    let mut roles: BTreeMap<String, Role> = BTreeMap::new();
    for repository in folders(&root).iter().flat_map(|system| folders(system)) {
        let name = file_name(&repository);
        for file in folders(&repository.join(".github/workflows")) {
            let workflow: Json = serde_saphyr::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
            for (id, job) in workflow["jobs"].as_object().unwrap() {
                let Some(role) = role_of(job, &name, inventory) else { continue };
                let entry = roles.entry(role.clone()).or_insert_with(|| Role {
                    name: role,
                    called: Actions::new(),
                    applies: false,
                    jobs: BTreeSet::new(),
                });
                entry.jobs.insert(format!("{}/{id}", file_name(&file)));
                for command in commands(job) {
                    // A role that plans has the part of such a role that reads (`Role::reading`).
                    entry.applies |= command.contains(" apply ") || plans(&command);
                    entry.called.extend(called(&command, releases));
                }
            }
        }
    }
    roles.into_values().collect()
}

fn folders(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// The name of the role that a job assumes: what the stacks put into the variable that the step names.
fn role_of(job: &Json, repository: &str, inventory: &Inventory) -> Option<String> {
    let steps = job["steps"].as_array()?;
    let variable = steps.iter().find_map(|step| step["with"]["role-to-assume"].as_str())?;
    let variable = variable.strip_prefix("${{ vars.")?.strip_suffix(" }}")?;
    let environment = job["environment"]["name"].as_str();
    let of_environment = environment
        .and_then(|name| inventory.environments.get(repository)?.get(name)?.variables.get(variable).cloned());
    let of_repository = || inventory.variables.get(repository)?.get(variable).cloned();
    let role = of_environment.or_else(of_repository).flatten();
    assert!(role.is_some() || variable == BY_HAND, "{repository}: no stack sets {variable} to a role");
    role
}

/// The commands of a job that call AWS, each in one line.
fn commands(job: &Json) -> Vec<String> {
    let steps = job["steps"].as_array().into_iter().flatten();
    let scripts = steps.filter_map(|step| step["run"].as_str()).map(|script| script.replace("\\\n", " "));
    let lines: Vec<String> =
        scripts.flat_map(|script| script.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let starts = ["./tool/", "aws ", "docker push"];
    let from_start = |line: &String| {
        let start = starts.iter().filter_map(|start| line.find(start)).min()?;
        (!line.trim_start().starts_with('#')).then(|| line[start..].to_owned())
    };
    lines.iter().filter_map(from_start).collect()
}

/// Whether a command plans what is there, and not in the sandbox.
fn plans(command: &str) -> bool {
    command.contains(" plan ") && !command.contains("--sandbox")
}

/// The actions that a command calls.
fn called(command: &str, releases: &BTreeMap<(String, String), Release>) -> Actions {
    let other = |start: &str| {
        let found = OTHERS.iter().find(|(other, _)| start.starts_with(other));
        found.unwrap_or_else(|| panic!("it is not known here what `{command}` calls")).1
    };
    let Some(arguments) = command.strip_prefix("./tool/formwork-stacks ") else {
        return other(command).iter().map(|&action| action.to_owned()).collect();
    };
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let reads_state = || READS_STATE.map(str::to_owned).into();
    match words.as_slice() {
        ["release", verb, rest @ ..] => released(verb, rest, releases),
        ["smoke", .., "--url", _] | ["smoke", _, _] => Actions::new(),
        ["smoke" | "output", ..] => reads_state(),
        ["migrations", rest @ ..] if rest.contains(&"--log") => {
            other("migrations").iter().map(|&action| action.to_owned()).collect()
        }
        ["synth" | "plan" | "apply" | "gate" | "migrations" | "validate", ..] => Actions::new(),
        _ => panic!("it is not known here what `{command}` calls"),
    }
}

fn released(verb: &str, words: &[&str], releases: &BTreeMap<(String, String), Release>) -> Actions {
    let verb = Verb::ALL.into_iter().find(|known| known.name() == verb).unwrap();
    let stack = words.iter().position(|word| *word == "--stack").map(|at| words[at + 1]);
    let mut actions = Actions::new();
    let mut found = 0;
    for ((of, service), release) in releases {
        let qualified = format!("{of}/{service}");
        let is_named = |word: &&str| (stack == Some(of) && *word == service) || **word == qualified;
        if !words.iter().any(is_named) {
            continue;
        }
        found += 1;
        // One on the machine is named in full; a variable holds the place of one in S3.
        if verb == Verb::Start && words.iter().any(|word| word.starts_with("--package=\"$")) {
            actions.extend(READS_PACKAGE.map(str::to_owned));
        }
        actions.extend(release.permissions(verb).iter().map(|one| one.action.to_owned()));
        if release.target.names().iter().any(|(_, name)| matches!(name, Name::Output { .. })) {
            actions.extend(READS_STATE.map(str::to_owned));
        }
    }
    assert!(found > 0, "`release {}` names no service", words.join(" "));
    actions
}
