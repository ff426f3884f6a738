//! How long an asset takes: the first time, when it is packed, and afterwards, when it is only read.
//!
//! Run it with `cargo bench -p formwork --bench assets`.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use formwork::assets::Asset;
use formwork::{App, Program};

/// Large files and small ones, as a build with its dependencies has them.
const FILES: [(usize, usize); 2] = [(4, 50 << 20), (2000, 10 << 10)];

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let code = folder.path().join("code");
    let bytes = fill(&code)?;
    let out = folder.path().join("out");
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{} MiB in {} files", bytes >> 20, FILES.iter().map(|(count, _)| count).sum::<usize>())?;
    for what in ["packed", "unchanged", "unchanged"] {
        let from = code.clone();
        let program = Program::new(move |app: &mut App| {
            let stack = app.stack("code");
            let asset = Asset::zip(&from).add_to(stack, "code");
            stack.output("hash", asset.source_code_hash());
            Ok(())
        });
        let start = Instant::now();
        let arguments = ["bench", "synth", "--out", out.to_str().ok_or("the folder has no name in UTF-8")?];
        let _ = program.run_with(arguments.map(Into::into));
        writeln!(stdout, "{what:10} {:6.2} s", start.elapsed().as_secs_f64())?;
    }
    Ok(())
}

/// Writes text that packs about as well as programs do.
fn fill(folder: &Path) -> std::io::Result<usize> {
    fs::create_dir(folder)?;
    let (mut total, mut state) = (0, 1_u64);
    for (kind, (count, size)) in FILES.into_iter().enumerate() {
        for number in 0..count {
            let mut file = BufWriter::new(File::create(folder.join(format!("{kind}-{number}")))?);
            for _ in 0..size / 8 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                // Half of the bytes are zero.
                file.write_all(&(state >> 32).to_le_bytes())?;
            }
            total += size;
        }
    }
    Ok(total)
}
