//! `build-images.yml`: an image for each service, tagged with the commit and the branch.

use formwork::workflows::{
    Call, Concurrency, Expression, Job, Matrix, Script, Step, Text, Triggers, Workflow,
};

use super::{Project, Settings};
use crate::shared::workflows::commit;
use crate::systems::cat_house::github::BUILD_ROLE as VARIABLE;
use crate::systems::cat_house::names::{BUILD_ROLE as ROLE, image_repository};

/// The registry of the account.
pub(super) fn registry(project: &Project) -> String {
    format!("{}.dkr.ecr.{}.amazonaws.com", project.account_id, project.region)
}

/// The workflow's file, which the deployment to staging calls.
pub(super) const FILE: &str = "build-images.yml";

pub(super) fn images(project: &Project, settings: &Settings) -> Workflow {
    let about = "Builds and pushes an image for each service, tagged with the commit, the branch and latest.";
    let triggers = Triggers::new().call(Call::new()).dispatch();
    let matrix = settings.services.keys().fold(Matrix::default(), |matrix, service| {
        matrix.include([("service", service.as_str()), ("image", &image_repository(service))])
    });
    let image = Text::from(format!("{}/", registry(project))).then(Expression::matrix("image"));
    let folder = Text::from("cat-house-backend/").then(Expression::matrix("service")).then("-service");
    let job = Job::new("image", Text::from("Image of ").then(Expression::matrix("service")), 30)
        .matrix(matrix)
        .step(Step::checkout())
        .step(
            Step::run("Build", Script::of(include_str!("build.sh")))
                .env("IMAGE", image.clone())
                .env("FOLDER", folder)
                .env("COMMIT", commit()),
        )
        // Nothing of the repository runs any more once there is a role.
        .assume_role(ROLE, VARIABLE, &project.region)
        .step(
            Step::run("Push", Script::of(include_str!("push.sh")))
                .env("IMAGE", image)
                .env("REGISTRY", registry(project))
                .env("COMMIT", commit())
                .env("BRANCH", Expression::github("ref_name")),
        );
    // Not by the name of the workflow, which is the caller's where one calls it.
    Workflow::new(FILE, "Build images", about, triggers)
        .concurrency(Concurrency::by_branch_of("build-images"))
        .job(job)
}
