//! Text is not added to a number.

use formwork::Expr;

fn main() {
    let size = Expr::<f64>::raw("var.size");
    let _ = size + "1";
}
