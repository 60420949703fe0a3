//! Fields that people and programs fill in, as hostile as any other outside text: trimmed, of bounded length,
//! without control characters. Knows no form and no page.

/// Why a field isn't taken: a key of the catalogue.
pub type Objection = &'static str;

/// One line of text: trimmed, at least one and at most `most` characters, no control character.
///
/// # Errors
/// The key of the message that says what to mend.
pub fn line(text: &str, most: usize) -> Result<String, Objection> {
    let text = text.trim();
    if text.is_empty() {
        return Err("field-empty");
    }
    if text.chars().count() > most {
        return Err("field-long");
    }
    if text.chars().any(|c| c.is_control() || c == '\u{FFFD}') {
        return Err("field-unreadable");
    }
    Ok(text.to_owned())
}

/// Text of several lines: trimmed, line ends as `\n`, at most `most` characters (none will do), no other control character than
/// the tabulator.
///
/// # Errors
/// The key of the message that says what to mend.
pub fn lines(text: &str, most: usize) -> Result<String, Objection> {
    let text = text.trim().replace("\r\n", "\n");
    if text.chars().count() > most {
        return Err("field-long");
    }
    if text.chars().any(|c| c == '\u{FFFD}' || (c.is_control() && c != '\n' && c != '\t')) {
        return Err("field-unreadable");
    }
    Ok(text)
}

/// An e-mail address in lower case: something, `@`, something with a dot or a local name; at most 254
/// characters (RFC 5321, 4.5.3.1).
///
/// # Errors
/// The key of the message that says what to mend.
pub fn email(text: &str) -> Result<String, Objection> {
    let text = line(text, 254)?.to_lowercase();
    let (local, host) = text.rsplit_once('@').ok_or("field-email")?;
    let plain =
        |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || "<>,;\"".contains(c));
    if plain(local) && plain(host) && !host.starts_with('.') && !host.ends_with('.') {
        Ok(text)
    } else {
        Err("field-email")
    }
}

/// Two letters for the circle: of the first two words, or of the first word.
pub fn initials(name: &str) -> String {
    let small = |word: &&str| word.chars().count() > 2 || word.chars().all(char::is_uppercase);
    let mut words: Vec<&str> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty()).collect();
    if words.iter().filter(|word| small(word)).count() >= 2 {
        words.retain(|word| small(word));
    }
    let letters: String = match words.as_slice() {
        [] => "?".to_owned(),
        [one] => one.chars().take(2).collect(),
        [first, second, ..] => first.chars().take(1).chain(second.chars().take(1)).collect(),
    };
    letters.to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_control_characters_or_nothing_in_it_is_not_taken() {
        assert_eq!(line("  Anne \u{202F}", 40), Ok("Anne".to_owned()));
        assert_eq!(line("  ", 40), Err("field-empty"));
        assert_eq!(line("a\0b", 40), Err("field-unreadable"));
        assert_eq!(line(&"é".repeat(41), 40), Err("field-long"));
    }

    #[test]
    fn addresses_are_lowered_and_checked() {
        assert_eq!(email(" Anne@Solstice.Exemple "), Ok("anne@solstice.exemple".to_owned()));
        for bad in ["anne", "@solstice", "anne@", "a b@c.d", "anne@.fr", "<a@b.c>"] {
            assert_eq!(email(bad), Err("field-email"), "{bad}");
        }
    }

    #[test]
    fn initials_come_from_the_words_that_carry_the_name() {
        assert_eq!(initials("Responsable communauté"), "RC");
        assert_eq!(initials("CM de journée"), "CJ");
        assert_eq!(initials("Direction"), "DI");
        assert_eq!(initials("???"), "?");
    }
}
