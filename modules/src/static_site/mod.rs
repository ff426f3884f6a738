//! A site of files: a private S3 bucket behind CloudFront.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::static_site::{Domains, PriceClass, StaticSiteConfig, static_site};
//!
//! let mut app = App::new();
//! let stack = app.stack("web");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let certificate = "arn:aws:acm:us-east-1:123456789012:certificate/2f1c0f9e";
//! let site = static_site(
//!     stack,
//!     "site",
//!     StaticSiteConfig::new("acme-web")
//!         .price_class(PriceClass::All)
//!         .domains(Domains::new(["www.example.com"], certificate).zone("Z0123456789")),
//! );
//! stack.output("distribution_id", site.distribution.id());
//!
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! Without domains of its own the site has CloudFront's name and certificate. CloudFront then decides the TLS versions
//! itself, whatever it is told (CloudFront API Reference, `ViewerCertificate`); with domains they are `TLSv1.2_2021`.
//!
//! Not here: the files, which a release uploads; the certificate, which must exist in us-east-1 before.

mod config;

use formwork::aws::cloudfront_distribution::{
    CloudfrontDistributionArgs, CustomErrorResponse, DefaultCacheBehavior, DefaultCacheBehaviorArgs,
    GeoRestriction, Origin, OriginArgs, Restrictions, ViewerCertificate,
};
use formwork::aws::cloudfront_origin_access_control::CloudfrontOriginAccessControlArgs;
use formwork::aws::route53_record::{Alias, AliasArgs};
use formwork::aws::{self, CloudfrontDistributionRef, Route53RecordRef, S3BucketRef};
use formwork::{Json, Source, Stack, Value};

pub use config::{Domains, Missing, PriceClass, SecurityHeaders, StaticSiteConfig};

use crate::iam::{Policy, Statement};
use crate::label::label;
use crate::mistakes::Mistakes;
use crate::private_bucket::{Encryption, OldVersions, private_bucket};

/// `Managed-CachingOptimized`, which also asks for gzip and Brotli (CloudFront Developer Guide, "Use managed cache
/// policies").
const CACHING_OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";

/// `Managed-SecurityHeadersPolicy` (CloudFront Developer Guide, "Use managed response headers policies").
const SECURITY_HEADERS: &str = "67f7725c-6f97-4210-82d7-5512b31e9d03";

/// Seconds that an answer for a missing file is kept: short, since a release may bring the file.
const MISSING_SECONDS: u32 = 10;

const ORIGIN: &str = "bucket";

/// What [`static_site`] made.
#[derive(Clone, Debug)]
pub struct StaticSiteParts {
    /// The bucket that a release uploads to.
    pub bucket: S3BucketRef,
    /// The distribution; after an upload a release invalidates what it caches.
    pub distribution: CloudfrontDistributionRef,
    /// The records of the site's domains, if a zone was given.
    pub records: Vec<Route53RecordRef>,
}

/// Adds the bucket, the distribution, the policy that lets only it read the bucket, and records for the domains.
#[track_caller]
pub fn static_site(stack: &mut Stack, name: &str, config: StaticSiteConfig) -> StaticSiteParts {
    mistakes(&config).report(stack, name, Source::here());
    let stack = &mut stack.scope(name);
    let mut bucket = aws::S3Bucket::new().bucket(config.bucket.clone());
    if config.delete_files {
        bucket = bucket.force_destroy(true);
    }
    let private = private_bucket(stack, bucket, &Encryption::S3, OldVersions { days: 30, at_least: 3 });
    let access = stack.add(
        "bucket",
        aws::CloudfrontOriginAccessControl::new(CloudfrontOriginAccessControlArgs {
            // Names are unique within an account, and so are those of its buckets.
            name: private.bucket.bucket().into(),
            origin_access_control_origin_type: "s3".into(),
            signing_behavior: "always".into(),
            signing_protocol: "sigv4".into(),
        }),
    );
    let origin = Origin::new(OriginArgs {
        domain_name: private.bucket.bucket_regional_domain_name().into(),
        origin_id: ORIGIN.into(),
    })
    .origin_access_control_id(access.id());
    let distribution = stack.add("distribution", distribution(&config, origin));
    let allow = |action: &str, sid: &str, resource: String| {
        Statement::allow([action])
            .sid(sid)
            .principal("Service", ["cloudfront.amazonaws.com"])
            .on([resource])
            .condition("StringEquals", "AWS:SourceArn", [distribution.arn()])
    };
    let bucket_arn = private.bucket.arn();
    private.policy(
        stack,
        Policy::new()
            .with(allow("s3:GetObject", "Distribution", format!("{bucket_arn}/*")))
            // Whoever may not list a bucket gets 403 for what is not there, as from a firewall for what it blocks.
            .with(allow("s3:ListBucket", "Missing", bucket_arn.to_string())),
    );
    let records = match config.domains {
        Some(domains) => records(stack, &domains, &distribution),
        None => Vec::new(),
    };
    StaticSiteParts { bucket: private.bucket, distribution, records }
}

/// What is wrong with a configuration, and what to do instead.
fn mistakes(config: &StaticSiteConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    if let Some(name) = literal(&config.bucket) {
        mistakes.bucket_name(&name);
    }
    if let Missing::Page(page) = &config.missing
        && !page.starts_with('/')
    {
        let message = format!("CloudFront refuses the page `{page}` for missing files");
        mistakes.add(message, format!("it is a path: `/{page}`"));
    }
    if config.index.starts_with('/') {
        let message = format!("CloudFront refuses the index page `{}`", config.index);
        mistakes.add(message, "it is the name of a file, without `/` before it");
    }
    let Some(domains) = &config.domains else { return mistakes };
    if domains.names.is_empty() {
        let hint = "name the domains, or leave `domains` out";
        mistakes.add("a site with a certificate of its own has no domain", hint);
    }
    if let Some(arn) = literal(&domains.certificate)
        && arn.split(':').nth(3) != Some("us-east-1")
    {
        let hint = "request it from ACM in us-east-1, whatever region the bucket is in";
        mistakes.add(format!("CloudFront cannot use the certificate `{arn}`"), hint);
    }
    mistakes
}

fn distribution(config: &StaticSiteConfig, origin: Origin) -> aws::CloudfrontDistribution {
    let headers = match &config.security_headers {
        SecurityHeaders::Managed => SECURITY_HEADERS.into(),
        SecurityHeaders::Policy(id) => id.clone(),
    };
    let certificate = match &config.domains {
        None => ViewerCertificate::new().cloudfront_default_certificate(true),
        Some(domains) => ViewerCertificate::new()
            .acm_certificate_arn(domains.certificate.clone())
            .ssl_support_method("sni-only")
            .minimum_protocol_version("TLSv1.2_2021"),
    };
    let distribution = aws::CloudfrontDistribution::new(CloudfrontDistributionArgs {
        enabled: true.into(),
        default_cache_behavior: DefaultCacheBehavior::new(DefaultCacheBehaviorArgs {
            allowed_methods: ["GET", "HEAD"].into(),
            cached_methods: ["GET", "HEAD"].into(),
            target_origin_id: ORIGIN.into(),
            viewer_protocol_policy: "redirect-to-https".into(),
        })
        .cache_policy_id(CACHING_OPTIMIZED)
        .response_headers_policy_id(headers)
        .compress(true),
        origin: vec![origin],
        restrictions: Restrictions::new(GeoRestriction::new("none")),
        viewer_certificate: certificate,
    })
    .default_root_object(config.index.as_str())
    .http_version("http2and3")
    .is_ipv6_enabled(true)
    .price_class(config.price_class.name());
    let (page, status) = match &config.missing {
        Missing::Index => (format!("/{}", config.index), 200),
        Missing::Page(page) => (page.clone(), 404),
    };
    // 403 is left alone: a firewall answers so, and must not be turned into a page with 200.
    let missing = CustomErrorResponse::new(404)
        .response_code(status)
        .response_page_path(page.as_str())
        .error_caching_min_ttl(MISSING_SECONDS);
    distribution
        .custom_error_response(missing)
        .aliases(config.domains.as_ref().map(|domains| &domains.names))
        .logging_config(config.access_logs.clone())
        .web_acl_id(config.web_acl.clone())
}

fn records(
    stack: &mut Stack,
    domains: &Domains,
    distribution: &CloudfrontDistributionRef,
) -> Vec<Route53RecordRef> {
    let Some(zone) = &domains.zone else { return Vec::new() };
    let mut records = Vec::new();
    for domain in &domains.names {
        for kind in ["A", "AAAA"] {
            let alias = Alias::new(AliasArgs {
                evaluate_target_health: false.into(),
                name: distribution.domain_name().into(),
                zone_id: distribution.hosted_zone_id().into(),
            });
            let record = aws::Route53Record::new(aws::Route53RecordArgs {
                name: domain.as_str().into(),
                r#type: kind.into(),
                zone_id: zone.clone(),
            })
            .alias(alias);
            records.push(stack.add(&format!("{}_{}", label(domain), kind.to_lowercase()), record));
        }
    }
    records
}

/// The text of a value that has no expression in it.
fn literal(value: &Value<String>) -> Option<String> {
    match value.clone().into_json() {
        Json::String(text) => Some(text.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use formwork::App;
    use serde_json::{Value as Plain, json};

    use super::*;

    fn built(config: StaticSiteConfig) -> (Vec<String>, Plain) {
        let mut app = App::new();
        static_site(app.stack("web"), "site", config);
        let synthesis = app.finish();
        let diagnostics = synthesis.diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect();
        (diagnostics, serde_json::to_value(&synthesis.stacks[0]).unwrap())
    }

    #[test]
    fn only_the_distribution_reads_the_bucket() {
        let (diagnostics, json) = built(StaticSiteConfig::new("acme-web"));
        assert_eq!(diagnostics, [""; 0]);
        let distribution = &json["resource"]["aws_cloudfront_distribution"]["site_distribution"];
        assert_eq!(distribution["viewer_certificate"], json!({"cloudfront_default_certificate": true}));
        assert_eq!(distribution["price_class"], "PriceClass_100");
        assert_eq!(distribution["http_version"], "http2and3");
        assert_eq!(distribution["default_cache_behavior"]["compress"], true);
        assert_eq!(distribution["default_cache_behavior"]["response_headers_policy_id"], SECURITY_HEADERS);
        assert_eq!(
            distribution["custom_error_response"][0],
            json!({
                "error_code": 404, "response_code": 200, "response_page_path": "/index.html",
                "error_caching_min_ttl": 10,
            })
        );
        let policy = json["resource"]["aws_s3_bucket_policy"]["site_bucket"]["policy"].as_str().unwrap();
        let condition = r#""AWS:SourceArn" = aws_cloudfront_distribution.site_distribution.arn"#;
        assert!(policy.contains(condition), "{policy}");
        assert!(policy.contains("s3:ListBucket"), "{policy}");
    }

    #[test]
    fn own_domains_get_a_certificate_and_records() {
        let domains =
            Domains::new(["example.com", "www.example.com"], "arn:aws:acm:us-east-1:1:certificate/c");
        let (diagnostics, json) = built(
            StaticSiteConfig::new("acme-web")
                .domains(domains.zone("Z1"))
                .missing(Missing::Page("/404.html".into()))
                .security_headers(SecurityHeaders::Policy("own".into()))
                .access_logs("logs.s3.amazonaws.com", "web/"),
        );
        assert_eq!(diagnostics, [""; 0]);
        let distribution = &json["resource"]["aws_cloudfront_distribution"]["site_distribution"];
        assert_eq!(distribution["aliases"], json!(["example.com", "www.example.com"]));
        assert_eq!(distribution["viewer_certificate"]["minimum_protocol_version"], "TLSv1.2_2021");
        assert_eq!(distribution["custom_error_response"][0]["response_code"], 404);
        assert_eq!(distribution["default_cache_behavior"]["response_headers_policy_id"], "own");
        assert_eq!(distribution["logging_config"]["prefix"], "web/");
        let records = json["resource"]["aws_route53_record"].as_object().unwrap();
        assert_eq!(
            records.keys().collect::<Vec<_>>(),
            [
                "site_example_com_a",
                "site_example_com_aaaa",
                "site_www_example_com_a",
                "site_www_example_com_aaaa"
            ]
        );
    }

    #[test]
    fn what_aws_would_refuse_is_reported() {
        let domains = Domains::new([""; 0], "arn:aws:acm:eu-central-1:1:certificate/c");
        let (diagnostics, _) = built(
            StaticSiteConfig::new("Acme")
                .domains(domains)
                .missing(Missing::Page("404.html".into()))
                .index("/index.html"),
        );
        assert_eq!(
            diagnostics,
            [
                "S3 refuses the bucket name `Acme`",
                "CloudFront refuses the page `404.html` for missing files",
                "CloudFront refuses the index page `/index.html`",
                "a site with a certificate of its own has no domain",
                "CloudFront cannot use the certificate `arn:aws:acm:eu-central-1:1:certificate/c`",
            ]
        );
    }
}
