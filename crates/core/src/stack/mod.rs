//! A stack, and what can be done with it. Its methods stand in one file per group:
//!
//! | file | methods |
//! | --- | --- |
//! | `definition.rs` | `new`, the fields |
//! | `add.rs` | `add`, `variable`, `local`, `output`, `export`, and the same with a whole name: `add_named`, … |
//! | `reads.rs` | `read`, `state_of`: outputs of other stacks |
//! | `providers.rs` | `provider`, `provider_alias`, `provider_for_each`, `expect_provider`, `require_provider`, … |
//! | `settings.rs` | `backend`, `encryption`, `target`, `attach` |
//! | `scope.rs`, `scope_moves.rs` | `scope`, `logical_name`, `moved_scope` |
//! | `former.rs` | `formerly` |
//! | `statements.rs` | `import_existing`, `moved`, `removed` |
//! | `checks.rs` | `check` |
//! | `aspect.rs` | `aspect` |
//! | `overrides.rs`, `document_overrides.rs` | `override_at`, `remove_at`, `merge_at`, `append_at`, `override_all` |
//! | `annotation.rs` | `annotate` |
//! | `hooks.rs` | `before_apply`, `after_apply` |
//! | `module_stack.rs` | `set_module` |
//! | `reports.rs` | `report`, `diagnostic`, `waive` |
//! | `document.rs`, `json_document.rs`, `queries.rs` | what is read of a stack, and how it is written |
//!
//! May import `constructs` and all that stands before it in `lib.rs`.

pub(crate) mod add;
pub(crate) mod annotation;
pub(crate) mod aspect;
pub(crate) mod checks;
pub(crate) mod definition;
pub(crate) mod document;
pub(crate) mod document_overrides;
pub(crate) mod former;
pub(crate) mod hooks;
pub(crate) mod json_document;
pub(crate) mod module_stack;
pub(crate) mod overrides;
pub(crate) mod providers;
pub(crate) mod queries;
pub(crate) mod reads;
pub(crate) mod reports;
pub(crate) mod scope;
pub(crate) mod scope_moves;
pub(crate) mod settings;
pub(crate) mod statements;
