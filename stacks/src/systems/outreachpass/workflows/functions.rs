//! The packages of backend and worker: built with what they depend on, and kept in the bucket of artifacts.

use formwork::workflows::{Job, Script, Step, Text};

use super::part::Part;
use super::python;
use crate::shared::workflows::commit;
use crate::systems::outreachpass::Project;
use crate::systems::outreachpass::github::BUILD_ROLE as BUILD_VARIABLE;
use crate::systems::outreachpass::names::BUILD_ROLE;

/// Where a file of this commit's package is, in the document's layout.
pub(super) fn package(project: &Project, part: Part, file: &str) -> Text {
    let folder = Text::from(format!("s3://{}/{}/", project.artifacts.bucket, part.folder()));
    folder.then(commit()).then(format!("/{file}"))
}

pub(super) fn build(project: &Project, part: Part) -> Job {
    let folder = part.folder();
    let upload = "aws s3 cp package/lambda.zip \"$PACKAGE\"\naws s3 cp package/metadata.json \"$METADATA\"";
    Job::new(&part.job("build", None), "Build", 20)
        .step(Step::checkout())
        .steps(python(folder))
        .step(
            Step::run("Package", Script::of(include_str!("package.sh")))
                .env("FOLDER", folder)
                .env("COMMIT", commit()),
        )
        .assume_role(BUILD_ROLE, BUILD_VARIABLE, &project.region)
        .step(
            Step::run("Upload", Script::of(upload))
                .env("PACKAGE", package(project, part, "lambda.zip"))
                .env("METADATA", package(project, part, "metadata.json")),
        )
}
