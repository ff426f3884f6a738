//! How long a program of many resources takes, as a whole process, and how much memory it needs.
//!
//! The floor is a program that serde and serde_json are enough for: it builds values for exactly these documents and
//! writes the same bytes. Ratios to it are comparable between machines; seconds are not. Run it with `cargo bench -p formwork --bench scale`, and `-- quick` without the largest size.

mod floor;
mod service;

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use formwork::{App, Program, aws};

use crate::service::{RESOURCES_PER_SERVICE, service};

/// How often each measurement is repeated; the fastest counts, the others were disturbed.
const REPEATS: usize = 5;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["child", "unchecked", size, folder] => unchecked(size, Path::new(folder)),
        ["child", "checked", size, folder] => return checked(size, folder),
        ["child", "floor", size, folder] => {
            floor::write(size, Path::new(folder)).and_then(|()| report_memory(Path::new(folder)))
        }
        ["quick"] => report(&["125", "1250", "100x100"]),
        [] => report(&["125", "1250", "12500", "100x100"]),
        _ => Err("usage: cargo bench -p formwork --bench scale [-- quick]".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("error: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Builds the programs: `1250` services in one stack, or `100x100` stacks and resources.
fn build(app: &mut App, size: &str) {
    match size.split_once('x') {
        None => {
            let stack = app.stack("services");
            (0..size.parse().expect("sizes are constants")).for_each(|number| service(stack, number));
        }
        Some((stacks, resources)) => {
            let services = resources.parse::<usize>().expect("sizes are constants") / RESOURCES_PER_SERVICE;
            let mut previous = None;
            for number in 0..stacks.parse::<usize>().expect("sizes are constants") {
                let stack = app.stack(&format!("stack_{number:03}"));
                for service_number in 0..services {
                    service(stack, service_number);
                }
                let imported = previous.as_ref().map(|output| stack.read(output));
                let topic = stack.add("topic", aws::SnsTopic::new().name(format!("topic-{number}")));
                let subject = imported.unwrap_or_else(|| topic.arn());
                previous = Some(stack.output("topic", subject));
            }
        }
    }
}

/// The model, checked for names, references and cycles but not against a catalogue, and the files.
fn unchecked(size: &str, folder: &Path) -> Outcome {
    let mut app = App::new();
    build(&mut app, size);
    let synthesis = formwork::synthesize(app, &formwork::schema::Library::empty())?;
    assert!(synthesis.diagnostics.is_empty(), "{:?}", synthesis.diagnostics.first());
    for (entry, bytes) in &synthesis.documents {
        let path = folder.join(&entry.path);
        fs::create_dir_all(folder.join(&entry.name))?;
        fs::write(path, bytes)?;
    }
    std::mem::forget(synthesis);
    report_memory(folder)
}

/// The whole command line: `synth`.
fn checked(size: &str, folder: &str) -> ExitCode {
    let size = size.to_owned();
    let program = Program::new(move |app| {
        build(app, &size);
        Ok(())
    });
    let code = program.run_with(["bench", "synth", "--out", folder].map(Into::into));
    match report_memory(Path::new(folder)) {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Leaves the peak of resident memory (VmHWM of proc(5), in kB) for the parent process.
fn report_memory(folder: &Path) -> Outcome {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    fs::write(folder.join("peak"), peak.trim().trim_end_matches(" kB"))?;
    Ok(())
}

fn report(sizes: &[&str]) -> Outcome {
    let header = [
        "size",
        "floor s",
        "model s",
        "ratio",
        "synth s",
        "ratio",
        "again s",
        "floor MB",
        "synth MB",
        "output MB",
    ];
    print(&header.map(|title| format!("{title:>10}")).join(" "))?;
    for size in sizes {
        let scratch = Scratch::new()?;
        let (model, _) = fastest("unchecked", size, &scratch.path("model"), true)?;
        let (synth, peak) = fastest("checked", size, &scratch.path("synth"), true)?;
        let (again, _) = fastest("checked", size, &scratch.path("synth"), false)?;
        let (floor, floor_peak) = fastest("floor", size, &scratch.path("floor"), true)?;
        let documents = scratch.path("model");
        same(Path::new(&documents), Path::new(&scratch.path("floor")))?;
        let seconds = |duration: Duration| format!("{:>10.3}", duration.as_secs_f64());
        let ratio = |duration: Duration| format!("{:>10.1}", duration.as_secs_f64() / floor.as_secs_f64());
        let row = [
            format!("{size:>10}"),
            seconds(floor),
            seconds(model),
            ratio(model),
            seconds(synth),
            ratio(synth),
            seconds(again),
            format!("{:>10}", floor_peak / 1024),
            format!("{:>10}", peak / 1024),
            format!("{:>10.1}", bytes(Path::new(&documents))? as f64 / 1e6),
        ];
        print(&row.join(" "))?;
    }
    Ok(())
}

fn fastest(what: &str, size: &str, folder: &str, fresh: bool) -> Outcome<(Duration, u64)> {
    let mut best = Duration::MAX;
    for _ in 0..REPEATS {
        best = best.min(run(what, size, folder, fresh)?);
    }
    let peak = fs::read_to_string(Path::new(folder).join("peak"))?.parse()?;
    Ok((best, peak))
}

/// Runs this program as a child and returns how long the whole process took.
fn run(what: &str, input: &str, folder: &str, fresh: bool) -> Outcome<Duration> {
    if fresh {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder)?;
    }
    let mut child = Command::new(std::env::current_exe()?);
    child.args(["child", what, input, folder]).stderr(std::process::Stdio::null());
    let start = Instant::now();
    let status = child.status()?;
    let elapsed = start.elapsed();
    if status.success() { Ok(elapsed) } else { Err(format!("{what} {input}: {status}").into()) }
}

/// Makes sure that two folders have the same documents: otherwise the comparison would be of different work.
fn same(one: &Path, other: &Path) -> Outcome {
    for entry in fs::read_dir(one)? {
        let name = entry?.file_name();
        let document = |folder: &Path| fs::read(folder.join(&name).join("main.tf.json"));
        if one.join(&name).is_dir() && document(one)? != document(other)? {
            return Err(format!("the documents of {} differ", name.display()).into());
        }
    }
    Ok(())
}

fn bytes(folder: &Path) -> Outcome<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        let document = entry?.path().join("main.tf.json");
        sum += fs::metadata(document).map_or(0, |metadata| metadata.len());
    }
    Ok(sum)
}

fn print(line: &str) -> Outcome {
    Ok(std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{line}\n"))?)
}

/// A folder that is removed at the end.
struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Outcome<Self> {
        Ok(Self(tempfile::tempdir()?))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }
}
