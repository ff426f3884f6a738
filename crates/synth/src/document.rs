//! The bytes of documents.

use formwork_core::Stack;
use serde::Serialize;

/// The bytes of a stack's document: pretty-printed Terraform JSON that ends with a line break.
///
/// # Errors
/// Fails for a stack that synthesis found mistakes in.
pub fn document(stack: &Stack) -> serde_json::Result<Vec<u8>> {
    pretty(stack)
}

/// A value as pretty-printed JSON that ends with a line break, as every file is that is written here.
///
/// # Errors
/// Fails if the value fails to serialize.
pub fn pretty(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    serde_json::to_writer_pretty(&mut bytes, value)?;
    bytes.push(b'\n');
    Ok(bytes)
}
