//! Logical names made from names of the outside world: domains, branches, environments.

/// A part of a logical name that reads like `text`: what Terraform does not take in a name becomes `_`, and `*`
/// becomes `any`. Different texts may get one name; the stack reports that.
pub(crate) fn label(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '*' => label.push_str("any"),
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => label.push(character),
            _ => label.push('_'),
        }
    }
    label
}
