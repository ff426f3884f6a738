//! Paths of an API's routes: `/`, or parts such as `/orders/{id}`, the last of which may be `{proxy+}`.

use std::collections::BTreeMap;

use crate::label::label;
use crate::mistakes::Mistakes;

/// Why a path is not one for a route, if it is not (API Gateway Developer Guide, "Methods for REST APIs": path parts
/// are letters, digits, `-._~:` and so on, or a parameter in braces).
pub(crate) fn mistake(path: &str) -> Option<&'static str> {
    let Some(rest) = path.strip_prefix('/') else { return Some("a path begins with `/`") };
    if rest.is_empty() {
        return None;
    }
    if rest.split('/').any(str::is_empty) {
        return Some("a path has no empty parts and does not end with `/`");
    }
    let count = rest.split('/').count();
    for (index, part) in rest.split('/').enumerate() {
        let inside = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        let name = inside.map_or(part, |inside| inside.strip_suffix('+').unwrap_or(inside));
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:$@!*'(),;=".contains(&byte);
        if name.is_empty() || !name.bytes().all(is_letter) {
            return Some("a part is made of letters, digits and `-._~`, or it is a parameter such as `{id}`");
        }
        if inside.is_some_and(|inside| inside.ends_with('+')) && index + 1 < count {
            return Some("a parameter with `+` takes all that follows, so it must be the last part");
        }
    }
    None
}

/// Variables of paths that API Gateway refuses beside each other: under one parent there is one name for what a variable
/// stands for. Each is told once, with the one before it.
pub(crate) fn sibling_mistakes<'p>(
    paths: impl IntoIterator<Item = &'p str>,
    greedy: Greedy,
    mistakes: &mut Mistakes,
) {
    let mut known: BTreeMap<(String, bool), &str> = BTreeMap::new();
    for path in paths.into_iter().filter(|path| mistake(path).is_none()) {
        let mut parent = String::new();
        for part in parts(path) {
            if part.starts_with('{') {
                let apart = matches!(greedy, Greedy::Apart) && part.ends_with("+}");
                let first = *known.entry((parent.clone(), apart)).or_insert(part);
                if first != part {
                    let parent_path = if parent.is_empty() { "/" } else { parent.as_str() };
                    let message = format!(
                        "API Gateway takes no variable `{part}` beside `{first}` under `{parent_path}`"
                    );
                    let hint = if first.ends_with("+}") == part.ends_with("+}") {
                        "give both the same name"
                    } else {
                        "keep one of the two, and tell the paths apart in the function"
                    };
                    mistakes.add_once(message, hint);
                }
            }
            parent = format!("{parent}/{part}");
        }
    }
}

/// Whether a parameter with `+` may be beside one without.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Greedy {
    /// In REST APIs it may not: what is under a parent has one variable (API Gateway answers "A sibling of this resource
    /// already has a variable path part").
    Alike,
    /// In HTTP APIs it may (API Gateway Developer Guide, "Routing API requests").
    Apart,
}

/// The parts between the slashes.
pub(crate) fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty())
}

/// `{id}` becomes `by_id`, `{proxy+}` becomes `proxy`.
pub(crate) fn part_label(part: &str) -> String {
    let inside = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
    match inside.map(|inside| (inside, inside.strip_suffix('+'))) {
        Some((_, Some(greedy))) => label(greedy),
        Some((parameter, None)) => format!("by_{}", label(parameter)),
        None => label(part),
    }
}

/// A part of a logical name that reads like the path: `/orders/{id}` becomes `orders_by_id`.
pub(crate) fn path_label(path: &str) -> String {
    let labels: Vec<String> = parts(path).map(part_label).collect();
    if labels.is_empty() { "root".to_owned() } else { labels.join("_") }
}

/// The path with `*` for each parameter, as it matches in the ARN of a request: `/orders/*`.
pub(crate) fn pattern(path: &str) -> String {
    let parts = parts(path).map(|part| if part.starts_with('{') { "*" } else { part });
    format!("/{}", parts.collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_give_names_and_patterns() {
        assert_eq!((path_label("/"), pattern("/")), ("root".to_owned(), "/".to_owned()));
        let path = "/orders/{id}/{proxy+}";
        assert_eq!(
            (path_label(path).as_str(), pattern(path).as_str()),
            ("orders_by_id_proxy", "/orders/*/*")
        );
    }

    #[test]
    fn variables_under_one_parent_have_one_name() {
        let count = |paths: &[&str], greedy| {
            let mut mistakes = Mistakes::default();
            sibling_mistakes(paths.iter().copied(), greedy, &mut mistakes);
            mistakes.len()
        };
        assert_eq!(count(&["/a/{id}", "/a/{id}/x", "/b/{name}"], Greedy::Alike), 0);
        assert_eq!(count(&["/a/{id}", "/a/{name}/x", "/a/{name}/y"], Greedy::Apart), 1);
        assert_eq!(count(&["/a/{id}", "/a/{proxy+}"], Greedy::Alike), 1);
        assert_eq!(count(&["/a/{id}", "/a/{proxy+}"], Greedy::Apart), 0);
        assert_eq!(count(&["/{a}", "/{b}"], Greedy::Apart), 1);
    }

    #[test]
    fn what_is_no_path_is_told() {
        for path in ["orders", "/orders/", "//", "/a b", "/{proxy+}/x", "/{}"] {
            assert!(mistake(path).is_some(), "{path}");
        }
        assert_eq!(mistake("/orders/{id}"), None);
    }
}
