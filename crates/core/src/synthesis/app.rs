//! The program as a whole: its stacks, and what they need of each other.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::stack::aspect;
use crate::synthesis::guard;
use crate::{
    Aspect, Backend, Diagnostic, Object, Origin, Override, Rule, Select, Source, Stack, Target, Visit,
    nearest,
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
    /// The stacks. They are complete only if there are no diagnostics.
    pub stacks: Vec<Stack>,
    /// The mistakes, in the order of the stacks.
    pub diagnostics: Vec<Diagnostic>,
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

    /// Asks for rules, on the program as it will be written. What breaks one is a diagnostic, unless it was waived with a
    /// reason: [`Resource::waive`](crate::Resource::waive), [`Stack::waive`].
    pub fn guard(&mut self, rules: impl IntoIterator<Item = Rule>) {
        self.rules.extend(rules);
    }

    /// Settles the program and checks it: [`App::settle`], then [`check`](crate::check()).
    #[must_use]
    pub fn finish(self) -> Synthesis {
        let mut synthesis = self.settle();
        synthesis.diagnostics.extend(crate::check(&synthesis.stacks));
        synthesis
    }

    /// Settles what needs the whole program: aspects, outputs that are read, overrides, the order of documents; then asks the rules
    /// of [`App::guard`]. The diagnostics are those that were collected so far.
    #[must_use]
    pub fn settle(self) -> Synthesis {
        let mut stacks = self.stacks;
        let mut diagnostics = duplicate_names(&stacks);
        stacks.sort_by(|a, b| a.name.cmp(&b.name));
        stacks.dedup_by(|later, first| later.name == first.name);
        for stack in &mut stacks {
            stack.target = stack.target.or(self.target);
            aspect::run(stack, &self.aspects);
            stack.move_scopes();
            stack.check_module();
            stack.apply_settings_overrides();
        }
        resolve_reads(&mut stacks);
        let mut met = vec![false; self.overrides.len()];
        for stack in &mut stacks {
            for (met, here) in met.iter_mut().zip(stack.apply_overrides(&self.overrides)) {
                *met |= here;
            }
            stack.sort();
            diagnostics.append(&mut stack.diagnostics);
        }
        let idle = self.overrides.iter().zip(met).filter(|(_, met)| !met);
        diagnostics.extend(idle.map(|((select, change), _)| {
            let diagnostic = Diagnostic::new("", "an override matches nothing in the program");
            diagnostic
                .source(change.source())
                .hint(format!("{select}, and its path must lead somewhere in one"))
        }));
        diagnostics.extend(guard::check(&stacks, &self.rules));
        Synthesis { stacks, diagnostics }
    }
}

fn duplicate_names(stacks: &[Stack]) -> Vec<Diagnostic> {
    let mut first: HashMap<&str, Source> = HashMap::new();
    let mut diagnostics = Vec::new();
    for stack in stacks {
        if let Some(other) = first.get(stack.name()) {
            diagnostics.push(
                Diagnostic::new(stack.name(), "two stacks have one name").source(stack.source).source(*other),
            );
        }
        first.entry(stack.name()).or_insert(stack.source);
    }
    diagnostics
}

/// Gives every consumer the remote state data sources of its producers.
fn resolve_reads(stacks: &mut [Stack]) {
    let backends: HashMap<Arc<str>, Option<Backend>> =
        stacks.iter().map(|stack| (stack.name.clone(), stack.backend.clone())).collect();
    let modules: HashSet<Arc<str>> =
        stacks.iter().filter(|stack| stack.is_module).map(|stack| stack.name.clone()).collect();
    let outputs: HashMap<Arc<str>, Vec<String>> =
        stacks.iter().map(|stack| (stack.name.clone(), stack.outputs.keys().cloned().collect())).collect();
    for stack in stacks {
        for read in stack.reads.clone() {
            let Some(backend) = backends.get(&read.stack) else {
                let names = backends.keys().map(|name| &**name);
                let diagnostic = stack
                    .diagnostic(format!(
                        "output `{}` comes from stack `{}`, which is not part of the program",
                        read.output, read.stack
                    ))
                    .source(read.source)
                    .did_you_mean(&read.stack, names);
                stack.report(diagnostic);
                continue;
            };
            if modules.contains(&read.stack) {
                let message = format!(
                    "output `{}` is that of a module for others to call, which has no state",
                    read.output
                );
                let diagnostic = stack.diagnostic(message).source(read.source);
                stack.report(diagnostic.hint(format!(
                    "call the module, as in `Module::new(\"../{}\")`, and read the attribute of the call",
                    read.stack
                )));
                continue;
            }
            let known = outputs.get(&read.stack).map_or(&[][..], Vec::as_slice);
            if !known.iter().any(|name| **name == *read.output) {
                let message = format!("stack `{}` has no output `{}`", read.stack, read.output);
                let mut diagnostic = stack.diagnostic(message).source(read.source);
                if let Some(name) = nearest(&read.output, known.iter().map(String::as_str)) {
                    diagnostic = diagnostic.hint(format!("did you mean `{name}`?"));
                }
                stack.report(diagnostic);
            }
            let block = match backend.clone().unwrap_or_default().remote_state(&read.stack) {
                Ok(block) => block,
                Err(reason) => {
                    let message = format!("the state of stack `{}` cannot be read: {reason}", read.stack);
                    let diagnostic = stack.diagnostic(message).source(read.source);
                    stack.report(diagnostic.hint("name one workspace in the cloud block of that stack"));
                    continue;
                }
            };
            let object = Object { block, origin: Origin::outside(read.source) };
            // Several reads from one stack share its data source.
            let _ = stack.data.insert("terraform_remote_state".into(), read.stack.clone(), object);
        }
    }
}

impl App {
    /// Says what must be able to read the documents of all stacks that do not say so themselves. Without it, nothing is
    /// checked for being too new.
    pub const fn target(&mut self, target: Target) {
        self.target = Some(target);
    }
}
