//! Calls of the functions of Terraform's language: there is such a function, and it takes so many arguments of these types.

use crate::Hint;
use crate::functions::signature::{Kind, Parameter, Signature};
use crate::syntax::references;

/// Functions that take any expression, also one that fails or is null.
const CLOSURES: [&str; 2] = ["can", "try"];

/// What types are made of where `convert` takes one.
const OF_TYPES: [&str; 6] = ["list", "map", "object", "optional", "set", "tuple"];

/// Reports what is wrong with the calls in a template string: what, and what to do instead.
pub(super) fn in_template(text: &str, report: &mut dyn FnMut(String, Hint)) {
    // Most texts call nothing.
    if !text.contains('(') {
        return;
    }
    references::calls_with_arguments(text, &mut |called, arguments| {
        let name = called.strip_prefix("core::").unwrap_or(called);
        if name.contains("::") || OF_TYPES.contains(&name) && text.contains("convert") {
            return;
        }
        let Some(signature) = Signature::of(name) else {
            let message = format!("Terraform has no function `{called}`");
            return report(message, Hint::nearest(name, Signature::names()));
        };
        if let Some(message) = wrong_count(signature, arguments) {
            return report(message, Hint::new(format!("it is called as `{}`", usage(signature))));
        }
        for (position, argument) in arguments.iter().enumerate() {
            let Some(parameter) = signature.parameter(position) else { break };
            if let Some(given) = misfit(name, parameter, argument) {
                let message = format!(
                    "`{name}` takes {} as `{}`, and {given} is given",
                    words(parameter),
                    parameter.name
                );
                report(message, Hint::new(format!("it is called as `{}`", usage(signature))));
            }
        }
    });
}

fn wrong_count(signature: &Signature, arguments: &[&str]) -> Option<String> {
    let (fewest, most) = signature.counts;
    let given = arguments.len();
    // A list may stand for all that are left.
    let is_open = arguments.last().is_some_and(|last| last.ends_with("..."));
    if (given >= fewest || is_open) && given <= most {
        return None;
    }
    let takes = match (fewest, most) {
        (0, 0) => "no arguments".to_owned(),
        (1, 1) => "1 argument".to_owned(),
        (fewest, most) if fewest == most => format!("{fewest} arguments"),
        (1, usize::MAX) => "1 argument or more".to_owned(),
        (fewest, usize::MAX) => format!("{fewest} arguments or more"),
        (fewest, most) => format!("{fewest} to {most} arguments"),
    };
    let are = if given == 1 { "is" } else { "are" };
    Some(format!("`{}` takes {takes}, and {given} {are} given", signature.name))
}

/// What an argument is, if it does not fit its parameter.
fn misfit(function: &str, parameter: &Parameter, argument: &str) -> Option<String> {
    if argument.ends_with("...") || CLOSURES.contains(&function) {
        return None;
    }
    if argument == "null" {
        return (!parameter.nullable).then(|| "null".to_owned());
    }
    let (given, literal) = kind_of(argument)?;
    let fits = match (parameter.kind, given) {
        (Kind::Any, _) | (_, Kind::Any) => true,
        (Kind::Text, given) => !matches!(given, Kind::List | Kind::Map),
        (Kind::Number, Kind::Text) => literal.is_none_or(|text| text.parse::<f64>().is_ok()),
        (Kind::Bool, Kind::Text) => literal.is_none_or(|text| matches!(text, "true" | "false")),
        (wanted, given) => wanted == given,
    };
    (!fits).then(|| match literal {
        Some(text) => format!("the text `{text}`"),
        None => given.words().to_owned(),
    })
}

/// What an expression gives, as far as that can be seen: a literal, with its text, or the result of a call.
fn kind_of(expression: &str) -> Option<(Kind, Option<&str>)> {
    let is_all = |from: usize, close: u8| {
        references::end_of_expression(expression, from, &[close]) == Some(expression.len() - 1)
    };
    match expression.bytes().next()? {
        b'"' => {
            let inside = expression.strip_prefix('"')?.strip_suffix('"')?;
            // More than one text, or a template.
            let is_plain = !inside.contains(['"', '\\']) && !references::holds_template(inside);
            is_plain.then_some((Kind::Text, Some(inside)))
        }
        b'[' => is_all(1, b']').then_some((Kind::List, None)),
        b'{' => is_all(1, b'}').then_some((Kind::Map, None)),
        b'0'..=b'9' | b'-' => expression.parse::<f64>().ok().map(|_| (Kind::Number, None)),
        _ if matches!(expression, "true" | "false") => Some((Kind::Bool, None)),
        _ => {
            let open = expression.find('(')?;
            let signature = Signature::of(expression[..open].trim_end())?;
            is_all(open + 1, b')').then_some((signature.returns, None))
        }
    }
}

fn words(parameter: &Parameter) -> String {
    match parameter.kind {
        Kind::List | Kind::Map => format!(
            "a {}",
            parameter.ty.replace(['(', ')'], " ").trim().replace(" dynamic", "").replace(' ', " of ")
        ),
        kind => kind.words().to_owned(),
    }
}

/// How a function is called: `substr(str, offset, length)`.
fn usage(signature: &Signature) -> String {
    let own = signature.parameters.iter().map(|it| it.name.to_owned());
    let rest = signature.rest.iter().map(|it| format!("{}…", it.name));
    format!("{}({})", signature.name, own.chain(rest).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        in_template(text, &mut |message, hint| {
            found.push(match hint.text() {
                Some(hint) => format!("{message} ({hint})"),
                None => message,
            });
        });
        found
    }

    #[test]
    fn functions_are_spelt_right() {
        assert_eq!(found("${uper(var.x)}"), ["Terraform has no function `uper` (did you mean `upper`?)"]);
        assert_eq!(
            found("a ${join(\",\", [lowr(\"x\")])}"),
            ["Terraform has no function `lowr` (did you mean `lower`?)"]
        );
        assert_eq!(found("${core::upper(var.x)}${provider::aws::anything(1)}"), [""; 0]);
        assert_eq!(found("${convert(var.x, list(string))} (x) $${f(x)}"), [""; 0]);
        assert_eq!(found("${zzzzzzzz(1)}"), ["Terraform has no function `zzzzzzzz`"]);
    }

    #[test]
    fn arguments_are_counted() {
        assert_eq!(
            found("${substr(\"abc\", 1)}"),
            ["`substr` takes 3 arguments, and 2 are given (it is called as `substr(str, offset, length)`)"]
        );
        assert_eq!(
            found("${upper(\"a\", \"b\")}"),
            ["`upper` takes 1 argument, and 2 are given (it is called as `upper(str)`)"]
        );
        assert_eq!(
            found("${lookup(var.x, \"a\", 1, 2)}"),
            [
                "`lookup` takes 2 to 3 arguments, and 4 are given (it is called as `lookup(inputMap, key, default…)`)"
            ]
        );
        assert_eq!(found("${max()}").len(), 1);
        for right in
            ["${max(var.x...)}", "${range(1, 2, 3)}", "${timestamp()}", "${merge()}", "${bcrypt(\"x\", 5,)}"]
        {
            assert_eq!(found(right), [""; 0], "{right}");
        }
    }

    #[test]
    fn literals_and_results_fit_their_parameters() {
        for (wrong, said) in [
            ("${join(\",\", \"a\")}", "`join` takes a list of string as `lists`, and the text `a` is given"),
            ("${upper([\"a\"])}", "`upper` takes text as `str`, and a list is given"),
            ("${abs(\"x\")}", "`abs` takes a number as `num`, and the text `x` is given"),
            ("${abs(true)}", "`abs` takes a number as `num`, and a bool is given"),
            ("${upper(null)}", "`upper` takes text as `str`, and null is given"),
            ("${lower(split(\",\", var.x))}", "`lower` takes text as `str`, and a list is given"),
            (
                "${transpose([])}",
                "`transpose` takes a map of list of string as `values`, and a list is given",
            ),
            ("${sort({})}", "`sort` takes a list of string as `list`, and a map is given"),
        ] {
            let all = found(wrong);
            assert!(matches!(&all[..], [one] if one.starts_with(said)), "{wrong}: {all:?}");
        }
        for right in [
            "${abs(\"5\")}",
            "${upper(5)}",
            "${join(\",\", var.x)}",
            "${join(\",\", [for x in var.x : x], toset([]))}",
            "${abs(length(var.x) - 1)}",
            "${upper(\"a\" == var.x ? \"b\" : \"c\")}",
            "${upper(\"${var.x}\")}",
            "${try(null, \"x\")}",
            "${coalesce(null, \"x\")}",
            "${length(\"abc\")}",
            "${lower(jsonencode({a = 1}))}",
        ] {
            assert_eq!(found(right), [""; 0], "{right}");
        }
    }
}
