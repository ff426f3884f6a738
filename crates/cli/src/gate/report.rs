//! `gate report`: writes a result where `gate wait` finds it.

use formwork_core::Hint;
use formwork_release::gate::{Report, State, StatusTarget, report};

use crate::gate::connection::{GateArgs, own_run};
use crate::{ExitStatus, UsageError, print};

/// The status that a result is.
#[derive(Debug, clap::Args)]
pub(crate) struct TargetArgs {
    /// The commit, by its whole SHA
    #[arg(long, value_name = "SHA", env = "GITHUB_SHA")]
    commit: Option<String>,
    /// A status of the commit with this name
    #[arg(long, value_name = "NAME", conflicts_with_all = ["environment", "deployment"])]
    context: Option<String>,
    /// The newest deployment of the commit to this environment
    #[arg(long, value_name = "NAME", conflicts_with = "deployment")]
    environment: Option<String>,
    /// A deployment, by its id
    #[arg(long, value_name = "ID")]
    deployment: Option<u64>,
}

/// Write the result of a check as a commit's or a deployment's status
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    gate: GateArgs,
    #[command(flatten)]
    target: TargetArgs,
    /// The state: pending, success, failure or error; a job's cancelled and skipped are errors
    #[arg(value_name = "RESULT", value_parser = state)]
    state: State,
    /// A sentence about it
    #[arg(long, value_name = "TEXT", default_value = "")]
    description: String,
    /// The page for people [default: that of this job's run]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    let target = args.target.target()?;
    let on_wait = |text: &str| print::note(text);
    let github = args.gate.github(&on_wait)?;
    let written = Report {
        target,
        state: args.state,
        description: args.description.clone(),
        url: args.url.clone().or_else(own_run),
    };
    formwork_release::block_on(report(&github, &written))??;
    print::done("Reported", &format!("{} to {}", args.state.name(), args.gate.repository));
    Ok(ExitStatus::Success)
}

impl TargetArgs {
    /// The one status that is named.
    ///
    /// # Errors
    /// No status is wrong usage, as is a commit that is not named whole.
    pub(crate) fn target(&self) -> Result<StatusTarget, UsageError> {
        if let Some(id) = self.deployment {
            return Ok(StatusTarget::Deployment { id });
        }
        let sha = || match &self.commit {
            Some(sha) if sha.len() >= 40 && sha.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok(sha.clone())
            }
            Some(sha) => Err(UsageError(format!("`{sha}` is not the whole SHA of a commit"))),
            None => Err(UsageError(format!("no commit is named{}", Hint::new("`--commit SHA`")))),
        };
        match (&self.context, &self.environment) {
            (Some(context), _) => Ok(StatusTarget::Commit { sha: sha()?, context: context.clone() }),
            (None, Some(environment)) => {
                Ok(StatusTarget::Environment { sha: sha()?, environment: environment.clone() })
            }
            (None, None) => {
                let hint = Hint::new(
                    "`--context NAME` is a status of the commit, `--environment NAME` or `--deployment ID` one of a deployment",
                );
                Err(UsageError(format!("no status is named{hint}")))
            }
        }
    }
}

fn state(text: &str) -> Result<State, String> {
    State::parse(text)
        .ok_or_else(|| "expected pending, success, failure, error, cancelled or skipped".to_owned())
}
