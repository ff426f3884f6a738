//! The document that `terraform providers schema -json` prints.
//!
//! See <https://developer.hashicorp.com/terraform/cli/commands/providers/schema>. Fields that a
//! catalogue does not keep are ignored.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::block::Unknown;

#[derive(Deserialize)]
pub(crate) struct Document {
    pub(crate) format_version: String,
    #[serde(default)]
    pub(crate) provider_schemas: BTreeMap<String, Provider>,
}

#[derive(Default, Deserialize)]
pub(crate) struct Provider {
    pub(crate) provider: Option<Schema>,
    #[serde(default)]
    pub(crate) resource_schemas: BTreeMap<String, Schema>,
    #[serde(default)]
    pub(crate) data_source_schemas: BTreeMap<String, Schema>,
    #[serde(default)]
    pub(crate) ephemeral_resource_schemas: BTreeMap<String, Schema>,
    #[serde(default)]
    pub(crate) action_schemas: BTreeMap<String, Schema>,
    #[serde(default)]
    pub(crate) list_resource_schemas: BTreeMap<String, Schema>,
    #[serde(default)]
    pub(crate) functions: BTreeMap<String, Function>,
}

#[derive(Deserialize)]
pub(crate) struct Schema {
    #[serde(default)]
    pub(crate) version: u64,
    #[serde(default)]
    pub(crate) block: Block,
}

#[derive(Default, Deserialize)]
pub(crate) struct Block {
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, Attribute>,
    #[serde(default)]
    pub(crate) block_types: BTreeMap<String, BlockType>,
    #[serde(default)]
    pub(crate) deprecated: bool,
    /// Whether it may contain more.
    #[serde(skip)]
    pub(crate) open: bool,
}

#[derive(Deserialize)]
pub(crate) struct Attribute {
    pub(crate) r#type: Option<Json>,
    pub(crate) nested_type: Option<NestedType>,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) optional: bool,
    #[serde(default)]
    pub(crate) computed: bool,
    #[serde(default)]
    pub(crate) sensitive: bool,
    #[serde(default)]
    pub(crate) deprecated: bool,
    #[serde(default)]
    pub(crate) write_only: bool,
    #[serde(skip)]
    pub(crate) unknown: Unknown,
}

/// Its `min_items` and `max_items` are not read: Terraform does not enforce them.
#[derive(Deserialize)]
pub(crate) struct NestedType {
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, Attribute>,
    pub(crate) nesting_mode: String,
}

#[derive(Deserialize)]
pub(crate) struct BlockType {
    pub(crate) nesting_mode: String,
    #[serde(default)]
    pub(crate) block: Block,
    #[serde(default)]
    pub(crate) min_items: u64,
    #[serde(default)]
    pub(crate) max_items: u64,
    #[serde(skip)]
    pub(crate) unknown: Unknown,
}

#[derive(Deserialize)]
pub(crate) struct Function {
    #[serde(default)]
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) variadic_parameter: Option<Parameter>,
    pub(crate) return_type: Json,
    #[serde(default)]
    pub(crate) deprecation_message: String,
}

#[derive(Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) r#type: Json,
    #[serde(default)]
    pub(crate) is_nullable: bool,
}
