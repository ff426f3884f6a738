//! What `depends_on` takes: one thing, several, or all that is in a scope.

use crate::{Block, Json, Reference};

/// Things in a stack that another one waits for. References are, and lists, `Option`s and tuples of them.
///
/// ```
/// use formwork_core::{Raw, Resource, Stack};
///
/// let mut stack = Stack::new("dev");
/// let first = stack.add("first", Raw::new("aws_x"));
/// let second = stack.add("second", Raw::new("aws_x"));
/// stack.add("third", Raw::new("aws_x").depends_on([&first, &second]));
/// let all = stack.within("network");
/// stack.add("fourth", Raw::new("aws_x").depends_on((&first, all)));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that can be waited for",
    label = "give references to what was added to the stack: `&bucket`, `[&a, &b]`, `(&bucket, &role)`"
)]
pub trait Dependencies: Sized {
    /// Visits each of them.
    fn each(self, visit: &mut dyn FnMut(&Reference));
}

/// Adds to the `depends_on` of a block, each thing once.
#[track_caller]
pub(crate) fn wait_for(block: &mut Block, on: impl Dependencies) {
    let mut addresses = match block.get("depends_on") {
        Some(Json::Array(known)) => known.clone(),
        _ => Vec::new(),
    };
    on.each(&mut |reference| {
        let address = reference.bare_address();
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    });
    if !addresses.is_empty() {
        block.set("depends_on", Json::Array(addresses));
    }
}

impl<R: AsRef<Reference>> Dependencies for &R {
    fn each(self, visit: &mut dyn FnMut(&Reference)) {
        visit(self.as_ref());
    }
}

impl Dependencies for Reference {
    fn each(self, visit: &mut dyn FnMut(&Reference)) {
        visit(&self);
    }
}

impl<D: Dependencies> Dependencies for Vec<D> {
    fn each(self, visit: &mut dyn FnMut(&Reference)) {
        self.into_iter().for_each(|one| one.each(visit));
    }
}

impl<D: Dependencies, const N: usize> Dependencies for [D; N] {
    fn each(self, visit: &mut dyn FnMut(&Reference)) {
        self.into_iter().for_each(|one| one.each(visit));
    }
}

impl<D: Dependencies> Dependencies for Option<D> {
    fn each(self, visit: &mut dyn FnMut(&Reference)) {
        self.into_iter().for_each(|one| one.each(visit));
    }
}

impl<A: Dependencies, B: Dependencies> Dependencies for (A, B) {
    fn each(self, visit: &mut dyn FnMut(&Reference)) {
        self.0.each(visit);
        self.1.each(visit);
    }
}

impl<A: Dependencies, B: Dependencies, C: Dependencies> Dependencies for (A, B, C) {
    fn each(self, visit: &mut dyn FnMut(&Reference)) {
        self.0.each(visit);
        self.1.each(visit);
        self.2.each(visit);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Raw, Resource, Stack};

    #[test]
    fn several_things_and_scopes_are_waited_for() {
        let mut stack = Stack::new("dev");
        let first = stack.add("first", Raw::new("aws_x"));
        {
            let mut scope = stack.scope("net");
            scope.add("a", Raw::new("aws_x"));
            scope.scope("inner").add("b", Raw::data("aws_y"));
        }
        let many = stack.add("many", Raw::new("aws_x").count(2));
        let none = None::<&crate::Reference>;
        let all = stack.within("net");
        let last = Raw::new("aws_z").depends_on((&first, [&first, &first], none)).depends_on((&many, all));
        stack.add("last", last);
        let object = stack.resource("aws_z", "last").unwrap();
        assert_eq!(
            serde_json::to_string(object.block.get("depends_on").unwrap()).unwrap(),
            r#"["aws_x.first","aws_x.many","aws_x.net_a","data.aws_y.net_inner_b"]"#
        );
        assert!(stack.within("ne").is_empty());
    }
}
