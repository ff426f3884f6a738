//! What happens to locks and states when a run is stopped, or killed.

use std::process::{Child, Command, Stdio};

use crate::support::{Ran, TestEnv};

/// A run of `apply` that is in the middle of making a resource.
struct Stuck {
    child: Child,
}

impl Stuck {
    fn begin(env: &TestEnv) -> Self {
        Self::begin_as(env, "slow", "apply")
    }

    fn begin_as(env: &TestEnv, variant: &str, subcommand: &str) -> Self {
        std::fs::create_dir_all(env.path("formwork.out/island")).unwrap();
        for pipe in ["started", "gate"] {
            let _ = std::fs::remove_file(env.path(&format!("formwork.out/island/{pipe}")));
            run(Command::new("mkfifo").arg(env.path(&format!("formwork.out/island/{pipe}"))));
        }
        let mut command = env.runner_command(variant, &[subcommand, "island", "--auto-approve"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Ends once the resource is being made.
        assert_eq!(env.read("formwork.out/island/started"), "started\n");
        Self { child }
    }

    fn signal(&self, signal: &str) {
        run(Command::new("kill").args([signal, &self.child.id().to_string()]));
    }

    fn end(self) -> Ran {
        let output = self.child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}

/// The next run goes on from what the state holds.
fn continues(env: &TestEnv) {
    let ran = env.runner("", &["apply", "island", "--auto-approve"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stderr.contains("created terraform_data.palm"), "{}", ran.stderr);
    assert_eq!(env.runner("", &["output", "island", "palm"]).stdout, "a green palm\n");
}

#[test]
fn an_interrupted_apply_saves_its_state_and_releases_its_lock() {
    let env = TestEnv::new();
    let stuck = Stuck::begin(&env);
    stuck.signal("-INT");
    // Terraform would give up at once if it heard of this one too.
    stuck.signal("-INT");
    let ran = stuck.end();
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("interrupted: terraform ends what it is doing"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("Two interrupts received"), "{}", ran.stderr);
    // One line, and no errors of what was only told to stop.
    assert!(ran.stderr.contains("island: stopped: "), "{}", ran.stderr);
    assert!(ran.stderr.contains(" done; the same again goes on\n"), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("error: interrupted: island\n"), "{}", ran.stderr);
    assert!(!env.path("formwork.out/island/.terraform.tfstate.lock.info").exists());
    continues(&env);
}

#[test]
fn a_locked_state_names_who_holds_it() {
    let env = TestEnv::new();
    let stuck = Stuck::begin(&env);
    let ran = env.runner("slow", &["plan", "island", "--lock-timeout", "1s"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("island: waiting for the lock of the state\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("island / the state is locked by "), "{}", ran.stderr);
    assert!(ran.stderr.contains(" (apply, lock "), "{}", ran.stderr);
    // A second apply is refused, and the first one loses nothing.
    let journal = env.read("formwork.out/island/.terraform/formwork-created");
    let ran = env.runner("slow", &["apply", "island", "--auto-approve", "--lock-timeout", "0s"]);
    assert!(ran.stderr.contains("island / the state is locked by "), "{}", ran.stderr);
    assert_eq!(env.read("formwork.out/island/.terraform/formwork-created"), journal);
    let ran = env.runner("slow", &["unlock", "island"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("a running process holds it"), "{}", ran.stderr);
    stuck.signal("-TERM");
    assert_eq!(stuck.end().code, 1);
    let ran = env.runner("", &["unlock", "island"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "Free island: nobody has locked its state\n"));
}

#[test]
fn a_killed_terraform_leaves_a_state_to_continue_from() {
    let env = TestEnv::new();
    let stuck = Stuck::begin(&env);
    run(Command::new("pkill").args(["-KILL", "-P", &stuck.child.id().to_string()]));
    // The command that made the resource is still there, as it would be after a crash.
    std::fs::write(env.path("formwork.out/island/gate"), "").unwrap();
    let ran = stuck.end();
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("signal: 9"), "{}", ran.stderr);
    continues(&env);
}

#[test]
fn what_a_killed_terraform_could_not_save_is_named() {
    let env = TestEnv::new();
    let stuck = Stuck::begin(&env);
    run(Command::new("pkill").args(["-KILL", "-P", &stuck.child.id().to_string()]));
    std::fs::write(env.path("formwork.out/island/gate"), "").unwrap();
    assert_eq!(stuck.end().code, 1);
    // A remote state would not have been saved yet.
    std::fs::remove_file(env.path("formwork.out/island/terraform.tfstate")).unwrap();
    let ran = env.runner("", &["apply", "island", "--auto-approve"]);
    assert_eq!(ran.code, 1);
    let commands: Vec<&str> =
        ran.stderr.lines().filter_map(|line| line.trim().strip_prefix("cargo run -- ")).collect();
    let palm = commands.iter().find(|command| command.contains("terraform_data.palm")).unwrap();
    assert!(palm.starts_with("import island 'terraform_data.palm' '"), "{palm}");
    for command in commands {
        let words: Vec<&str> = command.split(' ').map(|word| word.trim_matches('\'')).collect();
        assert_eq!(env.runner("", &words).code, 0);
    }
    // The state knows it all now.
    continues(&env);
}

#[test]
fn terraform_outlives_a_killed_formwork_and_saves_its_state() {
    let env = TestEnv::new();
    let mut stuck = Stuck::begin(&env);
    stuck.signal("-KILL");
    stuck.child.wait().unwrap();
    let ran = env.runner("", &["apply", "island", "--auto-approve"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("the terraform of an earlier apply is still running, as process "),
        "{}",
        ran.stderr
    );
    let process: String =
        ran.stderr.split("as process ").nth(1).unwrap().chars().take_while(char::is_ascii_digit).collect();
    // The resource is made, and terraform ends.
    std::fs::write(env.path("formwork.out/island/gate"), "").unwrap();
    run(Command::new("tail").args(["--pid", &process, "-f", "/dev/null"]));
    let ran = env.runner("slow", &["plan", "island"]);
    assert!(ran.stderr.contains("island: no changes"), "{}", ran.stderr);
    continues(&env);
}

#[test]
fn a_killed_bootstrap_is_continued() {
    let env = TestEnv::new();
    let stuck = Stuck::begin_as(&env, "slow,backend", "bootstrap");
    let listed = Command::new("pgrep").args(["-P", &stuck.child.id().to_string()]).output().unwrap();
    let terraform = String::from_utf8(listed.stdout).unwrap().trim().to_owned();
    stuck.signal("-KILL");
    run(Command::new("kill").args(["-KILL", &terraform]));
    run(Command::new("tail").args(["--pid", &terraform, "-f", "/dev/null"]));
    std::fs::write(env.path("formwork.out/island/gate"), "").unwrap();
    assert_ne!(stuck.end().code, 0);
    assert!(env.path("formwork.out/island/bootstrap.tfstate").exists());
    let ran = env.runner("backend", &["bootstrap", "island", "--auto-approve"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("continues with the state in the local file"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("created terraform_data.palm"), "{}", ran.stderr);
    assert!(env.path("formwork.out/island/kept/island.tfstate").exists());
    assert!(!env.path("formwork.out/island/bootstrap.tfstate").exists());
    assert!(env.runner("backend", &["plan", "island"]).stderr.contains("island: no changes"));
}
