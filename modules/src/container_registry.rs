//! A registry of container images: one ECR repository per image, scanned, and cleared of old images.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::container_registry::{ContainerRegistryConfig, container_registry};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let config = ContainerRegistryConfig::new(["shop/orders", "shop/stock"]).keep_images(20);
//! let registry = container_registry(stack, "images", config);
//! stack.output("orders_url", registry.repositories["shop/orders"].repository_url());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! Not here: images, which a pipeline builds and pushes.

use std::fmt::Display;

use formwork::aws::ecr_repository::{EncryptionConfiguration, ImageScanningConfiguration};
use formwork::{Map, Source, Stack, aws};
use indexmap::IndexMap;
use serde_json::json;

use crate::iam::Policy;
use crate::label::label;
use crate::mistakes::Mistakes;
use crate::tags::tags;

/// Whether a tag can be put on another image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageTags {
    /// A tag stays on the image that it was pushed with.
    Fixed,
    /// A push with a tag that is taken moves it, as `latest` has to.
    Moving,
}

/// What a registry is like. The defaults: fixed tags, the newest 10 images of each repository are kept, a repository
/// with images in it can't be destroyed. Images are always scanned when they are pushed, and encrypted.
#[derive(Clone, Debug)]
pub struct ContainerRegistryConfig {
    repositories: Vec<String>,
    keep_images: u32,
    image_tags: ImageTags,
    delete_images: bool,
    kms_key: Option<String>,
    tags: Map<String>,
}

impl ContainerRegistryConfig {
    /// Repositories by their names, such as `shop/orders`.
    #[must_use]
    pub fn new<R: Into<String>>(repositories: impl IntoIterator<Item = R>) -> Self {
        Self {
            repositories: repositories.into_iter().map(Into::into).collect(),
            keep_images: 10,
            image_tags: ImageTags::Fixed,
            delete_images: false,
            kms_key: None,
            tags: Map::new(),
        }
    }

    /// Keeps the newest images of each repository, so many; a release can go back that far.
    #[must_use]
    pub const fn keep_images(mut self, count: u32) -> Self {
        self.keep_images = count;
        self
    }

    /// Chooses whether a tag can be put on another image.
    #[must_use]
    pub const fn image_tags(mut self, tags: ImageTags) -> Self {
        self.image_tags = tags;
        self
    }

    /// Lets Terraform delete the images when it destroys a repository. Otherwise it destroys an empty one only.
    #[must_use]
    pub const fn delete_images_on_destroy(mut self) -> Self {
        self.delete_images = true;
        self
    }

    /// Encrypts images with a KMS key, by its ARN, instead of a key of S3.
    #[must_use]
    pub fn kms_key(mut self, arn: impl Into<String>) -> Self {
        self.kms_key = Some(arn.into());
        self
    }

    /// Adds tags to the repositories.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// Pulling images from repositories, by their ARNs, and what else is permitted on those (Amazon ECR User Guide, "IAM
/// permissions for pulling an image from a private repository").
pub(crate) fn pull_policy<A: Display>(repository_arns: impl IntoIterator<Item = A>, also: &[&str]) -> Policy {
    let mut actions =
        vec!["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
    actions.extend(also);
    // The token knows no resources (Service Authorization Reference).
    Policy::new().allow(["ecr:GetAuthorizationToken"], ["*"]).allow(actions, repository_arns)
}

/// What a registry consists of.
#[derive(Clone, Debug)]
pub struct ContainerRegistryParts {
    /// The repositories by their names, in the order of the configuration.
    pub repositories: IndexMap<String, aws::EcrRepositoryRef>,
}

/// Adds the repositories and the rules by which they forget images.
#[track_caller]
pub fn container_registry(
    stack: &mut Stack,
    name: &str,
    config: ContainerRegistryConfig,
) -> ContainerRegistryParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    mistakes(&config).report(stack, name, source);
    let mut repositories = IndexMap::new();
    for repository in &config.repositories {
        let reference = stack.add(&label(repository), resource(&config, repository));
        let policy = aws::EcrLifecyclePolicy::new(aws::EcrLifecyclePolicyArgs {
            policy: lifecycle(config.keep_images),
            repository: reference.name().into(),
        });
        stack.add(&label(repository), policy);
        repositories.insert(repository.clone(), reference);
    }
    ContainerRegistryParts { repositories }
}

fn resource(config: &ContainerRegistryConfig, name: &str) -> aws::EcrRepository {
    let mutability = match config.image_tags {
        ImageTags::Fixed => "IMMUTABLE",
        ImageTags::Moving => "MUTABLE",
    };
    let encryption = match &config.kms_key {
        None => EncryptionConfiguration::new().encryption_type("AES256"),
        Some(key) => EncryptionConfiguration::new().encryption_type("KMS").kms_key(key.as_str()),
    };
    let repository = aws::EcrRepository::new(name)
        .image_tag_mutability(mutability)
        .image_scanning_configuration(ImageScanningConfiguration::new(true))
        .encryption_configuration(encryption)
        .tags(tags(&config.tags));
    if config.delete_images { repository.force_delete(true) } else { repository }
}

/// The document of a lifecycle policy (Amazon ECR User Guide, "Lifecycle policy properties").
fn lifecycle(keep: u32) -> formwork::Value<String> {
    let rule = json!({
        "rulePriority": 1,
        "description": format!("Keep the newest {keep} images"),
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": keep},
        "action": {"type": "expire"},
    });
    json!({"rules": [rule]}).into()
}

/// What ECR would refuse, and what to do instead (Amazon ECR API Reference, `CreateRepository`).
fn mistakes(config: &ContainerRegistryConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    // How many a repository holds is a quota, which AWS raises.
    if config.keep_images == 0 {
        mistakes.add("0 images to keep is not what a lifecycle rule takes", "choose 1 or more");
    }
    let is_part = |part: &str| {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        part.bytes().all(|byte| is_letter(byte) || matches!(byte, b'-' | b'_' | b'.'))
            && part.bytes().next().is_some_and(is_letter)
            && part.bytes().next_back().is_some_and(is_letter)
    };
    for name in &config.repositories {
        if !(2..=256).contains(&name.len()) || !name.split('/').all(is_part) {
            let hint = "a name has 2 to 256 lower-case letters, digits, `-`, `_`, `.` and `/`, and each part between `/` begins and ends with a letter or digit";
            mistakes.add(format!("ECR refuses the repository name `{name}`"), hint);
        }
    }
    mistakes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{diagnostics, document};

    #[test]
    fn images_are_scanned_and_old_ones_expire() {
        let document = document(|stack| {
            let config = ContainerRegistryConfig::new(["shop/orders"])
                .image_tags(ImageTags::Moving)
                .delete_images_on_destroy();
            container_registry(stack, "images", config);
        });
        let repository = &document["resource"]["aws_ecr_repository"]["images_shop_orders"];
        assert_eq!(
            *repository,
            json!({
                "name": "shop/orders",
                "force_delete": true,
                "image_tag_mutability": "MUTABLE",
                "image_scanning_configuration": {"scan_on_push": true},
                "encryption_configuration": [{"encryption_type": "AES256"}],
            })
        );
        let policy = &document["resource"]["aws_ecr_lifecycle_policy"]["images_shop_orders"];
        assert_eq!(policy["repository"], "${aws_ecr_repository.images_shop_orders.name}");
        let rules: serde_json::Value = serde_json::from_str(policy["policy"].as_str().unwrap()).unwrap();
        assert_eq!(
            rules["rules"][0]["selection"],
            json!({"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10})
        );
    }

    #[test]
    fn what_ecr_would_refuse_is_reported() {
        let found = diagnostics(|stack| {
            let config = ContainerRegistryConfig::new(["Shop", "shop/-orders", "shop/orders"]).keep_images(0);
            container_registry(stack, "images", config);
        });
        assert_eq!(
            found,
            [
                "0 images to keep is not what a lifecycle rule takes",
                "ECR refuses the repository name `Shop`",
                "ECR refuses the repository name `shop/-orders`",
            ]
        );
    }
}
