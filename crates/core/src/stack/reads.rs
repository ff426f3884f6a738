//! Outputs that a stack reads from other stacks' states.

use crate::stack::definition::OutputRead;
use crate::{Address, Expr, Kind, Output, Reference, Source, Stack};

impl Stack {
    /// Reads an output of another stack: its remote state becomes a data source here, and this stack is applied after
    /// the other.
    #[track_caller]
    pub fn read<T>(&mut self, output: &Output<T>) -> Expr<T> {
        let read =
            OutputRead { stack: output.stack.clone(), output: output.name.clone(), source: Source::here() };
        if read.stack == self.name {
            let diagnostic = self.diagnostic(format!("output `{}` is read by its own stack", read.output));
            self.report(diagnostic.source(read.source).hint("use the expression that the output exports"));
        }
        let expression =
            Expr::postfix(&["data.terraform_remote_state.", &read.stack, ".outputs.", &read.output]);
        self.reads.push(read);
        expression
    }

    /// The state that an output comes from, for `depends_on`: this stack reads it, and is applied after the other.
    #[track_caller]
    pub fn state_of<T>(&mut self, output: &Output<T>) -> Reference {
        self.read(output);
        let (type_name, name) = ("terraform_remote_state".into(), output.stack.clone());
        Reference::new(Address { kind: Kind::Data, type_name, name })
    }
}
