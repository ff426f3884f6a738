//! How a cloud names what it makes, as `formwork_schema::facts` has it.

use formwork_schema::TypeFacts;

/// The types that refer to another, with the arguments by which they do.
pub(crate) fn referring_to(kind: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    TypeFacts::all().flat_map(move |(from, facts)| {
        let arguments = facts.refers.iter().filter(move |(_, to)| *to == kind);
        arguments.map(move |(argument, _)| (from, argument.as_str()))
    })
}

/// The attributes that the template of a computed attribute names, and those that their templates name.
pub(crate) fn sources_of<'n>(facts: &'n TypeFacts, attribute: &'n str) -> Vec<&'n str> {
    let mut found = Vec::new();
    let mut open = vec![attribute];
    while let Some(name) = open.pop() {
        let Some(template) = facts.computed.get(name) else {
            continue;
        };
        for word in words(template) {
            if !found.contains(&word) {
                found.push(word);
                open.push(word);
            }
        }
    }
    found
}

/// Whether ids are drawn, so that one that does not exist cannot be meant for later.
pub(crate) fn has_drawn_ids(facts: &TypeFacts) -> bool {
    let drawn =
        |template: &str| ["{hex:", "{lower:", "{upper:", "{uuid}"].iter().any(|word| template.contains(word));
    facts.computed.get("id").and_then(toml::Value::as_str).is_some_and(drawn)
}

/// The names of attributes in a template.
fn words(template: &toml::Value) -> Vec<&str> {
    match template {
        toml::Value::String(text) => {
            let inside = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
            let choices = inside.flat_map(|(inside, _)| inside.split('|'));
            choices.map(|choice| choice.split_once(':').map_or(choice, |(name, _)| name)).collect()
        }
        toml::Value::Array(elements) => elements.iter().flat_map(words).collect(),
        toml::Value::Table(members) => members.iter().flat_map(|(_, member)| words(member)).collect(),
        _ => Vec::new(),
    }
}
