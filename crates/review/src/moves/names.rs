//! How alike two names are.

/// How alike two names are, from 0 to 1000: by the words that they have in common, then by their letters. A hash at the
/// end, as CDK for Terraform writes it, is no word.
pub(crate) fn likeness(old: &str, new: &str) -> usize {
    if old == new {
        return 1000;
    }
    let (old_words, new_words) = (words(old), words(new));
    let mut left = new_words.clone();
    let mut common = 0;
    for word in &old_words {
        if let Some(found) = left.iter().position(|other| other == word) {
            left.remove(found);
            common += 1;
        }
    }
    let by_words = 800 * 2 * common / (old_words.len() + new_words.len()).max(1);
    let (old, new) = (old_words.join("_"), new_words.join("_"));
    by_words + 200 * common_letters(&old, &new) / old.len().max(new.len()).max(1)
}

/// The words of a name, in small letters.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> =
        name.split(['_', '-']).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
    let is_hash = |word: &&str| word.len() == 8 && word.bytes().all(|letter| letter.is_ascii_hexdigit());
    if words.len() > 1 && name.rsplit(['_', '-']).next().is_some_and(|last| is_hash(&last)) {
        words.pop();
    }
    words
}

/// How many letters two names have in common at their beginnings and ends.
fn common_letters(a: &str, b: &str) -> usize {
    let beginning = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let rest = a.len().min(b.len()) - beginning;
    beginning + a.bytes().rev().zip(b.bytes().rev()).take(rest).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_count_most_and_hashes_nothing() {
        let best =
            |old: &str, names: &[&'static str]| *names.iter().max_by_key(|new| likeness(old, new)).unwrap();
        assert_eq!(best("network_private_a_5A3F2B1C", &["private_b", "private_a", "public_a"]), "private_a");
        assert_eq!(best("shop_queue", &["orders_topic", "orders_queue"]), "orders_queue");
        assert_eq!(best("queue1", &["queue_2", "queue1b"]), "queue1b");
        assert!(likeness("a_5A3F2B1C", "a") > likeness("a_5A3F2B1C", "b_5A3F2B1C"));
        assert_eq!(likeness("", ""), 1000);
    }
}
