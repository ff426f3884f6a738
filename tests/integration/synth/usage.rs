//! What the command line says of itself.

use crate::support::TestEnv;
use insta::assert_snapshot;

#[test]
fn help_lists_the_commands() {
    let ran = TestEnv::new().run(&["--help"]);
    assert_eq!(ran.code, 0);
    // What a feature adds says so where it is off.
    let is_added = |line: &&str| {
        let verb = line.split_whitespace().next();
        verb.is_some_and(|verb| ["migrations", "release", "gate", "pipelines", "smoke"].contains(&verb))
    };
    assert_eq!(ran.stdout.lines().filter(is_added).count(), 5, "{}", ran.stdout);
    let always: Vec<&str> = ran.stdout.lines().filter(|line| !is_added(line)).collect();
    assert_snapshot!(always.join("\n"), @r#"
        Typed Rust infrastructure, synthesized to Terraform JSON

        Usage: cargo run -- [OPTIONS] <COMMAND>

        Commands:
          synth        Check the stacks and write their Terraform JSON
          list         List the stacks in the order in which they are applied
          diff         Show which resources and arguments changed since the last synthesis or a git revision
          moves        Print the lines that keep renamed resources from being replaced
          graph        Draw stacks with what is in them and who uses whom
          cost         Estimate what stacks cost in a month, by list prices
          validate     Have terraform check the documents; needs no credentials and no state
          plan         Show what an apply would change
          review       Show the plans in a folder to who reviews them, as a page with --html
          apply        Apply the stacks, each after those that it needs
          destroy      Destroy everything in the stacks, each before those that it needs
          output       Print outputs; sensitive ones only by name or as JSON
          comment      Write the comment of a pull request from what `plan --json` said in several jobs
          drift        Find what has changed outside since the last apply; exit with 1 if anything has
          import       Take a thing that exists into the state of a stack
          unlock       Say who has locked the state of a stack, and unlock it
          terraform    Run any terraform command on a stack, such as `state list`, `state mv`, `taint` or `console`
          bootstrap    Create the stack that holds the states, and move its own state there; safe to run again at any time
          sandbox      Change what is in the simulated cloud of `--sandbox`
          providers    Lock the versions of providers and of terraform in the repository
          bindings     Find resource types and generate typed bindings for them
          convert      Make a program of a configuration in HCL, and prove that it says the same
          port         Make a program of the `cdktf.out` of CDK for Terraform, and prove that it writes the same
          adopt        Make a program of states, or of `import` blocks, and prove that nothing would change
          schema       Print the JSON Schema of a system's settings file
          completions  Print completions for a shell

        Options:
              --locks <DIR>  Folder with the lock files of providers [env: FORMWORK_LOCKS=] [default: providers]
          -h, --help         Print help
        "#);
}

#[test]
fn nothing_and_nonsense_are_wrong_usage() {
    assert_eq!(TestEnv::new().run(&[]).code, 2);
    let ran = TestEnv::new().run(&["sinth"]);
    assert_eq!(ran.code, 2);
    assert_snapshot!(ran.stderr, @r#"
        error: unrecognized subcommand 'sinth'

          tip: a similar subcommand exists: 'synth'

        Usage: cargo run -- [OPTIONS] <COMMAND>

        For more information, try '--help'.
        "#);
}

#[test]
fn shells_get_completions() {
    for shell in ["bash", "zsh", "fish"] {
        let ran = TestEnv::new().run(&["completions", shell]);
        assert_eq!(ran.code, 0);
        assert!(ran.stdout.contains("synth") && ran.stdout.contains("bindings"), "{shell}");
    }
}
