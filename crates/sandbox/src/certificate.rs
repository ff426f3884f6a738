//! The proofs that ACM asks for: one element for each domain of a certificate.
//!
//! An account has one record for a domain, whatever certificates ask for it and whatever region they are in; a domain and
//! its wildcard have the same (AWS Certificate Manager User Guide, "DNS validation"). The provider knows in a plan for which
//! domains there will be proofs, and nothing else of them.

use sha2::{Digest, Sha256};

use crate::configuration::Configuration;
use crate::value::{Object, Value};

/// The attribute that holds the proofs.
pub(crate) const OPTIONS: &str = "domain_validation_options";

/// Whether a resource type is the one that this is about.
pub(crate) fn is(kind: &str) -> bool {
    kind == "aws_acm_certificate"
}

/// What a plan knows of the proofs; nothing if the domains are not known yet.
pub(crate) fn planned(certificate: &Object) -> Option<Value> {
    let option = |domain: String| {
        Value::Object(Object::from([
            ("domain_name".to_owned(), domain.into()),
            ("resource_record_name".to_owned(), Value::Unknown),
            ("resource_record_type".to_owned(), Value::Unknown),
            ("resource_record_value".to_owned(), Value::Unknown),
        ]))
    };
    Some(Value::List(domains(certificate)?.into_iter().map(option).collect()))
}

/// The proofs of a certificate that is there.
pub(crate) fn options(configuration: &Configuration, certificate: &Object) -> Option<Value> {
    let option = |domain: String| {
        let proved = domain.trim_start_matches("*.").to_owned();
        let hash = Sha256::digest(format!("{}\n{proved}", configuration.account));
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        Value::Object(Object::from([
            ("domain_name".to_owned(), domain.into()),
            ("resource_record_name".to_owned(), format!("_{}.{proved}.", &hex[..32]).into()),
            ("resource_record_type".to_owned(), "CNAME".into()),
            ("resource_record_value".to_owned(), format!("_{}.acm-validations.aws.", &hex[32..]).into()),
        ]))
    };
    Some(Value::List(domains(certificate)?.into_iter().map(option).collect()))
}

/// The domain and the alternative names, each once and in lower case.
fn domains(certificate: &Object) -> Option<Vec<String>> {
    let others = match certificate.get("subject_alternative_names") {
        Some(Value::List(names)) => names.iter().map(Value::text).collect::<Option<Vec<_>>>()?,
        // They are computed too: without any, it is the domain alone.
        _ => Vec::new(),
    };
    let main = certificate.get("domain_name")?.text()?;
    let mut domains: Vec<String> = Vec::new();
    for domain in [main].into_iter().chain(others) {
        let domain = domain.trim_end_matches('.').to_lowercase();
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    Some(domains)
}
