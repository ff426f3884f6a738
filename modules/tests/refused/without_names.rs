//! Three texts in a row could be swapped: each has a name.

use formwork::aws;

fn main() {
    let _ = aws::LambdaAlias::new("live", "orders", "1");
}
