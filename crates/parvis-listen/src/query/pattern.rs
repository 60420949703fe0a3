//! `*` and `?` in a word.

/// Whether the whole text is like the pattern: `*` stands for any number of characters, none too, `?` for exactly one.
/// Takes at most length times length steps, whatever the pattern.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (mut p, mut t) = (pattern.chars(), text.chars());
    // Where to go on after the last star: the pattern behind it, and the text it hasn't taken yet.
    let mut star: Option<(std::str::Chars<'_>, std::str::Chars<'_>)> = None;
    loop {
        let before = t.clone();
        match (p.next(), t.next()) {
            (Some('*'), _) => {
                t = before;
                star = Some((p.clone(), t.clone()));
            }
            (None, None) => return true,
            (Some('?'), Some(_)) => {}
            (Some(asked), Some(c)) if asked == c => {}
            _ => {
                let Some((behind, rest)) = &mut star else { return false };
                if rest.next().is_none() {
                    return false;
                }
                (p, t) = (behind.clone(), rest.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_takes_any_number_and_a_question_mark_one() {
        for (pattern, text, expected) in [
            ("caf*", "cafe", true),
            ("caf*", "caf", true),
            ("*phone", "smartphone", true),
            ("*a*b*", "xxaybz", true),
            ("*a*b*", "xxbya", false),
            ("c?t", "cat", true),
            ("c?t", "ct", false),
            ("?", "é", true),
            ("*", "", true),
            ("a*?", "a", false),
            ("*ab", "aab", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn a_hostile_pattern_takes_no_longer() {
        assert!(!matches(&"*a".repeat(500), &"b".repeat(5_000)));
        assert!(!matches(&format!("{}c", "*a".repeat(300)), &"a".repeat(5_000)));
    }
}
