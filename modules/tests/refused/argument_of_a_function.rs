//! `upper` takes text.

use formwork::{Expr, functions};

fn main() {
    let sizes = Expr::<Vec<f64>>::raw("var.sizes");
    let _ = functions::upper(sizes);
}
