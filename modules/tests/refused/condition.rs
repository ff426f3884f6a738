//! A number is not a condition.

use formwork::Expr;

fn main() {
    let size = Expr::<f64>::raw("var.size");
    let _ = size.then("a").otherwise("b");
}
