//! Programs of several stacks change at random and are applied, in part, not at all, or until they are killed. Whatever
//! comes, no state has what no program ever had, nothing that is protected is destroyed without a word, and every stack can
//! be planned or destroyed.
//!
//! `FORMWORK_RANDOM_STEPS` and `FORMWORK_RANDOM_SEED` take it further.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::CommandExt;
use std::process::Stdio;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::support::{Ran, TestEnv};

/// How many steps are taken without being told; each starts terraform some ten times.
const STEPS: usize = 24;
const SEED: u64 = 20_261_130;
const PROGRAM: &str = "program.json";

/// A generator of numbers (Marsaglia, "Xorshift RNGs", 2003), always the same from a seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }
}

#[derive(Clone, Default, Serialize)]
struct Described {
    stacks: Vec<DescribedStack>,
}

#[derive(Clone, Default, Serialize)]
struct DescribedStack {
    name: String,
    formers: Vec<String>,
    things: Vec<Thing>,
    keep: Vec<String>,
    destroy: Vec<String>,
    moved: Vec<(String, String)>,
    import: Vec<(String, String)>,
    is_null: bool,
    reads: Vec<String>,
}

#[derive(Clone, Serialize)]
struct Thing {
    name: String,
    is_precious: bool,
}

/// The program, and what has to hold of its states.
struct Evolution {
    env: TestEnv,
    numbers: Numbers,
    program: Described,
    /// How many names were given.
    names: usize,
    /// What a program ever had: stacks and the names of things in them.
    ever: BTreeSet<(String, String)>,
    /// The ids of what is protected and nobody has given up.
    precious: BTreeMap<String, String>,
    /// Stacks that were taken out of the program.
    retired: Vec<String>,
    history: Vec<String>,
}

#[test]
fn whatever_becomes_of_a_program_nothing_is_lost_and_everything_stays_in_reach() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let steps = number("FORMWORK_RANDOM_STEPS").map_or(STEPS, |steps: u64| usize::try_from(steps).unwrap());
    let mut evolution = Evolution::begin(number("FORMWORK_RANDOM_SEED").unwrap_or(SEED));
    for _ in 0..steps {
        evolution.step();
    }
}

impl Evolution {
    fn begin(seed: u64) -> Self {
        let env = TestEnv::new();
        env.git(&["init", "--quiet"]);
        env.write(".gitignore", "/states\n*.json\n!main.tf.json\n");
        env.write("states/.keep", "");
        let mut evolution = Self {
            env,
            numbers: Numbers(seed),
            program: Described::default(),
            names: 0,
            ever: BTreeSet::new(),
            precious: BTreeMap::new(),
            retired: Vec::new(),
            history: Vec::new(),
        };
        for _ in 0..2 {
            evolution.add_stack();
        }
        evolution.apply(&[]);
        evolution
    }

    fn step(&mut self) {
        self.change();
        self.write();
        match self.numbers.below(10) {
            0..=4 => self.apply(&[]),
            5 | 6 => {
                let one = self.any_stack();
                self.apply(&[&one]);
            }
            7 => self.destroy(),
            _ => self.kill(),
        }
        if self.numbers.below(4) == 0 {
            self.history.push("goes to another machine".to_owned());
            std::fs::remove_dir_all(self.env.path("formwork.out")).unwrap();
            self.env.git(&["checkout", "--quiet", "--", "."]);
        }
        self.check();
    }

    // What changes of the program.

    fn change(&mut self) {
        match self.numbers.below(12) {
            0 if self.program.stacks.len() < 6 => self.add_stack(),
            1 if self.program.stacks.len() > 2 => self.remove_stack(),
            2 => self.rename_stack(),
            3 => self.move_thing(),
            4 | 5 => self.add_thing(),
            6 | 7 => self.remove_thing(),
            8 => self.rename_thing(),
            9 => {
                let index = self.numbers.below(self.program.stacks.len());
                let stack = &mut self.program.stacks[index];
                stack.is_null = !stack.is_null;
                self.history.push(format!("{} nulls its output: {}", stack.name, stack.is_null));
            }
            _ => self.change_reads(),
        }
    }

    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn any_stack(&mut self) -> String {
        let index = self.numbers.below(self.program.stacks.len());
        self.program.stacks[index].name.clone()
    }

    fn add_stack(&mut self) {
        let stack = DescribedStack { name: self.name("s"), ..DescribedStack::default() };
        self.history.push(format!("{} is added", stack.name));
        self.program.stacks.push(stack);
        let last = self.program.stacks.len() - 1;
        for _ in 0..2 {
            self.add_thing_to(last);
        }
        self.change_reads();
    }

    fn remove_stack(&mut self) {
        let index = self.numbers.below(self.program.stacks.len());
        let gone = self.program.stacks.remove(index);
        self.program.stacks.iter_mut().for_each(|stack| stack.reads.retain(|read| *read != gone.name));
        self.history.push(format!("{} is taken out", gone.name));
        // What had another name before and was not taken over is not known under its last name.
        self.retired.extend(gone.formers);
        self.retired.push(gone.name);
    }

    fn rename_stack(&mut self) {
        let index = self.numbers.below(self.program.stacks.len());
        let (old, new) = (self.program.stacks[index].name.clone(), self.name("s"));
        let carried: Vec<_> = self.ever.iter().filter(|(stack, _)| *stack == old).cloned().collect();
        self.ever.extend(carried.into_iter().map(|(_, thing)| (new.clone(), thing)));
        for stack in &mut self.program.stacks {
            stack.reads.iter_mut().filter(|read| **read == old).for_each(|read| read.clone_from(&new));
        }
        self.history.push(format!("{old} is {new} now"));
        let stack = &mut self.program.stacks[index];
        stack.formers.push(old);
        stack.name = new;
    }

    fn add_thing(&mut self) {
        let index = self.numbers.below(self.program.stacks.len());
        self.add_thing_to(index);
    }

    fn add_thing_to(&mut self, index: usize) {
        let thing = Thing { name: self.name("t"), is_precious: self.numbers.below(3) == 0 };
        let stack = &mut self.program.stacks[index];
        self.history.push(format!("{} gets {}, precious: {}", stack.name, thing.name, thing.is_precious));
        stack.things.push(thing);
    }

    /// Takes a thing out of the program, without a word, or with one if it is precious now and then.
    fn remove_thing(&mut self) {
        let Some((index, at)) = self.any_thing() else { return };
        let thing = self.take(index, at);
        if self.numbers.below(2) == 0 {
            self.give_up(index, &thing.name);
        }
    }

    fn take(&mut self, index: usize, at: usize) -> Thing {
        let stack = &mut self.program.stacks[index];
        let thing = stack.things.remove(at);
        stack.import.retain(|(name, _)| *name != thing.name);
        stack.moved.retain(|(_, to)| *to != thing.name);
        self.history.push(format!("{} loses {}", stack.name, thing.name));
        thing
    }

    /// Says what becomes of a thing that is gone.
    fn give_up(&mut self, index: usize, name: &str) {
        let is_kept = self.numbers.below(2) == 0;
        let stack = &mut self.program.stacks[index];
        let said = if is_kept { &mut stack.keep } else { &mut stack.destroy };
        said.push(name.to_owned());
        self.history.push(format!("{} says of {name}: kept: {is_kept}", stack.name));
        self.precious.retain(|_, precious| precious != name);
    }

    fn rename_thing(&mut self) {
        let Some((index, at)) = self.any_thing() else { return };
        let old = self.take(index, at);
        let new = Thing { name: self.name("t"), ..old.clone() };
        let is_said = old.is_precious || self.numbers.below(2) == 0;
        let stack = &mut self.program.stacks[index];
        if is_said {
            stack.moved.push((old.name.clone(), new.name.clone()));
        }
        self.history.push(format!("{} is {}: said: {is_said}", old.name, new.name));
        self.precious
            .values_mut()
            .filter(|name| **name == old.name)
            .for_each(|name| name.clone_from(&new.name));
        stack.things.push(new);
    }

    fn move_thing(&mut self) {
        let (Some((from, at)), to) = (self.any_thing(), self.numbers.below(self.program.stacks.len())) else {
            return;
        };
        if from == to {
            return;
        }
        let thing = self.take(from, at);
        let stack = &mut self.program.stacks[from];
        let id = self.env.object(&stack.name, &thing.name);
        stack.keep.push(thing.name.clone());
        let target = &mut self.program.stacks[to];
        self.history.push(format!("{} goes to {} with {id:?}", thing.name, target.name));
        // Until it is applied there, it is nowhere: that was said.
        match id {
            Some(id) => {
                self.precious.remove(&id);
                target.import.push((thing.name.clone(), id));
            }
            None => self.precious.retain(|_, name| *name != thing.name),
        }
        // What was said of one that was there before is over.
        [&mut target.keep, &mut target.destroy]
            .into_iter()
            .for_each(|said| said.retain(|it| *it != thing.name));
        target.moved.retain(|(from, _)| *from != thing.name);
        target.things.push(thing);
    }

    fn any_thing(&mut self) -> Option<(usize, usize)> {
        let index = self.numbers.below(self.program.stacks.len());
        let count = self.program.stacks[index].things.len();
        (count > 0).then(|| (index, self.numbers.below(count)))
    }

    /// A stack reads those before it, for some time.
    fn change_reads(&mut self) {
        let index = self.numbers.below(self.program.stacks.len());
        if index == 0 {
            return;
        }
        let read = self.program.stacks[self.numbers.below(index)].name.clone();
        let stack = &mut self.program.stacks[index];
        if stack.reads.contains(&read) {
            stack.reads.retain(|other| *other != read);
        } else {
            stack.reads.push(read);
        }
        self.history.push(format!("{} reads {:?}", stack.name, stack.reads));
    }

    // What is done with it.

    fn write(&mut self) {
        for stack in &self.program.stacks {
            self.ever.extend(stack.things.iter().map(|thing| (stack.name.clone(), thing.name.clone())));
        }
        self.env.write(PROGRAM, &serde_json::to_string(&self.program).unwrap());
    }

    fn run(&mut self, arguments: &[&str]) -> Ran {
        let ran = self.env.finish(self.env.evolving_command(PROGRAM, arguments));
        self.history.push(format!("{arguments:?}: {}", ran.code));
        assert!(ran.code == 0 || ran.code == 1, "{}{}\n{}", ran.stdout, ran.stderr, self.told());
        self.commit();
        ran
    }

    fn commit(&self) {
        if self.env.path("formwork.out").exists() {
            self.env.git(&["add", "--all", "."]);
            self.env.git(&["commit", "--quiet", "--allow-empty", "--message", "x"]);
        }
    }

    fn apply(&mut self, stacks: &[&str]) {
        self.write();
        let ran = self.run(&[&["apply", "--auto-approve"], stacks].concat());
        self.note_precious();
        // Somebody looks at what was refused, and says what is meant.
        if ran.stderr.contains("must not be destroyed") {
            self.say_all(&ran.stderr);
        }
    }

    /// Says of everything that a message names what becomes of it.
    fn say_all(&mut self, message: &str) {
        for index in 0..self.program.stacks.len() {
            let stack = &self.program.stacks[index];
            let gone: Vec<String> = self
                .ever
                .iter()
                .filter(|(name, thing)| {
                    *name == stack.name
                        && message.contains(&format!("terraform_data.{thing} "))
                        && stack.things.iter().all(|present| present.name != *thing)
                        && !stack.keep.contains(thing)
                        && !stack.destroy.contains(thing)
                })
                .map(|(_, thing)| thing.clone())
                .collect();
            gone.iter().for_each(|name| self.give_up(index, name));
        }
        self.write();
    }

    fn destroy(&mut self) {
        let count = self.program.stacks.len() + self.retired.len();
        let index = self.numbers.below(count);
        let mut names = self.program.stacks.iter().map(|stack| &stack.name).chain(&self.retired);
        let name = names.nth(index).cloned().unwrap();
        if self.env.objects(&name).is_empty() {
            return;
        }
        self.run(&["destroy", &name, "--auto-approve"]);
    }

    /// Begins an apply, and kills it with all that it has started.
    fn kill(&mut self) {
        self.write();
        let mut command = self.env.evolving_command(PROGRAM, &["apply", "--auto-approve"]);
        command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let after = Duration::from_millis(100 + 100 * self.numbers.below(30) as u64);
        let end = std::time::Instant::now() + after;
        while std::time::Instant::now() < end && child.try_wait().unwrap().is_none() {
            std::thread::park_timeout(Duration::from_millis(20));
        }
        let group = format!("-{}", child.id());
        let _ = std::process::Command::new("kill").args(["-9", "--", &group]).stderr(Stdio::null()).status();
        child.wait().unwrap();
        self.history.push(format!("an apply is killed after {after:?}"));
        self.commit();
        self.note_precious();
    }

    /// What is in a state and precious in the program is from now on.
    fn note_precious(&mut self) {
        for stack in &self.program.stacks {
            for (name, id) in self.env.objects(&stack.name) {
                if stack.things.iter().any(|thing| thing.is_precious && thing.name == name) {
                    self.precious.insert(id, name);
                }
            }
        }
    }

    // What has to hold.

    fn check(&mut self) {
        let mut present = BTreeSet::new();
        for (stack, name, id) in self.env.all_objects() {
            let is_known = self.ever.contains(&(stack.clone(), name.clone()));
            assert!(is_known, "no program had {name} in {stack}\n{}", self.told());
            present.insert(id);
        }
        for (id, name) in &self.precious {
            assert!(present.contains(id), "{name} with the id {id} is lost\n{}", self.told());
        }
        let mut planned = self.run(&["plan"]);
        if planned.stderr.contains("must not be destroyed") {
            self.say_all(&planned.stderr);
            planned = self.run(&["plan"]);
        }
        assert_eq!(planned.code, 0, "{}{}\n{}", planned.stdout, planned.stderr, self.told());
        let left: Vec<String> =
            self.retired.iter().filter(|name| !self.env.objects(name).is_empty()).cloned().collect();
        for name in &left {
            let said = format!("{name} is no longer part of the program");
            assert!(planned.stderr.contains(&said), "{said}\n{}\n{}", planned.stderr, self.told());
        }
        if let Some(name) = left.first() {
            let planned = self.run(&["plan", "--destroy", name]);
            // What is protected stays so.
            let is_refused = planned.stderr.contains("Instance cannot be destroyed");
            assert!(planned.code == 0 || is_refused, "{}\n{}", planned.stderr, self.told());
        }
    }

    fn told(&self) -> String {
        self.history.join("\n")
    }
}

impl TestEnv {
    /// The names and ids of what is in the state of a stack.
    fn objects(&self, stack: &str) -> Vec<(String, String)> {
        let Ok(bytes) = std::fs::read(self.path(&format!("states/{stack}.tfstate"))) else {
            return Vec::new();
        };
        let state: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let resources = state["resources"].as_array().into_iter().flatten();
        let managed = resources.filter(|it| it["mode"] == "managed");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        managed.map(|it| (text(&it["name"]), text(&it["instances"][0]["attributes"]["id"]))).collect()
    }

    /// The id of a thing, if it is there.
    fn object(&self, stack: &str, name: &str) -> Option<String> {
        self.objects(stack).into_iter().find(|(other, _)| other == name).map(|(_, id)| id)
    }

    /// Stacks, names and ids of all that is in any state.
    fn all_objects(&self) -> Vec<(String, String, String)> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(self.path("states")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if let Some(stack) = name.strip_suffix(".tfstate") {
                let objects = self.objects(stack).into_iter();
                all.extend(objects.map(|(name, id)| (stack.to_owned(), name, id)));
            }
        }
        all
    }
}
