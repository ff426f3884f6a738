//! How long `convert` takes for a configuration of many lines, without the build of the package.
//!
//! Run it with `cargo bench -p formwork-convert --bench convert`.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use formwork_convert::{convert, write};
use formwork_schema::Library;

/// Lines of HCL, and how many seconds they may take.
const SIZES: [(usize, f64); 2] = [(1_000, 1.0), (10_000, 5.0)];
/// How many services stand in a file.
const IN_A_FILE: usize = 5;
/// How often each measurement is repeated; the fastest counts, the others were disturbed.
const REPEATS: usize = 3;

fn main() -> ExitCode {
    match measure() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<bool, Box<dyn Error>> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{:>8} {:>12} {:>9} {:>9} {:>8}", "lines", "arguments", "seconds", "at most", "ratio")?;
    let mut is_fast = true;
    for (lines, most) in SIZES {
        let folder = tempfile::tempdir()?;
        let source = folder.path().join("estate");
        let lines = configuration(&source, lines)?;
        let mut best = Duration::MAX;
        let mut arguments = 0;
        for repeat in 0..REPEATS {
            let out = folder.path().join(format!("out{repeat}"));
            let start = Instant::now();
            let conversion = convert(&source, &Library::embedded(), "0.1")?;
            write(&conversion.package, &out)?;
            best = best.min(start.elapsed());
            arguments = conversion.counts.typed + conversion.counts.raw;
        }
        let (seconds, ratio) = (best.as_secs_f64(), best.as_secs_f64() / most);
        is_fast &= ratio <= 1.0;
        writeln!(stdout, "{lines:>8} {arguments:>12} {seconds:>9.2} {most:>9.1} {ratio:>8.2}")?;
    }
    Ok(is_fast)
}

/// Writes a configuration of at least so many lines; how many they are.
fn configuration(folder: &Path, lines: usize) -> Result<usize, Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let mut count = 0;
    let mut file = 0;
    while count < lines {
        let mut text = String::new();
        for service in 0..IN_A_FILE {
            text.push_str(&SERVICE.replace("NAME", &format!("s{file}_{service}")));
        }
        count += text.lines().count();
        fs::write(folder.join(format!("part{file}.tf")), text)?;
        file += 1;
    }
    let variables = "variable \"team\" { type = string }\nlocals { tags = { Team = var.team } }\n";
    fs::write(folder.join("main.tf"), variables)?;
    Ok(count + 2)
}

/// What is in most configurations: references, templates, documents, blocks, repetition.
const SERVICE: &str = r#"
# The queue and what reads it.
resource "aws_sqs_queue" "NAME" {
  name                       = "NAME-${var.team}"
  visibility_timeout_seconds = 30
  tags                       = merge(local.tags, { Name = "NAME" })
}

resource "aws_iam_role" "NAME" {
  name = "NAME"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action    = "sts:AssumeRole"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_lambda_function" "NAME" {
  function_name = "NAME"
  role          = aws_iam_role.NAME.arn
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  filename      = "NAME.zip"

  environment {
    variables = {
      QUEUE = aws_sqs_queue.NAME.url
      TEAM  = upper(var.team)
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "NAME" {
  for_each            = toset(["Errors", "Throttles"])
  alarm_name          = "NAME-${each.key}"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = each.key
  namespace           = "AWS/Lambda"
  dimensions          = { FunctionName = aws_lambda_function.NAME.function_name }
  period              = 300
  statistic           = "Sum"
  threshold           = 0
}

output "NAME" { value = aws_lambda_function.NAME.arn }
"#;
