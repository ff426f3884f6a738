//! Findings for machines: JSON, GitHub's annotations, SARIF.

use serde_json::Value as Json;

use crate::support::{Ran, TestEnv};

fn json(ran: &Ran) -> Json {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout))
}

#[test]
fn mistakes_of_the_program_are_found_at_their_lines() {
    let env = TestEnv::new();
    for arguments in [&["synth"][..], &["synth", "--check"], &["plan"], &["validate"]] {
        let ran = |format: &str| env.run_as("broken", &[arguments, &["--format", format]].concat());
        let people = ran("human");
        assert_eq!((people.code, people.stdout.as_str()), (1, ""), "{arguments:?}");
        let found = json(&ran("json"));
        let found = found.as_array().unwrap();
        assert!(
            found.len() > 3 && people.stderr.contains(&format!("error: {} mistakes", found.len())),
            "{}",
            people.stderr
        );
        for finding in found {
            let place = format!("--> {}:{}", finding["file"].as_str().unwrap_or("none"), finding["line"]);
            assert!(
                finding["file"].is_null() || people.stderr.contains(&place),
                "{place}: {}",
                people.stderr
            );
        }
        let annotations = ran("github").stdout;
        assert_eq!(annotations.lines().count(), found.len(), "{annotations}");
        assert!(annotations.lines().all(|line| line.starts_with("::error ")), "{annotations}");
        let sarif = json(&ran("sarif"));
        check_sarif(&sarif);
        assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), found.len());
    }
}

/// What the schema of SARIF 2.1.0 and code scanning ask for; the schema itself is not here.
fn check_sarif(log: &Json) {
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-2.1.0.json"));
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert!(driver["name"].is_string() && driver["version"].is_string());
    let rules: Vec<&str> =
        driver["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    for result in run["results"].as_array().unwrap() {
        assert!(rules.contains(&result["ruleId"].as_str().unwrap()), "{result}");
        assert!(["error", "warning", "note", "none"].contains(&result["level"].as_str().unwrap()));
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        let uri = place["artifactLocation"]["uri"].as_str().unwrap();
        assert!(!uri.is_empty() && !uri.contains([' ', '\\']), "{uri}");
    }
}

#[test]
fn without_findings_there_is_an_empty_list_that_closes_those_before() {
    let env = TestEnv::new();
    let found = env.run(&["synth", "--format", "json"]);
    assert_eq!((found.code, found.stdout.as_str()), (0, "[]\n"), "{}", found.stderr);
    let sarif = json(&env.run(&["synth", "--check", "--format", "sarif"]));
    check_sarif(&sarif);
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(env.run(&["synth", "--check", "--format", "github"]).stdout, "");
    std::fs::remove_file(env.path("formwork.out/manifest.json")).unwrap();
    let stale = json(&env.run(&["synth", "--check", "--format", "json"]));
    assert_eq!(stale[0]["rule"], "stale");
    let both = env.run(&["plan", "--json", "--format", "sarif"]);
    assert_eq!(both.code, 2);
    assert!(both.stderr.contains("--format can't be used together with --json"), "{}", both.stderr);
}

#[test]
fn workflows_that_are_not_up_to_date_are_findings() {
    let env = TestEnv::new();
    let found = json(&env.pipelines(&["pipelines", "check", "--format", "json"]));
    assert_eq!(found[0]["file"], ".github/workflows/ci.yml");
    check_sarif(&json(&env.pipelines(&["pipelines", "check", "--format", "sarif"])));
}
