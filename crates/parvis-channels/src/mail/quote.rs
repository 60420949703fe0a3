//! Setting apart what somebody wrote from the older mail quoted below it. Only what plainly is a quotation
//! at the very end is left out: an answer written between the lines of a quotation stays whole. What is left
//! out here stays in the message's HTML and in its raw form.

/// Lines that may stand between a quotation and the line that introduces it.
const GAP: usize = 2;
/// Words of a line like “On Monday Anna wrote:”, in the languages people write to us in.
const WROTE: [&str; 10] = [
    "wrote",
    "writes",
    "écrit",
    "schrieb",
    "geschrieben",
    "escribió",
    "scritto",
    "escreveu",
    "schreef",
    "napisał",
];
/// Lines that stand between an answer and the mail it answers.
const SEPARATORS: [&str; 8] = [
    "original message",
    "message d'origine",
    "message d’origine",
    "message original",
    "ursprüngliche nachricht",
    "mensaje original",
    "messaggio originale",
    "oorspronkelijk bericht",
];
/// First lines of the head that some programs put above the mail they quote.
const HEAD: [&str; 6] = ["from:", "de :", "de:", "von:", "da:", "van:"];

/// What was written above the quotation at the end; all of it where that isn't certain. A forwarded mail is
/// its own message, so nothing is left out of it.
pub(super) fn above(text: &str, forwarded: bool) -> &str {
    if forwarded {
        return text;
    }
    let starts: Vec<usize> = line_starts(text);
    let line = |place: usize| -> &str {
        let start = starts.get(place).copied().unwrap_or(text.len());
        let end = starts.get(place + 1).copied().unwrap_or(text.len());
        text.get(start..end).unwrap_or_default().trim()
    };
    let count = starts.len();
    let first = old_head(count, line).or_else(|| marked(count, line));
    let Some(first) = first else { return text };
    let kept = text.get(..starts.get(first).copied().unwrap_or(text.len())).unwrap_or(text).trim_end();
    if kept.trim().is_empty() { text } else { kept }
}

/// The same for HTML that was sanitised: a quotation element with nothing after it.
pub(super) fn above_html(clean: &str) -> &str {
    const OPEN: &str = "<blockquote>";
    const CLOSE: &str = "</blockquote>";
    let mut end = clean;
    while let Some(shorter) = ["<br>", "</p>", "<p>", "</span>", "<span>", " ", "\n", "\u{a0}", "&nbsp;"]
        .into_iter()
        .find_map(|tail| end.strip_suffix(tail))
    {
        end = shorter;
    }
    if !end.ends_with(CLOSE) {
        return clean;
    }
    let (mut depth, mut place) = (0_usize, end.len());
    while let Some(before) = end.get(..place) {
        let (open, close) = (before.rfind(OPEN), before.rfind(CLOSE));
        match (open, close) {
            (open, Some(close)) if open.is_none_or(|open| open < close) => {
                depth += 1;
                place = close;
            }
            (Some(open), _) => {
                depth = depth.saturating_sub(1);
                place = open;
                if depth == 0 {
                    return clean.get(..open).unwrap_or(clean);
                }
            }
            (None, _) => return clean,
        }
    }
    clean
}

/// Whether a subject says that the mail was forwarded.
pub(super) fn is_forwarded(subject: &str) -> bool {
    let start = subject.trim_start().to_lowercase();
    ["fwd:", "fw:", "tr:", "tr :", "wg:", "rv:", "i:"].iter().any(|it| start.starts_with(it))
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(place, _)| place + 1)).collect()
}

/// The line of an `Original Message` above the head of the mail that follows it, to the end.
fn old_head<'a>(count: usize, line: impl Fn(usize) -> &'a str) -> Option<usize> {
    (0..count).find(|&place| {
        let here = line(place).to_lowercase();
        let bare = here.trim_matches(['-', '_', ' ', '*']);
        let separator = here.starts_with("--") && SEPARATORS.contains(&bare);
        // A ruler of underscores is one only above a head.
        let ruler = here.len() >= 10 && here.chars().all(|c| c == '_');
        let next = (place + 1..count.min(place + 4)).map(&line).find(|it| !it.is_empty());
        let headed = next.is_some_and(|next| {
            let next = next.trim_start_matches(['*', '>', ' ']).to_lowercase();
            HEAD.iter().any(|it| next.starts_with(it))
        });
        headed && (separator || ruler)
    })
}

/// The first line of the block of `>` lines at the end, or of the words that introduce it.
fn marked<'a>(count: usize, line: impl Fn(usize) -> &'a str) -> Option<usize> {
    let mut first = None;
    for place in (0..count).rev() {
        if line(place).starts_with('>') {
            first = Some(place);
        } else if !line(place).is_empty() {
            break;
        }
    }
    let first = first?;
    // The introduction may be folded over several lines: look for its end, then for its start.
    let last = (first.saturating_sub(GAP + 1)..first).rev().find(|&place| !line(place).is_empty())?;
    let from = last.saturating_sub(2);
    let introduces = line(last).ends_with(':')
        && (from..=last).any(|place| WROTE.iter().any(|it| line(place).to_lowercase().contains(it)));
    if !introduces {
        return Some(first);
    }
    let begins = |place: usize| {
        let start = line(place).to_lowercase();
        ["on ", "le ", "am ", "el ", "il ", "em ", "op ", "w dniu", "dne "]
            .iter()
            .any(|it| start.starts_with(it))
    };
    Some((from..=last).rev().find(|&place| begins(place)).unwrap_or(last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_quotation_at_the_end_is_set_apart() {
        for (mail, kept) in [
            ("Thanks!\n\nOn Monday, Anna wrote:\n> Hello\n> there\n", "Thanks!"),
            (
                "Merci\n\nLe lun. 3 août 2026 à 10:00, Anna\n<anna@a.example> a écrit :\n\n> Bonjour\n>\n> A.",
                "Merci",
            ),
            ("Danke\n\nAm 3.8.2026 schrieb Anna:\n> Hallo", "Danke"),
            ("My list:\n> one", "My list:"),
            ("Top\n\n-----Original Message-----\nFrom: Anna\nSent: Monday\n\nHello", "Top"),
            ("Haut\n\n________________________________\nDe : Anna\nEnvoyé : lundi\n\nBonjour", "Haut"),
            ("Yes\n> Hello", "Yes"),
        ] {
            assert_eq!(above(mail, false), kept, "{mail}");
        }
    }

    #[test]
    fn what_may_not_be_a_quotation_stays() {
        for mail in [
            "> Is it open?\nYes.\n> On Sunday too?\nNo.",
            "> only a quotation\n> nothing else",
            "On Monday, Anna wrote:\n> Hello\nand I agree",
            "A ruler\n____________________\nand more",
            "-----Original Message-----\nFrom: Anna\n\nHello",
            "",
        ] {
            assert_eq!(above(mail, false), mail);
        }
        let forwarded = "See below\n\n-----Original Message-----\nFrom: Anna\n\nHello";
        assert_eq!(above(forwarded, true), forwarded);
        assert!(is_forwarded("Fwd: x") && is_forwarded("TR : x") && !is_forwarded("Re: tr: x"));
    }

    #[test]
    fn a_quotation_element_at_the_end_is_set_apart() {
        let html = "<p>Yes</p><blockquote>a<blockquote>b</blockquote></blockquote><br>";
        assert_eq!(above_html(html), "<p>Yes</p>");
        for whole in ["<p>Yes</p><blockquote>a</blockquote><p>No</p>", "<p>Yes</p>", ""] {
            assert_eq!(above_html(whole), whole);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_ever_added_and_the_start_stays(lines in prop::collection::vec(
            prop::sample::select(vec!["> a", "b", "", "On x wrote:", "-----Original Message-----", "From: x", "é"]), 0..12)) {
            let mail = lines.join("\n");
            prop_assert!(mail.starts_with(above(&mail, false)));
        }

        #[test]
        fn any_order_of_quotations_can_be_read(pieces in prop::collection::vec(
            prop::sample::select(vec!["<blockquote>", "</blockquote>", "x", "<br>"]), 0..20)) {
            let html = pieces.concat();
            prop_assert!(html.starts_with(above_html(&html)));
        }
    }
}
