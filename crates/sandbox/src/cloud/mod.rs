//! What exists in the simulated cloud, kept in one file, so that it is still there for the next command.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `mod.rs` | the cloud: objects that are found, kept and removed, and its clock |
//! | `contents.rs` | what is in it, and the lines that change it |
//! | `journal.rs` | the file, which several processes share |
//!
//! May import `value` only.

mod contents;
mod journal;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use thiserror::Error;

use crate::cloud::contents::{Contents, Entry};
use crate::cloud::journal::{Journal, Turn};
use crate::value::{Object, Value};

pub(crate) use crate::cloud::contents::{Failure, Kept, Pending};

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

/// The simulated cloud. Several processes may have it open: each sees what the others have done.
#[derive(Debug)]
pub(crate) struct Cloud {
    state: Mutex<State>,
    /// What there is to say about the file as it was found.
    notice: Option<String>,
}

#[derive(Debug)]
struct State {
    contents: Contents,
    journal: Journal,
}

/// Whether others may have the cloud open at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// They may.
    Shared,
    /// Nobody may.
    Alone,
}

impl Cloud {
    /// Opens the cloud of a folder, which is made if it is missing.
    pub(crate) fn open(folder: &Path, sharing: Sharing) -> Result<Self, CloudError> {
        let (journal, contents, notice) = Journal::open(folder, sharing)?;
        Ok(Self { state: Mutex::new(State { contents, journal }), notice })
    }

    /// What there is to say about the file as it was found: that a part of it is missing.
    pub(crate) fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// What an object is.
    pub(crate) fn get(&self, key: &Key) -> Option<Object> {
        self.read().contents.objects.get(key).cloned()
    }

    /// Whether there is an object.
    pub(crate) fn has(&self, key: &Key) -> bool {
        self.read().contents.objects.contains_key(key)
    }

    /// The first object of a type in a region that a test says yes to.
    pub(crate) fn find(
        &self,
        kind: &str,
        region: &str,
        mut test: impl FnMut(&Object) -> bool,
    ) -> Option<(Key, Object)> {
        let state = self.read();
        let found = state.contents.of_kind(kind, region).find(|(_, object)| test(object));
        found.map(|(key, object)| (key.clone(), object.clone()))
    }

    /// All objects of a type in a region that a test says yes to.
    pub(crate) fn find_all(
        &self,
        kind: &str,
        region: &str,
        mut test: impl FnMut(&Object) -> bool,
    ) -> Vec<Object> {
        let state = self.read();
        let found = state.contents.of_kind(kind, region).filter(|(_, object)| test(object));
        found.map(|(_, object)| object.clone()).collect()
    }

    /// Where an object is, by its id; in every region that has one of it, and in every parent.
    pub(crate) fn locate(&self, kind: &str, id: &str) -> Vec<Key> {
        let state = self.read();
        let has_id = |object: &Object| object.get("id").and_then(Value::text) == Some(id);
        let found = state
            .contents
            .objects
            .iter()
            .filter(|(key, object)| key.kind == kind && (key.id == id || has_id(object)));
        found.map(|(key, _)| key.clone()).collect()
    }

    /// What keeps a name in a region, though nothing has it any more.
    pub(crate) fn kept(&self, kind: &str, region: &str, test: impl Fn(&Kept) -> bool) -> Option<Kept> {
        let state = self.read();
        let mut kept = state.contents.kept.iter();
        kept.find(|kept| kept.kind == kind && kept.region == region && test(kept)).cloned()
    }

    /// What waits for an object's maintenance window.
    #[cfg(test)]
    fn pending(&self, key: &Key) -> Option<Pending> {
        self.read().contents.pending.iter().find(|pending| pending.key == *key).cloned()
    }

    /// Seconds that have gone by since the cloud began.
    pub(crate) fn now(&self) -> i64 {
        self.read().contents.clock
    }

    /// Keeps what an object is now.
    pub(crate) fn put(&self, key: Key, object: Object) -> Result<(), CloudError> {
        self.change(Entry::Put(key, Value::Object(object).to_json()))
    }

    /// Forgets an object.
    pub(crate) fn remove(&self, key: &Key) -> Result<(), CloudError> {
        if self.has(key) { self.change(Entry::Gone(key.clone())) } else { Ok(()) }
    }

    /// Keeps a name that nothing has any more.
    pub(crate) fn keep(&self, kept: Kept) -> Result<(), CloudError> {
        self.change(Entry::Keep(kept))
    }

    /// Lets changes of an object wait, in place of those that waited.
    pub(crate) fn postpone(&self, pending: Pending) -> Result<(), CloudError> {
        self.change(Entry::Wait(pending))
    }

    /// Lets seconds go by: what has waited long enough happens.
    pub(crate) fn advance(&self, seconds: i64) -> Result<(), CloudError> {
        self.change(Entry::Passed(seconds))
    }

    /// Lets the next apply of a resource fail.
    pub(crate) fn add_failure(&self, failure: Failure) -> Result<(), CloudError> {
        self.change(Entry::Fail(failure))
    }

    /// Takes the failure that was asked for a resource, if there is one.
    pub(crate) fn take_failure(
        &self,
        stack: &str,
        kind: &str,
        config: &Json,
    ) -> Result<Option<Failure>, CloudError> {
        if self.read().contents.failure_for(stack, kind, config).is_none() {
            return Ok(None);
        }
        let mut state = self.lock();
        let State { contents, journal } = &mut *state;
        let turn = journal.turn(contents)?;
        let failure = contents.failure_for(stack, kind, config).cloned();
        if let Some(failure) = &failure {
            write(journal, contents, Entry::Failed(failure.address.clone()), &turn)?;
        }
        Ok(failure)
    }

    fn change(&self, entry: Entry) -> Result<(), CloudError> {
        let mut state = self.lock();
        let State { contents, journal } = &mut *state;
        let turn = journal.turn(contents)?;
        write(journal, contents, entry, &turn)
    }

    /// The contents with what other processes have written by now.
    fn read(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        let State { contents, journal } = &mut *state;
        // What can't be read now is what the next change complains about.
        let _ = journal.catch_up(contents);
        state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The journal is written before the contents change, so that they are whole even after a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(
    journal: &mut Journal,
    contents: &mut Contents,
    entry: Entry,
    turn: &Turn,
) -> Result<(), CloudError> {
    journal.append(&entry, turn)?;
    contents.take(entry);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;

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
        let cloud = Cloud::open(folder.path(), Sharing::Shared).unwrap();
        cloud.put(key("a"), object("10.0.0.0/16")).unwrap();
        cloud.put(key("b"), object("10.1.0.0/16")).unwrap();
        cloud.put(key("a"), object("10.2.0.0/16")).unwrap();
        cloud.remove(&key("b")).unwrap();
        assert!(cloud.notice().is_none());
        drop(cloud);
        let path = folder.path().join("cloud.jsonl");
        let mut text = fs::read_to_string(&path).unwrap();
        text.push_str(r#"{"put":[{"type":"aws_vpc","#);
        fs::write(&path, text).unwrap();
        let cloud = Cloud::open(folder.path(), Sharing::Shared).unwrap();
        assert_eq!(cloud.get(&key("a")), Some(object("10.2.0.0/16")));
        assert!(!cloud.has(&key("b")));
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
        assert!(cloud.notice().unwrap().contains("cloud.jsonl:5 was cut off"), "{:?}", cloud.notice());
    }

    #[test]
    fn a_failure_is_for_the_resource_with_these_arguments_and_happens_once() {
        let folder = tempfile::tempdir().unwrap();
        let cloud = Cloud::open(folder.path(), Sharing::Shared).unwrap();
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

    #[test]
    fn several_share_it_and_one_alone_can_remove_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = Cloud::open(folder.path(), Sharing::Shared).unwrap();
        let second = Cloud::open(folder.path(), Sharing::Shared).unwrap();
        first.put(key("a"), object("10.0.0.0/16")).unwrap();
        second.put(key("b"), object("10.1.0.0/16")).unwrap();
        assert!(first.has(&key("b")) && second.has(&key("a")));
        second.remove(&key("a")).unwrap();
        assert!(!first.has(&key("a")));
        let alone = || Cloud::open(folder.path(), Sharing::Alone);
        assert!(matches!(alone(), Err(CloudError::InUse { .. })));
        // A third is killed in the middle of a line.
        let path = folder.path().join("cloud.jsonl");
        let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
        std::io::Write::write_all(&mut file, br#"{"put":[{"ty"#).unwrap();
        first.put(key("c"), object("10.2.0.0/16")).unwrap();
        assert!(second.has(&key("c")) && second.has(&key("b")));
        drop((first, second));
        assert!(alone().unwrap().has(&key("c")));
    }

    #[test]
    fn what_waits_happens_when_its_time_has_come() {
        let folder = tempfile::tempdir().unwrap();
        let cloud = Cloud::open(folder.path(), Sharing::Shared).unwrap();
        cloud.put(key("a"), object("10.0.0.0/16")).unwrap();
        let changes = serde_json::from_str(r#"{"cidr_block":"10.9.0.0/16"}"#).unwrap();
        cloud.postpone(Pending { key: key("a"), changes, at: 100 }).unwrap();
        let names = BTreeMap::from([("name".to_owned(), "x".to_owned())]);
        let kept = Kept { kind: "aws_x".to_owned(), region: "r".to_owned(), names, until: 100 };
        cloud.keep(kept).unwrap();
        cloud.advance(99).unwrap();
        drop(cloud);
        let cloud = Cloud::open(folder.path(), Sharing::Shared).unwrap();
        assert_eq!(cloud.get(&key("a")), Some(object("10.0.0.0/16")));
        assert!(cloud.kept("aws_x", "r", |_| true).is_some() && cloud.pending(&key("a")).is_some());
        cloud.advance(1).unwrap();
        assert_eq!(cloud.get(&key("a")), Some(object("10.9.0.0/16")));
        assert!(cloud.kept("aws_x", "r", |_| true).is_none() && cloud.pending(&key("a")).is_none());
        assert_eq!(cloud.now(), 100);
    }
}
