//! Moves of a whole scope in the state: what was below one name is below another one now.

use crate::stack::definition::ScopeMove;
use crate::stack::scope::is_below;
use crate::{Address, Kind, Source, Stack, StateAddress};

impl Stack {
    /// Says that everything below the scope `to` was below `from` before, so that none of it is replaced: a `moved`
    /// block for each resource and module call. Paths are the names of the scopes within the present one, joined with
    /// `/`; an empty one is the present scope itself.
    #[track_caller]
    pub fn moved_scope(&mut self, from: &str, to: &str) {
        let scope = self.scope_path(self.scope_path).to_owned();
        let within = |path: &str| match (scope.as_str(), path) {
            ("", path) => path.to_owned(),
            (scope, "") => scope.to_owned(),
            (scope, path) => format!("{scope}/{path}"),
        };
        let (from, to) = (within(from).replace('/', "_"), within(to));
        self.scope_moves.push(ScopeMove { from, to, source: Source::here() });
    }

    /// Makes the `moved` blocks of the scopes that have new names. A scope that moved on has its objects where the last
    /// of these moves went.
    pub(crate) fn move_scopes(&mut self) {
        let moves = std::mem::take(&mut self.scope_moves);
        for moved in &moves {
            let to = moved.to.replace('/', "_");
            let end = end_of(moved, &moves);
            let prefix = end.replace('/', "_");
            let mut pairs = Vec::new();
            for kind in [Kind::Resource, Kind::Module] {
                for (type_name, name, object) in self.objects(kind).keyed() {
                    if !is_below(self.scope_of(object), end) {
                        continue;
                    }
                    let rest = if prefix.is_empty() {
                        Some(&**name)
                    } else {
                        name.strip_prefix(&prefix).and_then(|rest| rest.strip_prefix('_'))
                    };
                    let Some(rest) = rest else { continue };
                    let below = |scope: &str| {
                        let name = if scope.is_empty() { rest.to_owned() } else { format!("{scope}_{rest}") };
                        Address { kind, type_name: type_name.clone(), name: name.into() }.to_string()
                    };
                    pairs.push((below(&moved.from), below(&to)));
                }
            }
            if pairs.is_empty() {
                let diagnostic = self.diagnostic(format!(
                    "nothing is in the scope `{}`, to which `{}` moved",
                    moved.to, moved.from
                ));
                self.report(diagnostic.source(moved.source).hint("the scope that is there now comes second"));
            }
            for (from, to) in pairs {
                self.move_from(&StateAddress::from(from), &StateAddress::from(to), moved.source);
            }
        }
    }
}

/// The path of the scope that a move led to in the end.
fn end_of<'a>(moved: &'a ScopeMove, moves: &'a [ScopeMove]) -> &'a str {
    let mut end = moved;
    // Moves in a circle end nowhere.
    for _ in moves {
        let Some(next) = moves.iter().find(|next| next.from == end.to.replace('/', "_")) else { break };
        end = next;
    }
    &end.to
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{App, Raw, Resource};

    #[test]
    fn a_scope_moves_with_all_that_is_in_it() {
        let mut app = App::new();
        let stack = app.stack("dev");
        {
            let mut shop = stack.scope("shop");
            shop.add("queue", Raw::new("aws_sqs_queue"));
            shop.scope("db").add("main", Raw::new("aws_db_instance"));
            shop.add("names", Raw::data("aws_region"));
        }
        // Its name only begins like that of the scope.
        stack.add("shop_x", Raw::new("aws_sqs_queue"));
        stack.moved_scope("orders", "shop");
        stack.add("late", Raw::new("aws_sqs_queue").moved_from("early"));
        let settled = app.finish();
        assert_eq!(settled.diagnostics, []);
        let document = serde_json::to_value(&settled.stacks[0]).unwrap();
        assert_eq!(
            document["moved"],
            json!([
                { "from": "aws_sqs_queue.early", "to": "aws_sqs_queue.late" },
                { "from": "aws_sqs_queue.orders_queue", "to": "aws_sqs_queue.shop_queue" },
                { "from": "aws_db_instance.orders_db_main", "to": "aws_db_instance.shop_db_main" },
            ])
        );
    }

    #[test]
    fn a_scope_that_moved_twice_has_both_links() {
        let mut app = App::new();
        let stack = app.stack("dev");
        stack.scope("shop").add("queue", Raw::new("aws_sqs_queue"));
        stack.moved_scope("store", "shop");
        stack.moved_scope("orders", "store");
        let settled = app.finish();
        assert_eq!(settled.diagnostics, []);
        let document = serde_json::to_value(&settled.stacks[0]).unwrap();
        assert_eq!(
            document["moved"],
            json!([
                { "from": "aws_sqs_queue.store_queue", "to": "aws_sqs_queue.shop_queue" },
                { "from": "aws_sqs_queue.orders_queue", "to": "aws_sqs_queue.store_queue" },
            ])
        );
    }

    #[test]
    fn paths_are_within_the_scope_that_is_open() {
        let mut app = App::new();
        let stack = app.stack("dev");
        {
            let mut shop = stack.scope("shop");
            shop.moved_scope("", "db");
            shop.scope("db").add("main", Raw::new("aws_db_instance"));
            shop.moved_scope("cache", "store");
        }
        let settled = app.finish();
        let document = serde_json::to_value(&settled.stacks[0]).unwrap();
        assert_eq!(
            document["moved"],
            json!([{ "from": "aws_db_instance.shop_main", "to": "aws_db_instance.shop_db_main" }])
        );
        assert_eq!(
            settled.diagnostics[0].message,
            "nothing is in the scope `shop/store`, to which `shop_cache` moved"
        );
    }
}
