//! What occurs in Rust text that was made: names, outside of comments and strings.

/// Whether a name occurs in Rust text as a word of its own, be it within the braces of `format!`.
pub(crate) fn word_in(word: &str, text: &str) -> bool {
    let in_name = |character: char| character.is_alphanumeric() || character == '_';
    let text = code_of(text);
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let is_path = text[at + word.len()..].starts_with("::") || text[..at].ends_with("::");
        !before.is_some_and(|it| in_name(it) || it == '.') && !after.is_some_and(in_name) && !is_path
    })
}

/// Whether a path of fields, such as `main.vpc`, occurs in Rust text.
pub(crate) fn path_in(path: &str, text: &str) -> bool {
    let text = code_of(text);
    text.match_indices(path).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + path.len()..].chars().next();
        let in_name = |it: char| it.is_alphanumeric() || it == '_';
        !before.is_some_and(|it| in_name(it) || it == '.') && !after.is_some_and(in_name)
    })
}

/// Whether Rust text has a path that begins with a module of the bindings.
pub(crate) fn path_used(name: &str, text: &str) -> bool {
    let path = format!("{name}::");
    let text = code_of(text);
    text.match_indices(&path).any(|(at, _)| {
        !text[..at].ends_with(|it: char| it.is_alphanumeric() || it == '_' || it == ':' || it == '"')
    })
}

/// Rust text without comments and the text of its strings; names in the braces of `format!` stay.
pub(crate) fn code_of(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else if character == '"' {
            let end = end_of_string(&rest[1..]);
            push_names(&rest[1..1 + end], &mut out);
            rest = rest.get(end + 2..).unwrap_or_default();
        } else if let Some(marks) =
            raw_marks(rest).filter(|_| !out.ends_with(|it: char| it.is_alphanumeric() || it == '_'))
        {
            let close = format!("\"{}", "#".repeat(marks));
            let inside = &rest[marks + 2..];
            let end = inside.find(&close).unwrap_or(inside.len());
            push_names(&inside[..end], &mut out);
            rest = inside.get(end + close.len()..).unwrap_or_default();
        } else {
            out.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    out
}

fn end_of_string(inside: &str) -> usize {
    let mut escaped = false;
    for (at, character) in inside.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    inside.len()
}

/// How many `#` a raw string begins with.
fn raw_marks(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('r')?;
    let marks = rest.bytes().take_while(|byte| *byte == b'#').count();
    rest[marks..].starts_with('"').then_some(marks)
}

fn push_names(text: &str, out: &mut String) {
    let plain = text.replace("{{", "").replace("}}", "");
    for piece in plain.split('{').skip(1) {
        if let Some((name, _)) = piece.split_once('}')
            && !name.is_empty()
            && name.chars().all(|it| it.is_alphanumeric() || it == '_')
        {
            out.push(' ');
            out.push_str(name);
            out.push(' ');
        }
    }
    out.push_str("\"\"");
}
