//! What the verbs call, from the Service Authorization Reference: "… for Amazon S3", "… for Amazon CloudFront".

use crate::permissions::{Permission, Scope, Verb, on};

const LIST_BUCKET: Permission = on("s3:ListBucket", Scope::Bucket);
const GET_OBJECT: Permission = on("s3:GetObject", Scope::Objects);
const PUT_OBJECT: Permission = on("s3:PutObject", Scope::Objects);
const DELETE_OBJECT: Permission = on("s3:DeleteObject", Scope::Objects);
const INVALIDATE: Permission = on("cloudfront:CreateInvalidation", Scope::Distribution);

/// What a verb calls.
pub(super) const fn permissions(verb: Verb) -> &'static [Permission] {
    match verb {
        Verb::Start => &[GET_OBJECT, PUT_OBJECT, LIST_BUCKET],
        Verb::Verify => &[GET_OBJECT, PUT_OBJECT, LIST_BUCKET],
        Verb::Promote | Verb::Rollback | Verb::Resume => {
            &[GET_OBJECT, PUT_OBJECT, DELETE_OBJECT, LIST_BUCKET, INVALIDATE]
        }
        Verb::Status => &[GET_OBJECT, LIST_BUCKET],
        Verb::History => &[],
    }
}
