//! What a stack says about its state: `import`, `moved` and `removed` blocks.

use crate::constructs::statement::{Statement, StatementKind};
use crate::{Block, Import, Object, Removed, Source, Stack, StateAddress};

impl Stack {
    /// Takes an object that exists into the state, with the next apply.
    #[track_caller]
    pub fn import_existing(&mut self, import: Import) {
        self.state_that(StatementKind::Import, import.block, Source::here());
    }

    /// Says that what was at one place in the state is at another one now, so that it is not replaced: a resource, one
    /// object of it, or a module with all that is in it.
    #[track_caller]
    pub fn moved(&mut self, from: impl Into<StateAddress>, to: impl Into<StateAddress>) {
        self.move_from(&from.into(), &to.into(), Source::here());
    }

    /// Makes a `moved` block on behalf of a line.
    pub(crate) fn move_from(&mut self, from: &StateAddress, to: &StateAddress, source: Source) {
        let mut block = Block::new();
        block.set_from("from", from.clone().into_json(), source);
        block.set_from("to", to.clone().into_json(), source);
        self.state_that(StatementKind::Moved, block, source);
    }

    /// Says that a resource or module which is not in the program any more went on purpose.
    #[track_caller]
    pub fn removed(&mut self, removed: Removed) {
        self.state_that(StatementKind::Removed, removed.block, Source::here());
    }

    fn state_that(&mut self, kind: StatementKind, block: Block, source: Source) {
        let object = Object { block, origin: self.origin(source) };
        self.statements.push(Statement { kind, object });
    }

    /// The bodies of the `import`, `moved` or `removed` blocks, in the order of the program.
    pub fn statements(&self, name: &str) -> impl Iterator<Item = &Object> {
        self.statements.iter().filter(move |one| one.kind.name() == name).map(|one| &one.object)
    }
}
