//! Suggestions for a name that does not exist.

/// Finds the name closest to `name`, if one is close enough to be what was meant.
///
/// Close is one edit for every five characters of `name`, at least two and at most four. Of
/// equally close names the first is returned.
pub fn nearest<'n>(names: impl IntoIterator<Item = &'n str>, name: &str) -> Option<&'n str> {
    let limit = (name.chars().count() / 5).clamp(2, 4);
    let mut best = None;
    let mut best_distance = limit + 1;
    for candidate in names {
        // The distance is at least the difference in length: this spares most comparisons.
        if candidate.len().abs_diff(name.len()) >= best_distance.saturating_mul(4) {
            continue;
        }
        let distance = strsim::osa_distance(candidate, name);
        // Two names of a few characters are always within two edits of each other.
        if distance < best_distance && distance < name.chars().count() {
            best = Some(candidate);
            best_distance = distance;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_what_is_close() {
        let names = ["aws_instance", "aws_lambda_function", "aws_s3_bucket", "id"];
        assert_eq!(nearest(names, "aws_lamda_function"), Some("aws_lambda_function"));
        assert_eq!(nearest(names, "aws_s3_buckte"), Some("aws_s3_bucket"));
        assert_eq!(nearest(names, "aws_sqs_queue"), None);
        assert_eq!(nearest(names, "xy"), None);
        assert_eq!(nearest(names, ""), None);
    }
}
