//! One thing that two objects set: each apply of one undoes the other, and no plan is ever empty.

use std::collections::HashMap;

use formwork_core::references::{self, Traversal};
use formwork_core::{Diagnostic, Json, Object, Stack};
use formwork_schema::TypeFacts;

use crate::conflicts::identity::{Said, ignores, is_invented, is_repeated, owner};
use crate::conflicts::owner_tables::{EXCLUSIVE, Exclusive, INLINE, Inline, ONCE, Once, WHOLE, Whole};

/// Reports what two objects of a stack set.
pub(super) fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    ONCE.iter().for_each(|row| row.check(stack, &mut found));
    INLINE.iter().for_each(|row| row.check(stack, &mut found));
    EXCLUSIVE.iter().for_each(|row| row.check(stack, &mut found));
    WHOLE.iter().for_each(|row| row.check(stack, &mut found));
    found
}

impl Once {
    fn check(&self, stack: &Stack, found: &mut Vec<Diagnostic>) {
        let mut taken: HashMap<Vec<Option<Said>>, &str> = HashMap::new();
        let facts = TypeFacts::of(self.type_name);
        for (name, object) in stack.resources_of(self.type_name) {
            let is_own = self.by.iter().any(|by| is_invented(facts, &object.block, by));
            if is_own || is_repeated(&object.block) {
                continue;
            }
            let of = |by: &&str| Said::object(stack, object.block.get(by));
            let mut said = vec![Said::of(object.block.get("provider")).unwrap_or_default()];
            let Ok(by) = self.by.iter().map(of).collect::<Result<Vec<_>, _>>() else { continue };
            let Some(Some(first)) = by.first() else { continue };
            let thing = first.text().to_owned();
            said.extend(by);
            said.push(Said::of(object.block.get("region")).unwrap_or_default());
            let Some(other) = taken.get(&said) else {
                taken.insert(said, name);
                continue;
            };
            let message =
                format!("`{}.{other}` sets the same of `{thing}`: the last apply wins", self.type_name);
            let diagnostic = finding(stack, self.type_name, name, object, message).argument(self.by[0]);
            found.push(
                diagnostic.hint(format!("keep one of the two; {} replaces what is there", self.source)),
            );
        }
    }
}

impl Inline {
    fn check(&self, stack: &Stack, found: &mut Vec<Diagnostic>) {
        for (name, object) in stack.resources_of(self.part) {
            if let Some((argument, value)) = self.only
                && !matches!(object.block.get(argument), Some(Json::String(text)) if **text == *value)
            {
                continue;
            }
            let Some((address, whole)) = owner(stack, self.type_name, object.block.get(self.refers)) else {
                continue;
            };
            let inline = self.arguments.iter().find(|argument| {
                let is_given = whole.block.get(argument).is_some_and(|value| *value != Json::Null);
                is_given && !ignores(&whole.block, argument)
            });
            let Some(inline) = inline else { continue };
            let message =
                format!("`{address}` sets it with its own `{inline}` too: each apply undoes the other");
            let diagnostic = finding(stack, self.part, name, object, message).argument(self.refers);
            let hint = format!("keep one of the two ways; {} replaces what is there", self.source);
            found.push(diagnostic.hint(hint));
        }
    }
}

impl Exclusive {
    fn check(&self, stack: &Stack, found: &mut Vec<Diagnostic>) {
        // What each part names does not depend on who lists it.
        let parts: Vec<(&str, &Object, Said)> = naming(stack, self.part, self.part_refers).collect();
        if parts.is_empty() {
            return;
        }
        for (holder, object) in stack.resources_of(self.type_name) {
            let Some(Json::Array(listed)) = object.block.get(self.list) else { continue };
            if ignores(&object.block, self.list) {
                continue;
            }
            let of_whole = match self.refers {
                Some(refers) => Said::object(stack, object.block.get(refers)).ok().flatten(),
                None => {
                    let own = format!("${{{}.{holder}.id}}", self.type_name);
                    Said::object(stack, Some(&Json::Template(own.into()))).ok().flatten()
                }
            };
            for (name, part, named) in &parts {
                if of_whole.as_ref() != Some(named) || self.lists(listed, name, part) {
                    continue;
                }
                let address = format!("{}.{holder}", self.type_name);
                let message = format!("`{address}` removes it: it is not in its `{}`", self.list);
                let diagnostic = finding(stack, self.part, name, part, message).argument(self.part_refers);
                found.push(
                    diagnostic.hint(format!("add it to the list, or leave the list out ({})", self.source)),
                );
            }
        }
    }

    /// Whether a part is in the list, or may be.
    fn lists(&self, listed: &[Json], name: &str, part: &Object) -> bool {
        let own = part.block.get(self.part_named);
        listed.iter().any(|item| match item {
            Json::Template(text) => {
                let reference = references::reference(text);
                let block = reference.as_ref().and_then(Traversal::block);
                match block {
                    Some(it) if it.type_name == self.part => it.name == name || own == Some(item),
                    Some(_) => own == Some(item) || matches!(own, Some(Json::String(_))),
                    // A variable, or what is put together, may be any name.
                    None => true,
                }
            }
            _ => own.is_none() || own == Some(item) || matches!(own, Some(Json::Template(_))),
        })
    }
}

impl Whole {
    fn check(&self, stack: &Stack, found: &mut Vec<Diagnostic>) {
        let wholes: Vec<(&str, &Object, Said)> = naming(stack, self.type_name, self.refers).collect();
        if wholes.is_empty() {
            return;
        }
        let parts: Vec<_> = self
            .parts
            .iter()
            .map(|part| (part, naming(stack, part, self.refers).collect::<Vec<_>>()))
            .collect();
        for (holder, _, whole) in &wholes {
            for (part_type, parts) in &parts {
                for (name, part, _) in parts.iter().filter(|(_, _, named)| named == whole) {
                    let message = format!(
                        "`{}.{holder}` takes away what it does not name itself, this too",
                        self.type_name
                    );
                    let diagnostic = finding(stack, part_type, name, part, message).argument(self.refers);
                    found.push(diagnostic.hint(format!("keep one of the two ways ({})", self.source)));
                }
            }
        }
    }
}

/// The objects of a type that name another one with an argument, and what they name.
fn naming<'s>(
    stack: &'s Stack,
    type_name: &str,
    argument: &str,
) -> impl Iterator<Item = (&'s str, &'s Object, Said)> {
    stack.resources_of(type_name).filter_map(move |(name, object)| {
        Some((name, object, Said::object(stack, object.block.get(argument)).ok().flatten()?))
    })
}

fn finding(stack: &Stack, type_name: &str, name: &str, object: &Object, message: String) -> Diagnostic {
    Diagnostic::new(stack.name(), message).at(format!("{type_name}.{name}")).origin(object.origin)
}
