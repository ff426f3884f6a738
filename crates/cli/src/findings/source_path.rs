//! Paths of source lines as GitHub knows them: relative to the root of the repository.

use std::env;
use std::path::Path;

use crate::findings::Place;

/// Where a file is in its repository.
pub(crate) struct SourcePath;

impl SourcePath {
    /// The first of some lines that is within the repository; without any, the first.
    pub(crate) fn nearest<'a>(lines: impl Iterator<Item = (&'a str, u32)>) -> Option<Place> {
        let mut first = None;
        for (file, line) in lines {
            let place = Place { file: Self::of_repository(file), line };
            if Path::new(&place.file).is_relative() {
                return Some(place);
            }
            first = first.or(Some(place));
        }
        first
    }

    /// A path as the compiler gives it, relative to the workspace of the package, or as a verb was given it. What is not
    /// found, or is outside of the repository, stays as it is.
    pub(crate) fn of_repository(file: &str) -> String {
        let Ok(here) = env::current_dir() else { return file.to_owned() };
        let Some(found) = here.ancestors().map(|folder| folder.join(file)).find(|path| path.exists()) else {
            return file.to_owned();
        };
        let root = here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&here);
        // Without `./` and the like, which GitHub does not take.
        let found: std::path::PathBuf = found.components().collect();
        let relative = found.strip_prefix(root).map(|path| path.display().to_string());
        relative.map_or_else(|_| found.display().to_string(), |path| path.replace('\\', "/"))
    }
}
