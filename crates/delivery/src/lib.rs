//! Releases, gates and smoke tests.
