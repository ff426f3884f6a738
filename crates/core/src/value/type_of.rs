//! The Terraform types that stand for Rust types.

use crate::{Json, Map};

/// The Terraform type constraint that stands for a Rust type, as a `variable` block needs it.
pub trait Type {
    /// The constraint, for example `list(string)`.
    fn constraint() -> String;
}

impl Type for String {
    fn constraint() -> String {
        "string".into()
    }
}

impl Type for bool {
    fn constraint() -> String {
        "bool".into()
    }
}

impl Type for f64 {
    fn constraint() -> String {
        "number".into()
    }
}

impl Type for Json {
    fn constraint() -> String {
        "any".into()
    }
}

impl<T: Type> Type for Vec<T> {
    fn constraint() -> String {
        format!("list({})", T::constraint())
    }
}

impl<T: Type> Type for Map<T> {
    fn constraint() -> String {
        format!("map({})", T::constraint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_terraforms() {
        assert_eq!(Vec::<Map<f64>>::constraint(), "list(map(number))");
    }
}
