//! A module as functions of Rust, one for each of its files.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::configuration::{Block, Module};
use crate::emit::body::Counts;
use crate::emit::expression::Writer;
use crate::emit::file::{
    Piece, Statement, Variable, calls_resource, comments_of, lines, pieces, reference_type, variable_name,
};
use crate::emit::providers::{Providers, binding_kind, rust_path};
use crate::emit::rust_text::{path_in, word_in};
use crate::emit::scope::{Known, Object, Repeat, Scope};
use crate::emit::{literal, names};
use crate::error::ConvertError;
use crate::functions::Functions;
use crate::types::{Type, constraint};

/// The largest number of other files that a function takes.
const MOST_FILES: usize = 5;

/// The Rust of a module.
pub(crate) struct Emitted {
    /// By the name of the Rust module; `main` for what stands in `main.rs` or `mod.rs`.
    pub(crate) files: BTreeMap<String, String>,
    /// The statements that call the functions of all files.
    pub(crate) calls: String,
    pub(crate) counts: Counts,
    pub(crate) deprecated: bool,
}

/// Writes a module.
pub(crate) fn emit(
    module: &Module,
    providers: &mut Providers,
    functions: &Functions,
    sources: &dyn Fn(&Block) -> String,
) -> Result<Emitted, ConvertError> {
    let known = known(module, providers, functions)?;
    let mut taken_files = HashSet::from(["lib".to_owned(), "mod_".to_owned()]);
    let stems: Vec<String> = module
        .files
        .iter()
        .map(|file| match file.stem.as_str() {
            "main" => "main".to_owned(),
            stem => names::choose(&[names::variable(stem)], &mut taken_files),
        })
        .collect();
    let all: Vec<Vec<Piece<'_>>> = module.files.iter().map(|file| pieces(&file.body)).collect();
    let order = file_order(&all);
    let parameter =
        |index: usize| if stems[index] == "main" { "resources".to_owned() } else { stems[index].clone() };

    let mut emitter = Emitter {
        writer: Writer { known: &known, functions, scope: Scope::default() },
        counts: Counts::default(),
        owners: HashMap::new(),
        types: HashMap::new(),
    };
    let mut bodies: Vec<(usize, Vec<Statement>, Vec<usize>)> = Vec::new();
    for &index in &order {
        let arguments = emitter.arguments(&all[index], index);
        emitter.enter(&arguments, &parameter);
        let mut statements = Vec::new();
        for piece in &all[index] {
            statements.extend(emitter.piece(piece, providers, sources)?);
        }
        for statement in &statements {
            if let Some(variable) = &statement.variable {
                emitter.owners.insert(variable.address.clone(), index);
                emitter.types.insert(variable.address.clone(), (variable.name.clone(), variable.ty.clone()));
            }
        }
        bodies.push((index, statements, arguments));
    }

    let mut files = BTreeMap::new();
    let mut calls = implied(module, providers);
    let mut returns: HashSet<usize> = HashSet::new();
    for at in 0..bodies.len() {
        let (index, statements, arguments) = &bodies[at];
        let own = parameter(*index);
        // What other files use of this one becomes a field of what its function returns.
        let mut exported = HashSet::new();
        for variable in statements.iter().filter_map(|statement| statement.variable.as_ref()) {
            let path = format!("{own}.{}", variable.name);
            let used = bodies.iter().filter(|(other, _, uses)| other != index && uses.contains(index));
            if used.flat_map(|(_, statements, _)| statements).any(|statement| path_in(&path, &statement.text))
            {
                exported.insert(variable.address.clone());
            }
        }
        let arguments: Vec<usize> = arguments
            .iter()
            .copied()
            .filter(|other| returns.contains(other))
            .filter(|other| statements.iter().any(|statement| word_in(&parameter(*other), &statement.text)))
            .collect();
        let is_root = stems[*index] == "main";
        let type_name = if is_root { "Resources".to_owned() } else { names::type_name(&stems[*index]) };
        let function = if is_root { "resources" } else { "build" };
        let fields: Vec<&Variable> = statements
            .iter()
            .filter_map(|statement| statement.variable.as_ref())
            .filter(|variable| exported.contains(&variable.address))
            .collect();
        let mut parameters = vec!["stack: &mut Stack".to_owned()];
        let mut given = vec!["stack".to_owned()];
        for other in &arguments {
            let (name, ty) = (parameter(*other), names::type_name(&stems[*other]));
            let path = match stems[*other].as_str() {
                "main" => "super::Resources".to_owned(),
                stem if is_root => format!("{stem}::{ty}"),
                stem => format!("super::{stem}::{ty}"),
            };
            parameters.push(format!("{name}: &{path}"));
            given.push(format!("&{name}"));
        }
        let mut text = String::new();
        let visibility = if is_root { "" } else { "pub " };
        if !fields.is_empty() {
            text.push_str(&format!(
                "/// What other files use of this one.\n{visibility}struct {type_name} {{\n"
            ));
            for field in &fields {
                let in_fields = if is_root { "" } else { "pub " };
                text.push_str(&format!("{in_fields}{}: {},\n", field.name, field.ty));
            }
            text.push_str("}\n\n");
        }
        let result = if fields.is_empty() { String::new() } else { format!(" -> {type_name}") };
        text.push_str(&format!("{visibility}fn {function}({}){result} {{\n", parameters.join(", ")));
        text.push_str(&lines(statements, &exported));
        if !fields.is_empty() {
            let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            text.push_str(&format!("{type_name} {{ {} }}\n", names.join(", ")));
        }
        text.push_str("}\n");
        let trailing = crate::emit::body::comment_lines(&module.files[*index].body.comments);
        text.push_str(&trailing);
        let call = if is_root {
            format!("resources({})", given.join(", "))
        } else {
            format!("{}::build({})", stems[*index], given.join(", "))
        };
        if statements.is_empty() && trailing.is_empty() {
            continue;
        }
        if statements.is_empty() {
            // Nothing but comments.
            files.insert(stems[*index].clone(), trailing);
            continue;
        }
        if fields.is_empty() {
            calls.push_str(&format!("{call};\n"));
        } else {
            returns.insert(*index);
            calls.push_str(&format!("let {own} = {call};\n"));
        }
        let needs_resource = statements.iter().any(|statement| {
            let makes = statement.text.contains("stack.add(") || statement.text.contains("check.data(");
            makes && calls_resource(&statement.text)
        });
        if needs_resource {
            text.insert_str(0, "// needs Resource\n");
        }
        files.insert(stems[*index].clone(), text);
    }
    Ok(Emitted { files, calls, counts: emitter.counts, deprecated: emitter.writer.scope.deprecated })
}

/// Providers that are used without being declared: whatever version there is, as in the configuration.
fn implied(module: &Module, providers: &Providers) -> String {
    let declared: BTreeSet<&str> = module
        .blocks_of("terraform")
        .flat_map(|block| block.body.blocks_of("required_providers"))
        .flat_map(|block| block.body.attributes())
        .map(|attribute| attribute.name.as_str())
        .collect();
    let mut out = String::new();
    for (name, provider) in providers.by_name.iter().filter(|(name, _)| !declared.contains(name.as_str())) {
        out.push_str(&format!(
            "stack.require_provider({}, {}, {});\n",
            literal::string(name),
            literal::string(&provider.source),
            literal::string(&provider.version)
        ));
    }
    out
}

/// An order of the files in which as many as possible stand behind those that they refer to.
fn file_order(all: &[Vec<Piece<'_>>]) -> Vec<usize> {
    let mut owner = HashMap::new();
    for (index, pieces) in all.iter().enumerate() {
        for address in pieces.iter().filter_map(Piece::address) {
            owner.insert(address, index);
        }
    }
    let needs: Vec<BTreeMap<usize, usize>> = all
        .iter()
        .enumerate()
        .map(|(index, pieces)| {
            let mut needs = BTreeMap::new();
            for address in pieces.iter().flat_map(Piece::references) {
                if let Some(other) = owner.get(&address).filter(|other| **other != index) {
                    *needs.entry(*other).or_insert(0) += 1;
                }
            }
            needs
        })
        .collect();
    let mut order: Vec<usize> = Vec::new();
    while order.len() < all.len() {
        let open = |index: usize| {
            needs[index]
                .iter()
                .filter(|(other, _)| !order.contains(other))
                .map(|(_, count)| count)
                .sum::<usize>()
        };
        let next =
            (0..all.len()).filter(|index| !order.contains(index)).min_by_key(|index| (open(*index), *index));
        order.extend(next);
    }
    order
}

/// What all names mean, whatever the order.
fn known(module: &Module, providers: &Providers, functions: &Functions) -> Result<Known, ConvertError> {
    let mut known = Known::default();
    let repeat = |block: &Block| match (block.body.attribute("count"), block.body.attribute("for_each")) {
        (Some(_), _) => Repeat::Count,
        (_, Some(_)) => Repeat::ForEach,
        _ => Repeat::Once,
    };
    let checked = module.blocks_of("check").flat_map(|check| check.body.blocks_of("data"));
    for block in module.blocks().chain(checked) {
        let Some(address) = block.address() else { continue };
        match block.kind.as_str() {
            "variable" => {
                let ty = block.body.attribute("type").and_then(|attribute| constraint(&attribute.value));
                known.values.insert(address, ty.map_or(Type::Any, |constraint| constraint.ty));
            }
            "module" => {
                known.modules.insert(address, repeat(block));
            }
            "resource" | "data" | "ephemeral" => {
                let schema = providers.schema(block)?.map(|schema| schema.block);
                let reference = match (&schema, providers.binding(block)) {
                    (Some(_), Some((provider, _))) => {
                        let (path, name, _) = rust_path(provider, binding_kind(block), block.label(0));
                        format!("{path}::{name}Ref")
                    }
                    _ if block.label(0) == "terraform_data" => "TerraformDataRef".to_owned(),
                    _ => "Reference".to_owned(),
                };
                known.objects.insert(address, Object { schema, repeat: repeat(block), reference });
            }
            _ => {}
        }
    }
    // Local values may refer to one another: their types are found in as many rounds as it takes.
    let locals: Vec<_> = module.blocks_of("locals").flat_map(|block| block.body.attributes()).collect();
    for _ in 0..4 {
        let mut changed = false;
        for attribute in &locals {
            let writer = Writer { known: &known, functions, scope: Scope::default() };
            let ty = writer.infer(&attribute.value);
            changed |= known.values.insert(format!("local.{}", attribute.name), ty.clone()) != Some(ty);
        }
        if !changed {
            break;
        }
    }
    Ok(known)
}

struct Emitter<'a> {
    writer: Writer<'a>,
    counts: Counts,
    /// Which file has an address.
    owners: HashMap<String, usize>,
    /// The variable and its type, by address.
    types: HashMap<String, (String, String)>,
}

impl Emitter<'_> {
    /// The files that a file's function takes what is in them from.
    fn arguments(&self, pieces: &[Piece<'_>], index: usize) -> Vec<usize> {
        let mut uses: BTreeMap<usize, usize> = BTreeMap::new();
        for address in pieces.iter().flat_map(Piece::references) {
            if let Some(owner) = self.owners.get(&address).filter(|owner| **owner != index) {
                *uses.entry(*owner).or_default() += 1;
            }
        }
        let mut most: Vec<(usize, usize)> = uses.into_iter().collect();
        most.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let mut chosen: Vec<usize> = most.into_iter().take(MOST_FILES).map(|(owner, _)| owner).collect();
        chosen.sort_unstable();
        chosen
    }

    /// Begins a file: places are those of the files that it takes.
    fn enter(&mut self, arguments: &[usize], parameter: &dyn Fn(usize) -> String) {
        self.writer.scope.places.clear();
        self.writer.scope.taken = arguments.iter().map(|index| parameter(*index)).collect();
        for (address, owner) in &self.owners {
            if arguments.contains(owner)
                && let Some((name, _)) = self.types.get(address)
            {
                self.writer.scope.places.insert(address.clone(), format!("{}.{name}", parameter(*owner)));
            }
        }
    }

    fn piece(
        &mut self,
        piece: &Piece<'_>,
        providers: &mut Providers,
        sources: &dyn Fn(&Block) -> String,
    ) -> Result<Vec<Statement>, ConvertError> {
        let comments = comments_of(piece);
        let counts = &mut self.counts;
        let writer = &mut self.writer;
        writer.leave_block();
        let (text, ty) = match piece {
            Piece::Local(attribute) => {
                let made = writer.local(attribute, counts);
                let text = format!("Expr<{}>", made.ty.rust());
                writer.scope.types.insert(format!("local.{}", attribute.name), made.ty);
                (made.text, Some(text))
            }
            Piece::Block(block) => match block.kind.as_str() {
                "variable" => {
                    let made = writer.variable(block, counts)?;
                    let text = format!("Expr<{}>", made.ty.rust());
                    (made.text, Some(text))
                }
                "resource" | "data" | "ephemeral" => {
                    let object = writer.object_block(block, providers, counts)?;
                    let known = writer.known.objects.get(&block.address().unwrap_or_default());
                    let is_raw = object.contains("// Not typed: ");
                    if is_raw {
                        writer.scope.untyped.extend(block.address());
                    }
                    let one = match known {
                        Some(known) if !is_raw => known.reference.clone(),
                        _ => "Reference".to_owned(),
                    };
                    let repeat = known.map_or(Repeat::Once, |known| known.repeat);
                    (
                        format!("stack.add({}, {object})", literal::string(block.label(1))),
                        Some(reference_type(&one, repeat)),
                    )
                }
                "module" => {
                    let source = sources(block);
                    let call = writer.module_call(block, &source, counts)?;
                    let repeat = writer.known.modules.get(&block.address().unwrap_or_default()).copied();
                    let ty = reference_type("Reference", repeat.unwrap_or(Repeat::Once));
                    (format!("stack.add({}, {call})", literal::string(block.label(0))), Some(ty))
                }
                "output" => (writer.output(block, counts)?, None),
                "provider" => {
                    (writer.provider(block, providers, counts)?, Some("ProviderReference".to_owned()))
                }
                "moved" | "import" | "removed" => (writer.state_statement(block, counts)?, None),
                "check" => (writer.check(block, providers, counts)?, None),
                "terraform" => {
                    let mut statements = Vec::new();
                    for (index, text) in writer.settings(block, counts)?.into_iter().enumerate() {
                        let comments = if index == 0 { comments.clone() } else { String::new() };
                        statements.push(Statement { comments, text, variable: None });
                    }
                    statements.extend(self.required(block, providers));
                    return Ok(statements);
                }
                kind => unreachable!("`check` refuses the block `{kind}`"),
            },
        };
        let variable = match (piece.address(), ty) {
            (Some(address), Some(ty)) => {
                let name = variable_name(&address, &mut self.writer.scope.taken);
                self.writer.scope.places.insert(address.clone(), name.clone());
                Some(Variable { address, name, ty })
            }
            _ => None,
        };
        Ok(vec![Statement { comments, text, variable }])
    }

    fn required(&mut self, block: &Block, providers: &Providers) -> Vec<Statement> {
        let mut statements = Vec::new();
        for inner in block.body.blocks_of("required_providers") {
            for attribute in inner.body.attributes() {
                let Some(provider) = providers.by_name.get(&attribute.name) else { continue };
                self.counts.typed += 1;
                let (name, source, version) = (
                    literal::string(&attribute.name),
                    literal::string(&provider.source),
                    literal::string(&provider.version),
                );
                let comments = comments_of(&Piece::Local(attribute));
                statements.push(Statement {
                    comments,
                    text: format!("stack.require_provider({name}, {source}, {version})"),
                    variable: None,
                });
                for alias in &provider.aliases {
                    let address = format!("provider.{}.{alias}", attribute.name);
                    let variable = variable_name(&address, &mut self.writer.scope.taken);
                    self.writer.scope.places.insert(address.clone(), variable.clone());
                    let alias = literal::string(alias);
                    statements.push(Statement {
                        comments: String::new(),
                        text: format!("stack.expect_provider(&ProviderSource {{ name: {name}.into(), source: {source}.into(), version: \"\".into() }}, {alias})"),
                        variable: Some(Variable { address, name: variable, ty: "ProviderReference".to_owned() }),
                    });
                }
            }
        }
        statements
    }
}
