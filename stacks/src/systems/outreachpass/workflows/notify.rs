//! Who hears how a deployment ended: a channel of Slack and, by e-mail, those whom the environment's alarms wake. What
//! failed becomes an issue besides.

use formwork::workflows::{Expression, Job, Permissions, Scope, Step, Text, notify};

use crate::shared::workflows::commit;
use crate::systems::outreachpass::github::NOTIFY_ROLE as NOTIFY_VARIABLE;
use crate::systems::outreachpass::names::{NOTIFY_ROLE, alerts_topic};
use crate::systems::outreachpass::{Project, Settings};

/// The job after all others; the last of them is that of the last environment. It names no environment, which somebody
/// would have to agree to once more, and has a role that may do nothing but this.
pub(super) fn notify(project: &Project, environments: &[Settings], jobs: &[String], what: &str) -> Job {
    let last = jobs.last().map(String::as_str).unwrap_or_default();
    let word = Expression::job_result(last)
        .is("success")
        .and(Expression::text("succeeded"))
        .or(Expression::text("failed"));
    let title = Text::from(format!("{what} ")).then(word);
    let mut body = title.clone().then(" at ").then(commit()).then(".");
    for job in jobs {
        body = body.then(format!("\n{job}: ")).then(Expression::job_result(job));
    }
    let job = Job::new("notify", "Say how it ended", 10)
        .when(Expression::not_cancelled())
        .permissions(Permissions::none().write(Scope::Issues).write(Scope::IdToken))
        .step(notify::issue(title.clone(), body.clone()).when(Expression::job_result(last).is_not("success")))
        .step(notify::slack(body.clone()))
        .step(
            Step::assume_role(NOTIFY_ROLE, NOTIFY_VARIABLE, &project.region)
                .when(Expression::not_cancelled()),
        );
    let job = jobs.iter().fold(job, |job, other| job.needs(other));
    // The first environment hears of everything, the others of what has come to them.
    let deployed = jobs.iter().skip(jobs.len().saturating_sub(environments.len()));
    environments.iter().zip(deployed).enumerate().fold(job, |job, (index, (settings, deployed))| {
        let condition = match index {
            0 => Expression::not_cancelled(),
            _ => Expression::not_cancelled().and(Expression::job_result(deployed).is_not("skipped")),
        };
        let email = notify::email(&alerts_topic(settings), title.clone(), body.clone());
        job.step(
            email
                .named(&format!("Tell those of {} by e-mail", settings.environment))
                .env("AWS_REGION", settings.region.as_str())
                .when(condition),
        )
    })
}
