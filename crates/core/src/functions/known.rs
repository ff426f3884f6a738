//! The functions that calls are checked against, with how many arguments each takes.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::functions::FACTS;
use crate::functions::refinement::refined;
use crate::functions::signature::Signature;

/// Functions that Terraform 1.11 does not have: of OpenTofu, and of Terraform from 1.15 on.
const OTHERS: &str = "\
base64gunzip(str: string) -> string
cidrcontains(containing_prefix: string, contained_ip_or_prefix: string) -> bool
convert(value?: dynamic, type: dynamic) -> dynamic
urldecode(str: string) -> string";

/// The fewest and the most arguments of functions that count those that may be left out as any number (Terraform
/// language documentation, on the page of each), and of those that need more than one.
const COUNTS: [(&str, usize, usize); 10] = [
    ("bcrypt", 1, 2),
    ("coalesce", 1, usize::MAX),
    ("coalescelist", 1, usize::MAX),
    ("concat", 1, usize::MAX),
    ("lookup", 2, 3),
    ("max", 1, usize::MAX),
    ("min", 1, usize::MAX),
    ("range", 1, 3),
    ("setproduct", 2, usize::MAX),
    ("try", 1, usize::MAX),
];

static ALL: LazyLock<HashMap<String, Function>> = LazyLock::new(|| {
    let lines = FACTS.lines().skip(1).chain(OTHERS.lines());
    let signatures = refined(lines.filter_map(Signature::parse).collect());
    let signatures = signatures.expect("a test reads every refinement");
    signatures.into_iter().map(|it| (it.name.clone(), Function::new(it))).collect()
});

/// A function of Terraform's language.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) signature: Signature,
    /// The fewest and the most arguments.
    pub(crate) counts: (usize, usize),
}

impl Function {
    pub(crate) fn of(name: &str) -> Option<&'static Self> {
        ALL.get(name)
    }

    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        ALL.keys().map(String::as_str)
    }

    fn new(signature: Signature) -> Self {
        let given = COUNTS.iter().find(|(name, ..)| *name == signature.name);
        let own = signature.parameters.iter().filter(|parameter| !parameter.variadic).count();
        let most = if own < signature.parameters.len() { usize::MAX } else { own };
        let counts = given.map_or((own, most), |(_, fewest, most)| (*fewest, *most));
        Self { signature, counts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::signature::Kind;

    #[test]
    fn every_line_is_read() {
        assert_eq!(ALL.len(), FACTS.lines().count() - 1 + OTHERS.lines().count());
        let join = Function::of("join").unwrap();
        assert_eq!((join.counts, join.signature.returns.kind()), ((1, usize::MAX), Kind::Text));
        let lists = join.signature.parameter(5).unwrap();
        assert_eq!((&*lists.name, lists.ty.kind()), ("lists", Kind::List));
        let merge = Function::of("merge").unwrap().signature.parameter(0).unwrap();
        assert_eq!((merge.ty.kind(), merge.nullable), (Kind::Map, true));
        assert!(COUNTS.iter().all(|(name, ..)| Function::of(name).is_some()));
    }
}
