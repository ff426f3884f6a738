//! try
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let library = formwork_schema::Library::embedded();
    match formwork_convert::convert(args[1].as_ref(), &library, &args[3]) {
        Err(error) => { eprintln!("{error}"); std::process::exit(1) }
        Ok(done) => {
            eprintln!("{:?}", done.counts);
            if let Err(error) = formwork_convert::write(&done.package, args[2].as_ref()) { eprintln!("{error}"); std::process::exit(1) }
        }
    }
}
