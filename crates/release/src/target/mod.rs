//! Releases of what is not a function: ECS services, App Runner services, static sites.
//!
//! The verbs are those of functions. What differs is what a candidate is: a revision of a task definition, an image
//! noted in tags, files beside those that are served. Truth is in AWS here too; nothing is kept on a disk.

mod app_runner;
mod change;
mod ecs;
mod ecs_read;
mod ecs_rollout;
mod ecs_task;
mod operator;
mod site;
mod site_files;
mod site_objects;
mod site_record;
mod standing;

pub use change::{Injection, Material, Promotable};
pub use operator::Operator;
pub use standing::{Done, Origin, Standing};

use crate::description::{Release, Target};
use crate::release::Stop;

/// A service that is no function, with its names in full.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetService {
    /// What the stack calls it.
    pub name: String,
    target: Resolved,
}

#[derive(Clone, Debug, PartialEq)]
enum Resolved {
    Ecs(ecs::Ecs),
    AppRunner(app_runner::AppRunner),
    Site(site::Site),
}

impl TargetService {
    /// Puts values in the place of outputs. There is no such service for a function.
    ///
    /// # Errors
    /// Fails with the name of an output that has no value.
    pub fn resolve(
        name: &str,
        release: &Release,
        outputs: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, String> {
        let target = match &release.target {
            Target::Lambda(_) => return Ok(None),
            Target::Ecs(ecs) => Resolved::Ecs(ecs::Ecs::resolve(name, ecs, &outputs)?),
            Target::AppRunner(it) => Resolved::AppRunner(app_runner::AppRunner {
                name: name.to_owned(),
                service: it.service.resolve(&outputs)?,
            }),
            Target::StaticSite(it) => Resolved::Site(site::Site {
                name: name.to_owned(),
                bucket: it.bucket.resolve(&outputs)?,
                distribution: it.distribution.resolve(&outputs)?,
            }),
        };
        Ok(Some(Self { name: name.to_owned(), target }))
    }

    /// Prepares a candidate. What serves is not touched.
    ///
    /// # Errors
    /// Fails if the material does not fit, or AWS refuses.
    pub async fn start(&self, operator: &Operator<'_>, material: &Material) -> Result<Done, Stop> {
        match &self.target {
            Resolved::Ecs(ecs) => ecs.start(operator, material).await,
            Resolved::AppRunner(service) => service.start(operator, material).await,
            Resolved::Site(site) => site.start(operator, material).await,
        }
    }

    /// Does what can be done to a candidate before it serves: an ECS service's migration task runs to its end.
    ///
    /// # Errors
    /// Fails if there is no candidate, or it does not hold.
    pub async fn verify(&self, operator: &Operator<'_>) -> Result<Done, Stop> {
        match &self.target {
            Resolved::Ecs(ecs) => ecs.verify(operator).await,
            Resolved::AppRunner(service) => service.verify(operator).await,
            Resolved::Site(site) => site.verify(operator).await,
        }
    }

    /// Whether the candidate is of a release, by its id or by its commit.
    ///
    /// # Errors
    /// Refuses if it is of another, or if AWS does not say.
    pub async fn expect_release(&self, operator: &Operator<'_>, wanted: &str) -> Result<(), Stop> {
        match self.status(operator).await?.candidate_origin {
            Some(Origin { release, commit }) => {
                Stop::unless_wanted(&self.name, wanted, &release, &commit, None)
            }
            None => Ok(()),
        }
    }

    /// Has the candidate serve, and waits until it does. If it does not come up, what served before serves again.
    ///
    /// # Errors
    /// Fails if there is no candidate, somebody else changed the service, or the candidate does not come up.
    pub async fn promote(&self, operator: &Operator<'_>, which: Promotable) -> Result<Done, Stop> {
        match &self.target {
            Resolved::Ecs(ecs) => ecs.promote(operator, which).await,
            Resolved::AppRunner(service) => service.promote(operator, which).await,
            Resolved::Site(site) => site.promote(operator, which).await,
        }
    }

    /// Has what served before serve again, or what is named: a task definition, an image, a release of the site.
    ///
    /// # Errors
    /// Fails if there is nothing to go back to.
    pub async fn rollback(&self, operator: &Operator<'_>, to: Option<&str>) -> Result<Done, Stop> {
        match &self.target {
            Resolved::Ecs(ecs) => ecs.rollback(operator, to).await,
            Resolved::AppRunner(service) => service.rollback(operator, to).await,
            Resolved::Site(site) => site.rollback(operator, to).await,
        }
    }

    /// Goes on with a promotion that was cut off.
    ///
    /// # Errors
    /// Fails as the promotion would have.
    pub async fn resume(&self, operator: &Operator<'_>) -> Result<Done, Stop> {
        match &self.target {
            Resolved::Ecs(ecs) => ecs.resume(operator).await,
            Resolved::AppRunner(service) => service.resume(operator).await,
            Resolved::Site(site) => site.resume(operator).await,
        }
    }

    /// What is true in AWS.
    ///
    /// # Errors
    /// Fails if AWS does not say.
    pub async fn status(&self, operator: &Operator<'_>) -> Result<Standing, Stop> {
        match &self.target {
            Resolved::Ecs(ecs) => ecs.status(operator).await,
            Resolved::AppRunner(service) => service.status(operator).await,
            Resolved::Site(site) => site.status(operator).await,
        }
    }
}
