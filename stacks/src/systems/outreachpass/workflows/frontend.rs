//! The frontend's images: one for each environment, since `next build` writes the address of the API into what browsers
//! load, and a variable of the container would come too late.

use formwork::workflows::{Expression, Job, Script, Step, Text};

use crate::shared::workflows::commit;
use crate::systems::outreachpass::github::{BUILD_ROLE as BUILD_VARIABLE, api_url_variable};
use crate::systems::outreachpass::names::BUILD_ROLE;
use crate::systems::outreachpass::{Project, Settings};

/// The repository's variable with the place of the frontend's images.
const IMAGE: &str = "IMAGE_URL";

/// The images of an environment, up to what tells one from another.
pub(super) fn image(settings: &Settings) -> Text {
    Text::from(Expression::variable(IMAGE)).then(format!(":{}-", settings.environment))
}

pub(super) fn build(project: &Project, environments: &[Settings]) -> Job {
    let mut job = Job::new("build", "Build", 40)
        .step(Step::checkout())
        .step(Step::cache("layers", &["layers"], "frontend/package-lock.json"))
        .step(Step::run("Make the builder", Script::of(include_str!("builder.sh"))));
    for settings in environments {
        job = job.step(
            Step::run(&format!("Build for {}", settings.environment), Script::of(include_str!("image.sh")))
                .env("IMAGE", image(settings))
                .env("COMMIT", commit())
                .env("API_URL", Expression::variable(&api_url_variable(settings))),
        );
    }
    job = job.assume_role(BUILD_ROLE, BUILD_VARIABLE, &project.region);
    for settings in environments {
        job = job.step(
            Step::run(&format!("Push for {}", settings.environment), Script::of(include_str!("push.sh")))
                .env("IMAGE", image(settings))
                .env("COMMIT", commit()),
        );
    }
    job
}
