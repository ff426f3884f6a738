//! Rules beyond what Terraform and its providers ask for, and exceptions from them with a reason.
//!
//! Not here: any rule. They know providers, and the model does not.

use std::fmt::{self, Debug, Formatter};

use crate::{Address, Diagnostic, Hint, Kind, Stack, Waiver};

/// Returns what breaks a rule in a stack.
type Check = dyn Fn(&Stack) -> Vec<Diagnostic> + Send + Sync;

/// A rule that a program asks for with [`App::guard`](crate::App::guard).
pub struct Rule {
    name: &'static str,
    check: Box<Check>,
}

impl Rule {
    /// A rule with the name that waivers call it by, such as `open-ingress`. The function gets each stack as it will be
    /// written, and returns what breaks the rule; a diagnostic can be waived if it names an address ([`Diagnostic::at`]).
    pub fn new(
        name: &'static str,
        check: impl Fn(&Stack) -> Vec<Diagnostic> + Send + Sync + 'static,
    ) -> Self {
        Self { name, check: Box::new(check) }
    }

    /// The name that waivers call it by.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl Debug for Rule {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "Rule({})", self.name)
    }
}

/// The kinds of objects that rules check.
const WAIVING: [Kind; 4] = [Kind::Resource, Kind::Data, Kind::Ephemeral, Kind::Module];

/// A waiver on its way through the rules.
struct Pending<'a> {
    address: String,
    waiver: &'a Waiver,
    needed: bool,
}

/// Asks all rules about settled stacks. Waivers count only in a program that asks for rules: a module may carry them
/// for programs that do.
pub(crate) fn check(stacks: &[Stack], rules: &[Rule]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    if rules.is_empty() {
        return diagnostics;
    }
    for stack in stacks {
        let mut waivers = waivers(stack);
        for rule in rules {
            for mut diagnostic in (rule.check)(stack) {
                let matching = waivers.iter_mut().filter(|pending| {
                    *pending.waiver.rule == *rule.name
                        && diagnostic.address.as_ref() == Some(&pending.address)
                        && !pending.waiver.reason.trim().is_empty()
                });
                if matching.map(|pending| pending.needed = true).count() > 0 {
                    continue;
                }
                diagnostic.rule = Some(rule.name);
                diagnostics.push(diagnostic.hinted_waiver(rule.name));
            }
        }
        let names: Vec<&str> = rules.iter().map(Rule::name).collect();
        diagnostics.extend(waivers.iter().filter(|pending| !pending.needed).map(|pending| {
            let diagnostic = idle(stack, pending, &names);
            diagnostic.at(&pending.address).source(pending.waiver.source)
        }));
    }
    diagnostics
}

fn waivers(stack: &Stack) -> Vec<Pending<'_>> {
    let mut waivers = Vec::new();
    for kind in WAIVING {
        for (type_name, name, object) in stack.objects(kind).keyed() {
            waivers.extend(object.block.waivers().iter().map(|waiver| Pending {
                address: Address { kind, type_name: type_name.clone(), name: name.clone() }.to_string(),
                waiver,
                needed: false,
            }));
        }
    }
    let stated = stack.waivers.iter();
    waivers.extend(stated.map(|(address, waiver)| Pending {
        address: address.clone(),
        waiver,
        needed: false,
    }));
    waivers
}

/// Says why a waiver had no effect.
fn idle(stack: &Stack, pending: &Pending<'_>, rules: &[&str]) -> Diagnostic {
    let Waiver { rule, reason, .. } = pending.waiver;
    if !rules.contains(&&**rule) {
        let diagnostic =
            stack.diagnostic(format!("a waiver names the rule `{rule}`, which the program does not ask for"));
        return diagnostic
            .hint(format!("the rules are {}", rules.join(", ")))
            .did_you_mean(rule, rules.iter().copied());
    }
    if reason.trim().is_empty() {
        return stack
            .diagnostic(format!("the waiver of `{rule}` has no reason"))
            .hint("say why the rule does not apply here");
    }
    let known: Vec<String> = addresses(stack).collect();
    if !known.contains(&pending.address) && !is_named(&pending.address) {
        let diagnostic =
            stack.diagnostic(format!("a waiver of `{rule}` is for something that is not in the stack"));
        return diagnostic.did_you_mean(&pending.address, known.iter().map(String::as_str));
    }
    stack
        .diagnostic(format!("the waiver of `{rule}` is not needed: the rule finds nothing here"))
        .hint("take the waiver out, so that the rule counts again")
}

/// Whether an address is of a kind that stands outside of the resources and data sources.
fn is_named(address: &str) -> bool {
    ["var.", "local.", "output.", "provider."].iter().any(|prefix| address.starts_with(prefix))
}

fn addresses(stack: &Stack) -> impl Iterator<Item = String> {
    WAIVING.into_iter().flat_map(|kind| {
        stack.objects(kind).keyed().map(move |(type_name, name, _)| {
            Address { kind, type_name: type_name.clone(), name: name.clone() }.to_string()
        })
    })
}

impl Diagnostic {
    /// Says how the rule can be waived, behind what to do instead.
    fn hinted_waiver(mut self, rule: &str) -> Self {
        if self.address.is_none() {
            return self;
        }
        let waiver = format!("if it is right as it is, say why: `.waive(\"{rule}\", \"…\")`");
        self.hint = Hint::new(match self.hint.text() {
            Some(hint) => format!("{hint}; {waiver}"),
            None => waiver,
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, Raw, Resource};

    /// Objects of the type `aws_x` must not be.
    fn rule() -> Rule {
        Rule::new("no-x", |stack| {
            let found = stack.resources_of("aws_x");
            found
                .map(|(name, object)| {
                    stack
                        .diagnostic("an x")
                        .at(format!("aws_x.{name}"))
                        .origin(object.origin)
                        .hint("make it a y")
                })
                .collect()
        })
    }

    fn messages(build: impl FnOnce(&mut Stack)) -> Vec<String> {
        let mut app = App::new();
        app.guard([rule()]);
        build(app.stack("dev"));
        app.finish().diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect()
    }

    #[test]
    fn a_diagnostic_names_its_rule_and_the_way_out() {
        let mut app = App::new();
        app.guard([rule()]);
        app.stack("dev").add("a", Raw::new("aws_x"));
        let text = app.finish().diagnostics[0].to_string();
        assert!(text.starts_with("an x [no-x]\n  --> "), "{text}");
        let end = "in dev / aws_x.a\n  hint: make it a y; if it is right as it is, say why: `.waive(\"no-x\", \"…\")`";
        assert!(text.ends_with(end), "{text}");
    }

    #[test]
    fn a_waiver_with_a_reason_counts_on_the_object_and_on_the_stack() {
        let found = messages(|stack| {
            stack.add("a", Raw::new("aws_x").waive("no-x", "it is measured"));
            let b = stack.add("b", Raw::new("aws_x"));
            stack.waive(b.address(), "no-x", "it is measured too");
            stack.add("c", Raw::new("aws_x").waive("no-x", " "));
        });
        assert_eq!(found, ["an x", "the waiver of `no-x` has no reason"]);
    }

    #[test]
    fn a_waiver_that_nothing_needs_is_a_diagnostic() {
        let found = messages(|stack| {
            stack.add("a", Raw::new("aws_y").waive("no-x", "it was an x"));
            stack.add("b", Raw::new("aws_y").waive("no-y", "there is no such rule"));
            stack.waive("aws_x.c", "no-x", "there is no such object");
        });
        assert_eq!(
            found,
            [
                "the waiver of `no-x` is not needed: the rule finds nothing here",
                "a waiver names the rule `no-y`, which the program does not ask for",
                "a waiver of `no-x` is for something that is not in the stack",
            ]
        );
    }

    #[test]
    fn a_program_without_rules_ignores_waivers() {
        let mut app = App::new();
        app.stack("dev").add("a", Raw::new("aws_x").waive("no-x", "for programs that ask"));
        assert_eq!(app.finish().diagnostics, []);
    }
}
