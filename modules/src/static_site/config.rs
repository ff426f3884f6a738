//! The configuration of a site.

use formwork::Value;
use formwork::aws::cloudfront_distribution::LoggingConfig;

/// The edge locations that serve the site, and so its price. Viewers elsewhere are served too, from farther away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PriceClass {
    /// North America, Europe and Israel: the cheapest.
    #[default]
    Class100,
    /// Those, and South Africa, Kenya, the Middle East, Japan, Singapore, South Korea, Taiwan, Hong Kong, India and
    /// others.
    Class200,
    /// All locations.
    All,
}

impl PriceClass {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Class100 => "PriceClass_100",
            Self::Class200 => "PriceClass_200",
            Self::All => "PriceClass_All",
        }
    }
}

/// Headers that tell browsers to be careful, such as `Strict-Transport-Security`.
#[derive(Clone, Debug, Default)]
pub enum SecurityHeaders {
    /// Those of AWS's `Managed-SecurityHeadersPolicy`. It has no `Content-Security-Policy`: only the site knows one.
    #[default]
    Managed,
    /// Those of another response headers policy, by its id.
    Policy(Value<String>),
}

/// What a viewer gets for a path without a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// The index page with status 200: the site is one page that reads the path itself.
    #[default]
    Index,
    /// A page such as `/404.html` with status 404.
    Page(String),
}

/// Domains of the site's own, and the certificate that covers them.
#[derive(Clone, Debug)]
pub struct Domains {
    pub(super) names: Vec<String>,
    pub(super) certificate: Value<String>,
    pub(super) zone: Option<Value<String>>,
}

impl Domains {
    /// Domain names and the ARN of an ACM certificate for all of them. CloudFront reads certificates of us-east-1 only.
    #[must_use]
    pub fn new<N: Into<String>>(
        names: impl IntoIterator<Item = N>,
        certificate_arn: impl Into<Value<String>>,
    ) -> Self {
        Self {
            names: names.into_iter().map(Into::into).collect(),
            certificate: certificate_arn.into(),
            zone: None,
        }
    }

    /// Makes records for the domains in a Route 53 zone, by its id. Otherwise somebody else makes them.
    #[must_use]
    pub fn zone(mut self, id: impl Into<Value<String>>) -> Self {
        self.zone = Some(id.into());
        self
    }
}

/// The configuration of [`static_site`](fn@super::static_site).
#[derive(Clone, Debug)]
pub struct StaticSiteConfig {
    pub(super) bucket: Value<String>,
    pub(super) index: String,
    pub(super) missing: Missing,
    pub(super) price_class: PriceClass,
    pub(super) security_headers: SecurityHeaders,
    pub(super) domains: Option<Domains>,
    pub(super) access_logs: Option<LoggingConfig>,
    pub(super) web_acl: Option<Value<String>>,
    pub(super) delete_files: bool,
}

impl StaticSiteConfig {
    /// A site in a bucket of this name: one page, AWS's security headers, the cheapest price class.
    #[must_use]
    pub fn new(bucket: impl Into<Value<String>>) -> Self {
        Self {
            bucket: bucket.into(),
            index: "index.html".into(),
            missing: Missing::default(),
            price_class: PriceClass::default(),
            security_headers: SecurityHeaders::default(),
            domains: None,
            access_logs: None,
            web_acl: None,
            delete_files: false,
        }
    }

    /// Names the page for `/`, `index.html` otherwise.
    #[must_use]
    pub fn index(mut self, file: &str) -> Self {
        self.index = file.to_owned();
        self
    }

    /// Chooses what a path without a file gets.
    #[must_use]
    pub fn missing(mut self, missing: Missing) -> Self {
        self.missing = missing;
        self
    }

    /// Chooses the edge locations.
    #[must_use]
    pub const fn price_class(mut self, price_class: PriceClass) -> Self {
        self.price_class = price_class;
        self
    }

    /// Chooses the security headers.
    #[must_use]
    pub fn security_headers(mut self, security_headers: SecurityHeaders) -> Self {
        self.security_headers = security_headers;
        self
    }

    /// Serves the site under domains of its own.
    #[must_use]
    pub fn domains(mut self, domains: Domains) -> Self {
        self.domains = Some(domains);
        self
    }

    /// Writes access logs, without cookies, to a bucket, by its domain name. The bucket must permit ACLs (CloudFront
    /// Developer Guide, "Access logs (standard logs)").
    #[must_use]
    pub fn access_logs(mut self, bucket_domain_name: impl Into<Value<String>>, prefix: &str) -> Self {
        self.access_logs =
            Some(LoggingConfig::new().bucket(bucket_domain_name).prefix(prefix).include_cookies(false));
        self
    }

    /// Puts an AWS WAF web ACL of us-east-1 before the site, by its ARN.
    #[must_use]
    pub fn web_acl(mut self, arn: impl Into<Value<String>>) -> Self {
        self.web_acl = Some(arn.into());
        self
    }

    /// Lets Terraform delete the files when it destroys the bucket. Otherwise it destroys an empty bucket only.
    #[must_use]
    pub const fn delete_files_on_destroy(mut self) -> Self {
        self.delete_files = true;
        self
    }
}
