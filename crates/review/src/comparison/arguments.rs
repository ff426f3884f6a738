//! What differs between two values, by path.

use std::collections::BTreeSet;

use formwork_core::encoded;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One argument that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArgumentChange {
    /// The path within the block, such as `environment.variables.PORT`; `[]` stands for an element of a list that came
    /// or went. A path goes on into a JSON document that is held by a string.
    pub path: String,
    /// What it was; none if it was not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it is; none if it is not set any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// The arguments that differ between two blocks.
pub fn differing(old: &Value, new: &Value) -> Vec<ArgumentChange> {
    let mut changes = Vec::new();
    values("", old, new, &mut changes);
    changes
}

fn values(path: &str, old: &Value, new: &Value, changes: &mut Vec<ArgumentChange>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => maps(path, old, new, changes),
        (Value::Object(_), Value::Array(items)) if items.len() == 1 => values(path, old, &items[0], changes),
        (Value::Array(items), Value::Object(_)) if items.len() == 1 => values(path, &items[0], new, changes),
        (Value::Array(old), Value::Array(new)) => lists(path, old, new, changes),
        (Value::String(old_text), Value::String(new_text)) => {
            match (encoded::document(old_text), encoded::document(new_text)) {
                (Some(old), Some(new)) => values(path, &old, &new, changes),
                _ => changes.push(changed(path, Some(old), Some(new))),
            }
        }
        // Terraform has one kind of number: 1 and 1.0 are the same.
        (Value::Number(old), Value::Number(new))
            if old.as_f64() == new.as_f64() && old.is_f64() != new.is_f64() => {}
        _ => changes.push(changed(path, Some(old), Some(new))),
    }
}

fn maps(path: &str, old: &Map<String, Value>, new: &Map<String, Value>, changes: &mut Vec<ArgumentChange>) {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let path = inner(path, key);
        match (old.get(key), new.get(key)) {
            (Some(old), Some(new)) => values(&path, old, new, changes),
            // Null is the same as not set.
            (None | Some(Value::Null), None | Some(Value::Null)) => {}
            (old, new) => changes.push(changed(&path, old, new)),
        }
    }
}

/// The path to a key; one with dots or spaces in it would read as several.
fn inner(path: &str, key: &str) -> String {
    let is_plain =
        |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | ':' | '/');
    match (path.is_empty(), !key.is_empty() && key.chars().all(is_plain)) {
        (true, _) => key.to_owned(),
        (false, true) => format!("{path}.{key}"),
        (false, false) => format!("{path}[{}]", Value::from(key)),
    }
}

fn lists(path: &str, old: &[Value], new: &[Value], changes: &mut Vec<ArgumentChange>) {
    let whole = || {
        let (old, new) = (Value::Array(old.to_vec()), Value::Array(new.to_vec()));
        changed(path, Some(&old), Some(&new))
    };
    if is_permutation(old, new) {
        changes.push(whole());
        return;
    }
    let Some(kept) = common(old, new) else {
        changes.push(whole());
        return;
    };
    let element = format!("{path}[]");
    let (mut old_at, mut new_at) = (0, 0);
    for (old_end, new_end) in kept.into_iter().chain([(old.len(), new.len())]) {
        let (went, came) = (&old[old_at..old_end], &new[new_at..new_end]);
        // As many came as went between two elements that stayed: they are the same elements, changed.
        if went.len() == came.len() {
            for (index, (old, new)) in (new_at..).zip(went.iter().zip(came)) {
                values(&format!("{path}[{index}]"), old, new, changes);
            }
        } else {
            changes.extend(went.iter().map(|item| changed(&element, Some(item), None)));
            changes.extend(came.iter().map(|item| changed(&element, None, Some(item))));
        }
        (old_at, new_at) = (old_end + 1, new_end + 1);
    }
}

/// Whether two lists have the same elements in another order.
fn is_permutation(old: &[Value], new: &[Value]) -> bool {
    let mut rest: Vec<&Value> = new.iter().collect();
    old.len() == new.len()
        && old.iter().all(|item| match rest.iter().position(|other| *other == item) {
            Some(index) => {
                rest.swap_remove(index);
                true
            }
            None => false,
        })
}

/// The positions of a longest common subsequence: what stayed, in order. None for lists whose comparison would take
/// longer than its result is worth.
pub(super) fn common(old: &[Value], new: &[Value]) -> Option<Vec<(usize, usize)>> {
    const MOST: usize = 4_000_000;
    let start = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let rest = (&old[start..], &new[start..]);
    let end = rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old_middle, new_middle) = (&rest.0[..rest.0.len() - end], &rest.1[..rest.1.len() - end]);
    let width = new_middle.len() + 1;
    let cells = (old_middle.len() + 1).checked_mul(width).filter(|cells| *cells <= MOST)?;
    // `lengths[i * width + j]`: how many elements the tails from `i` and `j` on have in common.
    let mut lengths = vec![0_u32; cells];
    for (i, old) in old_middle.iter().enumerate().rev() {
        for (j, new) in new_middle.iter().enumerate().rev() {
            lengths[i * width + j] = if old == new {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let mut kept: Vec<(usize, usize)> = (0..start).map(|index| (index, index)).collect();
    let (mut i, mut j) = (0, 0);
    while i < old_middle.len() && j < new_middle.len() {
        if old_middle[i] == new_middle[j] {
            kept.push((start + i, start + j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    kept.extend((1..=end).rev().map(|back| (old.len() - back, new.len() - back)));
    Some(kept)
}

fn changed(path: &str, before: Option<&Value>, after: Option<&Value>) -> ArgumentChange {
    ArgumentChange { path: path.to_owned(), before: before.cloned(), after: after.cloned() }
}
