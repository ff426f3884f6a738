//! The results of suites as JUnit's XML, as Markdown and as JSON.

use std::fmt::Write;

use formwork_core::escape;
use serde_json::{Value, json};

use crate::duration::show_duration;
use crate::smoke::{Outcome, SuiteResult, TestResult};

/// JUnit's XML: one `testsuite` per file, one `testcase` per test.
///
/// The format has no standard; this is the part that GitLab, Jenkins and the GitHub actions for it read alike.
#[must_use]
pub fn junit(results: &[SuiteResult]) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for suite in results {
        let count = |is: fn(&Outcome) -> bool| suite.tests.iter().filter(|test| is(&test.outcome)).count();
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{}\">",
            escape::xml(&suite.name),
            suite.tests.len(),
            count(|outcome| matches!(outcome, Outcome::Failed(_))),
            count(|outcome| matches!(outcome, Outcome::Skipped(_))),
            seconds(suite.tests.iter().map(|test| test.duration.as_secs_f64()).sum()),
        );
        for test in &suite.tests {
            write_case(&mut xml, suite, test);
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn write_case(xml: &mut String, suite: &SuiteResult, test: &TestResult) {
    let _ = write!(
        xml,
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{}\"",
        escape::xml(&suite.name),
        escape::xml(&test.name),
        escape::xml(&suite.file),
        test.line,
        seconds(test.duration.as_secs_f64()),
    );
    let _ = match &test.outcome {
        Outcome::Passed(None) => writeln!(xml, "/>"),
        Outcome::Passed(Some(note)) => {
            writeln!(xml, ">\n      <system-out>{}</system-out>\n    </testcase>", escape::xml(note))
        }
        Outcome::Failed(failures) => {
            let first = failures.first().map(String::as_str).unwrap_or_default();
            let message = escape::xml(first);
            let all = escape::xml(&failures.join("\n"));
            writeln!(xml, ">\n      <failure message=\"{message}\">{all}</failure>\n    </testcase>")
        }
        Outcome::Skipped(reason) => {
            writeln!(xml, ">\n      <skipped message=\"{}\"/>\n    </testcase>", escape::xml(reason))
        }
    };
}

/// A table per file, and beneath it what is wrong.
#[must_use]
pub fn markdown(results: &[SuiteResult]) -> String {
    let mut text = String::new();
    for suite in results {
        let passed = suite.tests.iter().filter(|test| matches!(test.outcome, Outcome::Passed(_))).count();
        let verdict = if suite.passed() { "passed" } else { "failed" };
        let _ = writeln!(text, "### Smoke tests of {}: {verdict}\n", escape::markdown(&suite.name));
        let _ = writeln!(text, "{passed} of {} as expected.\n", suite.tests.len());
        text.push_str("| Test | Result | Requests | Time |\n| --- | --- | ---: | ---: |\n");
        for test in &suite.tests {
            let time = show_duration(std::time::Duration::from_millis(
                u64::try_from(test.duration.as_millis()).unwrap_or(u64::MAX),
            ));
            let _ = writeln!(
                text,
                "| {} | {} | {} | {time} |",
                escape::markdown(&test.name),
                word(&test.outcome),
                test.requests
            );
        }
        text.push('\n');
        for test in &suite.tests {
            let lines: Vec<&str> = match &test.outcome {
                Outcome::Passed(note) => note.iter().map(String::as_str).collect(),
                Outcome::Failed(failures) => failures.iter().map(String::as_str).collect(),
                Outcome::Skipped(reason) => vec![reason],
            };
            if lines.is_empty() {
                continue;
            }
            let _ = writeln!(
                text,
                "**{}** ({}:{})\n",
                escape::markdown(&test.name),
                escape::markdown(&suite.file),
                test.line
            );
            lines.iter().for_each(|line| {
                let _ = writeln!(text, "- {}", escape::markdown(line));
            });
            text.push('\n');
        }
    }
    text
}

/// The same for programs.
#[must_use]
pub fn json(results: &[SuiteResult]) -> Value {
    let test = |test: &TestResult| {
        let mut value = json!({
            "name": test.name,
            "line": test.line,
            "outcome": word(&test.outcome),
            "requests": test.requests,
            "milliseconds": u64::try_from(test.duration.as_millis()).unwrap_or(u64::MAX),
        });
        match &test.outcome {
            Outcome::Passed(None) => {}
            Outcome::Passed(Some(note)) => value["note"] = json!(note),
            Outcome::Failed(failures) => value["failures"] = json!(failures),
            Outcome::Skipped(reason) => value["reason"] = json!(reason),
        }
        value
    };
    let suite = |suite: &SuiteResult| {
        json!({
            "file": suite.file,
            "name": suite.name,
            "good": suite.passed(),
            "tests": suite.tests.iter().map(test).collect::<Vec<_>>(),
        })
    };
    json!({ "suites": results.iter().map(suite).collect::<Vec<_>>() })
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed(_) => "passed",
        Outcome::Failed(_) => "failed",
        Outcome::Skipped(_) => "skipped",
    }
}

fn seconds(seconds: f64) -> String {
    format!("{seconds:.3}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::smoke::report::{junit, markdown};
    use crate::smoke::{Outcome, SuiteResult, TestResult};

    #[test]
    fn nothing_of_an_answer_breaks_out_of_a_report() {
        let test = |name: &str, outcome| TestResult {
            name: name.to_owned(),
            line: 3,
            outcome,
            requests: 1,
            duration: Duration::from_millis(1500),
        };
        let results = [SuiteResult {
            file: "smoke/a.toml".to_owned(),
            name: "a".to_owned(),
            tests: vec![
                test("good", Outcome::Passed(None)),
                test("bad", Outcome::Failed(vec!["the body is \"</failure>\u{1}|\n@all\"".to_owned()])),
                test("left out", Outcome::Skipped("needs `x`".to_owned())),
            ],
        }];
        let xml = junit(&results);
        assert!(
            xml.contains("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"4.500\""),
            "{xml}"
        );
        assert!(xml.contains("&lt;/failure&gt;\\u0001|&#10;@all"), "{xml}");
        let text = markdown(&results);
        assert!(text.contains("| bad | failed | 1 | 1500ms |"), "{text}");
        assert!(text.contains("- the body is \"&lt;/failure>\\\\u0001\\| &#64;all\""), "{text}");
    }
}
