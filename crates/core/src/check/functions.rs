//! Calls of the functions of Terraform's language: there is such a function, and it takes so many arguments of these types.

use crate::functions::known::Function;
use crate::functions::signature::{Kind, Parameter, Signature};
use crate::stack::json_document::DEPTH;
use crate::syntax::references::{self, Step, Traversal};
use crate::{Hint, Json, Stack};

/// Functions that take any expression, also one that fails or is null.
const CLOSURES: [&str; 2] = ["can", "try"];

/// What types are made of where `convert` takes one.
const OF_TYPES: [&str; 6] = ["list", "map", "object", "optional", "set", "tuple"];

/// Reports what is wrong with the calls in a template string of a stack: what, and what to do instead.
pub(super) fn in_template(stack: &Stack, text: &str, report: &mut dyn FnMut(String, Hint)) {
    each_call(text, &mut |called, arguments, is_tried| {
        let name = called.strip_prefix("core::").unwrap_or(called);
        if name.contains("::") || OF_TYPES.contains(&name) && text.contains("convert") {
            return;
        }
        let Some(function) = Function::of(name) else {
            let message = format!("Terraform has no function `{called}`");
            return report(message, Hint::nearest(name, Function::names()));
        };
        if let Some(message) = wrong_count(function, arguments) {
            return report(message, Hint::new(format!("it is called as `{}`", usage(&function.signature))));
        }
        if !is_tried {
            fit(&function.signature, arguments, &mut |argument| kind_of(argument, stack, 0), report);
        }
    });
}

/// Reports the references in calls of a template string that do not fit where they are given, as far as it is known what
/// they give.
pub fn misfits(
    text: &str,
    kind_of: &mut dyn FnMut(&Traversal<'_>) -> Option<Kind>,
    report: &mut dyn FnMut(String, Hint),
) {
    each_call(text, &mut |called, arguments, is_tried| {
        let name = called.strip_prefix("core::").unwrap_or(called);
        let Some(function) = Function::of(name).filter(|_| !is_tried) else { return };
        let mut of_reference = |argument: &str| {
            let kind = kind_of(&references::traversal(argument)?)?;
            Some(Given { kind, literal: None })
        };
        fit(&function.signature, arguments, &mut of_reference, report);
    });
}

/// Visits every call, with its arguments and whether it stands in one of `try` or `can`, where it may fail.
fn each_call(text: &str, visit: &mut dyn FnMut(&str, &[&str], bool)) {
    // Most texts call nothing.
    if !text.contains('(') {
        return;
    }
    let mut tried = Vec::new();
    references::calls_with_arguments(text, &mut |called, arguments| {
        if let ([first, ..], [.., last]) = (arguments, arguments)
            && CLOSURES.contains(&called.trim_start_matches("core::"))
        {
            tried.push(first.as_ptr().addr()..last.as_ptr().addr() + last.len());
        }
        let is_tried = tried.iter().any(|range| range.contains(&called.as_ptr().addr()));
        visit(called, arguments, is_tried);
    });
}

/// Reports the arguments of a call that do not fit its parameters.
fn fit<'a>(
    signature: &Signature,
    arguments: &[&'a str],
    kind_of: &mut dyn FnMut(&'a str) -> Option<Given<'a>>,
    report: &mut dyn FnMut(String, Hint),
) {
    let name = &*signature.name;
    for (position, argument) in arguments.iter().enumerate() {
        let Some(parameter) = signature.parameter(position) else { break };
        if argument.ends_with("...") || CLOSURES.contains(&name) {
            continue;
        }
        let given = match *argument {
            "null" if parameter.nullable => continue,
            "null" => "null".to_owned(),
            argument => match kind_of(argument) {
                Some(given) if !given.fits(name, parameter) => given.words(),
                _ => continue,
            },
        };
        let message = format!(
            "`{name}` takes {} as `{}`, and {given} is given",
            words(name, parameter),
            parameter.name
        );
        report(message, Hint::new(format!("it is called as `{}`", usage(signature))));
    }
}

fn wrong_count(function: &Function, arguments: &[&str]) -> Option<String> {
    let (fewest, most) = function.counts;
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
    Some(format!("`{}` takes {takes}, and {given} {are} given", function.signature.name))
}

/// What an expression gives, and its text if it is literal text.
struct Given<'a> {
    kind: Kind,
    literal: Option<&'a str>,
}

impl Given<'_> {
    const fn of(kind: Kind) -> Self {
        Self { kind, literal: None }
    }

    /// Whether Terraform takes it for a parameter, as it is or converted.
    fn fits(&self, function: &str, parameter: &Parameter) -> bool {
        match (parameter.ty.kind(), self.kind) {
            (Kind::Any, Kind::Number | Kind::Bool) if function == "length" => false,
            (Kind::Any, _) | (_, Kind::Any) => true,
            (Kind::Text, given) => !matches!(given, Kind::List | Kind::Map),
            (Kind::Number, Kind::Text) => self.literal.is_none_or(|text| text.parse::<f64>().is_ok()),
            (Kind::Bool, Kind::Text) => self.literal.is_none_or(|text| matches!(text, "true" | "false")),
            (wanted, given) => wanted == given,
        }
    }

    fn words(&self) -> String {
        match self.literal {
            Some(text) => format!("the text `{text}`"),
            None => self.kind.words().to_owned(),
        }
    }
}

/// What an expression gives, as far as that can be seen: a literal, the result of a call, a variable, a local value, a
/// whole object.
fn kind_of<'a>(expression: &'a str, stack: &Stack, depth: usize) -> Option<Given<'a>> {
    let is_all = |from: usize, close: u8| {
        references::end_of_expression(expression, from, &[close]) == Some(expression.len() - 1)
    };
    match expression.bytes().next()? {
        b'"' => {
            let inside = expression.strip_prefix('"')?.strip_suffix('"')?;
            // More than one text, or a template.
            let is_plain = !inside.contains(['"', '\\']) && !references::holds_template(inside);
            is_plain.then_some(Given { kind: Kind::Text, literal: Some(inside) })
        }
        b'[' => is_all(1, b']').then_some(Given::of(Kind::List)),
        b'{' => is_all(1, b'}').then_some(Given::of(Kind::Map)),
        b'0'..=b'9' | b'-' => expression.parse::<f64>().ok().map(|_| Given::of(Kind::Number)),
        _ if matches!(expression, "true" | "false") => Some(Given::of(Kind::Bool)),
        _ => match expression.find('(') {
            Some(open) => {
                let function = Function::of(expression[..open].trim_end())?;
                is_all(open + 1, b')').then(|| Given::of(function.signature.returns.kind()))
            }
            None => kind_of_reference(&references::traversal(expression)?, stack, depth).map(Given::of),
        },
    }
}

fn kind_of_reference(traversal: &Traversal<'_>, stack: &Stack, depth: usize) -> Option<Kind> {
    match traversal.steps.as_slice() {
        [Step::Name("var"), Step::Name(name)] => match stack.variables.get(*name)?.block.get("type")? {
            Json::String(ty) | Json::Template(ty) => Some(Kind::of(ty)),
            _ => None,
        },
        [Step::Name("local"), Step::Name(_)] => kind_of_value(stack.referred_local(traversal)?, stack, depth),
        _ => {
            let found = traversal.block()?;
            if found.rest.contains(&Step::Splat) {
                return Some(Kind::List);
            }
            let block = &stack.block(found.kind, found.type_name, found.name)?.block;
            let is_several = block.get("count").is_some() || block.get("for_each").is_some();
            match found.rest {
                [] if block.get("count").is_some() => Some(Kind::List),
                [] => Some(Kind::Map),
                [Step::Index(_) | Step::Key(_)] if is_several => Some(Kind::Map),
                _ => None,
            }
        }
    }
}

fn kind_of_value(value: &Json, stack: &Stack, depth: usize) -> Option<Kind> {
    match value {
        Json::Bool(_) => Some(Kind::Bool),
        Json::Integer(_) | Json::Decimal(_) => Some(Kind::Number),
        Json::String(_) => Some(Kind::Text),
        Json::Array(_) | Json::Blocks(_) => Some(Kind::List),
        Json::Object(_) | Json::Block(_) => Some(Kind::Map),
        Json::Template(text) if depth < DEPTH => match references::whole(text) {
            Some(expression) => kind_of(expression, stack, depth + 1).map(|given| given.kind),
            None => Some(Kind::Text),
        },
        Json::Template(_) | Json::Null | Json::Invalid(_) => None,
    }
}

fn words(function: &str, parameter: &Parameter) -> String {
    match parameter.ty.kind() {
        Kind::Any if function == "length" => "text, a list or a map".to_owned(),
        Kind::List | Kind::Map => {
            let ty = parameter.ty.to_string();
            let of: Vec<&str> =
                ty.split(['(', ')']).filter(|it| !it.is_empty() && *it != "dynamic").collect();
            let of: Vec<&str> = of.into_iter().filter(|it| !it.starts_with(char::is_uppercase)).collect();
            format!("a {}", of.join(" of "))
        }
        kind => kind.words().to_owned(),
    }
}

/// How a function is called: `substr(str, offset, length)`.
fn usage(signature: &Signature) -> String {
    let dots = |parameter: &Parameter| if parameter.variadic { "…" } else { "" };
    let names: Vec<String> =
        signature.parameters.iter().map(|it| format!("{}{}", it.name, dots(it))).collect();
    format!("{}({})", signature.name, names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Raw, Resource, Variable};

    fn stack() -> Stack {
        let mut stack = Stack::new("dev");
        stack.variable("names", Variable::<Vec<String>>::new());
        stack.variable("text", Variable::<String>::new());
        stack.variable("any", Variable::<Json>::new());
        stack.local("list", [1, 2]);
        stack.local("of_list", crate::Expr::<Vec<f64>>::raw("concat(local.list, [3])"));
        stack.add("one", Raw::new("aws_x"));
        stack.add("many", Raw::new("aws_x").count(2));
        stack
    }

    fn found(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        in_template(&stack(), text, &mut |message, hint| {
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
                "`lookup` takes 2 to 3 arguments, and 4 are given (it is called as `lookup(inputMap, key, default)`)"
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
    fn what_is_referred_to_fits() {
        for (wrong, said) in [
            ("${upper(var.names)}", "`upper` takes text as `str`, and a list is given"),
            ("${upper(local.of_list)}", "`upper` takes text as `str`, and a list is given"),
            ("${merge(var.text, {})}", "`merge` takes a map as `maps`, and text is given"),
            ("${merge(\"a\")}", "`merge` takes a map as `maps`, and the text `a` is given"),
            ("${keys(local.list)}", "`keys` takes a map as `inputMap`, and a list is given"),
            ("${concat(var.text)}", "`concat` takes a list as `seqs`, and text is given"),
            ("${setproduct(local.list)}", "`setproduct` takes 2 arguments or more, and 1 is given"),
            ("${join(\"\", aws_x.one)}", "`join` takes a list of string as `lists`, and a map is given"),
            ("${upper(aws_x.many[*].arn)}", "`upper` takes text as `str`, and a list is given"),
            ("${upper(aws_x.many)}", "`upper` takes text as `str`, and a list is given"),
            ("${length(5)}", "`length` takes text, a list or a map as `value`, and a number is given"),
        ] {
            let all = found(wrong);
            assert!(matches!(&all[..], [one] if one.starts_with(said)), "{wrong}: {all:?}");
        }
        for right in [
            "${merge(var.any, null, aws_x.one)}",
            "${upper(var.text)}",
            "${abs(var.text)}",
            "${join(\",\", concat(local.list, var.names))}",
            "${upper(var.names[0])}",
            "${upper(aws_x.many[0].arn)}",
            "${lookup(aws_x.many[0], \"arn\", null)}",
            "${try(upper(var.names), \"\")}${can(keys(local.list))}",
            "${concat(aws_x.many, [aws_x.one])}",
            "${[for x in var.names : upper(x)]}",
        ] {
            assert_eq!(found(right), [""; 0], "{right}");
        }
    }

    #[test]
    fn references_fit_as_far_as_a_caller_knows() {
        let mut found = Vec::new();
        let kind = |traversal: &Traversal<'_>| (traversal.name(2) == Some("tags")).then_some(Kind::Map);
        misfits(
            "${upper(aws_x.one.tags)} ${upper(aws_x.one.arn)} ${try(upper(aws_x.one.tags), 1)}",
            &mut { kind },
            &mut |message, _| found.push(message),
        );
        assert_eq!(found, ["`upper` takes text as `str`, and a map is given"]);
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
