//! What a site's releases do with objects: of the bucket in S3, and of the distribution in front of it.

use aws_sdk_cloudfront::types::{InvalidationBatch, Paths};
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::cloud::{Failure, FailureKind, Reality, failed};
use crate::release::Stop;
use crate::target::Operator;
use crate::target::operator::Action;
use crate::target::site::Site;
use crate::target::site_files::File;
use crate::target::site_record::{POINTER, Pointer, Read};
use crate::web::percent_encode;

/// With more paths than this, CloudFront is asked to forget everything, which counts as one path.
const PATHS: usize = 100;

impl Site {
    /// Reads an object that releases have written; nothing if it is not there.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        operator: &Operator<'_>,
        client: &Client,
        key: &str,
    ) -> Result<Option<(T, Option<String>)>, Stop> {
        let subject = format!("{}/{key}", self.bucket);
        let read = operator
            .patiently(&self.name, || async {
                let call = client.get_object().bucket(&self.bucket).key(key).send().await;
                let object = match call.map_err(failed("s3", "GetObject", &subject)) {
                    Ok(object) => object,
                    Err(failure)
                        if failure.kind == FailureKind::Missing && failure.message.contains("NoSuchKey") =>
                    {
                        return Ok(None);
                    }
                    Err(failure) => return Err(failure),
                };
                let bytes = object.body.collect().await.map_err(|error| Failure {
                    operation: "GetObject",
                    subject: subject.clone(),
                    kind: FailureKind::Unknown,
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
        operator: &Operator<'_>,
        client: &Client,
        release: &str,
        read: &Read,
        pointer: &Pointer,
    ) -> Result<Read, Stop> {
        let pointer = Pointer { by: operator.by.clone(), ..pointer.clone() };
        let action = Action {
            release,
            service: &self.name,
            action: "PutObject",
            subject: POINTER,
            before: json!(read.pointer),
            after: json!(pointer),
        };
        if operator.reality == Reality::Rehearsed {
            operator.write(&action, "rehearsed");
            return Ok(Read { pointer, etag: read.etag.clone() });
        }
        let subject = format!("{}/{POINTER}", self.bucket);
        let mut call = client.put_object().bucket(&self.bucket).key(POINTER).content_type("application/json");
        call = match &read.etag {
            Some(etag) => call.if_match(etag),
            None => call.if_none_match("*"),
        };
        let body = serde_json::to_vec(&pointer).unwrap_or_default();
        let sent =
            call.body(ByteStream::from(body)).send().await.map_err(failed("s3", "PutObject", &subject));
        match sent {
            Ok(answer) => {
                operator.write(&action, "done");
                Ok(Read { pointer, etag: answer.e_tag })
            }
            Err(failure) => {
                // The reply may have been lost, and a refusal may be the echo of a first call: what is there decides.
                let found = self.pointer(operator, client).await?;
                if found.pointer == pointer {
                    operator.write(&action, "found done");
                    return Ok(found);
                }
                operator.write(&action, &failure.to_string());
                if matches!(failure.kind, FailureKind::Stale | FailureKind::Busy) {
                    return Err(self.refused(
                        &format!("somebody else released in the meantime: {} serves", found.pointer.serving),
                        "find out who did; `release status` tells",
                    ));
                }
                Err(Stop::failed(&self.name)(failure))
            }
        }
    }

    /// Writes an object.
    pub(super) async fn put(
        &self,
        operator: &Operator<'_>,
        client: &Client,
        release: &str,
        key: &str,
        file: &File,
        bytes: &[u8],
    ) -> Result<(), Stop> {
        let action = self.action(release, "PutObject", key);
        operator
            .change(action, || async {
                let call = client
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
        operator: &Operator<'_>,
        client: &Client,
        release: &str,
        from: &str,
        to: &str,
    ) -> Result<(), Stop> {
        let source: Vec<String> = from.split('/').map(percent_encode).collect();
        let source = format!("{}/{}", self.bucket, source.join("/"));
        let action = self.action(release, "CopyObject", to);
        operator
            .change(action, || async {
                let call =
                    client.copy_object().bucket(&self.bucket).key(to).copy_source(&source).send().await;
                call.map(|_| ()).map_err(failed("s3", "CopyObject", format!("{}/{to}", self.bucket)))
            })
            .await?;
        Ok(())
    }

    /// Deletes an object.
    pub(super) async fn delete(
        &self,
        operator: &Operator<'_>,
        client: &Client,
        release: &str,
        key: &str,
    ) -> Result<(), Stop> {
        let action = self.action(release, "DeleteObject", key);
        operator
            .change(action, || async {
                let call = client.delete_object().bucket(&self.bucket).key(key).send().await;
                call.map(|_| ()).map_err(failed("s3", "DeleteObject", format!("{}/{key}", self.bucket)))
            })
            .await?;
        Ok(())
    }

    /// The keys that begin with a prefix.
    pub(super) async fn list(
        &self,
        operator: &Operator<'_>,
        client: &Client,
        prefix: &str,
    ) -> Result<std::collections::BTreeSet<String>, Stop> {
        operator
            .patiently(&self.name, || async {
                let call = client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
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
        operator: &Operator<'_>,
        release: &str,
        changed: &[String],
    ) -> Result<(), Stop> {
        let client = aws_sdk_cloudfront::Client::new(operator.config);
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
        let reference = format!(
            "{release}-{}",
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |it| it.as_millis())
        );
        let count = i32::try_from(paths.len()).unwrap_or(i32::MAX);
        operator
            .change(action, || async {
                let refused = |error: aws_sdk_cloudfront::error::BuildError| Failure {
                    operation: "CreateInvalidation",
                    subject: self.distribution.clone(),
                    kind: FailureKind::Refused,
                    message: error.to_string(),
                };
                let paths = Paths::builder()
                    .quantity(count)
                    .set_items(Some(paths.clone()))
                    .build()
                    .map_err(refused)?;
                let batch = InvalidationBatch::builder().paths(paths).caller_reference(&reference).build();
                let call = client.create_invalidation().distribution_id(&self.distribution);
                let call = call.invalidation_batch(batch.map_err(refused)?).send().await;
                call.map(|_| ()).map_err(failed("cloudfront", "CreateInvalidation", &self.distribution))
            })
            .await?;
        Ok(())
    }

    fn action<'a>(&'a self, release: &'a str, action: &'a str, subject: &'a str) -> Action<'a> {
        Action { release, service: &self.name, action, subject, before: json!(null), after: json!(null) }
    }
}
