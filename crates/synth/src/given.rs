//! Documents that another program has made, as they are handed from one job to another: they are data, and nothing but
//! the documents and their assets is taken from the folder.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use formwork_core::Hint;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::manifest::{DOCUMENT, MANIFEST, digest, read_manifest};
use crate::plain_file::{bounded_file, check_plain};
use crate::provider_locks::OF_STACK;
use crate::retired::Retired;

/// The folder of a stack's assets in that of its document.
const ASSETS: &str = "assets";
/// A larger file is refused.
const MAX_FILE: u64 = 512 << 20;
/// Deeper folders are refused.
const MAX_DEPTH: usize = 64;

/// The stacks of a folder that `synth` wrote, sorted by name, each known by its document alone.
///
/// # Errors
/// Fails if there is none, and if a document is not what the manifest says or not as `synth` writes it.
pub fn given_documents(folder: &Path) -> anyhow::Result<Vec<Retired>> {
    check_plain(&folder.join(MANIFEST), MAX_FILE)?;
    let Some(manifest) = read_manifest(folder)? else {
        let hint = Hint::new("name the folder that `synth` wrote");
        bail!("there are no documents in {}{hint}", folder.display());
    };
    let mut given = Vec::new();
    for entry in manifest.stacks {
        let path = folder.join(&entry.name).join(DOCUMENT);
        let bytes = bounded_file(&path, MAX_FILE)?;
        if digest(&bytes) != entry.digest {
            bail!("{} is not as `synth` wrote it", path.display());
        }
        if let Some(lock) = &entry.provider_lock {
            let path = folder.join(&entry.name).join(OF_STACK);
            if digest(&bounded_file(&path, MAX_FILE)?) != *lock {
                bail!("{} is not as `synth` wrote it", path.display());
            }
        }
        // A key that comes twice could be read in two ways.
        serde_json::from_slice::<Unambiguous>(&bytes)
            .with_context(|| format!("{} is not a document", path.display()))?;
        let document = serde_json::from_slice(&bytes)?;
        given.push(Retired { entry, document, bytes: Some(bytes) });
    }
    given.sort_by(|a, b| a.entry.name.cmp(&b.entry.name));
    if let Some(twice) = given.windows(2).find(|pair| pair[0].entry.name == pair[1].entry.name) {
        bail!("{} names `{}` twice", folder.join(MANIFEST).display(), twice[0].entry.name);
    }
    Ok(given)
}

/// Copies the assets of a stack to where its document finds them, and the versions of its providers. Hidden files are left,
/// and links are refused.
///
/// # Errors
/// Fails for what is no plain file, and if a file cannot be copied.
pub fn copy_assets(from: &Path, to: &Path, stack: &str) -> anyhow::Result<()> {
    let (from, to) = (from.join(stack), to.join(stack));
    for name in [ASSETS, OF_STACK] {
        if from.join(name).symlink_metadata().is_ok() {
            fs::create_dir_all(&to).with_context(|| format!("cannot make {}", to.display()))?;
            copy(&from.join(name), &to.join(name), MAX_DEPTH)?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path, depth: usize) -> anyhow::Result<()> {
    let metadata = from.symlink_metadata().with_context(|| format!("cannot read {}", from.display()))?;
    if !metadata.is_dir() {
        check_plain(from, MAX_FILE)?;
        fs::copy(from, to).with_context(|| format!("cannot write {}", to.display()))?;
        return Ok(());
    }
    if depth == 0 {
        bail!("{} is too deep", from.display());
    }
    fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let name = entry?.file_name();
        if !name.to_string_lossy().starts_with('.') {
            copy(&from.join(&name), &to.join(&name), depth - 1)?;
        }
    }
    Ok(())
}

/// JSON in which no object has a key twice.
struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Unambiguous {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            entries.next_value::<Self>()?;
            if let Some(twice) = seen.replace(key) {
                return Err(serde::de::Error::custom(format!("the key `{twice}` comes twice")));
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_comes_twice_is_no_document() {
        let read =
            |text: &str| serde_json::from_str::<Unambiguous>(text).map(|_| ()).map_err(|it| it.to_string());
        assert!(read(r#"{"a": [1, -2, 0.5, null, true, {"b": "x"}], "b": {"a": {}}}"#).is_ok());
        let twice = read(r#"{"a": [{"b": 1, "c": 2, "b": 3}]}"#).unwrap_err();
        assert!(twice.starts_with("the key `b` comes twice"), "{twice}");
    }
}
