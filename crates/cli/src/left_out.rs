//! Verbs that a feature adds, where it is off: they take anything, and say how to get them.

/// A verb by its name, its feature, what that brings, what the verb is for, and the verbs below it.
macro_rules! left_out {
    ($verb:ident, $feature:literal, $brings:literal, $about:literal, $below:literal) => {
        #[cfg(not(feature = $feature))]
        pub(crate) mod $verb {
            #[derive(Debug, clap::Args)]
            #[command(about = concat!($about, " (needs the feature `", $feature, "`)"))]
            pub(crate) struct Args {
                #[arg(help = concat!("A verb and its arguments: ", $below))]
                #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
                rest: Vec<String>,
            }

            pub(crate) fn run(args: &Args, _: &crate::Program) -> anyhow::Result<crate::ExitStatus> {
                Err(crate::usage::missing($feature, $brings, stringify!($verb), &args.rest))
            }
        }
    };
}

left_out!(
    migrations,
    "migrations",
    "the SQL grammar",
    "Check PostgreSQL migrations",
    "check, compat, log or new"
);
left_out!(
    release,
    "delivery",
    "the clients of AWS and GitHub",
    "Release services",
    "start, verify, promote, rollback, resume, status or history"
);
left_out!(
    gate,
    "delivery",
    "the clients of AWS and GitHub",
    "Wait for checks in other repositories",
    "dispatch, report, wait or audit"
);
left_out!(
    smoke,
    "delivery",
    "the clients of AWS and GitHub",
    "Send the requests of smoke tests",
    "run or list"
);
left_out!(
    pipelines,
    "pipelines",
    "the template engine",
    "Render GitHub workflows from the program",
    "render, check, init or graph"
);
left_out!(
    convert,
    "convert",
    "a parser of HCL",
    "Make a program of a configuration in HCL",
    "the folder and `--out PACKAGE`"
);
left_out!(
    port,
    "convert",
    "a parser of HCL",
    "Make a program of the `cdktf.out` of CDK for Terraform",
    "the folder and `--out PACKAGE`"
);
