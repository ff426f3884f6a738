//! Zip archives that are the same bytes everywhere.

use std::fs::File;
use std::io::{self, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::assets::content::Content;

/// From this size on an entry needs the fields of zip64 (APPNOTE.TXT, 4.3.9.2).
const LARGE: u64 = u32::MAX as u64;

/// Writes an archive of the content, file by file.
pub(crate) fn write(content: &Content, into: impl Write + Seek) -> io::Result<()> {
    let mut archive = ZipWriter::new(into);
    for entry in &content.files {
        let mut file = File::open(&entry.path)?;
        let mode = if entry.is_executable { 0o755 } else { 0o644 };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            // Said outright, so that a default that changes does not change the bytes.
            .compression_level(Some(6))
            .last_modified_time(DateTime::default())
            .system(System::Unix)
            .unix_permissions(mode)
            .large_file(file.metadata()?.len() >= LARGE);
        archive.start_file(&entry.name, options)?;
        io::copy(&mut file, &mut archive)?;
    }
    archive.finish()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, FileTimes};
    use std::io::{Cursor, Read};
    use std::time::{Duration, SystemTime};

    use formwork_core::Packing;
    use zip::ZipArchive;

    use super::*;

    fn zipped(folder: &std::path::Path) -> (Vec<u8>, String) {
        let content = Content::read(folder, &["bin/run".to_owned()]).unwrap();
        let mut bytes = Vec::new();
        write(&content, Cursor::new(&mut bytes)).unwrap();
        (bytes, content.hash(Packing::Zip))
    }

    #[test]
    fn the_same_content_gives_the_same_bytes() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let names = ["b.txt", "a.txt", "bin/run", "bin.txt"];
        for (index, folder) in folders.iter().enumerate() {
            fs::create_dir(folder.path().join("bin")).unwrap();
            // Made in another order, and long before.
            for at in 0..names.len() {
                let name = names[if index == 0 { at } else { names.len() - 1 - at }];
                fs::write(folder.path().join(name), format!("content of {name}").repeat(100)).unwrap();
                let long_ago = SystemTime::now() - Duration::from_secs(index as u64 * 1_000_000);
                let file = File::options().write(true).open(folder.path().join(name)).unwrap();
                file.set_times(FileTimes::new().set_modified(long_ago)).unwrap();
            }
        }
        let (first, second) = (zipped(folders[0].path()), zipped(folders[1].path()));
        assert_eq!(first, second);
        let mut archive = ZipArchive::new(Cursor::new(first.0)).unwrap();
        let mut entries = Vec::new();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            assert!(text.starts_with("content of"));
            entries.push((entry.name().unwrap().into_owned(), entry.unix_mode().unwrap() & 0o777));
        }
        let expected = [("a.txt", 0o644), ("b.txt", 0o644), ("bin.txt", 0o644), ("bin/run", 0o755)];
        assert_eq!(entries, expected.map(|(name, mode)| (name.to_owned(), mode)));
    }

    #[test]
    fn bytes_are_those_of_every_other_machine() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        fs::write(folder.path().join("bin/run"), "one").unwrap();
        let (bytes, hash) = zipped(folder.path());
        assert_eq!((bytes.len(), &hash[..8]), (EXPECTED.0, EXPECTED.1));
    }

    /// The size and the beginning of the hash, written down once.
    const EXPECTED: (usize, &str) = (117, "7146fc18");

    #[test]
    fn the_hash_covers_names_modes_and_contents() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        fs::write(folder.path().join("bin/run"), "one").unwrap();
        fs::write(folder.path().join("a"), "one").unwrap();
        let hash =
            |executables: &[String]| Content::read(folder.path(), executables).unwrap().hash(Packing::Zip);
        let first = hash(&[]);
        assert_ne!(hash(&["a".to_owned()]), first);
        assert_ne!(Content::read(folder.path(), &[]).unwrap().hash(Packing::Copy), first);
        fs::rename(folder.path().join("a"), folder.path().join("b")).unwrap();
        let renamed = hash(&[]);
        assert_ne!(renamed, first);
        fs::write(folder.path().join("b"), "two").unwrap();
        assert_ne!(hash(&[]), renamed);
        assert!(Content::read(folder.path(), &["c".to_owned()]).is_err());
        assert!(Content::read(&folder.path().join("none"), &[]).is_err());
    }
}
