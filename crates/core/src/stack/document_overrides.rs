//! Changes at a path of the finished document: which part of the stack a path leads to.

use std::borrow::Cow;

use indexmap::IndexMap;

use crate::block::change::{Miss, change_block};
use crate::block::tree::Change;
use crate::constructs::statement::{Statement, StatementKind};
use crate::syntax::references;
use crate::{Backend, Block, Json, Kind, Object, Origin, Override, RequiredProvider, Source, Stack};

/// The sections of a document, in the order of the document.
const SECTIONS: [&str; 15] = [
    "terraform",
    "provider",
    "variable",
    "locals",
    "data",
    "ephemeral",
    "module",
    "resource",
    "action",
    "check",
    "import",
    "moved",
    "removed",
    "output",
    "list",
];

/// Arguments of variables and outputs that Terraform reads as they are.
const LITERAL: [&str; 4] = ["default", "description", "deprecated", "type"];

impl Stack {
    pub(crate) fn apply_to_document(&mut self, change: &Override) -> Result<(), Miss> {
        let path: Vec<&str> = change.path.iter().map(String::as_str).collect();
        let [section, ref rest @ ..] = path[..] else { return Err(unknown_section("")) };
        match section {
            "terraform" => self.change_settings(rest, change),
            "provider" => self.change_provider(rest, change),
            "resource" => self.change_object(Kind::Resource, rest, change),
            "data" => self.change_object(Kind::Data, rest, change),
            "ephemeral" => self.change_object(Kind::Ephemeral, rest, change),
            "action" => self.change_object(Kind::Action, rest, change),
            "list" => self.change_object(Kind::List, rest, change),
            "module" => {
                let rest: Vec<&str> = [""].iter().chain(rest).copied().collect();
                self.change_object(Kind::Module, &rest, change)
            }
            "variable" => change_named(&mut self.variables, rest, &in_literal_place(rest, change)),
            "output" => change_named(&mut self.outputs, rest, &in_literal_place(rest, change)),
            "locals" => match rest {
                [name] if is_removal(change) => change_named(&mut self.locals, &[name], change),
                [name, inner @ ..] => {
                    let path: Vec<&str> = [name, "value"].iter().chain(inner).copied().collect();
                    change_named(&mut self.locals, &path, change)
                }
                [] => Err(Miss::because("all local values, of which one must be named")),
            },
            "check" => self.change_check(rest, change),
            "import" => self.change_statement(StatementKind::Import, rest, change),
            "moved" => self.change_statement(StatementKind::Moved, rest, change),
            "removed" => self.change_statement(StatementKind::Removed, rest, change),
            unknown => Err(unknown_section(unknown)),
        }
    }

    fn change_object(&mut self, kind: Kind, path: &[&str], change: &Override) -> Result<(), Miss> {
        let objects = self.objects_mut(kind);
        let [type_name, name, ref rest @ ..] = *path else {
            return Err(Miss::because("all blocks of a kind, of which one must be named"));
        };
        if rest.is_empty() && is_removal(change) && objects.remove(type_name, name).is_some() {
            return Ok(());
        }
        let names: Vec<String> = objects.names(type_name).map(str::to_owned).collect();
        let object = objects.get_mut(type_name, name).ok_or_else(|| Miss::of(name, names))?;
        change_block(&mut object.block, rest, change)
    }

    fn change_provider(&mut self, path: &[&str], change: &Override) -> Result<(), Miss> {
        let [name, ref rest @ ..] = *path else {
            return Err(Miss::because("all provider configurations, of which one must be named"));
        };
        let names: Vec<String> = self.providers.iter().map(|one| one.reference.to_string()).collect();
        let position = names.iter().position(|known| known == name).ok_or_else(|| Miss::of(name, names))?;
        if rest.is_empty() && is_removal(change) {
            self.providers.remove(position);
            return Ok(());
        }
        change_block(&mut self.providers[position].object.block, rest, change)
    }

    fn change_check(&mut self, path: &[&str], change: &Override) -> Result<(), Miss> {
        let [name, ref rest @ ..] = *path else {
            return Err(Miss::because("all checks, of which one must be named"));
        };
        if rest.is_empty() && is_removal(change) && self.checks.shift_remove(name).is_some() {
            return Ok(());
        }
        let names: Vec<String> = self.checks.keys().cloned().collect();
        let check = self.checks.get_mut(name).ok_or_else(|| Miss::of(name, names))?;
        match (rest, &mut check.data) {
            (["data", type_name, data, rest @ ..], Some(scoped))
                if scoped.type_name == *type_name && scoped.name == *data =>
            {
                change_block(&mut scoped.object.block, rest, change)
            }
            (["data", ..], scoped) => {
                let known = scoped.as_ref().map(|it| format!("{} / {}", it.type_name, it.name));
                Err(Miss::of("data", known.into_iter().collect()))
            }
            _ => change_block(&mut check.object.block, rest, change),
        }
    }

    /// `import`, `moved` and `removed` blocks are numbered from 0 within their section.
    fn change_statement(
        &mut self,
        kind: StatementKind,
        path: &[&str],
        change: &Override,
    ) -> Result<(), Miss> {
        let [index, ref rest @ ..] = *path else {
            let new = match &change.change {
                Change::Remove => Vec::new(),
                Change::Append(value) => vec![self.statement(kind, value, change.source)?],
                Change::Set(Json::Array(values)) => {
                    let one = |value| self.statement(kind, value, change.source);
                    values.iter().map(one).collect::<Result<_, _>>()?
                }
                _ => return Err(Miss::because("a list of blocks, to which one can be appended")),
            };
            if !matches!(change.change, Change::Append(_)) {
                self.statements.retain(|one| one.kind != kind);
            }
            self.statements.extend(new);
            return Ok(());
        };
        let positions: Vec<usize> =
            (0..self.statements.len()).filter(|position| self.statements[*position].kind == kind).collect();
        let known = || (0..positions.len()).map(|number| number.to_string()).collect();
        let position = index.parse().ok().and_then(|number: usize| positions.get(number));
        let position = *position.ok_or_else(|| Miss::of(index, known()))?;
        if rest.is_empty() && is_removal(change) {
            self.statements.remove(position);
            return Ok(());
        }
        change_block(&mut self.statements[position].object.block, rest, change)
    }

    fn statement(&self, kind: StatementKind, value: &Json, source: Source) -> Result<Statement, Miss> {
        let block =
            block_of(value.clone(), source).ok_or_else(|| Miss::because("a block, which takes an object"))?;
        Ok(Statement { kind, object: Object { block, origin: Origin::outside(source) } })
    }

    /// Changes the `terraform` block as it will be written, and takes it apart again: what a stack knows of its backend
    /// and its providers is what stands there, once.
    fn change_settings(&mut self, path: &[&str], change: &Override) -> Result<(), Miss> {
        let mut whole = Block::new();
        if let Some(version) = &self.required_version {
            whole.set_from("required_version", Json::literal(&**version).escaped(), self.source);
        }
        if !self.required_providers.is_empty() {
            let required = self.required_providers.iter();
            let required = required.map(|(name, it)| (Cow::Owned(name.clone()), it.written(name)));
            whole.set_from("required_providers", Json::Object(required.collect()), self.source);
        }
        let source = self.backend_source.unwrap_or(self.source);
        match &self.backend {
            Some(backend) if backend.kind() == "cloud" => {
                whole.set_from("cloud", Json::Block(Box::new(backend.escaped())), source);
            }
            Some(backend) => {
                let body = Json::Block(Box::new(backend.escaped()));
                let labelled = Json::Object(vec![(backend.kind().to_owned().into(), body)]);
                whole.set_from("backend", labelled, source);
            }
            None => {}
        }
        for entry in self.settings.entries() {
            whole.set_from(entry.name.clone(), entry.value.clone(), entry.source);
        }
        change_block(&mut whole, path, change)?;
        let version = match whole.remove("required_version") {
            None | Some(Json::Null) => None,
            Some(Json::String(text)) => Some(references::unescaped(&text)),
            Some(_) => return Err(Miss::because("a version constraint, which is text")),
        };
        let required = match whole.remove("required_providers") {
            None | Some(Json::Null) => IndexMap::new(),
            Some(Json::Object(entries)) => {
                let one = |(name, json): (Cow<'static, str>, Json)| {
                    let before = self.required_providers.get(&*name);
                    Some((name.clone().into_owned(), RequiredProvider::read(json, before, change.source)?))
                };
                let all: Option<IndexMap<_, _>> = entries.into_iter().map(one).collect();
                all.ok_or_else(|| Miss::because("a provider, which has a `source` and a `version`"))?
            }
            Some(_) => return Err(Miss::because("the providers, each under its name")),
        };
        let (kind, body) = match (whole.remove("backend"), whole.remove("cloud")) {
            (None | Some(Json::Null), None | Some(Json::Null)) => (None, None),
            (None | Some(Json::Null), cloud) => (Some("cloud".into()), cloud),
            (Some(Json::Object(mut kinds)), None) if kinds.len() == 1 => {
                let (kind, body) = kinds.remove(0);
                (Some(kind), Some(body))
            }
            _ => {
                return Err(Miss::because(
                    "the place of the state, of which there is one: a `backend` of one kind, or `cloud`",
                ));
            }
        };
        let backend = match (kind, body.and_then(|body| block_of(body, source))) {
            (Some(kind), Some(body)) => Some(Backend::of(kind, unescaped(&body))),
            (Some(_), None) => return Err(Miss::because("a backend, which takes an object")),
            (None, _) => None,
        };
        (self.required_version, self.required_providers, self.backend) = (version, required, backend);
        self.settings = whole;
        Ok(())
    }
}

impl RequiredProvider {
    /// What a provider's entry says, if it is one.
    fn read(json: Json, before: Option<&Self>, source: Source) -> Option<Self> {
        let block = block_of(json, source)?;
        let text = |name: &str| match block.get(name) {
            None | Some(Json::Null) => Some(String::new()),
            Some(Json::String(text)) => Some(references::unescaped(text)),
            Some(_) => None,
        };
        let known = ["source", "version", "configuration_aliases"];
        block.entries().all(|entry| known.contains(&&*entry.name)).then_some(())?;
        let version = text("version")?;
        let is_same = before.is_some_and(|before| before.version == version);
        Some(Self {
            source: text("source")?,
            configuration_aliases: before.map(|it| it.configuration_aliases.clone()).unwrap_or_default(),
            explicit: !is_same || before.is_some_and(|before| before.explicit),
            version,
        })
    }
}

fn change_named(
    objects: &mut IndexMap<String, Object>,
    path: &[&str],
    change: &Override,
) -> Result<(), Miss> {
    let [name, ref rest @ ..] = *path else {
        return Err(Miss::because("all blocks of a kind, of which one must be named"));
    };
    if rest.is_empty() && is_removal(change) && objects.shift_remove(name).is_some() {
        return Ok(());
    }
    let names: Vec<String> = objects.keys().cloned().collect();
    let object = objects.get_mut(name).ok_or_else(|| Miss::of(name, names))?;
    change_block(&mut object.block, rest, change)
}

const fn is_removal(change: &Override) -> bool {
    matches!(change.change, Change::Remove)
}

fn unknown_section(name: &str) -> Miss {
    Miss::of(name, SECTIONS.iter().map(|section| (*section).to_owned()).collect())
}

/// The change to a variable or output with its text as Terraform reads it there: values of changes are templates, and
/// some arguments are not.
fn in_literal_place(path: &[&str], change: &Override) -> Override {
    let mut change = change.clone();
    let is_literal = |name: &str| LITERAL.contains(&name);
    match (&path[path.len().min(1)..], &mut change.change) {
        ([argument, ..], Change::Set(value) | Change::Merge(value) | Change::Append(value))
            if is_literal(argument) =>
        {
            *value = value.unescaped();
        }
        ([], Change::Merge(Json::Object(entries))) => {
            for (_, value) in entries.iter_mut().filter(|(name, _)| is_literal(name)) {
                *value = value.unescaped();
            }
        }
        _ => {}
    }
    change
}

fn block_of(json: Json, source: Source) -> Option<Block> {
    match json {
        Json::Block(block) => Some(*block),
        Json::Object(entries) => {
            let mut block = Block::new();
            entries.into_iter().for_each(|(name, value)| block.set_from(name, value, source));
            Some(block)
        }
        _ => None,
    }
}

/// The same body with its text as a backend reads it.
fn unescaped(block: &Block) -> Block {
    let mut body = Block::new();
    for entry in block.entries() {
        body.set_from(entry.name.clone(), entry.value.unescaped(), entry.source);
    }
    body
}

impl Json {
    /// The value for a place in which text is a template.
    fn escaped(self) -> Self {
        match self {
            Self::String(text) => crate::block::text::template(&text),
            other => other,
        }
    }

    /// The value for a place in which text is read as it is.
    fn unescaped(&self) -> Self {
        match self {
            Self::String(text) => Self::literal(references::unescaped(text)),
            Self::Array(items) => Self::Array(items.iter().map(Self::unescaped).collect()),
            Self::Object(entries) => Self::Object(
                entries
                    .iter()
                    .map(|(key, value)| (references::unescaped(key).into(), value.unescaped()))
                    .collect(),
            ),
            Self::Block(block) => Self::Block(Box::new(unescaped(block))),
            Self::Blocks(blocks) => Self::Blocks(blocks.iter().map(unescaped).collect()),
            other => other.clone(),
        }
    }
}
