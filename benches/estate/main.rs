//! What many stacks cost: a plan of an estate of which nothing changed, and of one of which one stack did. Each stack has a
//! resource of terraform's own and reads the stack before it, in rows of ten; all of them were applied before.
//!
//! Our share is the processor time of the command line in that of all processes; the rest is terraform's. The ratio is the
//! time of the whole plan to that of terraform's `plan`, started by hand in every folder, as many at a time. Then `list`
//! beside `synth`, the middle one of five each.
//!
//! Run it with `cargo bench -p formwork-integration --bench estate`, and `-- quick` without the largest size.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use formwork::{App, Program, Raw, Resource};

/// How many stacks are worked on at a time, by us and by hand.
const WIDTH: usize = 4;
/// How many stacks read each other in a row.
const CHAIN: usize = 10;
/// The file that a measured process leaves its share in.
const SHARE: &str = "share";

fn main() -> ExitCode {
    if let Ok(estate) = std::env::var("ESTATE") {
        let program = Program::new(move |app| {
            build(app, &estate);
            Ok(())
        });
        let code = program.run();
        return report_share().map_or(ExitCode::FAILURE, |()| code);
    }
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let sizes: &[usize] = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["quick"] => &[10, 100],
        [] => &[10, 100, 1000],
        _ => return complain("usage: cargo bench -p formwork-integration --bench estate [-- quick]"),
    };
    match report(sizes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&format!("error: {error}")),
    }
}

fn complain(message: &str) -> ExitCode {
    let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{message}\n"));
    ExitCode::FAILURE
}

/// `SIZE:CHANGED`: so many stacks, of which the first so many have another value.
fn build(app: &mut App, estate: &str) {
    let (size, changed) = estate.split_once(':').expect("the bench names its estates so");
    let number = |text: &str| text.parse::<usize>().expect("the bench names its estates so");
    let mut before = None;
    for position in 0..number(size) {
        let stack = app.stack(&format!("stack-{position:04}"));
        // The last of a row: nobody reads it.
        let is_changed = position % CHAIN == CHAIN - 1 && position / CHAIN < number(changed);
        let colour = if is_changed { "blue" } else { "green" };
        let input = match before.filter(|_| position % CHAIN != 0) {
            Some(output) => format!("{colour} beside {}", stack.read(&output)),
            None => colour.to_owned(),
        };
        let thing = stack.add("thing", Raw::new("terraform_data").set("input", input));
        before = Some(stack.output("id", thing.attribute::<String>("id")));
    }
}

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn report(sizes: &[usize]) -> Outcome {
    let mut out = std::io::stdout();
    let mut line = |text: String| std::io::Write::write_fmt(&mut out, format_args!("{text}\n"));
    line(format!(
        "{:>6}  {:<24}  {:>8}  {:>11}  {:>5}  {:>9}",
        "stacks", "", "plan s", "terraform s", "ratio", "our share"
    ))?;
    for size in sizes {
        let folder = tempfile::tempdir()?;
        let folder = folder.path();
        let run = |changed: usize, arguments: &[&str]| run(&format!("{size}:{changed}"), arguments, folder);
        run(0, &["apply", "--auto-approve"])?;
        commit(folder)?;
        for (what, changed, further) in [
            ("nothing changed", 0, &[][..]),
            ("one changed", 1, &[][..]),
            ("one changed, --changed", 1, &["--changed", "HEAD"][..]),
        ] {
            let (took, share) = run(changed, &[&["plan"], further].concat())?;
            let stacks: Vec<usize> = if further.is_empty() { (0..*size).collect() } else { vec![CHAIN - 1] };
            let by_hand = by_hand(folder, &stacks)?;
            let ratio = took.as_secs_f64() / by_hand.as_secs_f64();
            line(format!(
                "{size:>6}  {what:<24}  {:>8.2}  {:>11.2}  {ratio:>5.2}  {share:>7.0} %",
                took.as_secs_f64(),
                by_hand.as_secs_f64(),
            ))?;
        }
        // What was applied is read for both; the ratio is to `synth`.
        for verb in ["list", "list --changed HEAD"] {
            let took = |arguments: &str| -> Outcome<f64> {
                let arguments: Vec<&str> = arguments.split(' ').collect();
                let mut times = Vec::new();
                for _ in 0..5 {
                    times.push(run_verb(&format!("{size}:1"), &arguments, folder)?.0.as_secs_f64());
                }
                times.sort_by(f64::total_cmp);
                Ok(times[2])
            };
            let (listed, synthesized) = (took(verb)?, took("synth")?);
            let ratio = listed / synthesized;
            line(format!("{size:>6}  {verb:<24}  {listed:>8.2}  {synthesized:>11.2}  {ratio:>5.2}"))?;
        }
    }
    Ok(())
}

/// Makes a revision of the documents, to compare with.
fn commit(folder: &Path) -> Outcome {
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "--force", "formwork.out/*/main.tf.json"],
        &["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "first"],
    ] {
        let status = Command::new("git").args(arguments).current_dir(folder).status()?;
        if !status.success() {
            return Err(format!("git {arguments:?}: {status}").into());
        }
    }
    Ok(())
}

/// Runs a verb that starts terraform for several stacks at a time.
fn run(estate: &str, arguments: &[&str], folder: &Path) -> Outcome<(Duration, f64)> {
    run_verb(estate, &[arguments, &["--stack-parallelism", &WIDTH.to_string()]].concat(), folder)
}

/// Runs the command line, and gives back how long it took and our share of the processor time, in percent.
fn run_verb(estate: &str, arguments: &[&str], folder: &Path) -> Outcome<(Duration, f64)> {
    let mut process = Command::new(std::env::current_exe()?);
    process.args(arguments).current_dir(folder);
    process.env("ESTATE", estate).env_remove("TF_CLI_CONFIG_FILE");
    let start = Instant::now();
    let output = process.stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
    let took = start.elapsed();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok((took, std::fs::read_to_string(folder.join(SHARE))?.parse()?))
}

/// `terraform plan` in the folders of these stacks, as many at a time as we do.
fn by_hand(folder: &Path, stacks: &[usize]) -> Outcome<Duration> {
    let next = AtomicUsize::new(0);
    let worker = || -> Result<(), String> {
        while let Some(stack) = stacks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut terraform = Command::new("terraform");
            terraform.args(["plan", "-input=false"]).env("CHECKPOINT_DISABLE", "1");
            terraform.current_dir(folder.join(format!("formwork.out/stack-{stack:04}")));
            let output = terraform.env_remove("TF_CLI_CONFIG_FILE").output().map_err(|it| it.to_string())?;
            if !output.status.success() {
                return Err(String::from_utf8_lossy(&output.stderr).into());
            }
        }
        Ok(())
    };
    let start = Instant::now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WIDTH).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a worker panicked")?)
    })?;
    Ok(start.elapsed())
}

/// Writes the share of this process in the processor time of it and its children, in percent.
fn report_share() -> std::io::Result<()> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    // The fields after the name, which ends at the last parenthesis: see proc(5).
    let fields: Vec<f64> = text
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split(' ')
        .filter_map(|field| field.parse().ok())
        .collect();
    let (own, children) = (fields[10] + fields[11], fields[12] + fields[13]);
    std::fs::write(SHARE, (100.0 * own / (own + children)).to_string())
}
