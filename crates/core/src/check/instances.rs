//! Whether references choose one object where there are several, and none where there is one.
//!
//! Source: the Terraform language documentation, "Referring to Instances" of `count` and `for_each`.

use crate::syntax::references::{BlockReference, Step};
use crate::{Address, Json, Stack};

/// What is wrong with the index behind a block's name, and what to do instead.
pub(crate) fn wrong_key(stack: &Stack, found: &BlockReference<'_, '_>) -> Option<(String, String)> {
    let step = found.rest.first()?;
    let block = &stack.block(found.kind, found.type_name, found.name)?.block;
    let address = || found.address();
    let set = |argument: &str| block.get(argument).filter(|value| !matches!(value, Json::Null));
    if let Some(count) = set("count") {
        return match (step, count) {
            (Step::Key(key), _) => Some((
                format!("`{}` has `count`, and its objects have no key `{key}`", address()),
                "choose one by its position, as in `at(0)`".to_owned(),
            )),
            (Step::Name(name), _) => Some(several(&address(), name)),
            (Step::Index(index), Json::Integer(count)) => {
                let is_there = index.parse::<i64>().is_ok_and(|index| index < *count);
                (!is_there).then(|| {
                    let message =
                        format!("`{}` has {count} objects, and none at the position {index}", address());
                    (message, "positions are counted from 0".to_owned())
                })
            }
            _ => None,
        };
    }
    if let Some(for_each) = set("for_each") {
        return match (step, for_each) {
            (Step::Index(index), _) => Some((
                format!("`{}` has `for_each`, and its objects have no position {index}", address()),
                "choose one by its key, as in `at(\"…\")`".to_owned(),
            )),
            (Step::Name(name), _) => Some(several(&address(), name)),
            (Step::Key(key), Json::Object(entries)) => {
                let is_there = entries.iter().any(|(known, _)| known == key);
                if is_there || entries.iter().any(|(known, _)| known.contains(['$', '%'])) {
                    return None;
                }
                let known = entries.iter().map(|(known, _)| &**known);
                let hint = match crate::nearest(key, known.clone()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the keys are {}", known.take(12).collect::<Vec<_>>().join(", ")),
                };
                Some((format!("`{}` has no object with the key `{key}`", address()), hint))
            }
            _ => None,
        };
    }
    match step {
        Step::Index(_) | Step::Key(_) | Step::Computed => Some((
            format!("`{}` is one object and has no instances", address()),
            "leave the index out, or give it `count` or `for_each`".to_owned(),
        )),
        Step::Name(_) | Step::Splat => None,
    }
}

fn several(address: &Address, attribute: &str) -> (String, String) {
    (
        format!("`{address}` has several objects, and `{attribute}` is read of none of them"),
        "choose one with `at`, or read it of all with `all`".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use crate::{App, Expr, Raw, Resource};

    #[test]
    fn objects_are_chosen_where_there_are_several() {
        let mut app = App::new();
        let stack = app.stack("dev");
        stack.add("one", Raw::new("aws_x"));
        stack.add("many", Raw::new("aws_x").count(2));
        stack.add("keyed", Raw::new("aws_x").for_each(["alpha", "b"]));
        for (name, hcl) in [
            ("a", "aws_x.one.id"),
            ("b", "aws_x.one[*].id"),
            ("c", "aws_x.many[1].id"),
            ("d", "aws_x.many[var.n].id"),
            ("e", "aws_x.many"),
            ("f", "aws_x.keyed[\"b\"].id"),
            ("g", "values(aws_x.keyed)[*].id"),
            ("h", "[for one in aws_x.keyed : one.id]"),
            ("wrong_a", "aws_x.one[0].id"),
            ("wrong_b", "aws_x.many.id"),
            ("wrong_c", "aws_x.many[\"0\"].id"),
            ("wrong_d", "aws_x.many[2].id"),
            ("wrong_e", "aws_x.keyed[0].id"),
            ("wrong_f", "aws_x.keyed[\"alpa\"].id"),
            ("wrong_g", "aws_x.keyed.id"),
        ] {
            stack.local(name, Expr::<String>::raw(hcl));
        }
        stack.variable("n", crate::Variable::<f64>::new());
        let found = app.finish().diagnostics;
        let found: Vec<(&str, &str)> =
            found.iter().map(|it| (it.address.as_deref().unwrap(), it.message.as_str())).collect();
        assert_eq!(
            found,
            [
                ("local.wrong_a", "`aws_x.one` is one object and has no instances"),
                ("local.wrong_b", "`aws_x.many` has several objects, and `id` is read of none of them"),
                ("local.wrong_c", "`aws_x.many` has `count`, and its objects have no key `0`"),
                ("local.wrong_d", "`aws_x.many` has 2 objects, and none at the position 2"),
                ("local.wrong_e", "`aws_x.keyed` has `for_each`, and its objects have no position 0"),
                ("local.wrong_f", "`aws_x.keyed` has no object with the key `alpa`"),
                ("local.wrong_g", "`aws_x.keyed` has several objects, and `id` is read of none of them"),
            ]
        );
    }
}
