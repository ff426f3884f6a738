//! Certificates of ACM, validated by DNS: requested, validated by records in a Route 53 zone, and waited for.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::certificate::{CertificateConfig, certificate};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let zone = stack.add("zone", aws::data::Route53Zone::new().name("example.com"));
//! let config = CertificateConfig::new("api.example.com", zone.zone_id());
//! let certificate = certificate(stack, "certificate", config);
//! stack.output("certificate_arn", certificate.arn());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! A load balancer and an API read certificates of their own region, CloudFront those of us-east-1
//! ([`CertificateConfig::provider`]).

use std::collections::BTreeSet;

use formwork::{Expr, Json, Lifecycle, Map, ProviderReference, Resource, Stack, Value, aws};

use crate::label::label;
use crate::tags::tags;

/// Seconds that resolvers keep a proof: it never changes, but a wrong one should not stay.
const PROOF_SECONDS: u32 = 60;

/// A certificate: its domains and where they are proved.
#[derive(Clone, Debug)]
pub struct CertificateConfig {
    domain: String,
    others: Vec<String>,
    zone_id: Value<String>,
    provider: Option<ProviderReference>,
    tags: Map<String>,
}

impl CertificateConfig {
    /// A certificate for a domain such as `api.example.com` or `*.example.com`, proved in a zone, by its id.
    pub fn new(domain: impl Into<String>, zone_id: impl Into<Value<String>>) -> Self {
        Self {
            domain: domain.into(),
            others: Vec::new(),
            zone_id: zone_id.into(),
            provider: None,
            tags: Map::new(),
        }
    }

    /// Adds another domain of the same zone.
    #[must_use]
    pub fn also(mut self, domain: impl Into<String>) -> Self {
        self.others.push(domain.into());
        self
    }

    /// Requests it with another provider, such as one for us-east-1, where CloudFront reads certificates.
    #[must_use]
    pub fn provider(mut self, provider: &ProviderReference) -> Self {
        self.provider = Some(provider.clone());
        self
    }

    /// Adds tags to the certificate.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What a certificate consists of.
#[derive(Clone, Debug)]
pub struct CertificateParts {
    /// The certificate, which may not be issued yet.
    pub certificate: aws::AcmCertificateRef,
    /// What waits until it is issued.
    pub validation: aws::AcmCertificateValidationRef,
}

impl CertificateParts {
    /// The ARN of the certificate, which is known once it is issued, so that what uses it waits.
    #[must_use]
    pub fn arn(&self) -> Expr<String> {
        self.validation.certificate_arn()
    }
}

/// Adds a certificate and its proofs.
#[track_caller]
pub fn certificate(stack: &mut Stack, name: &str, config: CertificateConfig) -> CertificateParts {
    let stack = &mut stack.scope(name);
    let mut certificate = aws::AcmCertificate::new()
        .domain_name(config.domain.as_str())
        .validation_method("DNS")
        .tags(tags(&config.tags))
        // What uses a certificate must be given the new one before the old one can go.
        .lifecycle(Lifecycle::new().create_before_destroy(true));
    if !config.others.is_empty() {
        certificate = certificate.subject_alternative_names(&config.others);
    }
    if let Some(provider) = &config.provider {
        certificate = certificate.provider(provider);
    }
    let certificate = stack.add("certificate", certificate);
    let options = certificate.domain_validation_options();
    let by_domain = format!("{{for option in {} : option.domain_name => option}}", options.hcl());
    let by_domain = Expr::<Map<Json>>::raw(by_domain);
    let main = if config.others.is_empty() {
        // One name has one proof; Terraform keeps it in a set, which `one` opens.
        Expr::<Json>::call("one", [(&options).into()])
    } else {
        by_domain.key(&config.domain)
    };
    // Under one name, whatever other domains there are: it stays when one is added.
    let mut proofs = vec![stack.add("proof", proof(&main, &config.zone_id)).fqdn()];
    let mut proved = BTreeSet::from([proved_by(&config.domain)]);
    for domain in &config.others {
        let name = proved_by(domain);
        if proved.insert(name) {
            let record = proof(&by_domain.key(domain), &config.zone_id);
            proofs.push(stack.add(&format!("proof_{}", label(name)), record).fqdn());
        }
    }
    let mut validation =
        aws::AcmCertificateValidation::new(certificate.arn()).validation_record_fqdns(proofs);
    if let Some(provider) = &config.provider {
        validation = validation.provider(provider);
    }
    let validation = stack.add("validation", validation);
    CertificateParts { certificate, validation }
}

/// The name that a domain is proved by: `example.com` and `*.example.com` have the same proof (AWS Certificate Manager
/// User Guide, "DNS validation").
fn proved_by(domain: &str) -> &str {
    domain.trim_start_matches("*.")
}

/// The record that an option of the certificate asks for.
fn proof(option: &Expr<Json>, zone_id: &Value<String>) -> aws::Route53Record {
    let part = |what: &str| option.field::<String>(what);
    aws::Route53Record::new(aws::Route53RecordArgs {
        name: part("resource_record_name").into(),
        r#type: part("resource_record_type").into(),
        zone_id: zone_id.clone(),
    })
    .records([part("resource_record_value")])
    .ttl(PROOF_SECONDS)
    // Another certificate for the domain, in another region too, has the same proof.
    .allow_overwrite(true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::document;

    #[test]
    fn what_uses_a_certificate_waits_for_its_proof() {
        let document = document(|stack| {
            let parts = certificate(stack, "api", CertificateConfig::new("api.example.com", "Z1"));
            stack.output("arn", parts.arn());
        });
        assert_eq!(
            document["output"]["arn"]["value"],
            "${aws_acm_certificate_validation.api_validation.certificate_arn}"
        );
        let record = &document["resource"]["aws_route53_record"]["api_proof"];
        let options = "aws_acm_certificate.api_certificate.domain_validation_options";
        assert_eq!(record["name"], json!(format!("${{one({options}).resource_record_name}}")));
    }

    #[test]
    fn cloudfront_reads_it_in_its_region() {
        let document = document(|stack| {
            let everywhere = stack.provider_alias("us_east_1", aws::Provider::new().region("us-east-1"));
            let config = CertificateConfig::new("www.example.com", "Z1").provider(&everywhere);
            certificate(stack, "site", config);
        });
        let resources = &document["resource"];
        assert_eq!(resources["aws_acm_certificate"]["site_certificate"]["provider"], "aws.us_east_1");
        let validation = &resources["aws_acm_certificate_validation"]["site_validation"];
        assert_eq!(validation["provider"], "aws.us_east_1");
        assert_eq!(resources["aws_route53_record"]["site_proof"].get("provider"), None);
    }

    #[test]
    fn each_of_several_domains_is_proved() {
        let document = document(|stack| {
            let config = CertificateConfig::new("example.com", "Z1")
                .also("*.example.com")
                .also("*.shop.example.com")
                .also("shop.example.com");
            certificate(stack, "site", config);
        });
        let records = document["resource"]["aws_route53_record"].as_object().unwrap();
        assert_eq!(records.keys().collect::<Vec<_>>(), ["site_proof", "site_proof_shop_example_com"]);
        let value = |name: &str| records[name]["records"][0].as_str().unwrap();
        assert!(value("site_proof").ends_with(r#"["example.com"].resource_record_value}"#), "{records:?}");
        let shop = value("site_proof_shop_example_com");
        assert!(shop.ends_with(r#"["*.shop.example.com"].resource_record_value}"#), "{shop}");
        let validation = &document["resource"]["aws_acm_certificate_validation"]["site_validation"];
        assert_eq!(validation["validation_record_fqdns"].as_array().unwrap().len(), 2);
    }
}
