//! How services are released: what a stack says of it, for `release` to carry out.
//!
//! ```
//! use formwork::App;
//! use formwork::release::{Lambda, Release, Releases, Shifting, Step};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! let canary = Shifting::Canary { steps: vec![Step { percent: 10, bake_seconds: 600 }] };
//! stack.release("orders", Release::new(Lambda::new("shop-orders", "live", "candidate")).shifting(canary));
//! assert!(app.finish().diagnostics.is_empty());
//! ```

use formwork_core::{Source, Stack};
pub use formwork_release::description::{
    ANNOTATION, Analysis, ApiStage, Freeze, Mistake, Name, Release, Shifting, Step, WebMetric, WebMetricArgs,
    WithoutVerdict,
};
pub use formwork_release::permissions::{Permission, Scope, Verb};
pub use formwork_release::target::{Kind, SmokeTests, TargetDescription};
// All of them: the list of targets is kept in one place.
pub use formwork_release::target::descriptions::*;

/// Describes releases where the services are described.
pub trait Releases {
    /// States how a service is released. The command line calls the service `name`, or `stack/name` where several
    /// stacks have one of the name. A description that cannot be carried out is a finding.
    #[track_caller]
    fn release(&mut self, name: &str, release: Release);
}

impl Releases for Stack {
    #[track_caller]
    fn release(&mut self, name: &str, release: Release) {
        for Mistake { message, hint } in release.mistakes() {
            let diagnostic = self.diagnostic(message).at(format!("release {name}"));
            self.report(diagnostic.source(Source::here()).hint(hint));
        }
        self.annotate(ANNOTATION, name, &release);
    }
}
