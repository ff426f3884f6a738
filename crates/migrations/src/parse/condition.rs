//! A condition, taken apart at its `AND`s: of a `WHERE`, and of a `CHECK`.

use crate::parse::words::{Word, WordKind};
use crate::statement::{Comparison, Operator};

/// The parts of a condition between its `AND`s; `None` where it is a choice.
pub(super) fn conjuncts(words: &[Word]) -> Option<Vec<&[Word]>> {
    let words = without_parentheses(words);
    let parts = split(words, "and");
    if split(words, "or").len() > 1 {
        return None;
    }
    if let [only] = parts[..] {
        return Some(vec![only]);
    }
    let mut all = Vec::new();
    for part in parts {
        match conjuncts(part) {
            Some(inner) => all.extend(inner),
            // A choice among several conditions is a condition that says nothing.
            None => all.push(part),
        }
    }
    Some(all)
}

/// Splits a condition at a word that stands in no parentheses and belongs to no `BETWEEN`.
pub(super) fn split<'a>(words: &'a [Word], at: &str) -> Vec<&'a [Word]> {
    let mut parts: Vec<&[Word]> = Vec::new();
    let (mut depth, mut start, mut is_between) = (0_usize, 0, false);
    for (index, word) in words.iter().enumerate() {
        match (word.kind, word.text.as_str()) {
            (WordKind::Mark, "(" | "[") | (WordKind::Plain, "case") => depth += 1,
            (WordKind::Mark, ")" | "]") | (WordKind::Plain, "end") => depth = depth.saturating_sub(1),
            (WordKind::Plain, "between") if depth == 0 => is_between = true,
            (WordKind::Plain, "and") if depth == 0 && is_between => is_between = false,
            (WordKind::Plain | WordKind::Mark, text) if depth == 0 && text == at => {
                parts.push(&words[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&words[start..]);
    parts
}

/// Words without the parentheses that enclose all of them.
pub(super) fn without_parentheses(mut words: &[Word]) -> &[Word] {
    while let [first, inner @ .., last] = words {
        if first.text != "(" || last.text != ")" {
            break;
        }
        let mut depth = 1_usize;
        for word in inner {
            match word.text.as_str() {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return words;
            }
        }
        words = inner;
    }
    words
}

/// What a condition says of single columns; what it says besides is left out.
pub(super) fn comparisons(words: &[Word]) -> Vec<Comparison> {
    let Some(parts) = conjuncts(words) else {
        return choice(words).into_iter().collect();
    };
    parts.into_iter().flat_map(comparison).collect()
}

/// `a = 1 OR a = 2`, which is `a IN (1, 2)`.
fn choice(words: &[Word]) -> Option<Comparison> {
    let mut all: Option<Comparison> = None;
    for part in split(without_parentheses(words), "or") {
        let [Comparison { column, operator: Operator::In(values) }] = &comparisons(part)[..] else {
            return None;
        };
        match &mut all {
            None => all = Some(Comparison { column: column.clone(), operator: Operator::In(values.clone()) }),
            Some(Comparison { column: known, operator: Operator::In(listed) }) if known == column => {
                listed.extend(values.iter().cloned());
            }
            Some(_) => return None,
        }
    }
    all
}

fn comparison(words: &[Word]) -> Vec<Comparison> {
    let is_choice = split(without_parentheses(words), "or").len() > 1;
    if is_choice {
        return choice(words).into_iter().collect();
    }
    if let [not, inner @ ..] = words
        && not.kind == WordKind::Plain
        && not.text == "not"
    {
        return match &comparison(without_parentheses(inner))[..] {
            [Comparison { column, operator }] => {
                operator.negated().map(|operator| Comparison { column: column.clone(), operator })
            }
            _ => None,
        }
        .into_iter()
        .collect();
    }
    let is_name = |word: &Word| matches!(word.kind, WordKind::Plain | WordKind::Quoted);
    if let Some((column, rest)) = words.split_first().filter(|(first, _)| is_name(first))
        && let Some(operators) = behind_column(rest)
    {
        let of = |operator| Comparison { column: column.text.clone(), operator };
        return operators.into_iter().map(of).collect();
    }
    // `7 <= a`
    if let [value @ .., operator, column] = words
        && is_name(column)
        && let (Some(value), Some(turned)) = (literal(value), turned(&operator.text))
    {
        return vec![Comparison { column: column.text.clone(), operator: turned(value) }];
    }
    Vec::new()
}

fn behind_column(words: &[Word]) -> Option<Vec<Operator>> {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let one = |operator: Operator| Some(vec![operator]);
    match &texts[..] {
        ["is", "not", "null"] => one(Operator::NotNull),
        ["=", "any", "(", ..] | ["in", "(", ..] => {
            let open = texts.iter().position(|text| *text == "(")?;
            one(Operator::In(listed(&words[open..])?))
        }
        ["between", ..] => {
            let and = texts.iter().position(|text| *text == "and")?;
            let (low, high) = (literal(&words[1..and])?, literal(&words[and + 1..])?);
            Some(vec![Operator::AtLeast(low), Operator::AtMost(high)])
        }
        [operator, ..] => {
            let value = literal(&words[1..])?;
            one(match *operator {
                "=" => Operator::In(vec![value]),
                ">" => Operator::Above(value),
                ">=" => Operator::AtLeast(value),
                "<" => Operator::Below(value),
                "<=" => Operator::AtMost(value),
                _ => return None,
            })
        }
        [] => None,
    }
}

/// The operator with its sides exchanged.
fn turned(operator: &str) -> Option<fn(String) -> Operator> {
    Some(match operator {
        "=" => |value| Operator::In(vec![value]),
        ">" => Operator::Below,
        ">=" => Operator::AtMost,
        "<" => Operator::Above,
        "<=" => Operator::AtLeast,
        _ => return None,
    })
}

/// The literals of a list or an array; `None` if it has anything else.
fn listed(words: &[Word]) -> Option<Vec<String>> {
    let inner: Vec<Word> = without_parentheses(words)
        .iter()
        .filter(|word| !matches!(word.text.as_str(), "array" | "[" | "]"))
        .cloned()
        .collect();
    inner.split(|word| word.kind == WordKind::Mark && word.text == ",").map(literal).collect()
}

/// A literal, with a sign, a type in front or a cast behind, which are left out: `DATE '2027-01-01'` is `'2027-01-01'`.
pub(super) fn literal(words: &[Word]) -> Option<String> {
    let words = without_parentheses(words);
    let cast = words.iter().position(|word| word.text == "::" || word.text == ":").unwrap_or(words.len());
    let is_value =
        |word: &Word| word.kind == WordKind::Literal || matches!(word.text.as_str(), "true" | "false");
    match without_parentheses(&words[..cast]) {
        [value] if is_value(value) => Some(value.text.clone()),
        [sign, value] if sign.kind == WordKind::Mark && value.kind == WordKind::Literal => {
            match sign.text.as_str() {
                "-" => Some(format!("-{}", value.text)),
                "+" => Some(value.text.clone()),
                _ => None,
            }
        }
        [data_types @ .., value]
            if value.kind == WordKind::Literal
                && !data_types.is_empty()
                && data_types.iter().all(|word| word.kind == WordKind::Plain) =>
        {
            Some(value.text.clone())
        }
        _ => None,
    }
}
