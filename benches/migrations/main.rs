//! `migrations check` beside squawk, on the corpus whose truth a real PostgreSQL measured: misses, false alarms, time.
//!
//! Run it with `cargo bench -p formwork-integration-migrations`. It needs `squawk` on the path (`pip install squawk-cli==2.68.0`).

#[path = "../../crates/migrations/tests/support/mod.rs"]
mod support;

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use formwork::Program;
use support::{Case, cases, file};

/// How often times are taken; the fastest counts, the others were disturbed.
const REPEATS: usize = 5;
/// Files of the measurement of time.
const FILES: usize = 1000;
/// Rules of squawk about taste: neither a hit nor a false alarm.
const TASTE: [&str; 15] = [
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-repack",
    "prefer-robust-stmts",
    "prefer-text-field",
    "prefer-timestamp-tz",
    "prefer-timestamptz",
    "ban-char-field",
    "require-timeout-settings",
    "require-lock-timeout",
    "require-statement-timeout",
    "require-table-schema",
    "identifier-too-long",
    "require-enum-value-ordering",
];
/// Rules that squawk 2.68.0 leaves off unless they are named (`Rule::is_opt_in`), but for those about taste.
const OPT_IN: [&str; 25] = [
    "ban-add-column",
    "ban-add-composite-attribute",
    "ban-add-enum-value",
    "ban-alter-database-options",
    "ban-alter-extension",
    "ban-alter-function-options",
    "ban-alter-generated-expression",
    "ban-alter-policy-condition",
    "ban-alter-policy-roles",
    "ban-alter-role-options",
    "ban-alter-row-level-security",
    "ban-alter-sequence-values",
    "ban-alter-system-options",
    "ban-alter-view-options",
    "ban-create-policy",
    "ban-detach-inheritance",
    "ban-disable-trigger",
    "ban-drop-index",
    "ban-drop-policy",
    "ban-drop-trigger",
    "ban-new-write-restriction",
    "ban-replace-view-function",
    "ban-replica-identity",
    "ban-revoke",
    "ban-set-default",
];

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    // This program is also the command that it measures.
    if std::env::args().nth(1).as_deref() == Some("migrations") {
        return Program::new(|_| Ok(())).run();
    }
    match report() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn report() -> Outcome {
    let cases = cases();
    let (mut ours, mut default, mut all) = (Score::default(), Score::default(), Score::default());
    let folder = tempfile::tempdir()?;
    for (number, case) in cases.iter().enumerate() {
        let case_folder = folder.path().join(number.to_string());
        write_case(&case_folder, case)?;
        let is_bad = case.class != "EXPAND";
        ours.count(is_bad, our_alarm(&case_folder)?, &case.name);
        default.count(is_bad, squawk_alarm(&case_folder, case, &[])?, &case.name);
        all.count(is_bad, squawk_alarm(&case_folder, case, &OPT_IN)?, &case.name);
    }
    let mut output = std::io::stdout().lock();
    let bad = cases.iter().filter(|case| case.class != "EXPAND").count();
    writeln!(output, "{} migrations, {bad} of them not safe\n", cases.len())?;
    writeln!(output, "{:34} {:>8} {:>14}", "", "misses", "false alarms")?;
    for (name, score) in
        [("migrations check", &ours), ("squawk", &default), ("squawk with all opt-in rules", &all)]
    {
        writeln!(output, "{name:34} {:>8} {:>14}", score.misses.len(), score.false_alarms.len())?;
    }
    writeln!(output, "\nmissed by squawk with all rules: {}", all.misses.join(" "))?;
    writeln!(output, "false alarms of squawk with all rules: {}", all.false_alarms.join(" "))?;
    writeln!(output, "missed by migrations check: {}", ours.misses.join(" "))?;
    let (our_time, squawk_time) = times(&cases)?;
    writeln!(
        output,
        "\n{FILES} files: migrations check {:.3} s, squawk {:.3} s, ratio {:.2}",
        our_time.as_secs_f64(),
        squawk_time.as_secs_f64(),
        our_time.as_secs_f64() / squawk_time.as_secs_f64()
    )?;
    Ok(())
}

#[derive(Default)]
struct Score {
    misses: Vec<String>,
    false_alarms: Vec<String>,
}

impl Score {
    fn count(&mut self, is_bad: bool, alarm: Alarm, name: &str) {
        match (is_bad, alarm) {
            (true, Alarm::Silent) => self.misses.push(name.to_owned()),
            (false, Alarm::Raised) => self.false_alarms.push(name.to_owned()),
            _ => {}
        }
    }
}

#[derive(Clone, Copy)]
enum Alarm {
    Raised,
    Silent,
}

fn write_case(folder: &Path, case: &Case) -> Outcome {
    fs::create_dir_all(folder)?;
    let texts = [
        ("000001_base", file("base.sql")),
        ("000002_before", case.before.clone()),
        ("000003_case", case.sql.clone()),
    ];
    for (name, text) in texts {
        fs::write(folder.join(format!("{name}.up.sql")), text)?;
        fs::write(folder.join(format!("{name}.down.sql")), "")?;
    }
    Ok(())
}

fn our_alarm(folder: &Path) -> Outcome<Alarm> {
    let output = Command::new(std::env::current_exe()?)
        .args(["migrations", "check", "--deployed", "2", "--format", "json"])
        .arg(folder)
        .current_dir(folder)
        .output()?;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let files = report["files"].as_array().ok_or("no files in the report")?;
    let is_open = files
        .iter()
        .flat_map(|file| file["findings"].as_array().into_iter().flatten())
        .any(|finding| finding["state"] == "open");
    Ok(if is_open { Alarm::Raised } else { Alarm::Silent })
}

fn squawk(include: &[&str]) -> Command {
    let mut command = Command::new("squawk");
    command.args(["--reporter", "json", "--pg-version", "15"]);
    for rule in include {
        command.args(["--include", rule]);
    }
    command
}

fn squawk_alarm(folder: &Path, case: &Case, include: &[&str]) -> Outcome<Alarm> {
    let mut command = squawk(include);
    // golang-migrate runs a file of several statements as one transaction.
    if case.sql.matches(';').count() > 1 {
        command.arg("--assume-in-transaction");
    }
    let output =
        command.arg(folder.join("000003_case.up.sql")).current_dir(folder).output().map_err(|error| {
            format!("cannot run squawk: {error}\nhint: `pip install squawk-cli==2.68.0` puts it on the path")
        })?;
    let findings: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).map_err(|error| {
        format!("squawk does not answer: {error}\n{}", String::from_utf8_lossy(&output.stderr))
    })?;
    let counts = |finding: &serde_json::Value| {
        finding["rule_name"].as_str().is_some_and(|rule| !TASTE.contains(&rule))
    };
    Ok(if findings.iter().any(counts) { Alarm::Raised } else { Alarm::Silent })
}

/// The fastest times for a folder of migrations.
fn times(cases: &[Case]) -> Outcome<(Duration, Duration)> {
    let folder = tempfile::tempdir()?;
    for number in 0..FILES {
        let text = match number {
            0 => file("base.sql"),
            number => cases[number % cases.len()].sql.clone(),
        };
        fs::write(folder.path().join(format!("{number:06}_x.up.sql")), text)?;
    }
    let files: Vec<_> =
        fs::read_dir(folder.path())?.map(|entry| Ok(entry?.path())).collect::<Outcome<_>>()?;
    let run = |command: &mut Command| -> Outcome<Duration> {
        let began = Instant::now();
        command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        Ok(began.elapsed())
    };
    let (mut ours, mut theirs) = (Duration::MAX, Duration::MAX);
    for _ in 0..REPEATS {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["migrations", "check"]).arg(folder.path()).args(["--format", "json"]);
        ours = ours.min(run(&mut command)?);
        theirs = theirs.min(run(squawk(&OPT_IN).args(&files))?);
    }
    Ok((ours, theirs))
}
