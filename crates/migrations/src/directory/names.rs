//! What the name of a file says: its place in the order, and its direction.

use crate::directory::Direction;
use crate::directory::runner::{Runner, flyway_version};

/// What a name says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) place: Place,
    pub(super) direction: Direction,
}

/// Where a migration stands among the others. One runner uses one kind only, but Flyway two.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// By a number.
    Version(u64),
    /// By numbers with dots between them.
    Dotted(Vec<u64>),
    /// By the name itself.
    Name(String),
}

/// Reads a name as a runner does, or says why the runner passes over the file.
pub(super) fn parse_name(runner: Runner, name: &str) -> Result<Named, &'static str> {
    match runner {
        Runner::GolangMigrate => {
            let (version, rest) = leading_version(name)?;
            // The pattern takes the last `.up.` or `.down.` of the name.
            let direction = direction(rest).ok_or("it is neither `.up.sql` nor `.down.sql`")?;
            Ok(Named { place: Place::Version(version), direction })
        }
        Runner::Sqlx => {
            let (version, rest) = leading_version(name)?;
            Ok(Named { place: Place::Version(version), direction: direction(rest).unwrap_or(Direction::Up) })
        }
        Runner::Refinery => {
            const FORM: &str = "it is not named like V2__name.sql";
            let rest = name.strip_prefix(['V', 'U']).ok_or(FORM)?;
            let (version, words) = rest.split_once("__").ok_or(FORM)?;
            let words = words.strip_suffix(".sql").unwrap_or(words);
            let is_word = |character: char| character.is_alphanumeric() || character == '_';
            if words.is_empty() || !words.chars().all(is_word) {
                return Err("its name has more than letters, digits and `_`");
            }
            let version = version.parse().map_err(|_| "its version is no number")?;
            Ok(Named { place: Place::Version(version), direction: Direction::Up })
        }
        Runner::Flyway => {
            if name.starts_with("R__") {
                // Behind all versions, by their descriptions.
                return Ok(Named { place: Place::Name(name.to_owned()), direction: Direction::Up });
            }
            let version =
                flyway_version(name).ok_or("it is named neither like V1.2__name.sql nor like R__name.sql")?;
            let mut parts: Vec<u64> = Vec::new();
            for part in version.split(['.', '_']) {
                parts.push(part.parse().map_err(|_| "its version is too large for 64 bits")?);
            }
            // 1.0 is 1.
            while parts.len() > 1 && parts.last() == Some(&0) {
                parts.pop();
            }
            let direction = if name.starts_with('U') { Direction::Down } else { Direction::Up };
            Ok(Named { place: Place::Dotted(parts), direction })
        }
        Runner::Prisma => {
            let folder = name
                .strip_suffix("/migration.sql")
                .ok_or("Prisma reads `migration.sql` in a folder of its own")?;
            Ok(Named { place: Place::Name(folder.to_owned()), direction: Direction::Up })
        }
        Runner::Atlas | Runner::Django | Runner::Psql => {
            let direction = direction(name).unwrap_or(Direction::Up);
            let stem = name.trim_end_matches(".sql").trim_end_matches(".up").trim_end_matches(".down");
            Ok(Named { place: Place::Name(stem.to_owned()), direction })
        }
    }
}

fn direction(name: &str) -> Option<Direction> {
    let stem = name.strip_suffix(".sql").unwrap_or(name);
    if stem.ends_with(".up") {
        Some(Direction::Up)
    } else if stem.ends_with(".down") {
        Some(Direction::Down)
    } else {
        None
    }
}

/// The number in front, and what stands behind the `_` that follows it.
fn leading_version(name: &str) -> Result<(u64, &str), &'static str> {
    let digits = name.len() - name.trim_start_matches(|character: char| character.is_ascii_digit()).len();
    if digits == 0 {
        return Err("it does not begin with a version number");
    }
    let Ok(version) = name[..digits].parse() else { return Err("its version is too large for 64 bits") };
    let rest = name[digits..].strip_prefix('_').ok_or("there is no `_` behind the version")?;
    Ok((version, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(runner: Runner, name: &str) -> (Place, Direction) {
        let named = parse_name(runner, name).unwrap();
        (named.place, named.direction)
    }

    #[test]
    fn names_are_read_as_golang_migrate_reads_them() {
        let read = |name| read(Runner::GolangMigrate, name);
        assert_eq!(read("000002_add_timezone.up.sql"), (Place::Version(2), Direction::Up));
        assert_eq!(
            read("20240102030405_a.b.down.sql"),
            (Place::Version(20_240_102_030_405), Direction::Down)
        );
        assert_eq!(read("1_.up.sql"), (Place::Version(1), Direction::Up));
        for wrong in
            ["add.up.sql", "1-add.up.sql", "1_add.sql", "1_add.UP.sql", "99999999999999999999_a.up.sql"]
        {
            assert!(parse_name(Runner::GolangMigrate, wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_are_read_as_the_others_read_them() {
        let numbers = |numbers: &[u64]| Place::Dotted(numbers.to_vec());
        assert_eq!(read(Runner::Sqlx, "3_add.sql"), (Place::Version(3), Direction::Up));
        assert_eq!(read(Runner::Sqlx, "3_add.down.sql"), (Place::Version(3), Direction::Down));
        assert_eq!(read(Runner::Refinery, "V12__add.sql"), (Place::Version(12), Direction::Up));
        assert_eq!(read(Runner::Refinery, "U3__add.sql"), (Place::Version(3), Direction::Up));
        assert!(parse_name(Runner::Refinery, "V3_add.sql").is_err());
        assert_eq!(read(Runner::Flyway, "V1_10__add.sql"), (numbers(&[1, 10]), Direction::Up));
        assert_eq!(read(Runner::Flyway, "V1.0__add.sql"), (numbers(&[1]), Direction::Up));
        assert_eq!(read(Runner::Flyway, "U2__add.sql"), (numbers(&[2]), Direction::Down));
        assert!(numbers(&[1, 9]) < numbers(&[1, 10]) && numbers(&[9]) < Place::Name("R__a.sql".to_owned()));
        assert!(
            parse_name(Runner::Flyway, "V1__a.sql").is_ok()
                && parse_name(Runner::Flyway, "1__a.sql").is_err()
        );
        let folder = Place::Name("20240102_add".to_owned());
        assert_eq!(read(Runner::Prisma, "20240102_add/migration.sql"), (folder, Direction::Up));
    }
}
