//! Scopes: modules put their names behind one of their own.

use std::ops::{Deref, DerefMut};

use crate::{Address, Kind, Object, Reference, Source, Stack};

/// A scope of logical names, open until it is dropped. It is used like the stack itself.
#[derive(Debug)]
pub struct Scope<'a> {
    stack: &'a mut Stack,
    outer: usize,
    outer_path: u32,
}

impl Stack {
    /// Opens a scope: logical names inside are put behind `name` and an underscore. It ends when the guard is dropped.
    #[track_caller]
    pub fn scope(&mut self, name: &str) -> Scope<'_> {
        let (outer, outer_path) = (self.scope.len(), self.scope_path);
        let path = match outer {
            0 => {
                self.scope_source = Some(Source::here());
                name.to_owned()
            }
            _ => {
                self.scope.push('_');
                [self.scope_path(outer_path), "/", name].concat()
            }
        };
        self.scope.push_str(name);
        let (index, _) = self.scopes.insert_full(path);
        // A program with more scopes than that has no memory left for their paths.
        self.scope_path = u32::try_from(index).unwrap_or(u32::MAX);
        Scope { stack: self, outer, outer_path }
    }

    /// The path of a scope.
    pub(crate) fn scope_path(&self, index: u32) -> &str {
        self.scopes.get_index(index as usize).map_or("", String::as_str)
    }

    /// The path of the scope that an object is in: the names of the scopes, joined with `/`; empty outside of any.
    #[must_use]
    pub fn scope_of(&self, object: &Object) -> &str {
        self.scope_path(object.origin.path)
    }

    /// What was added within a scope so far, scopes within it included, for `depends_on`. The path is the whole one, whatever
    /// scope is open: the names of the scopes, joined with `/`.
    #[must_use]
    pub fn within(&self, scope: &str) -> Vec<Reference> {
        let kinds = [Kind::Resource, Kind::Data, Kind::Module];
        let objects = kinds.into_iter().flat_map(|kind| self.objects(kind).iter().map(move |it| (kind, it)));
        let inside = objects.filter(|(_, (.., object))| is_below(self.scope_of(object), scope));
        inside
            .map(|(kind, (type_name, name, _))| {
                let address = Address { kind, type_name: type_name.to_owned().into(), name: name.into() };
                Reference::new(address, self.own)
            })
            .collect()
    }

    /// The logical name that `name` has in the present scope.
    #[must_use]
    pub fn logical_name(&self, name: &str) -> String {
        if self.scope.is_empty() { name.to_owned() } else { [&self.scope, "_", name].concat() }
    }
}

impl Deref for Scope<'_> {
    type Target = Stack;

    fn deref(&self) -> &Stack {
        self.stack
    }
}

impl DerefMut for Scope<'_> {
    fn deref_mut(&mut self) -> &mut Stack {
        self.stack
    }
}

impl Drop for Scope<'_> {
    fn drop(&mut self) {
        self.stack.scope.truncate(self.outer);
        self.stack.scope_path = self.outer_path;
        if self.outer == 0 {
            self.stack.scope_source = None;
        }
    }
}

/// Whether a scope is another one or within it.
pub(crate) fn is_below(scope: &str, outer: &str) -> bool {
    outer.is_empty() || scope.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
