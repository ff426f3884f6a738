//! The deployment: the snapshot of an API that its stages serve.
//!
//! API Gateway serves what was last deployed, so a change to the API must make a new deployment, and nothing else may.
//! Two triggers say so: a digest of what the program says of the API's parts, and one of what only Terraform knows of
//! them (the URIs of integrations, which hold the functions' ARNs). Stages, usage plans and domains are not part of
//! the definition.

use formwork::model::Address;
use formwork::{Expr, Json, Lifecycle, Map, Reference, Resource, Stack, aws};
use sha2::{Digest, Sha256};

/// The parts that an API's behaviour consists of.
pub(crate) struct Definition {
    parts: Vec<Address>,
    uris: Vec<Expr<String>>,
}

impl Definition {
    /// A definition of the parts that are there so far.
    pub(crate) const fn new(parts: Vec<Address>) -> Self {
        Self { parts, uris: Vec::new() }
    }

    /// Adds a part.
    pub(crate) fn add(&mut self, part: &impl AsRef<Reference>) {
        self.parts.push(part.as_ref().address().clone());
    }

    /// Adds what only Terraform knows of an integration.
    pub(crate) fn add_uri(&mut self, uri: Expr<String>) {
        self.uris.push(uri);
    }

    /// Adds the deployment.
    pub(crate) fn deploy(
        mut self,
        stack: &mut Stack,
        api: &aws::ApiGatewayRestApiRef,
    ) -> aws::ApiGatewayDeploymentRef {
        self.parts.sort_unstable();
        let mut triggers = Map::new().with("definition", self.digest(stack));
        if !self.uris.is_empty() {
            let uris = self.uris.iter().map(Expr::hcl).collect::<Vec<_>>().join(", ");
            // A list of expressions has no typed form yet; every one of them is a typed reference.
            triggers =
                triggers.with("integrations", Expr::<String>::raw(format!("sha1(jsonencode([{uris}]))")));
        }
        let deployment = aws::ApiGatewayDeployment::new(api.id())
            .triggers(triggers)
            // A stage must always have a deployment to serve.
            .lifecycle(Lifecycle::new().create_before_destroy(true));
        // The digest refers to nothing, so Terraform has to be told what must be complete before.
        let parts = self.parts.iter().map(|part| Json::bare(part.to_string())).collect();
        stack.add("deployment", deployment.set("depends_on", Json::Array(parts)))
    }

    /// SHA-256 over the parts' addresses and arguments, in hexadecimal.
    fn digest(&self, stack: &Stack) -> String {
        let mut hasher = Sha256::new();
        for part in &self.parts {
            hasher.update(part.to_string());
            if let Some(object) = stack.resource(&part.type_name, &part.name) {
                // Arguments that cannot be written are diagnostics of their own.
                hasher.update(serde_json::to_vec(&object.block).unwrap_or_default());
            }
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
