//! References from a step to stacks: to an output, a role, a function or a release.

/// Something of the stacks that a step names. [`review`](crate::review) looks for it in what was synthesized.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// A stack.
    Stack(String),
    /// A Lambda function, by its name in AWS.
    Function(String),
    /// An output of a stack.
    Output {
        /// The stack.
        stack: String,
        /// The output.
        name: String,
    },
    /// A role of AWS that no stack of the program makes.
    AnyRole,
    /// A service, by the name that its stack describes its release under.
    Release {
        /// The stack.
        stack: String,
        /// The service.
        service: String,
    },
    /// A role of AWS, by its name there, whose ARN a variable of the job's environment on GitHub holds.
    Role {
        /// The role.
        name: String,
        /// The variable.
        variable: String,
    },
}
