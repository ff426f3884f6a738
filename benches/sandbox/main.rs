//! What the simulated provider costs: plan and apply of services of 8 resources each in the sandbox, and of the same graph
//! made of `terraform_data`, which terraform does all by itself. Both run the whole command line and the real terraform.
//! The share is that of the simulated provider and the command line in all processor time; the rest is terraform's, which
//! has more to do for a resource of AWS than for one of its own.
//!
//! Run it with `cargo bench -p formwork --bench sandbox`, and `-- quick` without the largest size.

#[path = "../scale/service.rs"]
mod service;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use formwork::{App, Expr, Program, Raw, Resource, Stack, aws};

use crate::service::{RESOURCES_PER_SERVICE, service};

/// How often each measurement is repeated; the fastest counts, the others were disturbed.
const REPEATS: usize = 3;
/// The file that a measured process leaves its share in.
const SHARE: &str = "share";

fn main() -> ExitCode {
    if let Ok(graph) = std::env::var("GRAPH") {
        let program = Program::new(move |app| {
            build(app, &graph);
            Ok(())
        });
        let code = program.run();
        return report_share().map_or(ExitCode::FAILURE, |()| code);
    }
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let sizes: &[usize] = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["quick"] => &[100, 1000],
        [] => &[100, 1000, 5000],
        _ => return complain("usage: cargo bench -p formwork --bench sandbox [-- quick]"),
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

/// `aws:N` or `data:N`: a graph of N resources of AWS, or of the same shape of `terraform_data`.
fn build(app: &mut App, graph: &str) {
    let (kind, size) = graph.split_once(':').expect("the bench names its graphs so");
    let services = size.parse::<usize>().expect("the bench names its graphs so") / RESOURCES_PER_SERVICE;
    let stack = app.stack("services");
    for number in 0..services {
        match kind {
            "aws" => service(stack, number),
            _ => data_service(stack, number),
        }
    }
    if kind == "aws" {
        stack.provider(aws::Provider::new().region("eu-central-1"));
    }
}

/// The same eight with the same references, as resources that need no provider.
fn data_service(stack: &mut Stack, number: usize) {
    let name = format!("service-{number:05}");
    let mut scope = stack.scope(&format!("service_{number:05}"));
    let plain = |input: &[(&str, String)]| {
        let input: serde_json::Map<_, _> =
            input.iter().map(|(key, value)| ((*key).to_owned(), value.clone().into())).collect();
        Raw::new("terraform_data").set("input", serde_json::Value::Object(input))
    };
    let of = |address: &str, attribute: &str| {
        Expr::<String>::raw(format!("terraform_data.service_{number:05}_{address}.{attribute}")).to_string()
    };
    scope.add("role", plain(&[("name", format!("{name}-role")), ("policy", "{}".to_owned())]));
    scope.add("logs", plain(&[("name", format!("/aws/lambda/{name}")), ("days", "14".to_owned())]));
    let function = [
        ("name", name.clone()),
        ("role", of("role", "id")),
        ("runtime", "provided.al2023".to_owned()),
        ("handler", "bootstrap".to_owned()),
        ("logs", of("logs", "id")),
    ];
    scope.add("function", plain(&function));
    for alias in ["candidate", "dev", "staging", "prod"] {
        scope.add(alias, plain(&[("name", alias.to_owned()), ("function", of("function", "id"))]));
    }
    let alarm =
        [("name", format!("{name}-errors")), ("metric", "Errors".to_owned()), ("of", of("function", "id"))];
    scope.add("errors", plain(&alarm));
}

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn report(sizes: &[usize]) -> Outcome {
    let mut out = std::io::stdout();
    let mut line = |text: String| std::io::Write::write_fmt(&mut out, format_args!("{text}\n"));
    line(format!(
        "{:>9}  {:>6}  {:>10}  {:>10}  {:>5}  {:>9}",
        "resources", "", "sandbox s", "data s", "ratio", "our share"
    ))?;
    for size in sizes {
        for (what, command) in [("plan", "plan"), ("apply", "apply")] {
            let (sandbox, share) = fastest(&format!("aws:{size}"), command)?;
            let (data, _) = fastest(&format!("data:{size}"), command)?;
            let ratio = sandbox.as_secs_f64() / data.as_secs_f64();
            line(format!(
                "{size:>9}  {what:>6}  {:>10.2}  {:>10.2}  {ratio:>5.2}  {share:>7.0} %",
                sandbox.as_secs_f64(),
                data.as_secs_f64(),
            ))?;
        }
    }
    Ok(())
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

/// The fastest of some first runs, each in a folder of its own, and our share in it.
fn fastest(graph: &str, command: &str) -> Outcome<(Duration, f64)> {
    let mut best = (Duration::MAX, 0.0);
    for _ in 0..REPEATS {
        let folder = tempfile::tempdir()?;
        let took = run(graph, command, folder.path())?;
        if took < best.0 {
            best = (took, std::fs::read_to_string(folder.path().join(SHARE))?.parse()?);
        }
    }
    Ok(best)
}

fn run(graph: &str, command: &str, folder: &Path) -> Outcome<Duration> {
    let mut process = Command::new(std::env::current_exe()?);
    process.arg(command).current_dir(folder).env("GRAPH", graph).env_remove("TF_CLI_CONFIG_FILE");
    // In the sandbox too, so that both keep their states in the same way.
    process.arg("--sandbox").args((command == "apply").then_some("--auto-approve"));
    let start = Instant::now();
    let output = process.stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
    let took = start.elapsed();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(took)
}
