//! Both branches of a conditional have one type.

use formwork::Expr;

fn main() {
    let large = Expr::<bool>::raw("var.large");
    let size = Expr::<f64>::raw("var.size");
    let _ = large.then(size).otherwise("small");
}
