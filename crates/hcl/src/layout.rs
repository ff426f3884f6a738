//! Lines as `terraform fmt` leaves them: equals signs of neighbouring single lines stand below each other.

/// What a block holds.
#[derive(Debug)]
pub(crate) enum Item {
    /// A name and a value, whose lines after the first are indented from its own beginning.
    Attribute(String, String),
    /// Type and labels, and what is in it.
    Block(String, Vec<Self>),
}

impl Item {
    pub(crate) fn attribute(name: &str, value: String) -> Self {
        Self::Attribute(name.to_owned(), value)
    }
}

/// Writes a file.
pub(crate) fn write(items: &[Item]) -> String {
    let mut out = String::new();
    push(items, 0, &mut out);
    out
}

fn push(items: &[Item], depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let mut at = 0;
    while at < items.len() {
        match &items[at] {
            Item::Attribute(..) => {
                let first = at;
                while matches!(items.get(at), Some(Item::Attribute(..))) {
                    at += 1;
                }
                let pairs: Vec<(&str, &str)> = items[first..at]
                    .iter()
                    .filter_map(|item| match item {
                        Item::Attribute(name, value) => Some((name.as_str(), value.as_str())),
                        Item::Block(..) => None,
                    })
                    .collect();
                out.push_str(&aligned(&pairs, &indent));
            }
            Item::Block(header, body) => {
                if at > 0 {
                    out.push('\n');
                }
                if body.is_empty() {
                    out.push_str(&format!("{indent}{header} {{}}\n"));
                } else {
                    out.push_str(&format!("{indent}{header} {{\n"));
                    push(body, depth + 1, out);
                    out.push_str(&format!("{indent}}}\n"));
                }
                at += 1;
                if matches!(items.get(at), Some(Item::Attribute(..))) {
                    out.push('\n');
                }
            }
        }
    }
}

/// Names and values on lines of their own. Values of several lines stand apart: they break the column.
pub(crate) fn aligned(pairs: &[(&str, &str)], indent: &str) -> String {
    let mut out = String::new();
    let is_single = |pair: &&(&str, &str)| !pair.1.contains('\n');
    let mut at = 0;
    while at < pairs.len() {
        let chain = pairs[at..].iter().take_while(is_single).count();
        let width =
            pairs[at..at + chain].iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        for (name, value) in &pairs[at..at + chain] {
            let space = " ".repeat(width - name.chars().count());
            out.push_str(&format!("{indent}{name}{space} = {value}\n"));
        }
        at += chain;
        if let Some((name, value)) = pairs.get(at) {
            out.push_str(&format!("{indent}{name} = {}\n", value.replace('\n', &format!("\n{indent}"))));
            at += 1;
        }
    }
    out
}

/// An object with a line for each entry.
pub(crate) fn braced(entries: impl Iterator<Item = (String, String)>) -> String {
    let entries: Vec<(String, String)> = entries.collect();
    if entries.is_empty() {
        return "{}".to_owned();
    }
    let pairs: Vec<(&str, &str)> =
        entries.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    format!("{{\n{}}}", aligned(&pairs, "  "))
}
