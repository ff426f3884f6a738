//! try
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let library = formwork_schema::Library::embedded();
    if args[1] == "check" {
        let c = if args[2].contains("/out-") { formwork_convert::read_cdktf(args[2].as_ref(), &library) } else { formwork_convert::read(args[2].as_ref(), &library) }.unwrap_or_else(|e| panic!("{e}"));
        let r = formwork_convert::proof::compare(&c, args[3].as_ref(), &library).unwrap_or_else(|e| panic!("{e}"));
        for d in &r.differences { println!("{}\n   {:?}\n   {:?}", d.path, d.original, d.result); }
        println!("equal {} different {}", r.equal, r.differences.len());
        return;
    }
    match (if args[1].contains("/out-") { formwork_convert::port } else { formwork_convert::convert })(args[1].as_ref(), &library, &args[3]) {
        Err(error) => { eprintln!("{error}"); std::process::exit(1) }
        Ok(done) => {
            eprintln!("{:?}", done.counts);
            if let Err(error) = formwork_convert::write(&done.package, args[2].as_ref()) { eprintln!("{error}"); std::process::exit(1) }
        }
    }
}
