//! Reads and writes of a site's release: objects in the S3 bucket, invalidations of the CloudFront distribution.

use aws_sdk_cloudfront::types::{InvalidationBatch, Paths};
use aws_sdk_s3::primitives::ByteStream;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::aws::{AwsError, AwsErrorKind, failed};
use crate::engine::{Action, Context, ReleaseError};
use crate::target::site::files::File;
use crate::target::site::record::{POINTER, Pointer, Read};
use crate::target::site::service::Site;
use crate::web::percent_encode;

/// With more paths than this, CloudFront is asked to forget everything, which counts as one path.
const PATHS: usize = 100;

impl Site {
    /// Reads an object that releases have written; nothing if it is not there.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        context: &Context<'_>,
        key: &str,
    ) -> Result<Option<(T, Option<String>)>, ReleaseError> {
        let subject = format!("{}/{key}", self.bucket);
        let read = context
            .retry_for(&self.name, || async {
                let call = self.client.get_object().bucket(&self.bucket).key(key).send().await;
                let object = match call.map_err(failed("s3", "GetObject", &subject)) {
                    Ok(object) => object,
                    Err(failure)
                        if failure.kind == AwsErrorKind::Missing && failure.message.contains("NoSuchKey") =>
                    {
                        return Ok(None);
                    }
                    Err(failure) => return Err(failure),
                };
                let bytes = object.body.collect().await.map_err(|error| AwsError {
                    operation: "GetObject",
                    subject: subject.clone(),
                    kind: AwsErrorKind::Unknown,
                    message: error.to_string(),
                })?;
                Ok(Some((bytes.into_bytes(), object.e_tag)))
            })
            .await?;
        let Some((bytes, etag)) = read else { return Ok(None) };
        let value = serde_json::from_slice(&bytes).map_err(|error| {
            self.refused(
                &format!("{subject} is not what releases write: {error}"),
                "somebody changed it: put it right",
            )
        })?;
        Ok(Some((value, etag)))
    }

    /// Changes the pointer, if it is still as it was read.
    pub(super) async fn point(
        &self,
        context: &Context<'_>,
        release: &str,
        read: &Read,
        pointer: &Pointer,
    ) -> Result<Read, ReleaseError> {
        let pointer = Pointer { by: context.by.clone(), at: context.now(), ..pointer.clone() };
        let action = Action {
            release,
            service: &self.name,
            action: "PutObject",
            subject: POINTER.to_owned(),
            before: json!(read.pointer),
            after: json!(pointer),
        };
        if context.is_dry_run() {
            context.write_done(&action);
            return Ok(Read { pointer, etag: read.etag.clone() });
        }
        let subject = format!("{}/{POINTER}", self.bucket);
        let mut call =
            self.client.put_object().bucket(&self.bucket).key(POINTER).content_type("application/json");
        call = match &read.etag {
            Some(etag) => call.if_match(etag),
            None => call.if_none_match("*"),
        };
        let body = serde_json::to_vec(&pointer).unwrap_or_default();
        let sent =
            call.body(ByteStream::from(body)).send().await.map_err(failed("s3", "PutObject", &subject));
        match sent {
            Ok(answer) => {
                context.write_done(&action);
                Ok(Read { pointer, etag: answer.e_tag })
            }
            Err(failure) => {
                // The reply may have been lost, and a refusal may be the echo of a first call: what is there decides.
                let found = self.pointer(context).await?;
                if found.pointer == pointer {
                    context.write(&action, "found done");
                    return Ok(found);
                }
                context.write(&action, &failure.to_string());
                if matches!(failure.kind, AwsErrorKind::Stale | AwsErrorKind::Busy) {
                    return Err(self.refused(
                        &format!("somebody else released in the meantime: {} serves", found.pointer.serving),
                        "find out who did; `release status` tells",
                    ));
                }
                Err(ReleaseError::failed(&self.name)(failure))
            }
        }
    }

    /// Writes an object.
    pub(super) async fn put(
        &self,
        context: &Context<'_>,
        release: &str,
        key: &str,
        file: &File,
        bytes: &[u8],
    ) -> Result<(), ReleaseError> {
        let action = self.action(release, "PutObject", key);
        context
            .change(action, || async {
                let call = self
                    .client
                    .put_object()
                    .bucket(&self.bucket)
                    .key(key)
                    .content_type(&file.content_type)
                    .cache_control(&file.cache_control)
                    .body(ByteStream::from(bytes.to_vec()));
                call.send().await.map(|_| ()).map_err(failed(
                    "s3",
                    "PutObject",
                    format!("{}/{key}", self.bucket),
                ))
            })
            .await?;
        Ok(())
    }

    /// Copies within the bucket; what the file is, and how long it may be kept, goes along.
    pub(super) async fn copy(
        &self,
        context: &Context<'_>,
        release: &str,
        from: &str,
        to: &str,
    ) -> Result<(), ReleaseError> {
        let source: Vec<String> = from.split('/').map(percent_encode).collect();
        let source = format!("{}/{}", self.bucket, source.join("/"));
        let action = self.action(release, "CopyObject", to);
        context
            .change(action, || async {
                let call =
                    self.client.copy_object().bucket(&self.bucket).key(to).copy_source(&source).send().await;
                call.map(|_| ()).map_err(failed("s3", "CopyObject", format!("{}/{to}", self.bucket)))
            })
            .await?;
        Ok(())
    }

    /// Deletes an object.
    pub(super) async fn delete(
        &self,
        context: &Context<'_>,
        release: &str,
        key: &str,
    ) -> Result<(), ReleaseError> {
        let action = self.action(release, "DeleteObject", key);
        context
            .change(action, || async {
                let call = self.client.delete_object().bucket(&self.bucket).key(key).send().await;
                call.map(|_| ()).map_err(failed("s3", "DeleteObject", format!("{}/{key}", self.bucket)))
            })
            .await?;
        Ok(())
    }

    /// The keys that begin with a prefix.
    pub(super) async fn list(
        &self,
        context: &Context<'_>,
        prefix: &str,
    ) -> Result<std::collections::BTreeSet<String>, ReleaseError> {
        context
            .retry_for(&self.name, || async {
                let call = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
                let pages: Result<Vec<_>, _> = call.into_paginator().send().collect().await;
                let pages = pages.map_err(failed("s3", "ListObjectsV2", &self.bucket))?;
                let objects = pages.into_iter().flat_map(|page| page.contents.unwrap_or_default());
                Ok(objects.filter_map(|object| object.key).collect())
            })
            .await
    }

    /// Has CloudFront forget paths. The reference is of the release and what it changes: sent twice it is once.
    pub(super) async fn invalidate(
        &self,
        context: &Context<'_>,
        release: &str,
        changed: &[String],
    ) -> Result<(), ReleaseError> {
        let mut paths = vec!["/*".to_owned()];
        if changed.len() <= PATHS {
            let encoded = |path: &String| path.split('/').map(percent_encode).collect::<Vec<_>>().join("/");
            paths = changed.iter().map(|path| format!("/{}", encoded(path))).collect();
            // A page of a folder answers for the folder.
            let folders =
                changed.iter().filter_map(|path| path.strip_suffix("index.html")).map(|it| format!("/{it}"));
            paths.extend(folders.collect::<Vec<_>>());
        }
        let mut action = self.action(release, "CreateInvalidation", &self.distribution);
        action.after = json!({ "paths": paths });
        let reference = format!("{release}-{}", context.clock.now().as_millis());
        let count = i32::try_from(paths.len()).unwrap_or(i32::MAX);
        context
            .change(action, || async {
                let refused = |error: aws_sdk_cloudfront::error::BuildError| AwsError {
                    operation: "CreateInvalidation",
                    subject: self.distribution.clone(),
                    kind: AwsErrorKind::Refused,
                    message: error.to_string(),
                };
                let paths = Paths::builder()
                    .quantity(count)
                    .set_items(Some(paths.clone()))
                    .build()
                    .map_err(refused)?;
                let batch = InvalidationBatch::builder().paths(paths).caller_reference(&reference).build();
                let call = self.cloudfront.create_invalidation().distribution_id(&self.distribution);
                let call = call.invalidation_batch(batch.map_err(refused)?).send().await;
                call.map(|_| ()).map_err(failed("cloudfront", "CreateInvalidation", &self.distribution))
            })
            .await?;
        Ok(())
    }

    fn action<'a>(&'a self, release: &'a str, action: &'a str, subject: &'a str) -> Action<'a> {
        Action {
            release,
            service: &self.name,
            action,
            subject: subject.to_owned(),
            before: json!(null),
            after: json!(null),
        }
    }
}
