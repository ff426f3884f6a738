//! GitHub workflows.
