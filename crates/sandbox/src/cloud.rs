//! What exists in the simulated cloud, kept in one file, so that it is still there for the next command.
//!
//! The file is a journal of JSON lines; each says what an object is from then on, or that it is gone. A line that was
//! cut off when the process was killed is ignored, and the file is written anew, without its history, when it is
//! opened.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use thiserror::Error;

use crate::value::{Object, Value};

/// By what an object is found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Key {
    /// The resource type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The region, or `global`.
    pub(crate) region: String,
    /// The `id` attribute.
    pub(crate) id: String,
}

/// An apply that shall fail, as `sandbox fail` asked for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// The stack in which it shall.
    pub(crate) stack: String,
    /// The resource type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Arguments that the resource has, by which it is recognised.
    pub(crate) arguments: serde_json::Map<String, Json>,
    /// The resource's address, for the message.
    pub(crate) address: String,
}

/// The simulated cloud could not be opened or changed.
#[derive(Debug, Error)]
pub enum CloudError {
    /// A file of it could not be read or written.
    #[error("cannot use {path}")]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The file was not written by this version.
    #[error("{path}:{line} is not what the sandbox keeps")]
    Format {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with the line.
        source: serde_json::Error,
    },
    /// Another process works with it.
    #[error("another command is using the sandbox in {path}")]
    InUse {
        /// The folder.
        path: PathBuf,
    },
}

/// One line of the journal.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Entry {
    Put(Key, Json),
    Gone(Key),
    Fail(Failure),
    Failed(String),
}

/// The simulated cloud. As long as it lives, no other process can open it.
#[derive(Debug)]
pub(crate) struct Cloud {
    path: PathBuf,
    contents: Mutex<Contents>,
    /// Locked as long as it is open.
    _lock: File,
}

#[derive(Debug)]
struct Contents {
    objects: BTreeMap<Key, Object>,
    failures: Vec<Failure>,
    journal: File,
}

impl Cloud {
    /// Opens the cloud of a folder, which is made if it is missing.
    pub(crate) fn open(folder: &Path) -> Result<Self, CloudError> {
        let file_error = |path: &Path| {
            let path = path.to_owned();
            move |source| CloudError::File { path, source }
        };
        make_folder(folder).map_err(file_error(folder))?;
        let lock_path = folder.join("cloud.lock");
        let lock = open_lock(&lock_path).map_err(file_error(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(CloudError::InUse { path: folder.to_owned() }),
            Err(fs::TryLockError::Error(source)) => return Err(CloudError::File { path: lock_path, source }),
        }
        let path = folder.join("cloud.jsonl");
        let (objects, failures) = read(&path)?;
        let journal = rewrite(folder, &path, &objects, &failures).map_err(file_error(&path))?;
        Ok(Self { path, contents: Mutex::new(Contents { objects, failures, journal }), _lock: lock })
    }

    /// What an object is.
    pub(crate) fn get(&self, key: &Key) -> Option<Object> {
        self.lock().objects.get(key).cloned()
    }

    /// Whether there is an object.
    pub(crate) fn has(&self, key: &Key) -> bool {
        self.lock().objects.contains_key(key)
    }

    /// The first object of a type in a region that a test says yes to.
    pub(crate) fn find(
        &self,
        kind: &str,
        region: &str,
        mut test: impl FnMut(&Object) -> bool,
    ) -> Option<(Key, Object)> {
        let contents = self.lock();
        let from = Key { kind: kind.to_owned(), region: region.to_owned(), id: String::new() };
        let of_kind =
            contents.objects.range(from..).take_while(|(key, _)| key.kind == kind && key.region == region);
        of_kind
            .into_iter()
            .find(|(_, object)| test(object))
            .map(|(key, object)| (key.clone(), object.clone()))
    }

    /// Where an object is, by its id; in every region that has one of it.
    pub(crate) fn locate(&self, kind: &str, id: &str) -> Vec<Key> {
        let contents = self.lock();
        contents.objects.keys().filter(|key| key.kind == kind && key.id == id).cloned().collect()
    }

    /// Keeps what an object is now.
    pub(crate) fn put(&self, key: Key, object: Object) -> Result<(), CloudError> {
        let mut contents = self.lock();
        let json = Value::Object(object.clone()).to_json();
        self.append(&mut contents, &Entry::Put(key.clone(), json))?;
        contents.objects.insert(key, object);
        Ok(())
    }

    /// Forgets an object.
    pub(crate) fn remove(&self, key: &Key) -> Result<(), CloudError> {
        let mut contents = self.lock();
        if contents.objects.remove(key).is_some() {
            self.append(&mut contents, &Entry::Gone(key.clone()))?;
        }
        Ok(())
    }

    /// Lets the next apply of a resource fail.
    pub(crate) fn add_failure(&self, failure: Failure) -> Result<(), CloudError> {
        let mut contents = self.lock();
        self.append(&mut contents, &Entry::Fail(failure.clone()))?;
        contents.failures.push(failure);
        Ok(())
    }

    /// Takes the failure that was asked for a resource, if there is one.
    pub(crate) fn take_failure(
        &self,
        stack: &str,
        kind: &str,
        config: &Json,
    ) -> Result<Option<Failure>, CloudError> {
        let mut contents = self.lock();
        let is_meant = |failure: &Failure| {
            let has =
                |(name, value): (&String, &Json)| config.get(name).is_some_and(|it| includes(it, value));
            failure.stack == stack && failure.kind == kind && failure.arguments.iter().all(has)
        };
        let Some(index) = contents.failures.iter().position(is_meant) else {
            return Ok(None);
        };
        let failure = contents.failures.remove(index);
        self.append(&mut contents, &Entry::Failed(failure.address.clone()))?;
        Ok(Some(failure))
    }

    fn append(&self, contents: &mut Contents, entry: &Entry) -> Result<(), CloudError> {
        let error = |source| CloudError::File { path: self.path.clone(), source };
        let mut line = serde_json::to_vec(entry).map_err(|source| error(source.into()))?;
        line.push(b'\n');
        contents.journal.write_all(&line).map_err(error)
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        // The journal is written before the contents change, so that they are whole even after a panic.
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a value has at least what another has: all members of an object, in every element of a list.
fn includes(value: &Json, wanted: &Json) -> bool {
    match (value, wanted) {
        (Json::Object(value), Json::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| value.get(name).is_some_and(|value| includes(value, wanted)))
        }
        (Json::Array(values), Json::Array(wanted)) => {
            values.len() == wanted.len()
                && values.iter().zip(wanted).all(|(value, wanted)| includes(value, wanted))
        }
        // A document may hold a single block without a list around it.
        (Json::Array(values), wanted @ Json::Object(_)) => values.len() == 1 && includes(&values[0], wanted),
        // Terraform converts between text, numbers and booleans.
        (Json::String(text), scalar @ (Json::Number(_) | Json::Bool(_)))
        | (scalar @ (Json::Number(_) | Json::Bool(_)), Json::String(text)) => scalar.to_string().eq(text),
        (value, wanted) => value == wanted,
    }
}

/// Makes the folder, for its owner alone whatever the umask says: sensitive values are in the states.
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn read(path: &Path) -> Result<(BTreeMap<Key, Object>, Vec<Failure>), CloudError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(source) => return Err(CloudError::File { path: path.to_owned(), source }),
    };
    let mut objects = BTreeMap::new();
    let mut failures: Vec<Failure> = Vec::new();
    // What follows the last line break was cut off.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    for (index, line) in whole.lines().enumerate() {
        let entry = serde_json::from_str(line).map_err(|source| CloudError::Format {
            path: path.to_owned(),
            line: index + 1,
            source,
        })?;
        match entry {
            Entry::Put(key, json) => {
                if let Value::Object(object) = Value::from_json(json) {
                    objects.insert(key, object);
                }
            }
            Entry::Gone(key) => {
                objects.remove(&key);
            }
            Entry::Fail(failure) => failures.push(failure),
            Entry::Failed(address) => {
                if let Some(index) = failures.iter().position(|failure| failure.address == address) {
                    failures.remove(index);
                }
            }
        }
    }
    Ok((objects, failures))
}

/// Writes the journal without its history, and opens it for more.
fn rewrite(
    folder: &Path,
    path: &Path,
    objects: &BTreeMap<Key, Object>,
    failures: &[Failure],
) -> io::Result<File> {
    let mut file = tempfile::Builder::new().prefix(".cloud-").tempfile_in(folder)?;
    let puts =
        objects.iter().map(|(key, object)| Entry::Put(key.clone(), Value::Object(object.clone()).to_json()));
    let mut text = Vec::new();
    for entry in puts.chain(failures.iter().cloned().map(Entry::Fail)) {
        serde_json::to_writer(&mut text, &entry)?;
        text.push(b'\n');
    }
    file.write_all(&text)?;
    file.persist(path)?;
    OpenOptions::new().append(true).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str) -> Key {
        Key { kind: "aws_vpc".to_owned(), region: "eu-central-1".to_owned(), id: id.to_owned() }
    }

    fn object(cidr: &str) -> Object {
        Object::from([("cidr_block".to_owned(), Value::from(cidr))])
    }

    #[test]
    fn what_was_kept_is_there_again_but_for_a_line_that_was_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let cloud = Cloud::open(folder.path()).unwrap();
        cloud.put(key("a"), object("10.0.0.0/16")).unwrap();
        cloud.put(key("b"), object("10.1.0.0/16")).unwrap();
        cloud.put(key("a"), object("10.2.0.0/16")).unwrap();
        cloud.remove(&key("b")).unwrap();
        assert!(matches!(Cloud::open(folder.path()), Err(CloudError::InUse { .. })));
        drop(cloud);
        let path = folder.path().join("cloud.jsonl");
        let mut text = fs::read_to_string(&path).unwrap();
        text.push_str(r#"{"put":[{"type":"aws_vpc","#);
        fs::write(&path, text).unwrap();
        let cloud = Cloud::open(folder.path()).unwrap();
        assert_eq!(cloud.get(&key("a")), Some(object("10.2.0.0/16")));
        assert!(!cloud.has(&key("b")));
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
    }

    #[test]
    fn a_failure_is_for_the_resource_with_these_arguments_and_happens_once() {
        let folder = tempfile::tempdir().unwrap();
        let cloud = Cloud::open(folder.path()).unwrap();
        let arguments = serde_json::from_str(r#"{"name":"a","size":"2"}"#).unwrap();
        let failure = Failure {
            stack: "shop".to_owned(),
            kind: "aws_x".to_owned(),
            arguments,
            address: "aws_x.a".to_owned(),
        };
        cloud.add_failure(failure.clone()).unwrap();
        let config = serde_json::json!({ "name": "a", "size": 2, "more": null });
        assert_eq!(cloud.take_failure("other", "aws_x", &config).unwrap(), None);
        assert_eq!(cloud.take_failure("shop", "aws_x", &serde_json::json!({ "name": "b" })).unwrap(), None);
        assert_eq!(cloud.take_failure("shop", "aws_x", &config).unwrap(), Some(failure));
        assert_eq!(cloud.take_failure("shop", "aws_x", &config).unwrap(), None);
    }
}
