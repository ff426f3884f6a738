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
//! Domains of several zones are proved in each: [`CertificateConfig::also_in`]. A certificate of another stack for the same
//! domain, in another region too, has the same record as its proof: one of the stacks makes it, and the other does without
//! ([`CertificateConfig::proved_elsewhere`]), or the one that is destroyed first takes the other's proof away.
//!
//! A load balancer and an API read certificates of their own region, CloudFront those of us-east-1
//! ([`CertificateConfig::provider`]).

use std::collections::BTreeSet;

use formwork::{Expr, Json, Lifecycle, Map, ProviderReference, Resource, Source, Stack, Value, aws};

use crate::label::label;
use crate::mistakes::Mistakes;
use crate::tags::tags;

/// Seconds that resolvers keep a proof: it never changes, but a wrong one should not stay.
const PROOF_SECONDS: u32 = 60;

/// A certificate: its domains and where they are proved.
#[derive(Clone, Debug)]
pub struct CertificateConfig {
    domain: String,
    zone_id: Value<String>,
    /// Further domains, and their zones.
    others: Vec<(String, Value<String>)>,
    is_proved_here: bool,
    provider: Option<ProviderReference>,
    tags: Map<String>,
}

impl CertificateConfig {
    /// A certificate for a domain such as `api.example.com` or `*.example.com`, proved in a zone, by its id.
    pub fn new(domain: impl Into<String>, zone_id: impl Into<Value<String>>) -> Self {
        Self {
            domain: lower(domain.into()),
            zone_id: zone_id.into(),
            others: Vec::new(),
            is_proved_here: true,
            provider: None,
            tags: Map::new(),
        }
    }

    /// Adds another domain of the same zone.
    #[must_use]
    pub fn also(self, domain: impl Into<String>) -> Self {
        let zone_id = self.zone_id.clone();
        self.also_in(domain, zone_id)
    }

    /// Adds another domain, which is proved in a zone of its own, by its id.
    #[must_use]
    pub fn also_in(mut self, domain: impl Into<String>, zone_id: impl Into<Value<String>>) -> Self {
        self.others.push((lower(domain.into()), zone_id.into()));
        self
    }

    /// Makes no records, since those of another certificate for the same domains prove this one too: another stack's, or one
    /// in another region. The certificate is issued once the records are there.
    #[must_use]
    pub const fn proved_elsewhere(mut self) -> Self {
        self.is_proved_here = false;
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
    let source = Source::here();
    let stack = &mut stack.scope(name);
    mistakes(stack, &config).report(stack, name, source);
    let mut certificate = aws::AcmCertificate::new()
        .domain_name(config.domain.as_str())
        .validation_method("DNS")
        .tags(tags(&config.tags))
        // What uses a certificate must be given the new one before the old one can go.
        .lifecycle(Lifecycle::new().create_before_destroy(true));
    if !config.others.is_empty() {
        let names: Vec<&String> = config.others.iter().map(|(domain, _)| domain).collect();
        certificate = certificate.subject_alternative_names(names);
    }
    let certificate = stack.add("certificate", certificate.provider(config.provider.as_ref()));
    let options = certificate.domain_validation_options();
    let by_domain = format!("{{for option in {} : option.domain_name => option}}", options.hcl());
    let by_domain = Expr::<Map<Json>>::raw(by_domain);
    let main = if config.others.is_empty() {
        // One name has one proof; Terraform keeps it in a set, which `one` opens.
        Expr::<Json>::call("one", [(&options).into()])
    } else {
        by_domain.key(&config.domain)
    };
    let mut proofs = Vec::new();
    if config.is_proved_here {
        // Under one name, whatever other domains there are: it stays when one is added.
        proofs.push(stack.add("proof", proof(&main, &config.zone_id)).fqdn());
        let mut proved = BTreeSet::from([proved_by(&config.domain)]);
        for (domain, zone_id) in &config.others {
            let name = proved_by(domain);
            if proved.insert(name) {
                let record = proof(&by_domain.key(domain), zone_id);
                proofs.push(stack.add(&format!("proof_{}", label(name)), record).fqdn());
            }
        }
    }
    let mut validation = aws::AcmCertificateValidation::new(certificate.arn());
    if config.is_proved_here {
        validation = validation.validation_record_fqdns(proofs);
    }
    let validation = stack.add("validation", validation.provider(config.provider.as_ref()));
    CertificateParts { certificate, validation }
}

/// Domains as ACM gives them back.
fn lower(domain: String) -> String {
    domain.to_lowercase()
}

/// What is wrong with a configuration: a domain that no record of its zone can prove, as far as the zone's name is known.
fn mistakes(stack: &Stack, config: &CertificateConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    let main = (&config.domain, &config.zone_id);
    for (domain, zone_id) in
        [main].into_iter().chain(config.others.iter().map(|(domain, zone)| (domain, zone)))
    {
        let Some(zone) = zone_name(stack, zone_id) else { continue };
        let proved = proved_by(domain);
        let is_in =
            proved.strip_suffix(zone.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        if !is_in {
            let message = format!("`{domain}` cannot be proved in the zone `{zone}`");
            mistakes.add(message, "name the domain's own zone with `also_in`");
        }
    }
    mistakes
}

/// The name of a zone of the stack, by what stands for its id; nothing if only Terraform knows it.
fn zone_name(stack: &Stack, zone_id: &Value<String>) -> Option<String> {
    let Json::Template(text) = zone_id.clone().into_json() else { return None };
    let expression = text.strip_prefix("${")?.strip_suffix('}')?;
    let (is_data, rest) = match expression.strip_prefix("data.") {
        Some(rest) => (true, rest),
        None => (false, expression),
    };
    let name = rest.strip_prefix("aws_route53_zone.")?.split('.').next()?;
    let zone = if is_data {
        stack.data_source("aws_route53_zone", name)?
    } else {
        stack.resource("aws_route53_zone", name)?
    };
    let named = serde_json::to_value(zone).ok()?["name"].as_str()?.trim_end_matches('.').to_lowercase();
    (!named.contains("${")).then_some(named)
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
    fn domains_are_proved_in_their_own_zones() {
        let found = crate::testing::diagnostics(|stack| {
            let com = stack.add("com", aws::data::Route53Zone::new().name("example.com"));
            let org = stack.add("org", aws::Route53Zone::new("example.org."));
            let config = CertificateConfig::new("Example.com", com.zone_id())
                .also("*.shop.example.com")
                .also_in("www.example.org", org.zone_id());
            certificate(stack, "right", config);
            let config = CertificateConfig::new("example.com", com.zone_id())
                .also("example.org")
                .also_in("notexample.org", org.zone_id())
                .also_in("example.net", "Z1");
            certificate(stack, "wrong", config);
        });
        assert_eq!(
            found,
            [
                "`example.org` cannot be proved in the zone `example.com`",
                "`notexample.org` cannot be proved in the zone `example.org`",
            ]
        );
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
