//! What GitHub runs for this repository is what `.ci/run` runs on a laptop.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value as Json;

/// `.ci/run` lists its steps in one array, `steps=(…)`; each is run by some job of `ci.yml`, and no job runs another.
#[test]
fn every_step_of_ci_is_run_by_a_job() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let script = read(".ci/run");
    let listed = script.lines().find_map(|line| line.strip_prefix("steps=(")?.strip_suffix(')')).unwrap();
    let steps: BTreeSet<&str> = listed.split_whitespace().collect();
    assert!(!steps.is_empty());

    let workflow: Json = serde_saphyr::from_str(&read(".github/workflows/ci.yml")).unwrap();
    let calls: Vec<&str> = workflow["jobs"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|job| job["steps"].as_array().unwrap())
        .filter_map(|step| step["run"].as_str()?.strip_prefix(".ci/run"))
        .collect();
    // Without a step, a call runs all of them: no job is to do that beside the others.
    assert!(calls.iter().all(|steps| !steps.trim().is_empty()), "{calls:?}");
    let run: BTreeSet<&str> = calls.iter().flat_map(|steps| steps.split_whitespace()).collect();
    assert_eq!(run, steps);
}
