//! How long pictures and estimates take beside `synth`, which they begin with.
//!
//! All of it is in one process, so that only the work itself is compared. Run it with `cargo bench -p formwork --bench
//! views`.

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use formwork::cost::{Estimate, PriceSheet};
use formwork::schema::Library;
use formwork::{App, Program, aws};
use serde_json::json;

/// How many lines of services there are; each service is fed by the one before it.
const SIZES: [usize; 3] = [2, 12, 60];
/// How many services stand in a line: 16 resources.
const LENGTH: usize = 4;
/// How often each measurement is repeated; the fastest counts, the others were disturbed.
const REPEATS: usize = 3;

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().join("out").display().to_string();
    let file = folder.path().join("picture").display().to_string();
    let mut stdout = std::io::stdout().lock();
    writeln!(
        stdout,
        "{:>10} {:>10}   graph: mermaid        dot        svg       cost",
        "resources", "synth s"
    )?;
    for lines in SIZES {
        let synth = fastest(lines, &["synth", "--out", &out])?;
        let mut row = format!("{:>10} {:>10.3}          ", lines * LENGTH * 4, synth.as_secs_f64());
        for format in ["mermaid", "dot", "svg"] {
            let took = fastest(lines, &["graph", "--format", format, "--out", &file])?;
            row += &format!("{:>8.1} x ", took.as_secs_f64() / synth.as_secs_f64());
        }
        let took = estimated(lines)?;
        writeln!(stdout, "{row} {:>7.1} x", took.as_secs_f64() / synth.as_secs_f64())?;
    }
    Ok(())
}

fn fastest(lines: usize, arguments: &[&str]) -> Result<Duration, Box<dyn std::error::Error>> {
    let mut best = Duration::MAX;
    for _ in 0..REPEATS {
        let program = Program::new(move |app| {
            build(app, lines);
            Ok(())
        });
        let start = Instant::now();
        let code =
            program.run_with(std::iter::once("bench").chain(arguments.iter().copied()).map(Into::into));
        best = best.min(start.elapsed());
        if code != ExitCode::SUCCESS {
            return Err(format!("{arguments:?} failed").into());
        }
    }
    Ok(best)
}

/// What `cost` does before it prints.
fn estimated(lines: usize) -> Result<Duration, Box<dyn std::error::Error>> {
    let mut best = Duration::MAX;
    for _ in 0..REPEATS {
        let start = Instant::now();
        let mut app = App::new();
        build(&mut app, lines);
        let synthesis = formwork::synthesize(app, &Library::embedded())?;
        let sheet = PriceSheet::embedded()?;
        for stack in &synthesis.stacks {
            Estimate::of(stack, &sheet)?;
        }
        best = best.min(start.elapsed());
    }
    Ok(best)
}

/// Lines of functions with a queue each, from which the next function is fed.
fn build(app: &mut App, lines: usize) {
    let stack = app.stack("services");
    stack.provider(aws::Provider::new().region("us-east-1"));
    for line in 0..lines {
        let mut before = None;
        for number in 0..LENGTH {
            let name = format!("line-{line}-{number}");
            let mut scope = stack.scope(&format!("line_{line}_{number}"));
            let trust = json!({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"},
                }],
            });
            let role = scope.add("role", aws::IamRole::new(trust).name(&name));
            let queue = scope.add("queue", aws::SqsQueue::new().name(&name));
            let variables = [("QUEUE_URL", queue.url())];
            let function = aws::LambdaFunction::new(aws::LambdaFunctionArgs {
                function_name: name.as_str().into(),
                role: role.arn().into(),
            })
            .runtime("provided.al2023")
            .handler("bootstrap")
            .filename("function.zip")
            .environment(aws::lambda_function::Environment::new().variables(variables));
            let function = scope.add("function", function);
            let source = before.unwrap_or_else(|| queue.arn());
            let feeding =
                aws::LambdaEventSourceMapping::new(function.function_name()).event_source_arn(source);
            scope.add("feeding", feeding);
            before = Some(queue.arn());
        }
    }
}
