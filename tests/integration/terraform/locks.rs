//! Versions of providers and of terraform, locked in the repository. The packages are fakes in a mirror: terraform takes
//! checksums of them and installs them, and never gets to start one.

use std::fs;

use crate::support::{Ran, TestEnv};

/// A mirror with packages, and terraform told to install from there.
fn env() -> TestEnv {
    let env = TestEnv::new();
    package(&env, "acme/thing", "1.0.0");
    package(&env, "hashicorp/aws", "5.100.0");
    let mirror = env.path("mirror").display().to_string();
    let settings =
        format!("provider_installation {{\n  filesystem_mirror {{\n    path = \"{mirror}\"\n  }}\n}}\n");
    env.write("terraform.rc", &settings);
    env
}

fn package(env: &TestEnv, source: &str, version: &str) {
    let name = source.rsplit('/').next().unwrap();
    for platform in ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64"] {
        let folder = format!("mirror/registry.terraform.io/{source}/{version}/{platform}");
        let program = format!("{folder}/terraform-provider-{name}_v{version}");
        env.write(&program, &format!("{source} {version} for {platform}"));
        fs::set_permissions(env.path(&program), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
}

/// A platform of the machine that the tests run on, in the words of terraform.
fn here() -> String {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let os = if os == "macos" { "darwin" } else { os };
    let arch = if arch == "x86_64" { "amd64" } else { "arm64" };
    format!("{os}_{arch}")
}

fn lock(env: &TestEnv, variant: &str, arguments: &[&str]) -> Ran {
    let platform = here();
    let mut all = vec!["providers"];
    all.extend(arguments);
    all.extend(["--fs-mirror", "mirror", "--platform", "linux_arm64", "--platform", &platform]);
    env.locked(variant, &all)
}

/// Initializes for real, and ends where terraform would start the provider.
fn validate(env: &TestEnv, variant: &str) -> Ran {
    let mut command = env.locked_command(variant, &["validate", "one"]);
    command.env("TF_CLI_CONFIG_FILE", env.path("terraform.rc"));
    env.finish(command)
}

const THING: &str = "providers/thing/.terraform.lock.hcl";

#[test]
fn locked_versions_stay_until_they_are_upgraded() {
    let env = env();
    let ran = lock(&env, ">= 1.0.0", &["lock"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let text = env.read(THING);
    assert!(text.contains("version     = \"1.0.0\"") && text.matches("h1:").count() == 2, "{text}");
    let requirements = env.read("providers/thing/versions.tf");
    assert!(
        requirements.contains("source  = \"acme/thing\"\n      version = \">= 1.0.0\""),
        "{requirements}"
    );
    let version = env.read(".terraform-version");
    // Stacks that need no package of a provider have no lock file.
    let mut names: Vec<_> =
        fs::read_dir(env.path("providers")).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["aws", "thing"]);

    // There is a newer version: nobody gets it by running anything but `upgrade`.
    package(&env, "acme/thing", "1.1.0");
    let again = lock(&env, ">= 1.0.0", &["lock"]);
    assert!(
        again.stderr.contains("Locked 2 providers in 2 lock files, of which 0 changed"),
        "{}",
        again.stderr
    );
    let ran = validate(&env, ">= 1.0.0");
    assert!(!ran.stderr.contains("checksums"), "{}", ran.stderr);
    let installed = "formwork.out/one/.terraform/providers/registry.terraform.io/acme/thing";
    assert!(env.path(installed).join("1.0.0").exists() && !env.path(installed).join("1.1.0").exists());
    assert_eq!(env.read("formwork.out/one/.terraform.lock.hcl"), text);

    let upgraded = lock(&env, ">= 1.0.0", &["upgrade", "thing"]);
    assert_eq!(upgraded.code, 0, "{}", upgraded.stderr);
    assert!(upgraded.stderr.contains("thing: acme/thing 1.1.0 (it was 1.0.0)"), "{}", upgraded.stderr);
    validate(&env, ">= 1.0.0");
    assert!(env.path(installed).join("1.1.0").exists());
    assert_eq!(env.read(".terraform-version"), version);

    let unknown = lock(&env, ">= 1.0.0", &["upgrade", "thin"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("no stack requires a provider `thin`\n  hint: did you mean `thing`?"));
}

#[test]
fn another_package_of_the_same_version_is_refused() {
    let env = env();
    assert_eq!(lock(&env, ">= 1.0.0", &["lock"]).code, 0);
    let folder = format!("mirror/registry.terraform.io/acme/thing/1.0.0/{}", here());
    env.write(&format!("{folder}/terraform-provider-thing_v1.0.0"), "something else");
    let ran = validate(&env, ">= 1.0.0");
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("checksums"), "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: `cargo run -- providers lock --platform OS_ARCH`"), "{}", ran.stderr);
}

#[test]
fn what_is_required_and_what_is_locked_must_fit() {
    let env = env();
    assert_eq!(lock(&env, ">= 1.0.0", &["lock"]).code, 0);
    package(&env, "acme/thing", "2.0.0");
    package(&env, "acme/other", "3.0.0");
    for (variant, said) in [
        ("~> 2.0", "thing/.terraform.lock.hcl: acme/thing 1.0.0 is locked, and ~> 2.0 is required"),
        (">= 1.0.0,more", "the providers of two are not locked"),
        ("~> 1.0", "providers/thing/versions.tf is not up to date"),
    ] {
        let synth = env.locked(variant, &["synth"]);
        assert_eq!(synth.code, 0, "{}", synth.stderr);
        assert!(
            synth.stderr.contains(&format!("warning: {said}")) || synth.stderr.contains(said),
            "{}",
            synth.stderr
        );
        for arguments in [&["synth", "--check"][..], &["plan", "one"], &["apply", "--auto-approve", "one"]] {
            let ran = env.locked(variant, arguments);
            assert_eq!(ran.code, 1, "{arguments:?}: {}", ran.stderr);
            assert!(ran.stderr.contains(said) && ran.stderr.contains("providers lock"), "{}", ran.stderr);
        }
    }
    let ran = lock(&env, "~> 2.0,more", &["lock"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("thing: acme/thing 2.0.0 (it was 1.0.0)"), "{}", ran.stderr);
    assert!(env.read("providers/other-thing/.terraform.lock.hcl").contains("acme/other"));
    assert_eq!(env.locked("~> 2.0,more", &["synth"]).code, 0);
    assert_eq!(env.locked("~> 2.0,more", &["synth", "--check"]).code, 0);
    // What no stack needs any more goes; what is not ours stays.
    env.write("providers/mine/versions.tf", "terraform {}\n");
    let stale = env.locked("~> 2.0", &["synth", "--check"]);
    assert!(stale.stderr.contains("providers/other-thing is of no stack any more"), "{}", stale.stderr);
    assert_eq!(lock(&env, "~> 2.0", &["lock"]).code, 0);
    assert!(!env.path("providers/other-thing").exists() && env.path("providers/mine/versions.tf").exists());
    // A file that is none is named with its line.
    env.write(THING, "provider \"registry.terraform.io/acme/thing\" {\n  version = 2\n}\n");
    let ran = env.locked("~> 2.0", &["synth"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("thing/.terraform.lock.hcl: line 2: expected a version"), "{}", ran.stderr);
}

#[test]
fn the_program_is_checked_against_what_is_locked() {
    let env = env();
    // Without a lock file it must be right for every version that it allows.
    let open = env.locked("", &["synth"]);
    assert_eq!(open.code, 1);
    assert!(
        open.stderr.contains("has no resource `aws_opsworks_user_profile` (in hashicorp/aws 6"),
        "{}",
        open.stderr
    );
    env.write(
        "providers/aws/versions.tf",
        "# Written by `providers lock`: what stacks of the program require. Their versions are in",
    );
    let locked = |version: &str| {
        let text =
            format!("provider \"registry.terraform.io/hashicorp/aws\" {{\n  version = \"{version}\"\n}}\n");
        env.write("providers/aws/.terraform.lock.hcl", &text);
        env.locked("", &["synth"])
    };
    // The exact version, and ones whose nearest catalogue is that of it.
    for version in ["5.100.0", "5.99.1", "5.0.0"] {
        let ran = locked(version);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(
            ran.stderr.contains("warning: after an upgrade: hashicorp/aws has no resource"),
            "{}",
            ran.stderr
        );
    }
    let ran = locked("6.47.0");
    assert_eq!(ran.code, 1);
    assert!(!ran.stderr.contains("(in hashicorp/aws"), "{}", ran.stderr);
}

#[test]
fn the_pinned_version_of_terraform_counts() {
    let env = env();
    env.write(".terraform-version", "0.1.2\n");
    for arguments in [&["plan", "none"][..], &["apply", "--auto-approve", "none"], &["validate", "none"]] {
        let ran = env.locked("", &[arguments, &["--out", "out"]].concat());
        assert_eq!(ran.code, 1, "{}", ran.stderr);
    }
    env.write("providers/aws/versions.tf", "");
    let ran = lock(&env, ">= 1.0.0", &["lock"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains(".terraform-version names terraform 0.1.2, and this is version"),
        "{}",
        ran.stderr
    );
}

#[test]
fn documents_of_another_program_bring_what_they_were_locked_to() {
    let env = env();
    assert_eq!(lock(&env, ">= 1.0.0", &["lock"]).code, 0);
    let text = env.read(THING);
    assert_eq!(env.locked(">= 1.0.0", &["synth", "--out", "documents"]).code, 0);
    // The job that plans has no source, and there is a newer version.
    fs::remove_dir_all(env.path("providers")).unwrap();
    package(&env, "acme/thing", "1.1.0");
    let plan = || {
        let mut command = env.locked_command("", &["plan", "--documents", "documents", "one"]);
        command.args(["--allow", "provider:acme/thing"]);
        command.env("TF_CLI_CONFIG_FILE", env.path("terraform.rc"));
        env.finish(command)
    };
    let planned = plan();
    let installed = "formwork.out/one/.terraform/providers/registry.terraform.io/acme/thing";
    assert!(env.path(installed).join("1.0.0").exists(), "{}", planned.stderr);
    assert_eq!(env.read("formwork.out/one/.terraform.lock.hcl"), text);
    env.write("documents/one/providers.lock.hcl", &text.replace("1.0.0", "1.1.0"));
    let changed = plan();
    assert_eq!(changed.code, 1);
    assert!(changed.stderr.contains("providers.lock.hcl is not as `synth` wrote it"), "{}", changed.stderr);
}

#[test]
fn a_plan_that_was_made_with_other_providers_is_refused() {
    let env = env();
    assert_eq!(lock(&env, ">= 1.0.0", &["lock"]).code, 0);
    let planned = env.locked(">= 1.0.0", &["plan", "--plan-dir", "plans", "none"]);
    assert_eq!(planned.code, 0, "{}", planned.stderr);
    // The plan of a stack that needs no provider, put forward as that of one that does: fakes can't be planned with.
    assert_eq!(env.locked(">= 1.0.0", &["synth"]).code, 0);
    let json = |path: &str| serde_json::from_str::<serde_json::Value>(&env.read(path)).unwrap();
    let manifest = json("formwork.out/manifest.json");
    let one = manifest["stacks"].as_array().unwrap().iter().find(|it| it["name"] == "one").unwrap();
    let mut record = json("plans/none.json");
    record["stack"] = "one".into();
    record["document"] = one["digest"].clone();
    env.write("plans/one.json", &record.to_string());
    fs::copy(env.path("plans/none.tfplan"), env.path("plans/one.tfplan")).unwrap();
    let text = env.read(THING);
    for kept in [None, Some(text.replace("1.0.0", "1.1.0"))] {
        if let Some(kept) = kept {
            env.write("plans/one.lock.hcl", &kept);
        }
        let ran = env.locked(">= 1.0.0", &["apply", "--plan-dir", "plans", "one"]);
        assert_eq!(ran.code, 1);
        assert!(
            ran.stderr.contains("it was made with other providers than those that are locked"),
            "{}",
            ran.stderr
        );
    }
}
