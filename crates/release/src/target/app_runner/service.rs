//! Services on App Runner: a candidate is an image, noted in the service's tags.
//!
//! App Runner deploys an image by itself, and goes back by itself if the new one fails its health checks. It takes no
//! change while an operation is under way.

use async_trait::async_trait;
use std::collections::BTreeMap;

use aws_sdk_apprunner::Client;
use aws_sdk_apprunner::types::{OperationStatus, Service, ServiceStatus, Tag};
use serde_json::json;

use crate::aws::{failed, missing};
use crate::duration::show_duration;
use crate::engine;
use crate::engine::{
    Action, Artifacts, Ask, Candidate, Candidates, Context, Destination, Direction, Done, Known, Origin,
    Outcome, Promotion, ReleaseError, Served, Status, Target, UnderWay, Verification, release_id,
};
use crate::target::app_runner::{AppRunner, KIND};
use crate::target::{Kind, Opening, image_digest};

const RELEASE: &str = "formwork:release";
const COMMIT: &str = "formwork:commit";
const CANDIDATE: &str = "formwork:candidate";
const VERIFIED: &str = "formwork:verified";
const SERVING: &str = "formwork:serving-commit";
const BEFORE: &str = "formwork:before";

/// A service by its ARN.
#[derive(Debug)]
pub(super) struct AppRunnerService {
    client: Client,
    name: String,
    service: String,
}

/// A service as it is.
struct Present {
    service: Service,
    image: String,
    tags: BTreeMap<String, String>,
}

impl Present {
    fn tag(&self, key: &str) -> Option<&str> {
        self.tags.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn is_busy(&self) -> bool {
        self.service.status == ServiceStatus::OperationInProgress
    }
}

impl AppRunnerService {
    pub(super) fn open(app_runner: &AppRunner, opening: &Opening<'_>) -> Result<Self, String> {
        Ok(Self {
            client: Client::new(&opening.connection.config),
            name: opening.service.name.clone(),
            service: opening.resolve(&app_runner.service)?,
        })
    }
}

#[async_trait(?Send)]
impl Target for AppRunnerService {
    fn services(&self) -> Vec<&str> {
        vec![&self.name]
    }

    fn kind(&self) -> &'static Kind {
        &KIND
    }

    async fn start(
        &self,
        context: &Context<'_>,
        artifacts: &Artifacts,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let Some(image) = artifacts.image(&self.name) else {
            return Err(
                self.refused("an App Runner service is released by an image", "name it with `--image`")
            );
        };
        artifacts.check_digest(&self.name, image_digest(image))?;
        if !artifacts.injection.environment.is_empty() || !artifacts.injection.secrets.is_empty() {
            return Err(self.refused(
                "variables of an App Runner service are part of its configuration, which Terraform has",
                "give them to the service there",
            ));
        }
        let present = self.present(context).await?;
        // Tags keep no history: only git knows.
        artifacts.check_age(&self.name, present.tag(SERVING), async || Ok(Known::Nothing)).await?;
        let release = release_id(&[image, artifacts.commit.as_str(), &present.image]);
        if present.tag(RELEASE) == Some(&release) {
            let what = format!("the candidate is {image} already, for release {release}");
            return Ok(vec![Outcome::unchanged(&self.name, Done::Started, what)]);
        }
        let tags = [
            (RELEASE, release.as_str()),
            (COMMIT, artifacts.commit.as_str()),
            (CANDIDATE, image),
            (VERIFIED, ""),
        ];
        self.note(context, &release, &present, &tags).await?;
        let what = format!("release {release}: the candidate is {image}, {} serves", present.image);
        Ok(vec![Outcome::changed(&self.name, Done::Started, what)])
    }

    /// There is nothing to run before: App Runner's own health checks decide when the image is deployed.
    async fn verify(&self, context: &Context<'_>, _: &dyn Ask) -> Result<Vec<Verification>, ReleaseError> {
        let present = self.present(context).await?;
        let candidate = self.candidate(&present)?.to_owned();
        let release = present.tag(RELEASE).unwrap_or_default().to_owned();
        let changed = present.tag(VERIFIED) != Some(&release);
        if changed {
            self.note(context, &release, &present, &[(VERIFIED, &release)]).await?;
        }
        Ok(vec![Verification::unasked(Outcome {
            changed,
            ..Outcome::changed(&self.name, Done::Verified, format!("{candidate} may be deployed"))
        })])
    }

    async fn promote(
        &self,
        context: &Context<'_>,
        promotion: &Promotion,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let present = self.present(context).await?;
        let candidate = self.candidate(&present)?.to_owned();
        let release = present.tag(RELEASE).unwrap_or_default().to_owned();
        if promotion.candidates == Candidates::Verified && present.tag(VERIFIED) != Some(&release) {
            return Err(self.refused(
                &format!("{candidate} is not verified"),
                "`release verify` does that; `--unverified` goes without",
            ));
        }
        let commit = present.tag(COMMIT).unwrap_or_default().to_owned();
        // Noted before the change, so that there is a way back however it ends.
        let tags = [(BEFORE, present.image.as_str()), (SERVING, &commit)];
        self.note(context, &release, &present, &tags).await?;
        self.deploy(context, &release, &present, &candidate).await?;
        let what = format!("{candidate} serves in the place of {}", present.image);
        Ok(vec![Outcome::changed(&self.name, Done::Promoted, what)])
    }

    async fn rollback(
        &self,
        context: &Context<'_>,
        destination: &Destination,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let to = destination.name();
        let present = self.settled(context).await?;
        let Some(image) = to.or(present.tag(BEFORE)).map(ToOwned::to_owned) else {
            return Err(self.refused("no release has noted what served before", "name an image with `--to`"));
        };
        if image == present.image {
            let what = format!("{image} serves already");
            return Ok(vec![Outcome::unchanged(&self.name, Done::RolledBack, what)]);
        }
        let release = present.tag(RELEASE).filter(|_| present.tag(CANDIDATE) == Some(&present.image));
        // The same command again goes to the same image, and not forward; another attempt is started anew.
        let mut tags = vec![(BEFORE, image.as_str()), (SERVING, "")];
        if release.is_some() {
            tags.extend([(RELEASE, ""), (COMMIT, ""), (CANDIDATE, ""), (VERIFIED, "")]);
        }
        let release = release.unwrap_or_default().to_owned();
        self.note(context, &release, &present, &tags).await?;
        self.deploy(context, &release, &present, &image).await?;
        let what = format!("{image} serves again, in the place of {}", present.image);
        Ok(vec![Outcome::changed(&self.name, Done::RolledBack, what)])
    }

    async fn resume(
        &self,
        context: &Context<'_>,
        direction: Direction,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        if direction == Direction::Back {
            return self.rollback(context, &Destination::Previous).await;
        }
        let was_busy = self.present(context).await?.is_busy();
        let present = self.settled(context).await?;
        let what = format!("{} serves", present.image);
        Ok(vec![Outcome { changed: was_busy, ..Outcome::changed(&self.name, Done::Resumed, what) }])
    }

    async fn served(&self, context: &Context<'_>) -> Result<Vec<Served>, ReleaseError> {
        let present = self.present(context).await?;
        let is_settled = present.service.status == ServiceStatus::Running;
        Ok(vec![Served {
            service: self.name.clone(),
            digest: image_digest(&present.image).map(ToOwned::to_owned),
            since: u64::try_from(present.service.updated_at.secs()).ok(),
            unsettled: (!is_settled).then(|| format!("it is {}", present.service.status)),
        }])
    }

    async fn status(&self, context: &Context<'_>) -> Result<Vec<Status>, ReleaseError> {
        let present = self.present(context).await?;
        let state = match &present.service.status {
            ServiceStatus::Running => "serving",
            ServiceStatus::OperationInProgress => "deploying",
            ServiceStatus::Paused => "paused",
            _ => "failed",
        };
        let release = present.tag(RELEASE);
        let origin = Origin::of(release, present.tag(COMMIT));
        let candidate = present.tag(CANDIDATE).filter(|it| *it != present.image).map(ToOwned::to_owned);
        let (origin, candidate_origin) = match (&candidate, present.tag(CANDIDATE)) {
            (Some(_), _) => (None, origin),
            (None, Some(_)) => (origin, None),
            (None, None) => (None, None),
        };
        Ok(vec![Status {
            service: self.name.clone(),
            state: state.to_owned(),
            warnings: Vec::new(),
            under_way: present.is_busy().then(|| UnderWay {
                what: format!("an operation is under way; {} serves", present.image),
                since: u64::try_from(present.service.updated_at.secs()).ok(),
                cap: context.timing.limit.as_secs(),
            }),
            serving: engine::Serving::One(Candidate {
                kind: KIND.name,
                serving: present.image.clone(),
                commit: present.tag(SERVING).map(ToOwned::to_owned),
                origin,
                candidate,
                candidate_origin,
                verified: release.is_some() && present.tag(VERIFIED) == release,
                before: present.tag(BEFORE).map(ToOwned::to_owned),
            }),
        }])
    }
}

impl AppRunnerService {
    fn candidate<'a>(&self, present: &'a Present) -> Result<&'a str, ReleaseError> {
        present.tag(CANDIDATE).filter(|image| *image != present.image).ok_or_else(|| {
            self.refused(
                &format!("there is no candidate; {} serves", present.image),
                "`release start` notes one",
            )
        })
    }

    async fn present(&self, context: &Context<'_>) -> Result<Present, ReleaseError> {
        let service = context
            .retry_for(&self.name, || async {
                let call = self.client.describe_service().service_arn(&self.service).send().await;
                let answer = call.map_err(failed("apprunner", "DescribeService", &self.service))?;
                answer.service.ok_or_else(|| missing("DescribeService", &self.service, "service"))
            })
            .await?;
        let tags = context
            .retry_for(&self.name, || async {
                let call = self.client.list_tags_for_resource().resource_arn(&self.service).send().await;
                Ok(call
                    .map_err(failed("apprunner", "ListTagsForResource", &self.service))?
                    .tags
                    .unwrap_or_default())
            })
            .await?;
        let source = service.source_configuration.as_ref().and_then(|it| it.image_repository.as_ref());
        let Some(image) = source.map(|it| it.image_identifier.clone()) else {
            return Err(self
                .refused("the service is built from source, not from an image", "only images are released"));
        };
        let tags = tags.into_iter().filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())));
        Ok(Present { service, image, tags: tags.collect() })
    }

    /// The service once no operation is under way.
    async fn settled(&self, context: &Context<'_>) -> Result<Present, ReleaseError> {
        let deadline = context.deadline();
        loop {
            let present = self.present(context).await?;
            if !present.is_busy() {
                return Ok(present);
            }
            if !context.wait(deadline).await {
                return Err(self.refused(
                    &format!("an operation has not ended within {}", show_duration(context.timing.limit)),
                    "App Runner takes no other one meanwhile; `release resume` goes on waiting",
                ));
            }
        }
    }

    async fn note(
        &self,
        context: &Context<'_>,
        release: &str,
        present: &Present,
        tags: &[(&str, &str)],
    ) -> Result<(), ReleaseError> {
        let before: BTreeMap<_, _> = tags.iter().map(|(key, _)| (*key, present.tag(key))).collect();
        let action = Action {
            release,
            service: &self.name,
            action: "TagResource",
            subject: self.service.clone(),
            before: json!(before),
            after: json!(tags.iter().copied().collect::<BTreeMap<_, _>>()),
        };
        let tags: Vec<Tag> =
            tags.iter().map(|(key, value)| Tag::builder().key(*key).value(*value).build()).collect();
        context
            .change(action, || async {
                let call =
                    self.client.tag_resource().resource_arn(&self.service).set_tags(Some(tags.clone()));
                call.send().await.map(|_| ()).map_err(failed("apprunner", "TagResource", &self.service))
            })
            .await?;
        Ok(())
    }

    async fn deploy(
        &self,
        context: &Context<'_>,
        release: &str,
        present: &Present,
        image: &str,
    ) -> Result<(), ReleaseError> {
        if present.is_busy() {
            return Err(self.refused("another operation is under way", "`release resume` waits for it"));
        }
        let mut source = present.service.source_configuration.clone();
        if let Some(repository) = source.as_mut().and_then(|source| source.image_repository.as_mut()) {
            repository.image_identifier = image.to_owned();
        }
        let action = Action {
            release,
            service: &self.name,
            action: "UpdateService",
            subject: self.service.clone(),
            before: json!({ "image": present.image }),
            after: json!({ "image": image }),
        };
        // A second call while the first one is carried out is refused as such, and read again below.
        let operation = context
            .change(action, || async {
                let call = self
                    .client
                    .update_service()
                    .service_arn(&self.service)
                    .set_source_configuration(source.clone());
                match call.send().await {
                    Ok(answer) => Ok(Some(answer.operation_id)),
                    Err(error)
                        if error.as_service_error().is_some_and(|it| it.is_invalid_state_exception()) =>
                    {
                        Ok(None)
                    }
                    Err(error) => Err(failed("apprunner", "UpdateService", &self.service)(error)),
                }
            })
            .await?;
        if context.is_dry_run() {
            return Ok(());
        }
        let present = self.settled(context).await?;
        let status = match operation.flatten() {
            Some(id) => self.operation(context, &id).await?,
            None => None,
        };
        match status {
            _ if present.image == image
                && present.service.status == ServiceStatus::Running
                && !matches!(status, Some(OperationStatus::Failed | OperationStatus::RollbackFailed)) =>
            {
                Ok(())
            }
            status => {
                let status = status.map_or("unknown", |status| match status {
                    OperationStatus::RollbackSucceeded => "it failed, and App Runner went back",
                    OperationStatus::RollbackFailed => "it failed, and App Runner could not go back",
                    OperationStatus::Failed => "it failed",
                    _ => "it has not ended well",
                });
                Err(ReleaseError::Breached {
                    service: self.name.clone(),
                    reason: format!("{image} did not come up: {status}; {} serves", present.image),
                })
            }
        }
    }

    async fn operation(
        &self,
        context: &Context<'_>,
        id: &str,
    ) -> Result<Option<OperationStatus>, ReleaseError> {
        context
            .retry_for(&self.name, || async {
                let call = self.client.list_operations().service_arn(&self.service).send().await;
                let answer = call.map_err(failed("apprunner", "ListOperations", &self.service))?;
                let found = answer.operation_summary_list.unwrap_or_default();
                Ok(found.into_iter().find(|it| it.id.as_deref() == Some(id)).and_then(|it| it.status))
            })
            .await
    }

    fn refused(&self, message: &str, hint: &str) -> ReleaseError {
        ReleaseError::refused(&self.name, message, hint)
    }
}
