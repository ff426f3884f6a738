//! The result of an audit.

use serde_json::Value;

/// Something that is otherwise than a stack says.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The stack.
    pub stack: String,
    /// The resource's address.
    pub address: String,
    /// What it is about, such as `acme/shop, branch main: enforce_admins`.
    pub what: String,
    /// What the stack says.
    pub expected: Value,
    /// What GitHub says.
    pub found: Value,
    /// What it means, where that is not plain.
    pub note: Option<&'static str>,
}

/// What came of an audit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuditResult {
    /// How many settings were compared.
    pub compared: usize,
    /// What is otherwise.
    pub differences: Vec<Difference>,
    /// What could not be compared: the address, and why.
    pub left_out: Vec<(String, String)>,
}
