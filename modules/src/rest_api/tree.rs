//! The tree of resources that paths make: `/orders` and `/orders/{id}` share their first part.

use formwork::{Address, Expr, Stack, aws};
use indexmap::IndexMap;

use crate::label::label;

/// The resources of an API, by path.
pub(crate) struct Tree {
    nodes: IndexMap<String, Node>,
}

/// One place in the tree.
#[derive(Clone)]
pub(crate) struct Node {
    /// The id to hang methods on.
    pub(crate) resource_id: Expr<String>,
    /// What logical names of things at this place begin with.
    pub(crate) label: String,
    address: Option<Address>,
}

impl Tree {
    /// Adds the resources that paths need, each once.
    pub(crate) fn build<'p>(
        stack: &mut Stack,
        api: &aws::ApiGatewayRestApiRef,
        paths: impl Iterator<Item = &'p str>,
    ) -> Self {
        let root = Node { resource_id: api.root_resource_id(), label: "root".to_owned(), address: None };
        let mut tree = Self { nodes: IndexMap::from([("/".to_owned(), root)]) };
        for path in paths.filter(|path| mistake(path).is_none()) {
            tree.insert(stack, api, path);
        }
        tree
    }

    /// The place of a path; none if the path was refused.
    pub(crate) fn node(&self, path: &str) -> Option<&Node> {
        self.nodes.get(path)
    }

    /// The addresses of the resources.
    pub(crate) fn addresses(&self) -> Vec<Address> {
        self.nodes.values().filter_map(|node| node.address.clone()).collect()
    }

    fn insert(&mut self, stack: &mut Stack, api: &aws::ApiGatewayRestApiRef, path: &str) {
        let mut parent = "/".to_owned();
        for part in parts(path) {
            let own = format!("{}/{part}", parent.trim_end_matches('/'));
            if !self.nodes.contains_key(&own) {
                let above = self.nodes.get(&parent);
                let (parent_id, prefix) = match above.filter(|node| node.address.is_some()) {
                    Some(node) => (node.resource_id.clone(), format!("{}_", node.label)),
                    None => (api.root_resource_id(), String::new()),
                };
                let label = format!("{prefix}{}", part_label(part));
                let resource = stack.add(&label, aws::ApiGatewayResource::new(parent_id, part, api.id()));
                let address = Some(resource.as_ref().address().clone());
                self.nodes.insert(own.clone(), Node { resource_id: resource.id(), label, address });
            }
            parent = own;
        }
    }
}

/// Why a path is not one for a route, if it is not (API Gateway Developer Guide, "Methods for REST APIs": path parts
/// are letters, digits, `-._~:` and so on, or a parameter in braces).
pub(crate) fn mistake(path: &str) -> Option<&'static str> {
    let Some(rest) = path.strip_prefix('/') else { return Some("a path begins with `/`") };
    if rest.is_empty() {
        return None;
    }
    if rest.split('/').any(str::is_empty) {
        return Some("a path has no empty parts and does not end with `/`");
    }
    let count = rest.split('/').count();
    for (index, part) in rest.split('/').enumerate() {
        let inside = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        let name = inside.map_or(part, |inside| inside.strip_suffix('+').unwrap_or(inside));
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:$@!*'(),;=".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_letter) {
            return Some("a part is made of letters, digits and `-._~`, or it is a parameter such as `{id}`");
        }
        if inside.is_some_and(|inside| inside.ends_with('+')) && index + 1 < count {
            return Some("a parameter with `+` takes all that follows, so it must be the last part");
        }
    }
    None
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// `{id}` becomes `by_id`, `{proxy+}` becomes `proxy`.
fn part_label(part: &str) -> String {
    let inside = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
    match inside.map(|inside| (inside, inside.strip_suffix('+'))) {
        Some((_, Some(greedy))) => label(greedy),
        Some((parameter, None)) => format!("by_{}", label(parameter)),
        None => label(part),
    }
}
