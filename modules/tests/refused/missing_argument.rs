//! An alias needs a function, a version and a name.

use formwork::aws;

fn main() {
    let _ = aws::LambdaAlias::new(aws::LambdaAliasArgs { function_name: "orders".into(), name: "live".into() });
}
