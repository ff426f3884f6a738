//! The definitions in the JSON Schemas of settings: editors and other documents refer to them by name.

use std::process::Command;

use serde_json::Value as Json;

fn definitions(system: &str) -> Vec<String> {
    let output =
        Command::new(env!("CARGO_BIN_EXE_formwork-stacks")).args(["schema", system]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let schema: Json = serde_json::from_slice(&output.stdout).unwrap();
    schema["$defs"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn definitions_keep_their_names() {
    let scheduler = [
        "ApiSettings",
        "DatabaseSettings",
        "DeploymentSettings",
        "DomainSettings",
        "EmulatorSettings",
        "FunctionSettings",
        "FunctionsSettings",
        "JudgementSettings",
        "Nat",
        "NetworkSettings",
        "OperationSettings",
        "QueueSettings",
        "ScheduleSettings",
        "Shifting",
        "Step",
    ];
    assert_eq!(definitions("scheduler"), scheduler);
    let outreachpass = [
        "AlertSettings",
        "ApiSettings",
        "DatabaseSettings",
        "DeploymentSettings",
        "DomainSettings",
        "FrontendSettings",
        "FunctionSettings",
        "JudgingSettings",
        "Nat",
        "NetworkSettings",
        "PlatformSettings",
        "RuleSettings",
        "Shifting",
        "Step",
        "WorkerSettings",
    ];
    assert_eq!(definitions("outreachpass"), outreachpass);
}
