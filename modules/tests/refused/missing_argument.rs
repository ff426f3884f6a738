//! An alias needs a function, a version and a name.

use formwork::aws;

fn main() {
    let _ = aws::LambdaAlias::new("orders", "1");
}
