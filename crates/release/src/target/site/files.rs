//! The files of a site: what they are, and how long they may be kept.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::engine::hexadecimal;

/// A file of a site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct File {
    /// SHA-256 of its bytes, as hexadecimal digits.
    pub(super) sha256: String,
    pub(super) content_type: String,
    pub(super) cache_control: String,
}

/// Files whose names change with what is in them are kept for a year, which is the most that RFC 9111's predecessors
/// advised (RFC 2616, 14.21).
const KEPT: &str = "public, max-age=31536000, immutable";
/// Everything else is asked for again each time; unchanged, it costs an answer without a body.
const ASKED_FOR: &str = "no-cache";

/// What a folder holds.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// The files, by their paths with `/`, with their bytes.
    pub(super) files: BTreeMap<String, (File, Vec<u8>)>,
    /// What is hidden, and so not for everybody: `.env`, `.git`.
    pub(super) left_out: Vec<String>,
}

/// The one hidden name that is published (RFC 8615).
const WELL_KNOWN: &str = ".well-known";

/// Reads the files of a folder. A link is followed to a file within the folder, and nowhere else.
///
/// # Errors
/// Fails if something cannot be read, has a name that is no text, or leads out of the folder.
pub(super) fn read(folder: &Path) -> io::Result<Folder> {
    let root = fs::canonicalize(folder)?;
    let mut found = Folder::default();
    add(&root, &root, "", &mut found)?;
    Ok(found)
}

fn add(root: &Path, folder: &Path, prefix: &str, found: &mut Folder) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|name| refused(format!("{} is not text", Path::new(&name).display())))?;
        let path = format!("{prefix}{name}");
        if name.starts_with('.') && name != WELL_KNOWN {
            found.left_out.push(path);
            continue;
        }
        let mut kind = entry.file_type()?;
        if kind.is_symlink() {
            kind = linked(root, &entry.path(), &path)?;
        }
        if kind.is_dir() {
            add(root, &entry.path(), &format!("{path}/"), found)?;
            continue;
        }
        if !kind.is_file() {
            return Err(refused(format!("{path} is neither a file nor a folder")));
        }
        let bytes = fs::read(entry.path())?;
        let file = File {
            sha256: hexadecimal(&Sha256::digest(&bytes)),
            content_type: content_type(&name).to_owned(),
            cache_control: if is_kept(&path) { KEPT } else { ASKED_FOR }.to_owned(),
        };
        found.files.insert(path, (file, bytes));
    }
    Ok(())
}

/// What a link leads to, if that is a file of the site's own.
fn linked(root: &Path, link: &Path, path: &str) -> io::Result<fs::FileType> {
    let target =
        fs::canonicalize(link).map_err(|_| refused(format!("{path} is a link that leads nowhere")))?;
    let Ok(within) = target.strip_prefix(root) else {
        let target = target.display();
        return Err(refused(format!("{path} is a link that leads out of the folder, to {target}")));
    };
    let is_hidden = within.iter().any(|part| part.to_string_lossy().starts_with('.') && part != WELL_KNOWN);
    if is_hidden {
        return Err(refused(format!("{path} is a link to {}, which is hidden", within.display())));
    }
    let kind = fs::metadata(&target)?.file_type();
    if kind.is_dir() {
        return Err(refused(format!("{path} is a link to a folder: copy what is in it")));
    }
    Ok(kind)
}

fn refused(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Whether a file's name changes with what is in it: a stem that ends with a hash, as bundlers write it.
fn is_kept(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((stem, extension)) = name.split_once('.') else { return false };
    if matches!(extension, "html" | "htm" | "json" | "webmanifest" | "txt" | "xml") {
        return false;
    }
    // `index-8f3a2b1c.js`, `main.8f3a2b1c.css`, `8f3a2b1c9d.png`.
    let parts = stem.split('-').chain(extension.split('.').rev().skip(1));
    let is_hash = |part: &str| {
        let hexadecimal = part.len() >= 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        let has_digit = part.bytes().any(|byte| byte.is_ascii_digit());
        let mixed = part.len() >= 8
            && part.bytes().any(|byte| byte.is_ascii_uppercase())
            && part.bytes().any(|byte| byte.is_ascii_lowercase());
        let is_word = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_word && has_digit && (hexadecimal || mixed)
    };
    parts.into_iter().any(is_hash)
}

/// Media types of the IANA registry, for what sites have in them. Text is UTF-8. The list is kept here and not taken from a
/// library: what a file is served as must not change with an update.
fn content_type(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    match extension.as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        "md" => "text/markdown; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "xml" => "application/xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/vnd.microsoft.icon",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "ttf" => "font/ttf",
        "otf" => "font/otf",
        "wasm" => "application/wasm",
        "pdf" => "application/pdf",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "mp3" => "audio/mpeg",
        _ => "application/octet-stream",
    }
}

/// Whether a path is an entry point, which goes last so that it never names a file that is not there yet.
pub(super) fn is_entry(path: &str) -> bool {
    path.ends_with(".html") || path.ends_with(".htm")
}

#[cfg(test)]
mod tests {
    use crate::target::site::files::{content_type, is_kept, read};

    #[test]
    fn only_names_with_a_hash_are_kept() {
        for path in [
            "assets/index-8f3a2b1c.js",
            "main.0a1b2c3d.css",
            "_expo/static/js/web/entry-12ab34cd56.js",
            "a-Bx3dEf9hK.js",
        ] {
            assert!(is_kept(path), "{path}");
        }
        for path in [
            "index.html",
            "favicon.ico",
            "logo-large.png",
            "main.js",
            "service-worker.js",
            "deadbeef.html",
            "data-20251121.json",
            "background.png",
        ] {
            assert!(!is_kept(path), "{path}");
        }
        assert_eq!(content_type("a.WOFF2"), "font/woff2");
        assert_eq!(content_type("LICENSE"), "application/octet-stream");
    }

    #[test]
    fn files_are_read_with_their_paths() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("assets")).unwrap();
        std::fs::write(folder.path().join("index.html"), "<p>").unwrap();
        std::fs::write(folder.path().join("assets/a.css"), "").unwrap();
        let files = read(folder.path()).unwrap().files;
        assert_eq!(files.keys().collect::<Vec<_>>(), ["assets/a.css", "index.html"]);
        assert_eq!(files["index.html"].0.cache_control, "no-cache");
    }

    #[test]
    fn links_that_lead_out_are_refused_and_hidden_files_are_left_out() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::NamedTempFile::new().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in [".well-known/security.txt", ".git/config", "assets/.env", "index.html"] {
            std::fs::create_dir_all(path(name).parent().unwrap()).unwrap();
            std::fs::write(path(name), name).unwrap();
        }
        symlink("index.html", path("start.html")).unwrap();
        let found = read(folder.path()).unwrap();
        assert_eq!(
            found.files.keys().collect::<Vec<_>>(),
            [".well-known/security.txt", "index.html", "start.html"]
        );
        let mut left_out = found.left_out;
        left_out.sort();
        assert_eq!(left_out, [".git", "assets/.env"]);
        assert_eq!(found.files["start.html"].1, b"index.html");
        for (target, said) in [
            (outside.path(), "leads out of the folder, to "),
            (std::path::Path::new("../.."), "leads out of the folder"),
            (std::path::Path::new("nowhere"), "leads nowhere"),
            (std::path::Path::new("."), "a link to a folder"),
            (std::path::Path::new("assets/.env"), "which is hidden"),
        ] {
            symlink(target, path("leak.txt")).unwrap();
            let refusal = read(folder.path()).unwrap_err().to_string();
            assert!(refusal.starts_with("leak.txt is a link") && refusal.contains(said), "{refusal}");
            std::fs::remove_file(path("leak.txt")).unwrap();
        }
        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        let refusal = read(folder.path()).unwrap_err().to_string();
        assert_eq!(refusal, "socket is neither a file nor a folder");
    }
}
