//! The program as a whole: its stacks, and what they need of each other.

use std::collections::HashMap;
use std::sync::Arc;

use crate::objects::Object;
use crate::{
    Aspect, Backend, Finding, Origin, Override, Rule, Select, Source, Stack, Target, Visit, aspect, check,
    finding, guard,
};

/// All stacks of a program.
#[derive(Debug, Default)]
pub struct App {
    stacks: Vec<Stack>,
    aspects: Vec<Aspect>,
    rules: Vec<Rule>,
    overrides: Vec<(Select, Override)>,
    pub(crate) target: Option<Target>,
}

/// The stacks of a finished program, sorted by name, and all that is wrong with them.
#[derive(Debug)]
pub struct Synthesis {
    /// The stacks. They are complete only if there are no findings.
    pub stacks: Vec<Stack>,
    /// The mistakes, in the order of the stacks.
    pub findings: Vec<Finding>,
    /// Providers that nothing was known about, so that their resources were not checked: `cloudflare/cloudflare ~> 5.0`.
    pub unchecked: Vec<String>,
}

impl App {
    /// A program without stacks.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            stacks: Vec::new(),
            aspects: Vec::new(),
            rules: Vec::new(),
            overrides: Vec::new(),
            target: None,
        }
    }

    /// Adds an empty stack and lends it to be filled.
    #[track_caller]
    pub fn stack(&mut self, name: &str) -> &mut Stack {
        self.stacks.push(Stack::new(name));
        let last = self.stacks.len() - 1;
        &mut self.stacks[last]
    }

    /// Adds a stack that was filled elsewhere.
    pub fn add(&mut self, stack: Stack) {
        self.stacks.push(stack);
    }

    /// Runs a function over every resource and data source of the program before it is settled: see
    /// [`Stack::aspect`].
    #[track_caller]
    pub fn aspect(&mut self, visit: impl Fn(&mut Visit<'_>) + Send + Sync + 'static) {
        self.aspects.push(Aspect::new("", visit, Source::here()));
    }

    /// Changes every object of the program that matches, at a path within it, before the stacks' own changes.
    pub fn override_all(&mut self, select: Select, change: Override) {
        self.overrides.push((select, change));
    }

    /// Asks for rules, on the program as it will be written. What breaks one is a finding, unless it was waived with a
    /// reason: [`Resource::waive`](crate::Resource::waive), [`Stack::waive`].
    pub fn guard(&mut self, rules: impl IntoIterator<Item = Rule>) {
        self.rules.extend(rules);
    }

    /// Settles the program and checks it: [`App::settle`], then [`check`](crate::check()).
    #[must_use]
    pub fn finish(self) -> Synthesis {
        let mut synthesis = self.settle();
        synthesis.findings.extend(check::check(&synthesis.stacks));
        synthesis
    }

    /// Settles what needs the whole program: aspects, imports, overrides, the order of documents; then asks the rules
    /// of [`App::guard`]. The findings are those that were collected so far.
    #[must_use]
    pub fn settle(self) -> Synthesis {
        let mut stacks = self.stacks;
        let mut findings = twice(&stacks);
        stacks.sort_by(|a, b| a.name.cmp(&b.name));
        stacks.dedup_by(|later, first| later.name == first.name);
        for stack in &mut stacks {
            stack.target = stack.target.or(self.target);
            aspect::run(stack, &self.aspects);
            stack.move_scopes();
            stack.check_module();
        }
        resolve_imports(&mut stacks);
        let mut met = vec![false; self.overrides.len()];
        for stack in &mut stacks {
            for (met, here) in met.iter_mut().zip(stack.apply_overrides(&self.overrides)) {
                *met |= here;
            }
            stack.sort();
            findings.append(&mut stack.findings);
        }
        let idle = self.overrides.iter().zip(met).filter(|(_, met)| !met);
        findings.extend(idle.map(|((select, change), _)| {
            let finding = Finding::new("", "an override matches nothing in the program");
            finding.source(change.source()).hint(format!("{select}, and its path must lead somewhere in one"))
        }));
        findings.extend(guard::judge(&stacks, &self.rules));
        Synthesis { stacks, findings, unchecked: Vec::new() }
    }
}

fn twice(stacks: &[Stack]) -> Vec<Finding> {
    let mut first: HashMap<&str, Source> = HashMap::new();
    let mut findings = Vec::new();
    for stack in stacks {
        if let Some(other) = first.get(stack.name()) {
            findings.push(
                Finding::new(stack.name(), "two stacks have one name").source(stack.source).source(*other),
            );
        }
        first.entry(stack.name()).or_insert(stack.source);
    }
    findings
}

/// Gives every consumer the remote state data sources of its producers.
fn resolve_imports(stacks: &mut [Stack]) {
    let backends: HashMap<Arc<str>, Option<Backend>> =
        stacks.iter().map(|stack| (stack.name.clone(), stack.backend.clone())).collect();
    let outputs: HashMap<Arc<str>, Vec<String>> =
        stacks.iter().map(|stack| (stack.name.clone(), stack.outputs.keys().cloned().collect())).collect();
    for stack in stacks {
        for import in stack.imports.clone() {
            let Some(backend) = backends.get(&import.stack) else {
                let names = backends.keys().map(|name| &**name);
                let finding = stack
                    .finding(format!(
                        "output `{}` comes from stack `{}`, which is not part of the program",
                        import.output, import.stack
                    ))
                    .source(import.source)
                    .did_you_mean(&import.stack, names);
                stack.report(finding);
                continue;
            };
            let known = outputs.get(&import.stack).map_or(&[][..], Vec::as_slice);
            if !known.iter().any(|name| **name == *import.output) {
                let message = format!("stack `{}` has no output `{}`", import.stack, import.output);
                let mut finding = stack.finding(message).source(import.source);
                if let Some(name) = finding::nearest(&import.output, known.iter().map(String::as_str)) {
                    finding = finding.hint(format!("did you mean `{name}`?"));
                }
                stack.report(finding);
            }
            let block = match backend.clone().unwrap_or_default().remote_state(&import.stack) {
                Ok(block) => block,
                Err(reason) => {
                    let message = format!("the state of stack `{}` cannot be read: {reason}", import.stack);
                    let finding = stack.finding(message).source(import.source);
                    stack.report(finding.hint("name one workspace in the cloud block of that stack"));
                    continue;
                }
            };
            let object = Object { block, origin: Origin::outside(import.source) };
            // Several imports from one stack share its data source.
            let _ = stack.data.insert("terraform_remote_state".into(), import.stack.clone(), object);
        }
    }
}
