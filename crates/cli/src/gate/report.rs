//! `gate report`: writes a result where `gate wait` finds it.

use formwork_release::gate::{Report, ReportPlace, State, report};

use crate::gate::place::{GateArgs, own_run};
use crate::{UsageError, Verdict, print};

/// Where a result is.
#[derive(Debug, clap::Args)]
pub(crate) struct PlaceArgs {
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
    place: PlaceArgs,
    /// How it stands: pending, success, failure or error; a job's cancelled and skipped are errors
    #[arg(value_name = "RESULT", value_parser = state)]
    state: State,
    /// A sentence about it
    #[arg(long, value_name = "TEXT", default_value = "")]
    description: String,
    /// The page for people [default: that of this job's run]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<Verdict> {
    let place = args.place.place()?;
    let pause = |text: &str| print::note(text);
    let github = args.gate.github(&pause)?;
    let written = Report {
        place,
        state: args.state,
        description: args.description.clone(),
        url: args.url.clone().or_else(own_run),
    };
    formwork_release::block_on(report(&github, &written))??;
    print::done("Reported", &format!("{} to {}", args.state.name(), args.gate.repository));
    Ok(Verdict::Good)
}

impl PlaceArgs {
    /// The one place that is named.
    ///
    /// # Errors
    /// No place is wrong usage, as is a commit that is not named whole.
    pub(crate) fn place(&self) -> Result<ReportPlace, UsageError> {
        if let Some(id) = self.deployment {
            return Ok(ReportPlace::Deployment { id });
        }
        let sha = || match &self.commit {
            Some(sha) if sha.len() >= 40 && sha.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok(sha.clone())
            }
            Some(sha) => Err(UsageError(format!("`{sha}` is not the whole SHA of a commit"))),
            None => Err(UsageError("no commit is named\n  hint: `--commit SHA`".to_owned())),
        };
        match (&self.context, &self.environment) {
            (Some(context), _) => Ok(ReportPlace::Commit { sha: sha()?, context: context.clone() }),
            (None, Some(environment)) => {
                Ok(ReportPlace::Environment { sha: sha()?, environment: environment.clone() })
            }
            (None, None) => Err(UsageError(
                "no place is named\n  hint: `--context NAME` is a status of the commit, `--environment NAME` or `--deployment ID` one of a deployment".to_owned(),
            )),
        }
    }
}

fn state(text: &str) -> Result<State, String> {
    State::of_word(text)
        .ok_or_else(|| "expected pending, success, failure, error, cancelled or skipped".to_owned())
}
