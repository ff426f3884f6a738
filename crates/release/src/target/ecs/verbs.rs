//! Services on Amazon ECS: a candidate is a revision of the task definition.
//!
//! A revision's tags say which release it was made for, from which one it was made, and whether its migrations ran.
//! ECS has no revision ids to compare: before a service is changed, and while it is waited for, it is read again.

use async_trait::async_trait;
use aws_sdk_ecs::types::{ContainerDefinition, KeyValuePair, Secret, Tag, TaskDefinition};
use serde_json::json;

use crate::aws::{failed, missing};
use crate::engine;
use crate::engine::{
    Action, Artifacts, Ask, Candidate, Candidates, Context, Destination, Direction, Done, Injection, Origin,
    Outcome, Promotion, ReleaseError, Served, Status, Target, UnderWay, Verification, release_id,
};
use crate::target::ecs::KIND;
use crate::target::ecs::read::{Revision, Serving};
use crate::target::ecs::service::{BEFORE, COMMIT, EcsService, RELEASE, TAKEN_BACK, VERIFIED, short};
use crate::target::{Kind, image_digest as digest};

#[async_trait(?Send)]
impl Target for EcsService {
    fn services(&self) -> Vec<&str> {
        vec![&self.name]
    }

    fn kind(&self) -> &'static Kind {
        &KIND
    }

    /// Registers a revision with another image and what is injected: of the one that serves, or of what Terraform or a
    /// person has registered since.
    async fn start(
        &self,
        context: &Context<'_>,
        artifacts: &Artifacts,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let Some(image) = artifacts.image(&self.name) else {
            return Err(self.refused("an ECS service is released by an image", "name it with `--image`"));
        };
        artifacts.check_digest(&self.name, digest(image))?;
        let serving = self.serving(context).await?;
        let present = self.revision(context, &serving.task_definition).await?;
        // What no release has ever served has nothing to lose: the first images of a new service are missing.
        if let Some(why) = serving.unfinished()
            && present.tag(RELEASE).is_some()
        {
            return Err(self.refused(
                &format!("another deployment is not over: {why}"),
                "`release resume` waits for it, `release rollback` goes back",
            ));
        }
        let was_before = async || self.was_before(context, &present, artifacts.commit.as_str()).await;
        artifacts.check_age(&self.name, present.tag(COMMIT), was_before).await?;
        let changed = self.changed_settings(context, &present).await?;
        let base = changed.as_ref().unwrap_or(&present);
        let Injection { environment, secrets } = &artifacts.injection;
        let injected = serde_json::to_string(&(environment, secrets)).unwrap_or_default();
        let release = release_id(&[image, artifacts.commit.as_str(), &injected, &base.arn, &present.arn]);
        if let Some(found) = self.newest(context, &base.family).await?
            && found.tag(RELEASE) == Some(&release)
            && found.tag(TAKEN_BACK).is_none()
        {
            let what = format!("the candidate is {} already, for release {release}", found.short());
            return Ok(vec![Outcome::unchanged(&self.name, Done::Started, what)]);
        }
        let containers = self.containers(&base.definition, image, &artifacts.injection)?;
        let tags = [(RELEASE, release.as_str()), (COMMIT, artifacts.commit.as_str()), (BEFORE, &present.arn)];
        let tags: Vec<Tag> = tags.into_iter().map(|(key, value)| tag(key, value)).collect();
        let action = Action {
            release: &release,
            service: &self.name,
            action: "RegisterTaskDefinition",
            subject: base.family.clone(),
            before: json!({ "task_definition": base.arn, "serving": present.arn }),
            // Names only: values of variables may be secrets.
            after: json!({
                "image": image,
                "environment": environment.keys().collect::<Vec<_>>(),
                "secrets": secrets.keys().collect::<Vec<_>>(),
            }),
        };
        let definition = &base.definition;
        let registered = context
            .change(action, || async {
                let call = self
                    .client
                    .register_task_definition()
                    .family(&base.family)
                    .set_container_definitions(Some(containers.clone()))
                    .set_task_role_arn(definition.task_role_arn.clone())
                    .set_execution_role_arn(definition.execution_role_arn.clone())
                    .set_network_mode(definition.network_mode.clone())
                    .set_volumes(definition.volumes.clone())
                    .set_placement_constraints(definition.placement_constraints.clone())
                    .set_requires_compatibilities(definition.requires_compatibilities.clone())
                    .set_cpu(definition.cpu.clone())
                    .set_memory(definition.memory.clone())
                    .set_pid_mode(definition.pid_mode.clone())
                    .set_ipc_mode(definition.ipc_mode.clone())
                    .set_proxy_configuration(definition.proxy_configuration.clone())
                    .set_ephemeral_storage(definition.ephemeral_storage.clone())
                    .set_runtime_platform(definition.runtime_platform.clone())
                    .set_enable_fault_injection(definition.enable_fault_injection)
                    .set_tags(Some(tags.clone()))
                    .send()
                    .await
                    .map_err(failed("ecs", "RegisterTaskDefinition", &base.family))?;
                let arn = call.task_definition.and_then(|it| it.task_definition_arn);
                arn.ok_or_else(|| missing("RegisterTaskDefinition", &base.family, "ARN"))
            })
            .await?;
        let shown = registered.as_deref().map_or("a new revision", short);
        let with = changed.as_ref().map(|it| format!(" with the settings of {}", it.short()));
        let with = with.unwrap_or_default();
        let what = format!("release {release}: the candidate is {shown}{with}, {} serves", present.short());
        Ok(vec![Outcome::changed(&self.name, Done::Started, what)])
    }

    /// Runs the migration task, and notes in the candidate's tags that it ended well.
    async fn verify(&self, context: &Context<'_>, _: &dyn Ask) -> Result<Vec<Verification>, ReleaseError> {
        let serving = self.serving(context).await?;
        let candidate = self.candidate(context, &serving).await?;
        if candidate.tag(VERIFIED).is_some() {
            let what = format!("{} was verified before", candidate.short());
            return Ok(vec![Verification::unasked(Outcome::unchanged(&self.name, Done::Verified, what))]);
        }
        let what = match &self.migration {
            Some(migration) => {
                self.migrate(context, &serving, &candidate, migration).await?;
                format!("{}: the migration task ended with 0", candidate.short())
            }
            None => format!("{} is registered; there is no migration task", candidate.short()),
        };
        let release = candidate.tag(RELEASE).unwrap_or_default();
        self.note(context, &candidate, VERIFIED, release).await?;
        Ok(vec![Verification::unasked(Outcome::changed(&self.name, Done::Verified, what))])
    }

    async fn promote(
        &self,
        context: &Context<'_>,
        promotion: &Promotion,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let serving = self.serving(context).await?;
        let candidate = self.candidate(context, &serving).await?;
        if promotion.candidates == Candidates::Verified && candidate.tag(VERIFIED).is_none() {
            return Err(self.refused(
                &format!("{} is not verified", candidate.short()),
                "`release verify` does that; `--unverified` goes without",
            ));
        }
        if candidate.tag(BEFORE) != Some(&serving.task_definition) {
            return Err(self.refused(
                &format!(
                    "{} was made when {} served, and now {} does: somebody changed the service in between",
                    candidate.short(),
                    candidate.tag(BEFORE).map_or("another one", short),
                    short(&serving.task_definition)
                ),
                "`release start` makes a candidate from what serves now",
            ));
        }
        let before = serving.task_definition.clone();
        self.roll_out(context, candidate.tag(RELEASE).unwrap_or_default(), &before, &candidate.arn).await?;
        let what = format!("{} serves in the place of {}", candidate.short(), short(&before));
        Ok(vec![Outcome::changed(&self.name, Done::Promoted, what)])
    }

    async fn rollback(
        &self,
        context: &Context<'_>,
        destination: &Destination,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        let to = destination.name();
        let serving = self.serving(context).await?;
        let present = self.revision(context, &serving.task_definition).await?;
        // Without this, the same command again after a rollback, or after one that was cut off, would go back further.
        if to.is_none()
            && let Some(rolled_back) = self.rolled_back(context, &present).await?
        {
            let changed = serving.unfinished().is_some();
            if changed {
                self.go_to(context, &rolled_back.arn, &present.arn).await?;
            }
            let what =
                format!("{} serves again already, in the place of {}", present.short(), rolled_back.short());
            return Ok(vec![Outcome { changed, ..Outcome::changed(&self.name, Done::RolledBack, what) }]);
        }
        let wanted = match (to, present.tag(BEFORE)) {
            // A number alone is a revision of the same family.
            (Some(to), _) if to.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("{}:{to}", present.family)
            }
            (Some(to), _) => to.to_owned(),
            (None, Some(before)) => before.to_owned(),
            (None, None) => {
                return Err(self.refused(
                    &format!("{} does not say what served before it", present.short()),
                    "name a revision with `--to`",
                ));
            }
        };
        let destination = self.revision(context, &wanted).await?;
        if !destination.is_active() {
            return Err(self.refused(
                &format!("{} is deregistered, so no task could be started from it", destination.short()),
                "name another revision with `--to`",
            ));
        }
        if destination.arn == present.arn && serving.unfinished().is_none() {
            let what = format!("{} serves already", present.short());
            return Ok(vec![Outcome::unchanged(&self.name, Done::RolledBack, what)]);
        }
        // Going back does not depend on it: what is not noted costs a second look at `--to`.
        if let Err(error) = self.note(context, &present, TAKEN_BACK, &destination.arn).await {
            context.journal.note(&format!("{}: not noted that it is taken back: {error}", present.short()));
        }
        self.go_to(context, &present.arn, &destination.arn).await?;
        let what = format!("{} serves again, in the place of {}", destination.short(), present.short());
        Ok(vec![Outcome::changed(&self.name, Done::RolledBack, what)])
    }

    /// Waits for the deployment that is under way.
    async fn resume(
        &self,
        context: &Context<'_>,
        direction: Direction,
    ) -> Result<Vec<Outcome>, ReleaseError> {
        if direction == Direction::Back {
            return self.rollback(context, &Destination::Previous).await;
        }
        let serving = self.serving(context).await?;
        let present = self.revision(context, &serving.task_definition).await?;
        let before = present.tag(BEFORE).unwrap_or_default().to_owned();
        let was_unfinished = serving.unfinished().is_some();
        self.settle(context, present.tag(RELEASE).unwrap_or_default(), &before, &present.arn).await?;
        let what = format!("{} serves", present.short());
        Ok(vec![Outcome { changed: was_unfinished, ..Outcome::changed(&self.name, Done::Resumed, what) }])
    }

    async fn served(&self, context: &Context<'_>) -> Result<Vec<Served>, ReleaseError> {
        let serving = self.serving(context).await?;
        let present = self.revision(context, &serving.task_definition).await?;
        let mut containers = present.definition.container_definitions().iter();
        let container = containers.find(|it| it.name.as_deref() == Some(&self.container));
        Ok(vec![Served {
            service: self.name.clone(),
            digest: container.and_then(|it| digest(it.image.as_deref()?)).map(ToOwned::to_owned),
            since: serving.since(),
            unsettled: serving.unfinished(),
        }])
    }

    async fn status(&self, context: &Context<'_>) -> Result<Vec<Status>, ReleaseError> {
        let serving = self.serving(context).await?;
        let present = self.revision(context, &serving.task_definition).await?;
        let newest = self.newest(context, &present.family).await?;
        let is_candidate = |it: &Revision| {
            it.arn != present.arn && it.tag(BEFORE) == Some(&present.arn) && it.tag(TAKEN_BACK).is_none()
        };
        let candidate = newest.filter(is_candidate);
        Ok(vec![Status {
            service: self.name.clone(),
            state: if serving.unfinished().is_some() { "deploying" } else { "serving" }.to_owned(),
            warnings: serving.warnings(),
            under_way: serving.unfinished().map(|what| UnderWay {
                what,
                since: serving.since(),
                cap: context.timing.limit.as_secs(),
            }),
            serving: engine::Serving::One(Candidate {
                kind: KIND.name,
                serving: present.short().to_owned(),
                commit: present.tag(COMMIT).map(ToOwned::to_owned),
                origin: Origin::of(present.tag(RELEASE), present.tag(COMMIT)),
                candidate_origin: candidate
                    .as_ref()
                    .and_then(|it| Origin::of(it.tag(RELEASE), it.tag(COMMIT))),
                verified: candidate.as_ref().is_some_and(|it| it.tag(VERIFIED).is_some()),
                candidate: candidate.map(|it| it.short().to_owned()),
                before: present.tag(BEFORE).map(|before| short(before).to_owned()),
            }),
        }])
    }
}

impl EcsService {
    /// The newest revision that a release has made and that does not serve.
    async fn candidate(&self, context: &Context<'_>, serving: &Serving) -> Result<Revision, ReleaseError> {
        let present = self.revision(context, &serving.task_definition).await?;
        let newest = self.newest(context, &present.family).await?;
        match newest.filter(|it| it.arn != present.arn) {
            Some(candidate) if candidate.tag(TAKEN_BACK).is_some() => Err(self.refused(
                &format!("{} was taken back; {} serves", candidate.short(), present.short()),
                "`release start` makes another attempt",
            )),
            Some(candidate) => Ok(candidate),
            None => Err(self.refused(
                &format!("there is no candidate; {} serves", present.short()),
                "`release start` makes one",
            )),
        }
    }

    /// The revision in whose place one serves again since a rollback, if that was the last that was done.
    async fn rolled_back(
        &self,
        context: &Context<'_>,
        present: &Revision,
    ) -> Result<Option<Revision>, ReleaseError> {
        let newest = self.newest(context, &present.family).await?;
        Ok(newest.filter(|it| it.arn != present.arn && it.tag(TAKEN_BACK) == Some(&present.arn)))
    }

    /// Notes something in the tags of a revision.
    async fn note(
        &self,
        context: &Context<'_>,
        revision: &Revision,
        key: &str,
        value: &str,
    ) -> Result<(), ReleaseError> {
        let action = Action {
            release: revision.tag(RELEASE).unwrap_or_default(),
            service: &self.name,
            action: "TagResource",
            subject: revision.arn.clone(),
            before: json!({ key: revision.tag(key) }),
            after: json!({ key: value }),
        };
        context
            .change(action, || async {
                let call = self.client.tag_resource().resource_arn(&revision.arn).tags(tag(key, value));
                call.send().await.map(|_| ()).map_err(failed("ecs", "TagResource", &revision.arn))
            })
            .await?;
        Ok(())
    }

    /// The containers with another image, and with what is injected into the one that is released.
    fn containers(
        &self,
        definition: &TaskDefinition,
        image: &str,
        injection: &Injection,
    ) -> Result<Vec<ContainerDefinition>, ReleaseError> {
        let mut containers = definition.container_definitions().to_vec();
        let names: Vec<String> = containers.iter().filter_map(|it| it.name.clone()).collect();
        let Some(container) = containers.iter_mut().find(|it| it.name.as_deref() == Some(&self.container))
        else {
            return Err(self.refused(
                &format!("the task definition has no container `{}`", self.container),
                &format!("it has {}", names.join(", ")),
            ));
        };
        container.image = Some(image.to_owned());
        let mut environment: Vec<KeyValuePair> = container.environment.take().unwrap_or_default();
        let mut secrets: Vec<Secret> = container.secrets.take().unwrap_or_default();
        // A name is either a variable or a secret: ECS refuses both at once.
        let is_new =
            |name: &str| injection.environment.contains_key(name) || injection.secrets.contains_key(name);
        environment.retain(|pair| pair.name.as_deref().is_none_or(|name| !is_new(name)));
        secrets.retain(|secret| !is_new(&secret.name));
        for (name, value) in &injection.environment {
            environment.push(KeyValuePair::builder().name(name).value(value).build());
        }
        for (name, arn) in &injection.secrets {
            let secret = Secret::builder().name(name).value_from(arn).build();
            secrets
                .push(secret.map_err(|error| self.refused(&error.to_string(), "write `--secret NAME=ARN`"))?);
        }
        container.environment = Some(environment);
        container.secrets = Some(secrets);
        Ok(containers)
    }
}

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build()
}
