//! Text whose lines were broken for the way only (`format=flowed`, RFC 3676): put together again as it was
//! written. Pure.

/// The text with its soft line breaks undone. `delsp`: the space before such a break isn't the writer's.
pub(super) fn unflow(text: &str, delsp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // The quotation depth of a line that goes on.
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let rest = line.trim_start_matches('>');
        let depth = line.len() - rest.len();
        let words = rest.strip_prefix(' ').unwrap_or(rest);
        // The line above a signature ends in a space, and ends all the same (4.3).
        let signature = words == "-- ";
        let goes_on = open == Some(depth) && !signature;
        if !goes_on {
            if open.is_some() {
                out.push('\n');
            }
            if depth > 0 {
                out.push_str(&">".repeat(depth));
                out.push(' ');
            }
        }
        let soft = words.ends_with(' ') && !signature;
        out.push_str(if soft && delsp { words.strip_suffix(' ').unwrap_or(words) } else { words });
        open = soft.then_some(depth);
        if !soft {
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_broken_on_the_way_are_put_together() {
        for (flowed, written) in [
            ("one \ntwo\nthree", "one two\nthree\n"),
            ("> a \n> b\n>> c \nd", "> a b\n>> c \nd\n"),
            ("bye\n-- \nAnna", "bye\n-- \nAnna\n"),
            (" >no quotation", ">no quotation\n"),
            ("end ", "end "),
            ("", ""),
        ] {
            assert_eq!(unflow(flowed, false), written, "{flowed:?}");
        }
        assert_eq!(unflow("日本 \n語", true), "日本語\n");
    }

    proptest! {
        #[test]
        fn no_word_is_lost(lines in prop::collection::vec(
            prop::sample::select(vec!["a ", "b", "> c ", "> d", "", "-- ", " ", ">> e "]), 0..20)) {
            let text = lines.join("\n");
            let letters = |text: &str| text.chars().filter(char::is_ascii_alphabetic).collect::<String>();
            for delsp in [false, true] {
                prop_assert_eq!(letters(&unflow(&text, delsp)), letters(&text));
            }
        }
    }
}
