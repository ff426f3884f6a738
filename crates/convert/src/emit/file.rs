//! One file of Rust for one file of a configuration.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::configuration::{Attribute, Block, Body, Item};
use crate::emit::body::comment_lines;
use crate::emit::expression::Writer;
use crate::emit::names;
use crate::emit::rust_text::word_in;
use crate::emit::scope::Repeat;
use crate::expression::Expression;

/// What becomes one statement.
#[derive(Clone, Copy)]
pub(crate) enum Piece<'a> {
    Block(&'a Block),
    Local(&'a Attribute),
}

impl<'a> Piece<'a> {
    /// What others refer to it by.
    pub(crate) fn address(&self) -> Option<String> {
        match self {
            Self::Local(attribute) => Some(format!("local.{}", attribute.name)),
            Self::Block(block) if block.kind == "provider" => Some(match block.body.attribute("alias") {
                Some(alias) => format!(
                    "provider.{}.{}",
                    block.label(0),
                    crate::emit::object::reference_text(&alias.value)
                ),
                None => format!("provider.{}", block.label(0)),
            }),
            Self::Block(block) => block.address(),
        }
    }

    /// The addresses that it refers to.
    pub(crate) fn references(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        match self {
            Self::Local(attribute) => addresses(&attribute.value, &mut found),
            Self::Block(block) => body_references(&block.body, &mut found),
        }
        found
    }

    /// The comments before it.
    pub(crate) fn comments(&self) -> &'a [String] {
        match self {
            Self::Local(attribute) => &attribute.comments,
            Self::Block(block) => &block.comments,
        }
    }
}

fn body_references(body: &Body, found: &mut BTreeSet<String>) {
    for item in &body.items {
        match item {
            Item::Attribute(attribute) if attribute.name == "provider" => {
                found.insert(format!("provider.{}", crate::emit::object::reference_text(&attribute.value)));
            }
            Item::Attribute(attribute) => {
                if attribute.name == "providers"
                    && let Expression::Object(entries) = &attribute.value
                {
                    for (_, value) in entries {
                        found.insert(format!("provider.{}", crate::emit::object::reference_text(value)));
                    }
                }
                addresses(&attribute.value, found);
            }
            Item::Block(block) => body_references(&block.body, found),
        }
    }
}

/// The addresses that an expression refers to.
pub(crate) fn addresses(expression: &Expression, found: &mut BTreeSet<String>) {
    for path in expression.references() {
        let taken = match path[0].as_str() {
            "data" | "ephemeral" => 3,
            _ => 2,
        };
        if path.len() >= taken {
            found.insert(path[..taken].join("."));
        }
    }
}

/// The pieces of a file, in an order in which each stands behind those that it refers to.
pub(crate) fn pieces(body: &Body) -> Vec<Piece<'_>> {
    let mut all = Vec::new();
    for block in body.blocks() {
        if block.kind == "locals" {
            all.extend(block.body.attributes().map(Piece::Local));
        } else {
            all.push(Piece::Block(block));
        }
    }
    let addresses: Vec<Option<String>> = all.iter().map(Piece::address).collect();
    let position: BTreeMap<&String, usize> = addresses
        .iter()
        .enumerate()
        .filter_map(|(index, address)| Some((address.as_ref()?, index)))
        .collect();
    let needs: Vec<Vec<usize>> = all
        .iter()
        .map(|piece| piece.references().iter().filter_map(|address| position.get(address).copied()).collect())
        .collect();
    let mut order = Vec::new();
    let mut state = vec![0_u8; all.len()];
    for index in 0..all.len() {
        visit(index, &needs, &mut state, &mut order);
    }
    order.into_iter().map(|index| all[index]).collect()
}

fn visit(start: usize, needs: &[Vec<usize>], state: &mut [u8], order: &mut Vec<usize>) {
    // Without recursion: chains of references may be long.
    let mut open = vec![(start, 0)];
    if state[start] != 0 {
        return;
    }
    state[start] = 1;
    while let Some((index, next)) = open.last_mut() {
        match needs[*index].get(*next) {
            Some(&need) => {
                *next += 1;
                if state[need] == 0 {
                    state[need] = 1;
                    open.push((need, 0));
                }
            }
            None => {
                state[*index] = 2;
                order.push(*index);
                open.pop();
            }
        }
    }
}

/// A statement, and the variable that it makes.
pub(crate) struct Statement {
    pub(crate) comments: String,
    pub(crate) text: String,
    pub(crate) variable: Option<Variable>,
}

/// A variable of Rust that stands for something in the stack.
pub(crate) struct Variable {
    pub(crate) address: String,
    pub(crate) name: String,
    /// Its type, as a field has it.
    pub(crate) ty: String,
}

/// The name of the variable for a piece.
pub(crate) fn variable_name(address: &str, taken: &mut HashSet<String>) -> String {
    let parts: Vec<&str> = address.split('.').collect();
    let last = parts.last().copied().unwrap_or_default();
    let own = names::variable(last);
    let candidates = match parts[..] {
        ["var" | "local" | "module", _] => {
            vec![own.clone(), format!("{}_{}", names::variable(last).trim_end_matches('_'), suffix(parts[0]))]
        }
        ["provider", provider] => vec![format!("{}_provider", names::variable(provider))],
        ["provider", provider, alias] => {
            vec![names::variable(alias), format!("{}_{}", names::variable(provider), names::variable(alias))]
        }
        _ => {
            let type_name = parts[parts.len() - 2];
            let stem = type_name.split_once('_').map_or(type_name, |(_, stem)| stem);
            let stem = names::variable(stem);
            let joined = format!("{}_{}", stem.trim_end_matches('_'), own.trim_end_matches('_'));
            match last {
                "this" | "main" | "default" | "example" | "self" => vec![stem, joined],
                _ => vec![own, joined],
            }
        }
    };
    names::choose(&candidates, taken)
}

fn suffix(kind: &str) -> &'static str {
    match kind {
        "var" => "variable",
        "module" => "module",
        _ => "local",
    }
}

/// The type of what `stack.add` returns.
pub(crate) fn reference_type(one: &str, repeat: Repeat) -> String {
    match repeat {
        Repeat::Once => one.to_owned(),
        Repeat::Count => format!("Instances<{one}, f64>"),
        Repeat::ForEach => format!("Instances<{one}, String>"),
    }
}

/// The lines of a function's body: statements, with names only for what is used.
pub(crate) fn lines(statements: &[Statement], exported: &HashSet<String>) -> String {
    let mut used = HashSet::new();
    for statement in statements {
        for variable in statements.iter().filter_map(|other| other.variable.as_ref()) {
            if word_in(&variable.name, &statement.text) {
                used.insert(variable.name.clone());
            }
        }
    }
    let mut out = String::new();
    for statement in statements {
        out.push_str(&statement.comments);
        match &statement.variable {
            Some(variable) if used.contains(&variable.name) || exported.contains(&variable.address) => {
                out.push_str(&format!("let {} = {};\n", variable.name, statement.text.trim_start()));
            }
            _ => out.push_str(&format!("{};\n", statement.text.trim_start())),
        }
    }
    out
}

/// The comment lines before a statement.
pub(crate) fn comments_of(piece: &Piece<'_>) -> String {
    let lines = comment_lines(piece.comments());
    lines.strip_prefix('\n').map_or(lines.clone(), str::to_owned)
}

/// Names of `formwork` that a file may need, and those that it does.
pub(crate) fn imports(text: &str, needs_resource: bool) -> Vec<String> {
    const NAMES: [&str; 33] = [
        "App",
        "Argument",
        "Arguments",
        "Backend",
        "Connection",
        "Export",
        "Expr",
        "Import",
        "Instances",
        "Json",
        "Lifecycle",
        "Map",
        "Module",
        "OnFailure",
        "Program",
        "ProviderReference",
        "ProviderSource",
        "Provisioner",
        "Raw",
        "RawProvider",
        "Reference",
        "Removed",
        "Stack",
        "TerraformData",
        "TerraformDataRef",
        "TypeConstraint",
        "Value",
        "Variable",
        "backend",
        "count",
        "for_each",
        "functions",
        "named",
    ];
    let code = crate::emit::rust_text::code_of(text);
    let is_used = |name: &str| match name {
        "count" | "for_each" => code.match_indices(&format!("{name}(")).any(|(at, _)| {
            !code[..at].ends_with(|it: char| it == '.' || it == ':' || it == '_' || it.is_alphanumeric())
        }),
        "backend" | "functions" | "named" => code.contains(&format!("{name}::")),
        // A type of a binding stands behind the name of its module.
        name => code.match_indices(name).any(|(at, _)| {
            let before = &code[..at];
            let after = code[at + name.len()..].chars().next();
            !before.ends_with("::")
                && !before.ends_with(|it: char| it == '_' || it == '"' || it == '.' || it.is_alphanumeric())
                && after.is_some_and(|it| matches!(it, ':' | '>' | ',' | ')' | ' ' | ';' | '<' | '}' | '&'))
        }),
    };
    let mut used: Vec<String> =
        NAMES.iter().filter(|name| is_used(name)).map(|name| (*name).to_owned()).collect();
    if code.contains(".dynamic(") || code.contains(".dynamic_as(") {
        used.push("Body".to_owned());
    }
    if needs_resource {
        used.push("Resource".to_owned());
    }
    used.sort_unstable();
    used
}

/// Whether a statement about a resource or module calls a method of the trait `Resource`.
pub(crate) fn calls_resource(text: &str) -> bool {
    [
        ".set(",
        ".depends_on(",
        ".count(",
        ".for_each(",
        ".provider(",
        ".lifecycle(",
        ".provisioner(",
        ".connection(",
        ".allow_plain_secret(",
    ]
    .iter()
    .any(|method| text.contains(method))
}

impl Writer<'_> {
    /// Forgets what is only known within a block.
    pub(crate) fn leave_block(&mut self) {
        self.scope.each = None;
        self.scope.count = false;
        self.scope.iterators.clear();
        self.scope.bound.clear();
    }
}
