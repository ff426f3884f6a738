//! Checks that need no provider: references lead somewhere, nothing waits for itself, every value can be written.

use crate::objects::{Object, Positions};
use crate::references::{self, Traversal};
use crate::{ArgumentPath, Block, Finding, Json, Kind, Origin, Source, Stack, finding};

/// Checks settled stacks. It only reads them, so that documents can be written at the same time.
#[must_use]
pub fn check(stacks: &[Stack]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stack in stacks {
        let nodes = Nodes::of(stack);
        let mut checker = Checker { stack, nodes: &nodes, findings: Vec::new(), edges: Vec::new() };
        checker.all();
        findings.append(&mut checker.findings);
        findings.extend(cycle(stack, &nodes, &checker.edges));
    }
    findings.extend(stack_cycle(stacks));
    findings
}

/// The first cycle among stacks, if there is one.
fn stack_cycle(stacks: &[Stack]) -> Option<Finding> {
    let mut edges = Vec::new();
    for (from, stack) in stacks.iter().enumerate() {
        for import in stack.imports.iter().filter(|import| import.stack != stack.name) {
            if let Ok(to) = stacks.binary_search_by(|other| other.name.cmp(&import.stack)) {
                edges.push((from, to));
            }
        }
    }
    let path = find_cycle(stacks.len(), &edges)?;
    let names: Vec<&str> = path.iter().map(|index| stacks[*index].name()).collect();
    let mut finding =
        Finding::new("", format!("stacks depend on each other in a cycle: {}", names.join(" -> ")));
    for pair in path.windows(2) {
        let producer = stacks[pair[1]].name();
        for import in stacks[pair[0]].imports.iter().filter(|import| &*import.stack == producer).take(1) {
            finding = finding.source(import.source);
        }
    }
    Some(finding.hint("move what both need into a stack of its own"))
}

struct Checker<'a> {
    stack: &'a Stack,
    nodes: &'a Nodes<'a>,
    findings: Vec<Finding>,
    /// Pairs of nodes.
    edges: Vec<(usize, usize)>,
}

/// The nodes of a stack's graph: resources come first, then data sources, then local values.
struct Nodes<'a> {
    stack: &'a Stack,
    resources: Positions<'a>,
    data: Positions<'a>,
    first_data: usize,
    first_local: usize,
    count: usize,
}

impl<'a> Nodes<'a> {
    fn of(stack: &'a Stack) -> Self {
        let first_data = stack.resources.len();
        let first_local = first_data + stack.data.len();
        Self {
            stack,
            resources: stack.resources.positions(),
            data: stack.data.positions(),
            first_data,
            first_local,
            count: first_local + stack.locals.len(),
        }
    }

    fn describe(&self, node: usize) -> Option<(String, Origin)> {
        if node < self.first_data {
            let (type_name, name, object) = self.resources.at(node)?;
            return Some((Owner::Resource(type_name, name, node).address(), object.origin));
        }
        if node < self.first_local {
            let (type_name, name, object) = self.data.at(node - self.first_data)?;
            return Some((Owner::Data(type_name, name, node).address(), object.origin));
        }
        let (name, object) = self.stack.locals.get_index(node - self.first_local)?;
        Some((Owner::Local(name, node).address(), object.origin))
    }
}

/// What is being checked: who it is and where it stands in the graph.
#[derive(Clone, Copy)]
enum Owner<'a> {
    Resource(&'a str, &'a str, usize),
    Data(&'a str, &'a str, usize),
    Local(&'a str, usize),
    Output(&'a str),
    Variable(&'a str),
    Provider(&'a str),
}

impl Owner<'_> {
    fn address(&self) -> String {
        match self {
            Self::Resource(type_name, name, _) => format!("{type_name}.{name}"),
            Self::Data(type_name, name, _) => format!("data.{type_name}.{name}"),
            Self::Local(name, _) => format!("local.{name}"),
            Self::Output(name) => format!("output.{name}"),
            Self::Variable(name) => format!("var.{name}"),
            Self::Provider(name) => format!("provider.{name}"),
        }
    }

    const fn node(&self) -> Option<usize> {
        match self {
            Self::Resource(.., node) | Self::Data(.., node) | Self::Local(_, node) => Some(*node),
            _ => None,
        }
    }
}

impl<'a> Checker<'a> {
    fn all(&mut self) {
        let stack = self.stack;
        for (index, (type_name, name, object)) in stack.resources.iter().enumerate() {
            self.object(Owner::Resource(type_name, name, index), object);
        }
        for (index, (type_name, name, object)) in stack.data.iter().enumerate() {
            self.object(Owner::Data(type_name, name, self.nodes.first_data + index), object);
        }
        for (index, (name, object)) in stack.locals.iter().enumerate() {
            self.object(Owner::Local(name, self.nodes.first_local + index), object);
        }
        for (name, object) in &stack.outputs {
            self.object(Owner::Output(name), object);
        }
        for (name, object) in &stack.variables {
            self.object(Owner::Variable(name), object);
        }
        for configuration in &stack.providers {
            let name = configuration.reference.to_string();
            self.object(Owner::Provider(&name), &configuration.object);
        }
    }

    fn object(&mut self, owner: Owner<'_>, object: &'a Object) {
        self.block(owner, &object.block, None, object.origin);
    }

    fn block(
        &mut self,
        owner: Owner<'_>,
        block: &'a Block,
        parent: Option<&ArgumentPath<'_>>,
        origin: Origin,
    ) {
        for entry in block.entries() {
            // Most arguments refer to nothing. The provider does, though it is written as plain text.
            match &entry.value {
                Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Decimal(_) => continue,
                Json::String(_) if entry.name != "provider" => continue,
                _ => {}
            }
            let path = ArgumentPath { parent, name: &entry.name };
            let is_meta = matches!(owner, Owner::Resource(..) | Owner::Data(..) | Owner::Output(_));
            let in_lifecycle =
                parent.is_some_and(|parent| parent.parent.is_none() && parent.name == "lifecycle");
            let lines = Lines { argument: entry.source, object: origin };
            match (&*entry.name, parent) {
                ("depends_on", None) if is_meta => self.bare_references(owner, &entry.value, &path, lines),
                ("provider", None) if is_meta => self.provider(owner, &entry.value, lines),
                ("replace_triggered_by", _) if in_lifecycle => {
                    self.bare_references(owner, &entry.value, &path, lines)
                }
                ("ignore_changes", _) if in_lifecycle => {}
                ("description" | "type", None) if matches!(owner, Owner::Output(_) | Owner::Variable(_)) => {}
                ("default", None) if matches!(owner, Owner::Variable(_)) => {}
                _ => self.json(owner, &entry.value, &path, lines),
            }
        }
    }

    fn json(&mut self, owner: Owner<'_>, json: &'a Json, path: &ArgumentPath<'_>, lines: Lines) {
        match json {
            Json::Template(text) => self.template(owner, text, path, lines),
            Json::Array(items) => items.iter().for_each(|item| self.json(owner, item, path, lines)),
            Json::Object(entries) => {
                for (key, value) in entries {
                    let path = ArgumentPath { parent: Some(path), name: key };
                    self.template(owner, key, &path, lines);
                    self.json(owner, value, &path, lines);
                }
            }
            Json::Block(block) => self.block(owner, block, Some(path), lines.object),
            Json::Blocks(blocks) => {
                for block in blocks {
                    self.block(owner, block, Some(path), lines.object);
                }
            }
            Json::Invalid(reason) => self.report(owner, reason.to_string(), path, lines),
            Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Decimal(_) | Json::String(_) => {}
        }
    }

    fn template(&mut self, owner: Owner<'_>, text: &'a str, path: &ArgumentPath<'_>, lines: Lines) {
        if crate::text::has_fence(text) {
            let message =
                "an expression inside text was cut apart; format the text around the whole expression";
            self.report(owner, message.to_owned(), path, lines);
        }
        let read =
            references::in_template(text, &mut |traversal| self.reference(owner, traversal, path, lines));
        if let Err(error) = read {
            self.report(owner, format!("an expression cannot be read: {error}"), path, lines);
        }
    }

    fn bare_references(&mut self, owner: Owner<'_>, json: &'a Json, path: &ArgumentPath<'_>, lines: Lines) {
        let Json::Array(items) = json else { return };
        for item in items {
            if let Json::String(text) | Json::Template(text) = item {
                let read = references::in_expression(text, &mut |traversal| {
                    self.reference(owner, traversal, path, lines)
                });
                if let Err(error) = read {
                    self.report(owner, format!("`{text}` is not a reference: {error}"), path, lines);
                }
            }
        }
    }

    fn provider(&mut self, owner: Owner<'_>, json: &Json, lines: Lines) {
        let (Json::String(wanted) | Json::Template(wanted)) = json else { return };
        let known: Vec<String> =
            self.stack.providers.iter().map(|provider| provider.reference.to_string()).collect();
        if !known.iter().any(|name| **name == **wanted) {
            let finding = self
                .stack
                .finding(format!("the stack has no provider configuration `{wanted}`"))
                .at(owner.address())
                .argument("provider")
                .source(lines.argument)
                .origin(lines.object)
                .did_you_mean(wanted, known.iter().map(String::as_str));
            self.findings.push(finding);
        }
    }

    fn reference(
        &mut self,
        owner: Owner<'_>,
        traversal: &Traversal<'_>,
        path: &ArgumentPath<'_>,
        lines: Lines,
    ) {
        let stack = self.stack;
        let (first, second, third) = (traversal.name(0), traversal.name(1), traversal.name(2));
        let target = match (first, second, third) {
            (Some("each" | "count" | "self" | "path" | "terraform" | "module" | "ephemeral"), ..) => return,
            (Some("var"), Some(name), _) if stack.variables.contains_key(name) => return,
            (Some("var"), Some(name), _) => {
                Err((format!("var.{name}"), nearest_in(name, stack.variables.keys().map(String::as_str))))
            }
            (Some("local"), Some(name), _) => match stack.locals.get_index_of(name) {
                Some(index) => Ok(self.nodes.first_local + index),
                None => {
                    Err((format!("local.{name}"), nearest_in(name, stack.locals.keys().map(String::as_str))))
                }
            },
            (Some("data"), Some(type_name), Some(name)) => match self.nodes.data.of(type_name, name) {
                Some(index) => Ok(self.nodes.first_data + index),
                None => Err((
                    format!("data.{type_name}.{name}"),
                    self.nearest_object(Kind::Data, type_name, name),
                )),
            },
            (Some(type_name), Some(name), _) => match self.nodes.resources.of(type_name, name) {
                Some(index) => Ok(index),
                None => {
                    Err((format!("{type_name}.{name}"), self.nearest_object(Kind::Resource, type_name, name)))
                }
            },
            (Some(name), ..) => Err((name.to_owned(), None)),
            (None, ..) => return,
        };
        match (target, owner.node()) {
            (Ok(to), Some(from)) => self.edges.push((from, to)),
            (Ok(_), None) => {}
            (Err((wanted, near)), _) => {
                let mut finding = stack
                    .finding(format!("`{wanted}` is not in the stack"))
                    .at(owner.address())
                    .argument(path.to_string())
                    .source(lines.argument)
                    .origin(lines.object);
                if let Some(near) = near {
                    finding = finding.hint(format!("did you mean `{near}`?"));
                }
                self.findings.push(finding);
            }
        }
    }

    fn nearest_object(&self, kind: Kind, type_name: &str, name: &str) -> Option<String> {
        let (objects, prefix) = match kind {
            Kind::Resource => (&self.stack.resources, ""),
            Kind::Data => (&self.stack.data, "data."),
        };
        let near = finding::nearest(name, objects.names(type_name))?;
        Some(format!("{prefix}{type_name}.{near}"))
    }

    fn report(&mut self, owner: Owner<'_>, message: String, path: &ArgumentPath<'_>, lines: Lines) {
        let finding = self.stack.finding(message).at(owner.address()).argument(path.to_string());
        self.findings.push(finding.source(lines.argument).origin(lines.object));
    }
}

/// The lines that set an argument and added its object.
#[derive(Clone, Copy)]
struct Lines {
    argument: Source,
    object: Origin,
}

fn nearest_in<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    finding::nearest(name, known).map(str::to_owned)
}

fn cycle(stack: &Stack, nodes: &Nodes<'_>, edges: &[(usize, usize)]) -> Option<Finding> {
    let path = find_cycle(nodes.count, edges)?;
    let describe = |node| nodes.describe(node);
    let (names, sources): (Vec<String>, Vec<Origin>) = path.into_iter().filter_map(describe).unzip();
    let message = match names.len() {
        2 => format!("{} refers to itself", names[0]),
        _ => format!("dependency cycle: {}", names.join(" -> ")),
    };
    let finding = stack.finding(message).at(&names[0]);
    Some(sources.into_iter().fold(finding, Finding::origin))
}

/// A cycle in a graph, as the nodes on it with the first one repeated at the end.
fn find_cycle(nodes: usize, edges: &[(usize, usize)]) -> Option<Vec<usize>> {
    // Takes away nodes that nothing waits for until only cycles, and what leads from one to another, are left.
    let mut starts = vec![0_usize; nodes + 1];
    let mut waiting = vec![0_usize; nodes];
    for (from, to) in edges {
        starts[from + 1] += 1;
        waiting[*to] += 1;
    }
    for node in 0..nodes {
        starts[node + 1] += starts[node];
    }
    let mut fill = starts.clone();
    let mut targets = vec![0_usize; edges.len()];
    for (from, to) in edges {
        targets[fill[*from]] = *to;
        fill[*from] += 1;
    }
    let mut free: Vec<usize> = (0..nodes).filter(|node| waiting[*node] == 0).collect();
    while let Some(node) = free.pop() {
        for to in &targets[starts[node]..starts[node + 1]] {
            waiting[*to] -= 1;
            if waiting[*to] == 0 {
                free.push(*to);
            }
        }
    }
    // Each node that is left is reached from another one that is left, so walking backwards must come round.
    let mut before = vec![None; nodes];
    for (from, to) in edges {
        if waiting[*from] > 0 && waiting[*to] > 0 {
            before[*to] = Some(*from);
        }
    }
    let mut node = (0..nodes).find(|node| waiting[*node] > 0)?;
    let mut position = vec![None; nodes];
    let mut walked = Vec::new();
    while position[node].is_none() {
        position[node] = Some(walked.len());
        walked.push(node);
        node = before[node]?;
    }
    let mut path = walked.split_off(position[node]?);
    path.push(node);
    path.reverse();
    Some(path)
}

#[cfg(test)]
mod tests {
    use crate::{App, Expr, Raw, Resource};

    fn findings(build: impl FnOnce(&mut App)) -> Vec<String> {
        let mut app = App::new();
        build(&mut app);
        app.finish().findings.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn references_must_lead_somewhere() {
        let messages = findings(|app| {
            let stack = app.stack("dev");
            stack.add("queue", Raw::new("aws_sqs_queue"));
            stack.add("x", Raw::new("aws_x").set("a", Expr::<String>::raw("aws_sqs_queue.queu.arn")));
            stack.add("y", Raw::new("aws_x").set("a", Expr::<String>::raw("var.nothing + nonsense")));
        });
        assert_eq!(
            messages,
            [
                "`aws_sqs_queue.queu` is not in the stack",
                "`var.nothing` is not in the stack",
                "`nonsense` is not in the stack",
            ]
        );
    }

    #[test]
    fn cycles_are_named() {
        let messages = findings(|app| {
            let stack = app.stack("dev");
            stack.add("a", Raw::new("aws_x").set("v", Expr::<String>::raw("aws_x.b.id")));
            stack.add("b", Raw::new("aws_x").set("v", Expr::<String>::raw("local.c")));
            stack.local("c", Expr::<String>::raw("aws_x.a.id"));
            stack.add("self", Raw::new("aws_x"));
        });
        assert_eq!(messages, ["dependency cycle: aws_x.a -> aws_x.b -> local.c -> aws_x.a"]);
    }

    #[test]
    fn names_and_values_are_checked() {
        let messages = findings(|app| {
            let stack = app.stack("dev");
            stack.add("a b", Raw::new("aws_x"));
            stack.add("a", Raw::new("aws_x"));
            stack.add("a", Raw::new("aws_x"));
            stack.add("n", Raw::new("aws_x").set("number", f64::INFINITY));
            stack.add("f", Raw::new("aws_x").set("text", "\u{FDD0}"));
            app.stack("dev");
        });
        assert_eq!(
            messages,
            [
                "two stacks have one name",
                "Terraform refuses the name `a b`",
                "the name of aws_x.a is taken",
                "text holds U+FDD0 or U+FDD1, which mark expressions inside text, without their counterpart",
                "inf is not a number that Terraform has",
            ]
        );
    }

    #[test]
    fn cycles_of_stacks_are_named() {
        let messages = findings(|app| {
            let a = app.stack("a").output("x", "1");
            let b = app.stack("b");
            let from_a = b.import(&a);
            let from_b = b.output("y", from_a);
            let other = app.stack("c").output("z", "1");
            let c = app.stack("d");
            c.import(&from_b);
            c.import(&other);
        });
        assert_eq!(messages, [] as [&str; 0]);
        let mut first = crate::Stack::new("a");
        let mut second = crate::Stack::new("b");
        let x = first.output("x", "1");
        let y = second.output("y", "2");
        first.import(&y);
        second.import(&x);
        let mut app = App::new();
        app.add(first);
        app.add(second);
        assert_eq!(app.finish().findings[0].message, "stacks depend on each other in a cycle: a -> b -> a");
    }
}
