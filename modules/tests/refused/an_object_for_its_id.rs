//! An argument takes an attribute of another resource, not the resource.

use formwork::{App, aws};

fn main() {
    let mut app = App::new();
    let stack = app.stack("dev");
    let vpc = stack.add("vpc", aws::Vpc::new());
    stack.add("subnet", aws::Subnet::new(vpc));
}
