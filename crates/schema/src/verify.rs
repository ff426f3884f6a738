//! Reads every line of a catalogue, to find damage before a lookup does.

use std::collections::HashMap;

use crate::catalogue::{Catalogue, CatalogueError, decode_contents, decode_schema, read_shape};
use crate::function::FunctionSchema;
use crate::line::{LineError, check_name, read_deprecated};
use crate::shape_id::ShapeId;

impl Catalogue {
    /// Reads every line, and reports the first that is malformed, out of order, or uses a shape
    /// that is not there or that contains itself.
    ///
    /// Whole lines that are missing go unnoticed.
    pub fn verify(&self) -> Result<(), CatalogueError> {
        let mut previous = "";
        let mut entries = Vec::new();
        for line in self.body().lines() {
            let entry = decode_line(line).map_err(|error| self.line_error(line, error))?;
            if previous >= entry.key {
                let name = entry.key.into();
                return Err(self.line_error(line, LineError::Order { name }));
            }
            previous = entry.key;
            entries.push((line, entry));
        }
        let shapes: HashMap<ShapeId, &[ShapeId]> =
            entries.iter().filter_map(|(_, entry)| Some((entry.defines?, &*entry.uses))).collect();
        for (line, entry) in &entries {
            if let Some(&shape) = entry.uses.iter().find(|it| !shapes.contains_key(it)) {
                return Err(self.line_error(line, LineError::UnknownShape { shape }));
            }
        }
        let mut finished = HashMap::new();
        for (line, entry) in &entries {
            if let Some(shape) = entry.defines.and_then(|it| find_cycle(it, &shapes, &mut finished)) {
                return Err(self.line_error(line, LineError::Recursive { shape }));
            }
        }
        Ok(())
    }
}

/// What a line says about shapes.
struct Entry<'t> {
    /// What lines are sorted by: the line as far as its name, which occurs once.
    key: &'t str,
    defines: Option<ShapeId>,
    uses: Vec<ShapeId>,
}

fn decode_line(line: &str) -> Result<Entry<'_>, LineError> {
    let (kind, rest) = line.split_once(' ').ok_or_else(|| unknown_kind(line))?;
    let (name, contents) = match rest.split_once(' ') {
        Some((name, contents)) => (name, Some(contents)),
        None => (rest, None),
    };
    let key = &line[..kind.len() + 1 + name.len()];
    let contents_of = |field| contents.ok_or(LineError::Missing { field });
    let mut entry = Entry { key, defines: None, uses: Vec::new() };
    match kind {
        "block" => {
            let shape = read_shape(Some(name))?;
            let block = decode_contents(shape, &line[key.len()..])?;
            entry.uses.extend(block.shapes());
            entry.defines = Some(shape);
        }
        "resource" | "data" | "ephemeral" | "action" | "list" => {
            check_name(name)?;
            let (_, shape, _) = decode_schema(contents_of("the version of a schema")?)?;
            entry.uses.push(shape);
        }
        "function" => {
            check_name(name)?;
            FunctionSchema::decode(contents_of("a function's result")?)?;
        }
        "provider" => {
            entry.uses.push(read_shape(Some(name))?);
            read_deprecated(contents.into_iter().flat_map(|it| it.split(' ')))?;
            // There is one provider block, whatever its shape.
            entry.key = "provider";
        }
        _ => return Err(unknown_kind(kind)),
    }
    Ok(entry)
}

fn unknown_kind(kind: &str) -> LineError {
    LineError::UnknownKind { kind: kind.chars().take(80).collect() }
}

/// Walks the shapes that `start` uses, and returns one that is met within itself.
///
/// Keeps a stack of its own: a hostile catalogue may nest as deeply as it has lines. `finished`
/// is false for the shapes that the walk is within, and true for those it is done with.
fn find_cycle(
    start: ShapeId,
    shapes: &HashMap<ShapeId, &[ShapeId]>,
    finished: &mut HashMap<ShapeId, bool>,
) -> Option<ShapeId> {
    let uses_of = |shape| shapes.get(&shape).copied().unwrap_or_default().iter();
    if finished.insert(start, false) == Some(true) {
        finished.insert(start, true);
        return None;
    }
    let mut stack = vec![(start, uses_of(start))];
    while let Some((shape, uses)) = stack.last_mut() {
        let Some(&next) = uses.next() else {
            finished.insert(*shape, true);
            stack.pop();
            continue;
        };
        match finished.get(&next) {
            Some(true) => {}
            Some(false) => return Some(next),
            None => {
                finished.insert(next, false);
                stack.push((next, uses_of(next)));
            }
        }
    }
    None
}
