//! Workflows are rendered, and checked against what is there.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::TestEnv;

#[test]
fn init_does_not_write_over_what_is_not_its_own() {
    let env = TestEnv::new();
    env.write(".github/workflows/plan.yml", "name: mine\n");
    let ran = env.pipelines(&["pipelines", "init"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("plan.yml is there already, and not of `pipelines init`"), "{}", ran.stderr);
    assert_eq!(env.read(".github/workflows/plan.yml"), "name: mine\n");
    assert_eq!(env.pipelines(&["pipelines", "init", "--force"]).code, 0);
    let format = env.pipelines(&["pipelines", "init", "--format", "github"]);
    assert_eq!(format.code, 2);
    assert!(format.stderr.contains("--format is how --check prints what it finds"), "{}", format.stderr);
    // Again, nothing is to be changed.
    let ran = env.pipelines(&["pipelines", "init"]);
    assert!(ran.stderr.contains("3 workflows, of which 0 changed"), "{}", ran.stderr);
}

#[test]
fn a_program_without_workflows_says_so() {
    let ran = TestEnv::new().run(&["pipelines", "render"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("this program has no workflows"), "{}", ran.stderr);
}

#[test]
fn what_is_rendered_is_checked_and_what_differs_is_named() {
    let env = TestEnv::new();
    let pipelines = |arguments: &[&str]| env.pipelines(&[&["pipelines"], arguments].concat());
    let missing = pipelines(&["check", "shop"]);
    assert_eq!(missing.code, 1);
    assert_snapshot!(missing.stderr, @"
    error: .github/workflows/ci.yml is missing
    error: .github/workflows/nightly.yml is missing
      hint: run `cargo run --features pipelines -- pipelines render shop` and review the change
    ");
    let rendered = pipelines(&["render"]);
    assert_eq!((rendered.code, rendered.stderr.as_str()), (0, "Rendered 3 files, of which 3 changed\n"));
    let again = pipelines(&["render", "office"]);
    assert_eq!((again.code, again.stderr.as_str()), (0, "Rendered 1 file, of which 0 changed\n"));
    assert_eq!(pipelines(&["check"]).code, 0);

    // Somebody changed one by hand, wrote one of their own, and one was rendered once.
    let text = env.read(".github/workflows/ci.yml");
    env.write(".github/workflows/ci.yml", &text.replace("timeout-minutes: 10", "timeout-minutes: 300"));
    env.write(".github/workflows/mine.yml", "name: mine\n");
    env.write(".github/workflows/old.yml", &text);
    let changed = pipelines(&["check"]);
    assert_eq!(changed.code, 1);
    assert_snapshot!(changed.stderr, @"
    error: .github/workflows/ci.yml is not up to date
    error: .github/workflows/old.yml is no longer part of the program
      hint: run `cargo run --features pipelines -- pipelines render` and review the change
    ");
    // Of one system, the others do not matter.
    assert_eq!(pipelines(&["check", "office"]).code, 0);
    let rendered = pipelines(&["render"]);
    assert!(rendered.stderr.contains("old.yml: removed"), "{}", rendered.stderr);
    assert_eq!(pipelines(&["check"]).code, 0);
    assert_eq!(env.read(".github/workflows/mine.yml"), "name: mine\n");
}

#[test]
fn what_is_not_there_is_wrong_usage() {
    let env = TestEnv::new();
    for (arguments, said) in [
        (&["render", "shopp"][..], "there are no workflows of `shopp`\n  hint: did you mean `shop`?"),
        (&["check", "warehouse"], "hint: there are workflows of shop, office"),
        (
            &["check", "shop", "--out", "nowhere"],
            "there is no folder nowhere\n  hint: `cargo run --features pipelines -- pipelines render shop --out nowhere` makes it",
        ),
        (&["check", "--linters", "nowhere"], "there is no folder nowhere\n  hint: name one with zizmor"),
        (
            &["graph", "shop", "--workflow", "ci.yaml"],
            "there is no workflow `ci.yaml`\n  hint: did you mean `ci.yml`?",
        ),
        (&["render", "shop", "office"], "unexpected argument 'office'"),
    ] {
        let ran = env.pipelines(&[&["pipelines"], arguments].concat());
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
    // What cannot be written is no wrong usage, and leaves nothing behind.
    env.write("file", "");
    let ran = env.pipelines(&["pipelines", "render", "--out", "file"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("cannot write below file"), "{}", ran.stderr);
}

#[test]
fn init_shows_what_an_upgrade_changes_and_writes_nothing_then() {
    let env = TestEnv::new();
    let check = || env.pipelines(&["pipelines", "init", "--binary", "runner", "--check"]);
    let missing = check();
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("plan.yml is not as it would be written"), "{}", missing.stderr);
    assert!(!env.path(".github").exists());
    assert_eq!(env.pipelines(&["pipelines", "init", "--binary", "runner"]).code, 0);
    let fresh = check();
    assert_eq!((fresh.code, fresh.stderr.contains("Checked 3 workflows")), (0, true), "{}", fresh.stderr);
    // Another version of terraform is pinned, which the workflows name.
    env.write(".terraform-version", "1.12.3\n");
    let changed = check();
    assert_eq!(changed.code, 1);
    assert!(changed.stderr.contains("-          terraform_version: \"1.11.4\""), "{}", changed.stderr);
    assert!(changed.stderr.contains("+          terraform_version: \"1.12.3\""), "{}", changed.stderr);
    assert!(!env.read(".github/workflows/plan.yml").contains("1.12.3"));
    let ran = env.pipelines(&["pipelines", "init", "--binary", "runner"]);
    assert!(
        ran.stderr.contains("plan.yml: changed") && ran.stderr.contains("of which 3 changed"),
        "{}",
        ran.stderr
    );
}

#[test]
fn init_writes_the_protections_as_a_stack() {
    let env = TestEnv::new();
    let init = ["pipelines", "init", "--binary", "runner", "--protections", "src/protections.rs"];
    assert_eq!(env.pipelines(&init).code, 0);
    // This is compiled, as a part of the program of the tests.
    assert_eq!(env.read("src/protections.rs"), include_str!("../programs/protections.rs"));
    let again = env.pipelines(&init);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("src/protections.rs is there already"), "{}", again.stderr);
    let of = |fixture: &str, arguments: &[&str]| {
        let mut command = env.pipelines_command(arguments);
        command.env("FIXTURE", fixture);
        let ran = env.finish(command);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stderr
    };
    let applied = of("protections", &["apply", "--sandbox", "--auto-approve"]);
    assert!(applied.contains("github: applied: 7 added"), "{applied}");
    let document = env.read("formwork.out/github/main.tf.json");
    for part in [
        "\"Plan network\"",
        "\"prevent_self_review\": true",
        "\"strict\": true",
        "\"target\": \"push\"",
        "\".github/**/*\"",
    ] {
        assert!(document.contains(part), "{part}: {document}");
    }
    // Where there are no push rules, every plan waits for somebody; who reviews both is looked up once.
    let applied = of("protections-by-reviewers", &["apply", "--sandbox", "--auto-approve"]);
    assert!(applied.contains("github: applied: 0 added, 1 changed, 1 destroyed"), "{applied}");
    let document: Value = serde_json::from_str(&env.read("formwork.out/github/main.tf.json")).unwrap();
    let plan = &document["resource"]["github_repository_environment"]["plan"];
    assert_eq!(plan["reviewers"]["users"].as_array().map(Vec::len), Some(2), "{plan}");
    assert_eq!(document["data"]["github_user"].as_object().map(serde_json::Map::len), Some(3), "{document}");
    // The jobs that are required are those of the workflow.
    let plan = env.read(".github/workflows/plan.yml");
    assert!(
        plan.contains("name: Synthesize the documents") && plan.contains("name: Plan ${{ matrix.stack }}"),
        "{plan}"
    );
}

#[test]
fn init_says_what_github_cannot_build() {
    let env = TestEnv::new();
    env.write("formwork/README.md", "");
    env.write(
        "mine/infra/Cargo.toml",
        "[dependencies]\nformwork = { path = \"../../formwork\" }\nown = { path = \"../own\" }\n",
    );
    env.write("mine/own/README.md", "");
    let init = ["pipelines", "init", "--binary", "runner", "--out", "mine", "--package", "infra"];
    let ran = env.pipelines(&init);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("takes `../../formwork`, which is outside of the repository"),
        "{}",
        ran.stderr
    );
    assert!(
        !ran.stderr.contains("`../own`") && ran.stderr.contains("there is no Cargo.lock"),
        "{}",
        ran.stderr
    );
    // The program finds its lock files, wherever its package is.
    let apply = env.read("mine/.github/workflows/apply.yml");
    assert!(apply.contains("FORMWORK_LOCKS: infra/providers"), "{apply}");
    // Programs in git and in registries need nothing but what Cargo.lock says.
    env.write(
        "mine/infra/Cargo.toml",
        "[dependencies]\nformwork = { git = \"https://example.com/formwork\", rev = \"1\" }\n",
    );
    env.write("mine/infra/Cargo.lock", "");
    let ran = env.pipelines(&init);
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
}
