//! Stacks that other configurations call: Terraform modules with variables in and outputs out.

use crate::Stack;

impl Stack {
    /// Makes this a module for others to call: its document has no backend and no provider configurations, and its
    /// callers hand their own to it ([`Stack::expect_provider`]). It is written like every stack, and not
    /// planned or applied on its own.
    pub fn set_module(&mut self) {
        self.is_module = true;
    }

    /// Whether others call it.
    #[must_use]
    pub const fn is_module(&self) -> bool {
        self.is_module
    }

    /// Reports what no module may hold (Terraform language documentation, "import block reference": only root modules
    /// import; "Backend block": only root modules have one).
    pub(crate) fn check_module(&mut self) {
        if !self.is_module {
            return;
        }
        let imports: Vec<_> = self.statements("import").map(|object| object.origin).collect();
        for origin in imports {
            let diagnostic = self.diagnostic("a module for others to call cannot import");
            self.report(
                diagnostic.origin(origin).hint("import where the module is called: `module.NAME.ADDRESS`"),
            );
        }
        let readers: Vec<_> = self.reads.iter().map(|read| (read.output.clone(), read.source)).collect();
        for (output, source) in readers {
            let message =
                format!("a module for others to call reads the output `{output}` of a stack of this program");
            let diagnostic = self.diagnostic(message).source(source);
            self.report(
                diagnostic.hint("take the value as a variable, and hand it over where the module is called"),
            );
        }
        if let Some(source) = self.hook_source() {
            let diagnostic = self.diagnostic("a module for others to call has commands around its applies");
            self.report(diagnostic.source(source).hint("give them to the stacks that call it"));
        }
        if !self.providers.is_empty() || self.backend.is_some() {
            let diagnostic =
                self.diagnostic("a module for others to call has a backend or configures a provider");
            let source = self.source;
            self.report(
                diagnostic
                    .source(source)
                    .hint("leave both to the callers; `expect_provider` says what is needed"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{App, Backend, Block, Provider, ProviderSource, Raw, Resource, Variable};

    struct Aws;

    impl Provider for Aws {
        fn provider_source(&self) -> ProviderSource {
            ProviderSource { name: "aws".into(), source: "hashicorp/aws".into(), version: "".into() }
        }

        fn into_block(self) -> Block {
            let mut block = Block::new();
            block.set("region", "eu-central-1");
            block
        }
    }

    #[test]
    fn a_module_takes_variables_and_configurations() {
        let mut app = App::new();
        let stack = app.stack("bucket");
        stack.set_module();
        stack.require_provider("aws", "hashicorp/aws", ">= 6.0");
        let other = stack.expect_provider(&Aws.provider_source(), "replica");
        let name = stack.variable("name", Variable::<String>::new());
        let bucket = stack.add("main", Raw::new("aws_s3_bucket").set("bucket", name).provider(&other));
        stack.output("arn", bucket.attribute::<String>("arn"));
        let settled = app.finish();
        assert_eq!(settled.diagnostics, []);
        let document = serde_json::to_value(&settled.stacks[0]).unwrap();
        assert_eq!(
            document["terraform"],
            json!({ "required_providers": { "aws": {
                "source": "hashicorp/aws", "version": ">= 6.0", "configuration_aliases": ["aws.replica"],
            } } })
        );
        assert_eq!(document["provider"], json!(null));
    }

    #[test]
    fn what_belongs_to_the_caller_is_a_diagnostic() {
        let mut app = App::new();
        let stack = app.stack("bucket");
        stack.set_module();
        stack.backend(Backend::local("x"));
        stack.provider(Aws);
        assert_eq!(
            app.finish().diagnostics[0].message,
            "a module for others to call has a backend or configures a provider"
        );
    }
}
