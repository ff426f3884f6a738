//! OutreachPass's workflows: validation of pull requests, deployments of backend, worker and frontend, and the
//! infrastructure's plan and apply.

use formwork::workflows::{
    Command, Concurrency, Effect, Expression, Job, Paths, Permissions, Repository, Scope, Script, Step, Text,
    Triggers, Workflow, actions, tool,
};

use super::bootstrap::{BUILD_ROLE, deploy_role_name, release_role_name};
use super::github::{BUILD_ROLE as BUILD_VARIABLE, DEPLOY_ROLE, RELEASE_ROLE};
use super::{Project, Settings};
use crate::pipelines::{Place, commit, elsewhere, failed, own_program};

const MAIN: &str = "main";

/// The repository's workflows.
///
/// # Errors
/// Fails if a settings file does not fit its types.
pub(crate) fn pipelines() -> formwork::Result<Vec<Repository>> {
    let (project, environments) = (Project::read()?, Settings::all()?);
    let function = |part| function_deployment(&project, &environments, part);
    let repository = elsewhere("outreachpass", &project.github.owner, &project.github.repository)
        .workflow(validation())
        .workflow(function(Part::Backend))
        .workflow(function(Part::Worker))
        .workflow(frontend(&project, &environments))
        .workflow(plan(&environments))
        .workflow(apply(&environments));
    Ok(vec![repository])
}

fn python() -> [Step; 2] {
    [
        Step::uses("Install Python", actions::SETUP_PYTHON).with("python-version", "3.13"),
        Step::run("Install Poetry", Command::new("pip").arguments(["install", "poetry==2.2.1"])),
    ]
}

fn node() -> Step {
    Step::uses("Install Node.js", actions::SETUP_NODE)
        .with("node-version", "24")
        .with("cache", "npm")
        .with("cache-dependency-path", "frontend/package-lock.json")
}

fn validation() -> Workflow {
    let about = "Tests, lints and scans every pull request, and comments on the result.";
    let triggers = Triggers::new().pull_request(Paths::branches([MAIN]));
    let poetry = |name: &str, command: &[&str]| {
        Step::run(name, Command::new("poetry").argument("run").arguments(command))
    };
    let backend = Job::new("backend-tests", "backend-tests", 20)
        .in_folder("backend")
        .step(Step::checkout())
        .steps(python())
        .step(Step::run("Install", Command::new("poetry").arguments(["install", "--no-interaction"])))
        .step(poetry("Lint", &["ruff", "check", "."]))
        .step(poetry("Check the types", &["mypy", "app"]))
        .step(poetry("Look for insecure code", &["bandit", "--recursive", "app"]))
        .step(poetry(
            "Test with a coverage of 80 % at least",
            &["pytest", "--cov=app", "--cov-fail-under=80"],
        ));
    let npx = |name: &str, command: &[&str]| {
        Step::run(name, Command::new("npx").argument("--no-install").arguments(command))
    };
    let frontend = Job::new("frontend-tests", "frontend-tests", 20)
        .in_folder("frontend")
        .step(Step::checkout())
        .step(node())
        .step(Step::run("Install", Command::new("npm").argument("ci")))
        .step(npx("Lint", &["eslint", "."]))
        .step(npx("Check the types", &["tsc", "--noEmit"]))
        .step(Step::run("Test", Command::new("npm").argument("test")))
        .step(Step::run("Build", Command::new("npm").arguments(["run", "build"])));
    let infrastructure = own_program();
    let terraform = infrastructure.job().step(infrastructure.synth_here());
    let terraform_checked = Job::new("terraform-validation", "terraform-validation", 20)
        .needs("tool")
        .steps(infrastructure.bring())
        .step(Step::run("Validate every document", infrastructure.call("validate --sandbox outreachpass-*")));
    let scan = Job::new("security-scan", "security-scan", 20)
        .step(Step::checkout_history())
        .step(Step::run("Look for secrets and known vulnerabilities", Script::of(include_str!("scan.sh"))));
    let jobs = ["backend-tests", "frontend-tests", "terraform-validation", "security-scan"];
    let mut text = Text::from("### Validation\n\n| job | result |\n| --- | --- |");
    for job in jobs {
        text = text.then(format!("\n| {job} | ")).then(Expression::job_result(job)).then(" |");
    }
    let own =
        Expression::github("event.pull_request.head.repo.full_name").equals(Expression::github("repository"));
    let summary = Job::new("pr-summary", "Summary", 5)
        .when(Expression::not_cancelled().and(own))
        .permissions(Permissions::none().write(Scope::PullRequests))
        .step(
            Step::run(
                "Write it",
                Script::of("printf '%s\\n' \"$TEXT\" | tee comment.md >> \"$GITHUB_STEP_SUMMARY\""),
            )
            .env("TEXT", text),
        )
        .step(tool::comment("pr-validation"));
    let summary = jobs.iter().fold(summary, |job, other| job.needs(other));
    Workflow::new("pr-validation.yml", "PR validation", about, triggers).jobs([
        backend,
        frontend,
        terraform,
        terraform_checked,
        scan,
        summary,
    ])
}

fn place<'a>(settings: &'a Settings, stack: &'a str, role: &'a str, variable: &'a str) -> Place<'a> {
    Place {
        environment: &settings.environment,
        stack,
        region: &settings.region,
        role,
        role_variable: variable,
    }
}

/// A package in the bucket of artifacts, then its version behind the alias of each environment: verified before, and
/// taken back if the checks after it fail.
fn function_deployment(project: &Project, environments: &[Settings], part: Part) -> Workflow {
    let folder = part.folder();
    let about =
        format!("Builds the {folder}'s package and releases it to dev and, once somebody agreed, to prod.");
    let triggers =
        Triggers::new().push(Paths::branches([MAIN]).touching([format!("{folder}/**")])).dispatch();
    let key = Text::from(format!("s3://{}/{folder}/", project.artifacts.bucket)).then(commit());
    let build = Job::new("build", "Build", 20)
        .step(Step::checkout())
        .steps(python())
        .step(Step::run("Package", Script::of(include_str!("package.sh"))).env("FOLDER", folder).env("COMMIT", commit()))
        .step(Step::upload("package", "package", 7))
        .assume_role(BUILD_ROLE, BUILD_VARIABLE, &project.region)
        .step(
            Step::run("Upload", Script::of("aws s3 cp package/lambda.zip \"$PLACE/lambda.zip\"\naws s3 cp package/metadata.json \"$PLACE/metadata.json\""))
                .env("PLACE", key),
        );
    let mut workflow =
        Workflow::new(&format!("{folder}-deploy.yml"), &format!("Deploy the {folder}"), &about, triggers)
            .concurrency(Concurrency::waiting(format!("{folder}-deploy")))
            .job(own_program().job())
            .job(build);
    let mut before = "build".to_owned();
    let mut all = vec![before.clone()];
    for settings in environments {
        let job = release(settings, part).needs("build").needs(&before);
        before = job.id().to_owned();
        all.push(before.clone());
        workflow = workflow.job(job);
    }
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    workflow.job(failed(&all, &format!("Deployment of the {folder}")))
}

/// What a deployment releases.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The function behind the API, whose candidate the API has a stage for.
    Backend,
    /// The function that takes no requests.
    Worker,
    /// The container.
    Frontend,
}

impl Part {
    /// The folder of its source.
    const fn folder(self) -> &'static str {
        match self {
            Self::Backend => "backend",
            Self::Worker => "worker",
            Self::Frontend => "frontend",
        }
    }

    /// The name that the stacks describe its release under.
    const fn service(self) -> &'static str {
        match self {
            Self::Backend => "api",
            Self::Worker => "worker",
            Self::Frontend => "frontend",
        }
    }

    /// What is asked once it serves.
    const fn smoke(self) -> Option<&'static str> {
        match self {
            Self::Backend => Some(API_SMOKE),
            Self::Worker => None,
            Self::Frontend => Some("smoke/outreachpass-frontend.toml"),
        }
    }
}

/// What the API is asked, as a candidate and once it serves.
const API_SMOKE: &str = "smoke/outreachpass.toml";

/// A release in one environment: start, verify, promote, health checks, and back if they fail.
fn release(settings: &Settings, part: Part) -> Job {
    let tool = own_program();
    let (stack, role) = (settings.prefix(), release_role_name(settings));
    let place = place(settings, &stack, &role, RELEASE_ROLE);
    let call = |verb: &str| tool.call(verb).arguments(["--stack", &stack, part.service()]);
    let name = format!("Deploy to {}", settings.environment);
    let job = place.job(&tool, &format!("deploy-{}", settings.environment), &name, 45);
    let start = call("release start").option_variable("--commit", "COMMIT");
    let (job, start) = match part {
        Part::Frontend => {
            let start = Step::run("Start", start.option_variable("--image", "IMAGE"));
            (job, start.env("IMAGE", Text::from(Expression::variable(IMAGE)).then(":").then(commit())))
        }
        Part::Backend | Part::Worker => {
            let start = Step::run("Start", start.arguments(["--package", "package/lambda.zip"]));
            (job.step(Step::download("package", "package")), start)
        }
    };
    let verify = call("release verify");
    let verify = match part {
        Part::Backend => Step::run(
            "Test the candidate",
            verify.arguments(["--smoke", API_SMOKE]).option_variable("--url", "CANDIDATE_URL"),
        )
        .env("CANDIDATE_URL", Expression::variable("CANDIDATE_URL")),
        Part::Worker => Step::run(
            "Look at the candidate",
            verify.arguments(["--attest", "it takes no requests that could be sent to it"]),
        ),
        Part::Frontend => Step::run("Look at the candidate", verify),
    };
    let job =
        job.step(start.env("COMMIT", commit()).refers(place.release(part.service()))).step(verify).step(
            Step::run("Promote", call("release promote").option_variable("--release", "COMMIT"))
                .env("COMMIT", commit())
                .id("promote")
                .effect(Effect::Promotes),
        );
    let Some(file) = part.smoke() else { return job };
    let smoke = tool.call("smoke run").argument(file).arguments(["--stack", &stack]);
    job.step(Step::run("Ask for its health", smoke).on_stack(&stack)).step(
        Step::run("Roll back", call("release rollback"))
            .when(Expression::failure().and(Expression::context("steps.promote.conclusion").is("success")))
            .effect(Effect::Promotes),
    )
}

/// The repository's variable with the place of the frontend's images.
const IMAGE: &str = "IMAGE_URL";

fn frontend(project: &Project, environments: &[Settings]) -> Workflow {
    let about = "Builds the frontend's image and releases it to dev and, once somebody agreed, to prod.";
    let triggers = Triggers::new().push(Paths::branches([MAIN]).touching(["frontend/**"])).dispatch();
    let image = Expression::variable(IMAGE);
    let build = Job::new("build", "Build", 30)
        .step(Step::checkout())
        .step(
            Step::run("Build", Script::of("docker build --pull --tag \"$IMAGE:$COMMIT\" frontend"))
                .env("IMAGE", image.clone())
                .env("COMMIT", commit()),
        )
        .assume_role(BUILD_ROLE, BUILD_VARIABLE, &project.region)
        .step(
            Step::run("Push", Script::of(include_str!("push.sh")))
                .env("IMAGE", image)
                .env("COMMIT", commit()),
        );
    let mut workflow = Workflow::new("frontend-deploy.yml", "Deploy the frontend", about, triggers)
        .concurrency(Concurrency::waiting("frontend-deploy"))
        .job(own_program().job())
        .job(build);
    let mut before = "build".to_owned();
    let mut all = vec![before.clone()];
    for settings in environments {
        let job = release(settings, Part::Frontend).needs("build").needs(&before);
        before = job.id().to_owned();
        all.push(before.clone());
        workflow = workflow.job(job);
    }
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    workflow.job(failed(&all, "Deployment of the frontend"))
}

const INFRASTRUCTURE: &str = "infrastructure/**";

/// The plans of both environments for a pull request, in the sandbox: the roles trust `main` alone.
fn plan(environments: &[Settings]) -> Workflow {
    let tool = own_program();
    let triggers = Triggers::new().pull_request(Paths::branches([MAIN]).touching([INFRASTRUCTURE]));
    let about = "Checks the format, plans dev and prod, and comments on the pull request.";
    let format = Job::new("format", "Format", 10).step(Step::checkout()).step(
        Step::run("Check the format", Script::of("rustup component add rustfmt\ncargo fmt --check"))
            .in_folder("infrastructure"),
    );
    let names: Vec<String> = environments.iter().map(Settings::prefix).collect();
    let command =
        tool.call("plan --sandbox --plan-dir plans --markdown").arguments(&names).into_file("comment.md");
    let step =
        Step::run("Plan", Script::from(command).then_lines("cat comment.md >> \"$GITHUB_STEP_SUMMARY\""));
    let step = names.iter().fold(step, |step, name| step.on_stack(name));
    let own =
        Expression::github("event.pull_request.head.repo.full_name").equals(Expression::github("repository"));
    let plan = Job::new("terraform-plan", "Plan", 20)
        .needs("tool")
        .permissions(Permissions::read_contents().write(Scope::PullRequests))
        .step(Step::checkout())
        .steps(tool.bring())
        .step(step)
        .step(Step::upload("plans", "plans", 7))
        .step(tool::comment("terraform-plan").when(own));
    Workflow::new("terraform-plan.yml", "Terraform plan", about, triggers).jobs([tool.job(), format, plan])
}

fn apply(environments: &[Settings]) -> Workflow {
    let tool = own_program();
    let triggers = Triggers::new().push(Paths::branches([MAIN]).touching([INFRASTRUCTURE])).dispatch();
    let about = "Applies the infrastructure to dev and, once somebody agreed, to prod.";
    let mut workflow = Workflow::new("terraform-apply.yml", "Terraform apply", about, triggers)
        .concurrency(Concurrency::waiting("terraform-apply"))
        .job(tool.job());
    let mut all = Vec::new();
    for settings in environments {
        let (stack, role) = (settings.prefix(), deploy_role_name(settings));
        let id = format!("terraform-apply-{}", settings.environment);
        let mut job = place(settings, &stack, &role, DEPLOY_ROLE)
            .apply(&tool, &id, &format!("Apply to {}", settings.environment))
            .step(Step::run("Show what there is", tool.call("output").argument(&stack).into_summary()));
        job = all.last().into_iter().fold(job, |job: Job, before: &String| job.needs(before));
        all.push(id);
        workflow = workflow.job(job);
    }
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    workflow.job(failed(&all, "Applying OutreachPass"))
}
