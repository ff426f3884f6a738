//! Outputs that a stack reads from other stacks' states.

use crate::stack::definition::OutputRead;
use crate::{Address, Expr, Kind, Output, Reference, Source, Stack};

impl Stack {
    /// Reads an output of another stack: its remote state becomes a data source here, and this stack is applied after
    /// the other. The output is that of the workspace which this stack is applied in, where the other's backend has
    /// workspaces. What is sensitive there is sensitive here: Terraform itself forgets that on the way.
    #[track_caller]
    pub fn read<T>(&mut self, output: &Output<T>) -> Expr<T> {
        let read =
            OutputRead { stack: output.stack.clone(), output: output.name.clone(), source: Source::here() };
        if read.stack == self.name {
            let diagnostic = self.diagnostic(format!("output `{}` is read by its own stack", read.output));
            self.report(diagnostic.source(read.source).hint("use the expression that the output exports"));
        }
        let parts = ["data.terraform_remote_state.", &read.stack, ".outputs.", &read.output];
        let expression = if output.is_sensitive {
            Expr::postfix(&["sensitive(", parts[0], parts[1], parts[2], parts[3], ")"])
        } else {
            Expr::postfix(&parts)
        };
        self.reads.push(read);
        expression.of_stacks(self.own)
    }

    /// The state that an output comes from, for `depends_on`: this stack reads it, and is applied after the other.
    #[track_caller]
    pub fn state_of<T>(&mut self, output: &Output<T>) -> Reference {
        self.read(output);
        let (type_name, name) = ("terraform_remote_state".into(), output.stack.clone());
        Reference::new(Address { kind: Kind::Data, type_name, name }, self.own)
    }
}
