//! Patterns of policies: `*` stands for any text, `?` for one character.

/// Whether every text that `narrow` matches is matched by `wide` too.
pub(crate) fn covers(wide: &str, narrow: &str) -> bool {
    if !wide.contains(['*', '?']) {
        return wide == narrow;
    }
    let (wide, narrow): (Vec<char>, Vec<char>) = (wide.chars().collect(), narrow.chars().collect());
    // `row[j]`: whether the first `i` of `wide` cover the first `j` of `narrow`.
    let mut row = vec![false; narrow.len() + 1];
    row[0] = true;
    for of_wide in wide {
        let mut next = vec![false; row.len()];
        next[0] = row[0] && of_wide == '*';
        for (at, of_narrow) in narrow.iter().enumerate() {
            next[at + 1] = match of_wide {
                '*' => row[at + 1] || next[at] || row[at],
                '?' => row[at] && *of_narrow != '*',
                same => row[at] && same == *of_narrow,
            };
        }
        row = next;
    }
    row[narrow.len()]
}

/// Whether there is a text that both match.
pub(crate) fn overlap(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut row = vec![false; other.len() + 1];
    row[0] = true;
    for at in 0..other.len() {
        row[at + 1] = row[at] && other[at] == '*';
    }
    for of_one in one {
        let mut next = vec![false; row.len()];
        next[0] = row[0] && of_one == '*';
        for (at, of_other) in other.iter().enumerate() {
            next[at + 1] = match (of_one, *of_other) {
                ('*', _) | (_, '*') => row[at] || row[at + 1] || next[at],
                ('?', _) | (_, '?') => row[at],
                (one, other) => row[at] && one == other,
            };
        }
        row = next;
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_covers_what_it_matches_whole() {
        for (wide, narrow) in [
            ("*", "s3:*"),
            ("s3:*", "s3:Get*"),
            ("s3:Get*", "s3:GetObject"),
            ("a?c", "abc"),
            ("a*c", "a?*c"),
            ("", ""),
        ] {
            assert!(covers(wide, narrow), "{wide} covers {narrow}");
        }
        for (wide, narrow) in [
            ("s3:Get*", "s3:*"),
            ("a?c", "a*c"),
            ("abc", "abd"),
            ("a*", "b"),
            ("?", ""),
            ("s3:GetObject", "s3:Get*"),
        ] {
            assert!(!covers(wide, narrow), "{wide} does not cover {narrow}");
        }
    }

    #[test]
    fn patterns_overlap_if_a_text_matches_both() {
        for (one, other) in
            [("s3:Get*", "s3:*Object"), ("*", ""), ("a?", "*b"), ("abc", "abc"), ("x*", "*y?z")]
        {
            assert!(overlap(one, other) && overlap(other, one), "{one} and {other}");
        }
        for (one, other) in [("s3:Get*", "s3:Put*"), ("a?", "a"), ("abc", "abd")] {
            assert!(!overlap(one, other) && !overlap(other, one), "{one} and {other}");
        }
    }
}
