//! References to what Terraform names itself, and to what a stack has under a name that is only known as text.
//!
//! Most references come from what was added: [`Stack::add`](crate::Stack::add), [`Stack::local`](crate::Stack::local)
//! and [`Stack::variable`](crate::Stack::variable) return them. These are for all other places; a name that is not in
//! the stack is a diagnostic at synthesis, as ever.

use crate::{Expr, Json};

/// The key of the object that a block with `for_each` is at: `each.key`.
#[must_use]
pub fn each_key() -> Expr<String> {
    Expr::postfix(&["each.key"])
}

/// The element that a block with `for_each` is at: `each.value`.
#[must_use]
pub fn each_value<T>() -> Expr<T> {
    Expr::postfix(&["each.value"])
}

/// The position of the object that a block with `count` is at, counted from 0: `count.index`.
#[must_use]
pub fn count_index() -> Expr<f64> {
    Expr::postfix(&["count.index"])
}

/// The object itself, in its provisioners, connections and postconditions: `self`.
#[must_use]
pub fn self_object() -> Expr<Json> {
    Expr::postfix(&["self"])
}

/// The folder of the module that the expression is in, relative to the working directory: `path.module`.
#[must_use]
pub fn path_module() -> Expr<String> {
    Expr::postfix(&["path.module"])
}

/// The folder of the root module: `path.root`.
#[must_use]
pub fn path_root() -> Expr<String> {
    Expr::postfix(&["path.root"])
}

/// The folder that terraform was started in: `path.cwd`. It differs from machine to machine.
#[must_use]
pub fn path_cwd() -> Expr<String> {
    Expr::postfix(&["path.cwd"])
}

/// The name of the workspace, which is `default` unless another one was selected: `terraform.workspace`.
#[must_use]
pub fn workspace() -> Expr<String> {
    Expr::postfix(&["terraform.workspace"])
}

/// Whether terraform applies rather than plans, for values that are ephemeral: `terraform.applying` (Terraform 1.10).
#[must_use]
pub fn applying() -> Expr<bool> {
    Expr::postfix(&["terraform.applying"])
}

/// An input variable: `var.<name>`.
#[must_use]
pub fn variable<T>(name: &str) -> Expr<T> {
    Expr::postfix(&["var.", name])
}

/// A local value: `local.<name>`.
#[must_use]
pub fn local<T>(name: &str) -> Expr<T> {
    Expr::postfix(&["local.", name])
}

/// A resource as a whole: `<type>.<name>`.
#[must_use]
pub fn resource(type_name: &str, name: &str) -> Expr<Json> {
    Expr::postfix(&[type_name, ".", name])
}

/// A data source as a whole: `data.<type>.<name>`.
#[must_use]
pub fn data(type_name: &str, name: &str) -> Expr<Json> {
    Expr::postfix(&["data.", type_name, ".", name])
}

/// An ephemeral resource as a whole: `ephemeral.<type>.<name>` (Terraform 1.10).
#[must_use]
pub fn ephemeral(type_name: &str, name: &str) -> Expr<Json> {
    Expr::postfix(&["ephemeral.", type_name, ".", name])
}

/// The outputs of a module as a whole: `module.<name>`.
#[must_use]
pub fn module(name: &str) -> Expr<Json> {
    Expr::postfix(&["module.", name])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_terraforms() {
        assert_eq!(each_value::<Json>().field::<String>("id").hcl(), "each.value.id");
        assert_eq!((count_index() + 1).hcl(), "count.index + 1");
        assert_eq!(self_object().field::<String>("id").hcl(), "self.id");
        assert_eq!(each_key().ne("a").hcl(), "each.key != \"a\"");
        assert_eq!(
            ephemeral("random_password", "p").field::<String>("result").hcl(),
            "ephemeral.random_password.p.result"
        );
        assert_eq!((!applying()).hcl(), "!terraform.applying");
    }
}
