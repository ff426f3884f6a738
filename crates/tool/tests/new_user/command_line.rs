//! What the tool says where it can do nothing, and how it finds the program.

use std::fs;
use std::process::Stdio;

use crate::folder::{Folder, run};

#[test]
fn what_is_wrong_is_said_with_the_nearest_right_thing() {
    let folder = Folder::new();
    for (line, says) in [
        ("plna", "did you mean `plan`?"),
        ("plan", "`formwork new NAME` makes a project"),
        ("release status", "reads from the stacks which services there are"),
        ("new My_Shop", "`my-shop` is one"),
        ("new shop --template buckte", "tip: a similar value exists: 'bucket'"),
        ("new shop --formwork nowhere", "there is no package `formwork`"),
        ("plan --manifest-path nowhere/Cargo.toml", "there is no file nowhere/Cargo.toml"),
    ] {
        let ran = folder.formwork("", line);
        assert_eq!(ran.code, 2, "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains(says), "{line}: {}", ran.stderr);
    }
    assert_eq!(
        fs::read_dir(folder.path("")).unwrap().count(),
        1,
        "nothing is left but the settings of cargo"
    );

    fs::create_dir(folder.path("shop")).unwrap();
    let ran = folder.formwork("", "new shop");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("shop is there already"), "{}", ran.stderr);
    assert_eq!(fs::read_dir(folder.path("shop")).unwrap().count(), 0);
}

#[test]
fn what_needs_no_program_works_without_one() {
    let folder = Folder::new();
    assert!(folder.does("", "--version").stdout.starts_with("formwork "));
    assert!(folder.does("", "completions bash").stdout.contains("migrations"));
    assert!(folder.does("", "bindings list sqs queue").stdout.contains("aws_sqs_queue"));
    assert!(folder.does("", "bindings add --help").stdout.contains("Usage: formwork bindings add"));
    folder.does("", "bindings add cloudflare_zone");
    assert!(folder.path("src/bindings/cloudflare/zone.rs").exists());
    let help = folder.does("", "--help").stdout;
    assert!(
        help.contains("\n  new ") && help.contains("\n  plan ") && !help.contains("needs the feature"),
        "{help}"
    );
}

#[test]
fn the_doctor_fails_where_something_is_missing() {
    let folder = Folder::new();
    let doctor = |variables: &[(&str, &str)]| {
        let mut command = folder.tool("");
        command.arg("doctor").env_remove("FORMWORK_TERRAFORM").envs(variables.iter().copied());
        run(&mut command)
    };
    let ran = doctor(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("`formwork new NAME` makes one"), "{}", ran.stdout);
    let ran = doctor(&[("PATH", "/nowhere"), ("CARGO", "/nowhere/cargo")]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(
        ran.stdout.contains("missing cargo") && ran.stdout.contains("missing terraform"),
        "{}",
        ran.stdout
    );
    let ran = doctor(&[("FORMWORK_TERRAFORM", "/nowhere/terraform")]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
}

/// A program that prints what cargo was called with is enough to see what a verb is passed on as.
#[cfg(unix)]
#[test]
fn a_verb_is_passed_on_with_the_features_that_it_needs() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    fs::create_dir_all(folder.path("infra/src/deep")).unwrap();
    fs::create_dir_all(folder.path("formwork/src")).unwrap();
    folder.write("formwork/Cargo.toml", "[package]\nname = \"formwork\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[features]\ndelivery = []\nmigrations = []\npipelines = []\nsandbox = []\n[workspace]\n");
    folder.write("formwork/src/lib.rs", "");
    folder.write("infra/Cargo.toml", "[package]\nname = \"infra\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[features]\nship = [\"formwork/delivery\"]\n[dependencies]\nformwork = { path = \"../formwork\", default-features = false, features = [\"sandbox\"] }\n[workspace]\n");
    folder.write("infra/src/main.rs", "fn main() {}\n");
    let real = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let script =
        format!("#!/bin/sh\n[ \"$1\" = metadata ] && exec {real} \"$@\"\npwd\nprintf '%s ' \"$@\"\nexit 7\n");
    folder.write("cargo", &script);
    fs::set_permissions(folder.path("cargo"), fs::Permissions::from_mode(0o755)).unwrap();
    let root = folder.path("").canonicalize().unwrap().display().to_string();
    let passed = |below: &str, line: &str| {
        let ran = run(folder.tool(below).env("CARGO", folder.path("cargo")).args(line.split(' ')));
        // The exit code is the program's.
        assert_eq!(ran.code, 7, "{line}: {}", ran.stderr);
        (ran.stdout.replace(&root, ""), ran.stderr)
    };
    let base = "/infra\nrun --manifest-path /infra/Cargo.toml --bin infra";
    let (stdout, _) = passed("infra/src/deep", "plan shop --sandbox -- -refresh=false");
    assert_eq!(stdout, format!("{base} --quiet -- plan shop --sandbox -- -refresh=false "));
    let (stdout, _) = passed("infra", "release status");
    assert_eq!(stdout, format!("{base} --features ship --quiet -- release status "));
    let (stdout, _) = passed("infra", "--locks locks plan");
    assert_eq!(stdout, format!("{base} --quiet -- --locks locks plan "));
    // What is not forwarded is switched on, and the line that is missing is named.
    let (stdout, stderr) = passed("infra", "pipelines init");
    assert_eq!(stdout, format!("{base} --features formwork/pipelines --quiet -- pipelines init "));
    assert!(stderr.contains("add `pipelines = [\"formwork/pipelines\"]` below `[features]`"), "{stderr}");
    // A manifest that is named leaves the folder as it is.
    let (stdout, _) = passed("", "plan --manifest-path infra/Cargo.toml");
    assert_eq!(stdout, "\nrun --manifest-path /infra/Cargo.toml --bin infra --quiet -- plan ");

    // The tool becomes cargo, and cargo the program: Ctrl-C reaches one process, which has the terminal.
    let script = folder.read("cargo").replace("pwd\n", "echo process $$\n");
    folder.write("cargo", &script);
    let mut command = folder.tool("infra");
    command.env("CARGO", folder.path("cargo")).arg("apply").stdout(Stdio::piped()).stderr(Stdio::null());
    let child = command.spawn().unwrap();
    let id = child.id();
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.starts_with(&format!("process {id}\n")), "{id}: {stdout}");
}
