//! What the compiler says of something that is no value.

use crate::Value;

/// Stands for an argument where the compiler looks for what it takes.
#[derive(Debug)]
pub struct TakenValue;

/// Implemented for nothing: a mistake ends here, and the message says what to write instead.
#[diagnostic::on_unimplemented(
    message = "`{R}` is no value of the argument's type",
    label = "of a resource, give one of its attributes, such as `.id()` or `.arn()`",
    note = "values are text, numbers, bools, lists, maps, `Option`s of them, and expressions; each argument takes those of its type"
)]
pub trait Takes<R> {}

impl<T, R> From<R> for Value<T>
where
    TakenValue: Takes<R>,
{
    fn from(_: R) -> Self {
        unreachable!("nothing implements `Takes`")
    }
}
