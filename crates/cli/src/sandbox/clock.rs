//! `sandbox clock`: time goes by in the simulated cloud.

use crate::sandbox::SandboxArgs;
use crate::{ExitStatus, print};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Let time go by: maintenance windows come, and names that were kept are free again
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How long, as in `+3d`, `+12h` or `+30m`
    #[arg(value_name = "+TIME", value_parser = seconds)]
    time: i64,
    #[command(flatten)]
    sandbox: SandboxArgs,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    let passed = args.sandbox.open()?.advance_clock(args.time)?;
    let (days, rest) = (passed / DAY, passed % DAY);
    let (hours, minutes) = (rest / HOUR, rest % HOUR / MINUTE);
    print::done(
        "Set",
        &format!("the clock of the sandbox {days} d {hours} h {minutes} min after its beginning"),
    );
    Ok(ExitStatus::Success)
}

/// The seconds of a text such as `+3d`.
fn seconds(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is not a time to come; write it as in `+3d`, `+12h` or `+30m`");
    let rest = text.strip_prefix('+').unwrap_or(text);
    let (unit, digits) = match rest.char_indices().next_back() {
        Some((end, 'w')) => (7 * DAY, &rest[..end]),
        Some((end, 'd')) => (DAY, &rest[..end]),
        Some((end, 'h')) => (HOUR, &rest[..end]),
        Some((end, 'm')) => (MINUTE, &rest[..end]),
        _ => return Err(wrong()),
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse::<u32>().ok().filter(|number| is_number && *number > 0).ok_or_else(wrong)?;
    Ok(i64::from(number) * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(seconds("+3d"), Ok(259_200));
        assert_eq!(seconds("12h"), Ok(43_200));
        assert_eq!(seconds("+30m"), Ok(1_800));
        for wrong in ["", "+", "3", "-3d", "+d", "+0d", "++3d", "+3y", "+99999999999d", "+3ä"] {
            assert!(seconds(wrong).unwrap_err().contains("not a time to come"), "{wrong}");
        }
    }
}
