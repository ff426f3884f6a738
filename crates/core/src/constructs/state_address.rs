//! Addresses in a state: what `moved`, `removed` and `import` blocks are about.

use crate::block::stack_set::StackSet;
use crate::{Json, Reference, is_identifier};

/// Where something is in the state: a resource, one object of it, or a module, also inside of modules.
///
/// It is made from a reference, or from text where the program has nothing to refer to any more:
/// `aws_s3_bucket.old`, `aws_subnet.private["a"]`, `module.network.module.peering`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateAddress {
    address: String,
    /// The stack that it was said to be in.
    stacks: StackSet,
}

impl<R: AsRef<Reference>> From<&R> for StateAddress {
    fn from(reference: &R) -> Self {
        let reference = reference.as_ref();
        Self { address: reference.hcl(), stacks: reference.stacks() }
    }
}

impl From<&str> for StateAddress {
    fn from(address: &str) -> Self {
        Self::from(address.to_owned())
    }
}

impl From<String> for StateAddress {
    fn from(address: String) -> Self {
        Self { address, stacks: StackSet::NONE }
    }
}

/// The parts of a [`StateAddress`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AddressParts<'a> {
    /// The modules from the outermost one, each with its index if it has one.
    pub(crate) modules: Vec<(&'a str, Option<&'a str>)>,
    /// Type, name and index, unless it is a module.
    pub(crate) resource: Option<(&'a str, &'a str, Option<&'a str>)>,
    pub(crate) is_data: bool,
}

impl StateAddress {
    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The modules that lead to a module, from the outermost one, each with what stands between its brackets; none if it
    /// is not the address of a module.
    #[must_use]
    pub fn modules(&self) -> Option<Vec<(&str, Option<&str>)>> {
        self.parts().filter(|parts| parts.resource.is_none()).map(|parts| parts.modules)
    }

    /// The address as it stands in a document.
    pub(crate) fn into_json(self) -> Json {
        Json::bare_from(self.address, self.stacks)
    }

    /// Splits the address; none if it is not one.
    pub(crate) fn parts(&self) -> Option<AddressParts<'_>> {
        let mut parts = AddressParts { modules: Vec::new(), resource: None, is_data: false };
        let mut rest = self.address.as_str();
        while let Some(inside) = rest.strip_prefix("module.") {
            let (name, after) = name(inside)?;
            let (index, after) = index(after)?;
            parts.modules.push((name, index));
            if after.is_empty() {
                return Some(parts);
            }
            rest = after.strip_prefix('.')?;
        }
        if let Some(inside) = rest.strip_prefix("data.") {
            parts.is_data = true;
            rest = inside;
        }
        let (type_name, after) = name(rest)?;
        let (name, after) = name(after.strip_prefix('.')?)?;
        let (index, after) = index(after)?;
        parts.resource = Some((type_name, name, index));
        after.is_empty().then_some(parts)
    }
}

fn name(text: &str) -> Option<(&str, &str)> {
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    is_identifier(name).then_some((name, rest))
}

/// The text between brackets, if it begins with one.
fn index(text: &str) -> Option<(Option<&str>, &str)> {
    let Some(inside) = text.strip_prefix('[') else { return Some((None, text)) };
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted && at > 0 => return Some((Some(&inside[..at]), &inside[at + 1..])),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_split() {
        let address = StateAddress::from("module.a[\"x.]\\\"\"].module.b.data.aws_x.y[0]");
        let parts = address.parts().unwrap();
        assert_eq!(parts.modules, [("a", Some("\"x.]\\\"\"")), ("b", None)]);
        assert_eq!((parts.resource, parts.is_data), (Some(("aws_x", "y", Some("0"))), true));
        assert_eq!(StateAddress::from("module.a").parts().unwrap().resource, None);
        for text in
            ["", "aws_x", "aws_x.", "aws_x.y.z", "aws_x.y[", "aws_x.y[]", "module.", "a b.c", "module.a."]
        {
            assert_eq!(StateAddress::from(text).parts(), None, "{text}");
        }
    }
}
