//! The documents of all systems are in `snapshots/`, to be read in pull requests.
//!
//! After a change, `INSTA_UPDATE=always cargo test -p formwork-stacks` writes them; `git diff` shows what changed.

use std::collections::BTreeSet;

use formwork::graph::Graph;
use formwork::schema::Library;
use formwork::{App, Synthesized};

pub(crate) fn synthesized() -> Synthesized {
    let mut app = App::new();
    crate::systems::build(&mut app).expect("the settings are right");
    formwork::synthesize(app, &Library::embedded()).expect("the catalogues can be read")
}

#[test]
fn documents_are_as_reviewed() {
    let synthesized = synthesized();
    assert_eq!(synthesized.diagnostics, []);
    assert_eq!(synthesized.unchecked, [] as [&str; 0]);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (entry, document) in &synthesized.documents {
            let text = String::from_utf8(document.clone()).expect("documents are UTF-8");
            insta::assert_snapshot!(entry.name.clone(), text);
        }
    });
}

#[test]
fn no_snapshot_is_left_of_a_stack_that_is_gone() {
    let stacks: BTreeSet<String> = synthesized().stacks.iter().map(|stack| stack.name().to_owned()).collect();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../snapshots");
    let files = std::fs::read_dir(folder).expect("there are snapshots");
    let names = files.map(|file| {
        file.expect("the folder can be read").file_name().into_string().expect("names are UTF-8")
    });
    let snapshots: BTreeSet<String> =
        names.filter_map(|name| name.strip_suffix(".snap").map(str::to_owned)).collect();
    assert_eq!(snapshots, stacks);
}

#[test]
fn the_same_program_gives_the_same_bytes() {
    assert_eq!(synthesized().documents, synthesized().documents);
}

/// The pictures in `docs/systems` are of what the stacks are now, so that a pull request shows what it changes in them.
#[test]
fn pictures_are_as_drawn() {
    let synthesized = synthesized();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/systems");
    for name in ["cat-house-staging", "outreachpass-dev", "replicator-dev", "scheduler-dev", "shtetl-dev"] {
        let stacks = synthesized.stacks.iter().enumerate();
        let is_drawn =
            |stack: &str| stack == name || stack.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'));
        let selected: Vec<usize> =
            stacks.filter(|(_, stack)| is_drawn(stack.name())).map(|(index, _)| index).collect();
        let picture = Graph::of(&synthesized.stacks, &selected).expect("the stacks have no mistakes").svg();
        assert_eq!(crossed(&picture), [] as [&str; 0], "{name}");
        let width =
            picture.split(" width=\"").nth(1).and_then(|rest| rest.split('"').next()?.parse::<u32>().ok());
        // A page shows it without making its text too small to read.
        assert!(width.is_some_and(|width| width <= 1650), "{name} is {width:?} wide");
        let path = folder.join(format!("{name}.svg"));
        // As for the documents above.
        if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
            std::fs::write(&path, &picture).expect("pictures can be written");
        }
        let present = std::fs::read_to_string(&path).unwrap_or_default();
        let command = format!(
            "cargo run -p formwork-stacks -- graph '{name}*' --format svg --out docs/systems/{name}.svg"
        );
        assert!(present == picture, "docs/systems/{name}.svg is not up to date; draw it anew: {command}");
    }
}

/// The lines of a picture that run through a thing which they do not join.
fn crossed(picture: &str) -> Vec<String> {
    let attribute = |line: &str, name: &str| {
        let start = line.find(&format!(" {name}=\"")).expect("pictures are written so") + name.len() + 3;
        line[start..].split('"').next().expect("attributes end").to_owned()
    };
    let number = |line: &str, name: &str| attribute(line, name).parse::<f64>().expect("places are numbers");
    let things: Vec<(String, [f64; 4])> = picture
        .lines()
        .filter(|line| line.starts_with("<g "))
        .map(|line| {
            (attribute(line, "data-thing"), ["x", "y", "width", "height"].map(|name| number(line, name)))
        })
        .collect();
    assert!(!things.is_empty());
    let mut crossed = Vec::new();
    for line in picture.lines().filter(|line| line.starts_with("<path ")) {
        let ends = [attribute(line, "data-from"), attribute(line, "data-to")];
        let path = attribute(line, "d").replace(['M', 'L', 'Q'], " ");
        let numbers: Vec<f64> =
            path.split_whitespace().map(|number| number.parse().expect("corners are numbers")).collect();
        let corners: Vec<(f64, f64)> = numbers.chunks(2).map(|corner| (corner[0], corner[1])).collect();
        let samples = corners.windows(2).flat_map(|part| {
            let (from, to) = (part[0], part[1]);
            (0..=100).map(move |step| {
                let share = f64::from(step) / 100.0;
                (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
            })
        });
        for (x, y) in samples {
            let is_in = |[left, top, width, height]: &[f64; 4]| {
                x >= *left && x <= left + width && y >= *top && y <= top + height
            };
            for (thing, _) in things.iter().filter(|(thing, place)| !ends.contains(thing) && is_in(place)) {
                crossed.push(format!("the line from {} to {} runs through {thing}", ends[0], ends[1]));
            }
        }
    }
    crossed
}

/// Who uses whom in each system. Read a change of these lists as you would read a picture: every arrow has to be true.
#[test]
fn arrows_are_as_reviewed() {
    let synthesized = synthesized();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../snapshots/arrows");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for system in ["cat-house", "outreachpass", "replicator", "scheduler", "shtetl"] {
            let stacks = synthesized.stacks.iter().enumerate();
            let is_of = |stack: &str| stack.strip_prefix(system).is_some_and(|rest| rest.starts_with('-'));
            let selected: Vec<usize> =
                stacks.filter(|(_, stack)| is_of(stack.name())).map(|(index, _)| index).collect();
            let graph = Graph::of(&synthesized.stacks, &selected).expect("the stacks have no mistakes");
            insta::assert_snapshot!(system, graph.arrows().join("\n"));
        }
    });
}

/// The workflows of the systems, and of this repository, are those on disk: `pipelines render` writes them, and so
/// does `INSTA_UPDATE=always`.
#[test]
fn workflows_are_as_reviewed() {
    use formwork::workflows::{Renderer, review};

    let inventory = formwork::inventory(&synthesized()).expect("documents are JSON");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let renderer = Renderer::new().expect("the templates are right");
    let systems = [
        crate::shared::workflows::own,
        crate::systems::cat_house::workflows,
        crate::systems::outreachpass::workflows,
        crate::systems::replicator::workflows,
        crate::systems::scheduler::workflows,
        crate::systems::shtetl::workflows,
    ];
    for system in systems {
        let repositories = system().expect("the settings are right");
        assert_eq!(review(&repositories, &inventory), []);
        for repository in &repositories {
            for (path, text) in renderer.repository(repository).expect("the templates fit the model") {
                if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
                    let path = root.join(&path);
                    std::fs::create_dir_all(path.parent().expect("files are in folders"))
                        .expect("it is a folder");
                    std::fs::write(path, &text).expect("snapshots can be written");
                }
                let present = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
                assert!(present == text, "{path} is not up to date: run `pipelines render`");
            }
        }
    }
}
