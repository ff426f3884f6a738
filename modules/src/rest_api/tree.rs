//! The tree of resources that paths make: `/orders` and `/orders/{id}` share their first part.

use formwork::model::Address;
use formwork::{Expr, Stack, aws};
use indexmap::IndexMap;

use crate::route_path::{mistake, part_label, parts};

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
                let resource = stack.add(
                    &label,
                    aws::ApiGatewayResource::new(aws::ApiGatewayResourceArgs {
                        parent_id: parent_id.into(),
                        path_part: part.into(),
                        rest_api_id: api.id().into(),
                    }),
                );
                let address = Some(resource.as_ref().address().clone());
                self.nodes.insert(own.clone(), Node { resource_id: resource.id(), label, address });
            }
            parent = own;
        }
    }
}
