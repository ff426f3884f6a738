//! Stacks whose providers are locked. The environment variable `FIXTURE` says which version of `acme/thing` two of them
//! ask for; `more` is in it where one of them needs another provider too.

use std::process::ExitCode;

use formwork::{App, Program, Raw, Resource};

pub(crate) fn main() -> ExitCode {
    Program::new(build).platforms(["linux_amd64", "darwin_arm64"]).run()
}

fn build(app: &mut App) -> formwork::Result {
    let words = std::env::var("FIXTURE").unwrap_or_default();
    let (version, more) = words.split_once(',').unwrap_or((&words, ""));
    for name in ["one", "two"] {
        let stack = app.stack(name);
        stack.require_provider("thing", "acme/thing", version);
        if more == "more" && name == "two" {
            stack.require_provider("other", "acme/other", "");
        }
    }
    // Gone since version 6 of the provider.
    let old = app.stack("old");
    old.require_provider("aws", "hashicorp/aws", ">= 5.100.0, < 7.0.0");
    old.add("old", Raw::new("aws_opsworks_user_profile").set("user_arn", "arn").set("ssh_username", "me"));
    app.stack("none").add("none", Raw::new("terraform_data"));
    Ok(())
}
