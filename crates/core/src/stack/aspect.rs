//! Functions over every resource, data source and module call of a scope, a stack or a program, before it is settled.

use std::fmt::{self, Debug, Formatter};
use std::sync::Arc;

use crate::stack::scope::is_below;
use crate::{Address, Aspect, Block, Kind, Object, Source, Stack, Visit};

/// How often what an aspect adds may make an aspect add more, before that counts as endless.
const GENERATIONS: usize = 16;

/// How many objects aspects may add to a stack for each that it had, and as many more as [`ADDED`].
const ADDED_PER_OBJECT: usize = 16;

/// How many objects aspects may add to a stack of any size.
const ADDED: usize = 10_000;

/// The kinds of objects that aspects visit.
const VISITED: [Kind; 4] = [Kind::Resource, Kind::Data, Kind::Ephemeral, Kind::Module];

impl Aspect {
    pub(crate) fn new(
        scope: impl Into<String>,
        visit: impl Fn(&mut Visit<'_>) + Send + Sync + 'static,
        source: Source,
    ) -> Self {
        Self { scope: scope.into(), visit: Arc::new(visit), source }
    }
}

impl Debug for Aspect {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "Aspect({})", self.source)
    }
}

impl Visit<'_> {
    /// Where the object is.
    #[must_use]
    pub const fn address(&self) -> &Address {
        self.address
    }

    /// Whether it is a managed resource, rather than a data source or a module call.
    #[must_use]
    pub fn is_resource(&self) -> bool {
        self.address.kind == Kind::Resource
    }

    /// The type, such as `aws_lambda_alias`.
    #[must_use]
    pub fn type_name(&self) -> &str {
        &self.address.type_name
    }

    /// The path of the scope that the object is in: the names of the scopes, joined with `/`; empty outside of any.
    #[must_use]
    pub fn scope(&self) -> &str {
        self.object().map_or("", |object| self.stack.scope_of(object))
    }

    /// What an argument is set to.
    #[must_use]
    pub fn get(&self, argument: &str) -> Option<&crate::Json> {
        self.object()?.block.get(argument)
    }

    /// Sets an argument, whatever it was; the diagnostic about a wrong one names this line.
    #[track_caller]
    pub fn set(&mut self, argument: &str, value: impl Into<crate::Json>) {
        let (value, source) = (value.into(), Source::here());
        if let Some(block) = self.block_mut() {
            block.set_from(argument.to_owned(), value, source);
        }
    }

    /// The arguments; none after an aspect has taken the object away.
    pub fn block_mut(&mut self) -> Option<&mut Block> {
        let Address { kind, type_name, name } = self.address;
        self.stack.objects_mut(*kind).get_mut(type_name, name).map(|object| &mut object.block)
    }

    /// The stack, to add objects to. Aspects visit them too.
    pub fn stack(&mut self) -> &mut Stack {
        self.stack
    }

    /// Reports a mistake in the object.
    pub fn report(&mut self, message: impl Into<String>, hint: impl Into<String>) {
        let mut diagnostic = self.stack.diagnostic(message).at(self.address).hint(hint);
        if let Some(object) = self.object() {
            diagnostic = diagnostic.origin(object.origin);
        }
        self.stack.report(diagnostic);
    }

    fn object(&self) -> Option<&Object> {
        let Address { kind, type_name, name } = self.address;
        self.stack.objects(*kind).get(type_name, name)
    }
}

impl Stack {
    /// Runs a function over every resource, data source, ephemeral resource and module call of the scope that is open, and of those within it; without
    /// a scope, over all of the stack. It runs when the program is synthesized, also over what is added after this
    /// line, and over what aspects add. Aspects run in the order in which they were asked for, those of the program
    /// before those of a stack.
    #[track_caller]
    pub fn aspect(&mut self, visit: impl Fn(&mut Visit<'_>) + Send + Sync + 'static) {
        let aspect = Aspect::new(self.scope_path(self.scope_path), visit, Source::here());
        self.aspects.push(aspect);
    }
}

/// Runs the aspects of a program and of the stack over the stack.
pub(crate) fn run(stack: &mut Stack, of_program: &[Aspect]) {
    let of_stack = std::mem::take(&mut stack.aspects);
    let aspects: Vec<&Aspect> = of_program.iter().chain(&of_stack).collect();
    if aspects.is_empty() {
        return;
    }
    let mut visited = addresses(stack);
    let allowed = ADDED + visited.len() * ADDED_PER_OBJECT;
    let mut count = 0;
    stack.added = Some(Vec::new());
    for generation in 0.. {
        let Some(last) = visit_all(stack, &aspects, &visited) else { break };
        visited = stack.added.replace(Vec::new()).unwrap_or_default();
        visited.retain(|address| VISITED.contains(&address.kind));
        count += visited.len();
        if visited.is_empty() {
            break;
        }
        if generation == GENERATIONS || count > allowed {
            let diagnostic = stack.diagnostic(format!("aspects add objects without end, {count} so far"));
            stack.report(
                diagnostic
                    .at(&visited[0])
                    .source(last)
                    .hint("let the aspect leave alone what it has added itself"),
            );
            break;
        }
    }
    stack.added = None;
    for late in std::mem::take(&mut stack.aspects) {
        let diagnostic = stack.diagnostic("an aspect adds an aspect, which would never run");
        stack.report(diagnostic.source(late.source).hint("add it to the stack or the program beforehand"));
    }
}

/// Shows objects to aspects, and returns the line of the last aspect that added something; none if none did.
fn visit_all(stack: &mut Stack, aspects: &[&Aspect], addresses: &[Address]) -> Option<Source> {
    let mut last = None;
    for aspect in aspects {
        for address in addresses {
            let before = stack.added.as_ref().map(Vec::len);
            let mut visit = Visit { stack, address };
            if visit.object().is_none() || !is_below(visit.scope(), &aspect.scope) {
                continue;
            }
            (aspect.visit)(&mut visit);
            if stack.added.as_ref().map(Vec::len) != before {
                last = Some(aspect.source);
            }
        }
    }
    last
}

fn addresses(stack: &Stack) -> Vec<Address> {
    let of_kind = VISITED.into_iter().flat_map(|kind| {
        stack.objects(kind).keyed().map(move |(type_name, name, _)| Address {
            kind,
            type_name: type_name.clone(),
            name: name.clone(),
        })
    });
    of_kind.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{App, Raw, Resource};

    #[test]
    fn aspects_see_their_scope_and_what_comes_later() {
        let mut app = App::new();
        app.aspect(|visit| visit.set("all", true));
        let stack = app.stack("dev");
        // Its logical name begins like that of the scope; it is not in it.
        stack.add("shop_x", Raw::new("aws_x"));
        {
            let mut shop = stack.scope("shop");
            shop.aspect(|visit| {
                let scope = visit.scope().to_owned();
                visit.set("scope", scope);
            });
            shop.add("a", Raw::new("aws_x"));
            shop.scope("inner").add("b", Raw::data("aws_y"));
        }
        let synthesis = app.finish();
        assert_eq!(synthesis.diagnostics, []);
        let document = serde_json::to_value(&synthesis.stacks[0]).unwrap();
        assert_eq!(
            document["resource"]["aws_x"],
            json!({"shop_x": {"all": true}, "shop_a": {"all": true, "scope": "shop"}})
        );
        assert_eq!(document["data"]["aws_y"]["shop_inner_b"], json!({"all": true, "scope": "shop/inner"}));
    }

    #[test]
    fn what_aspects_add_is_visited_by_all_of_them() {
        let mut app = App::new();
        let stack = app.stack("dev");
        stack.aspect(|visit| visit.set("seen", true));
        stack.aspect(|visit| {
            if visit.type_name() == "aws_x" {
                let name = format!("of_{}", visit.address().name);
                visit.stack().add(&name, Raw::new("aws_y"));
            }
        });
        stack.add("a", Raw::new("aws_x"));
        let synthesis = app.finish();
        assert_eq!(synthesis.diagnostics, []);
        let document = serde_json::to_value(&synthesis.stacks[0]).unwrap();
        assert_eq!(document["resource"]["aws_y"], json!({"of_a": {"seen": true}}));
    }

    #[test]
    fn endless_growth_is_a_diagnostic() {
        for growth in [1, 3] {
            let mut app = App::new();
            let stack = app.stack("dev");
            stack.aspect(move |visit| {
                for number in 0..growth {
                    let name = format!("{}_{number}", visit.address().name);
                    visit.stack().add(&name, Raw::new("aws_x"));
                }
            });
            stack.add("a", Raw::new("aws_x"));
            let diagnostics = app.finish().diagnostics;
            assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
            assert!(
                diagnostics[0].message.starts_with("aspects add objects without end"),
                "{}",
                diagnostics[0]
            );
            assert!(diagnostics[0].sources[0].file().ends_with("aspect.rs"));
        }
    }

    #[test]
    fn mistakes_that_an_aspect_finds_name_the_object() {
        let mut app = App::new();
        let stack = app.stack("dev");
        stack.aspect(|visit| {
            if visit.get("owner").is_none() {
                visit.report("nobody owns this", "set `owner`");
            }
        });
        stack.add("a", Raw::new("aws_x").set("owner", "team"));
        stack.add("b", Raw::new("aws_x"));
        let diagnostics = app.finish().diagnostics;
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics[0].address.as_deref(), Some("aws_x.b"));
    }

    #[test]
    fn an_aspect_cannot_add_aspects() {
        let mut app = App::new();
        let stack = app.stack("dev");
        stack.aspect(|visit| visit.stack().aspect(|_| {}));
        stack.add("a", Raw::new("aws_x"));
        assert_eq!(app.finish().diagnostics[0].message, "an aspect adds an aspect, which would never run");
    }
}
