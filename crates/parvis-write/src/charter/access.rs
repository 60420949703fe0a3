//! What keeps people out: rows of emoji, pictures made of characters, dressed-up letters, links that say nothing, and
//! words that leave somebody aside.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::list::{List, list};
use super::{Argument, Page, Remark, Rule};
use crate::Language;

pub(super) fn check(page: &Page, found: &mut Vec<Remark>) {
    emoji(page, found);
    art(page, found);
    fancy(page, found);
    for it in list(List::ClickHere, page.language).find(&page.words) {
        found.push(
            Remark::new(Rule::ClickHere, it.span.clone()).said(page.text.get(it.span).unwrap_or_default()),
        );
    }
    for it in list(List::Inclusive, page.language).find(&page.words) {
        let said = page.text.get(it.span.clone()).unwrap_or_default();
        let instead = Argument::Text(it.instead.unwrap_or("none").to_owned());
        found.push(Remark::new(Rule::Inclusive, it.span).said(said).with("instead", instead));
    }
    if page.language == Language::French {
        cut_words(page, found);
    }
}

/// Emoji that are shown as such without being asked to, below U+1F000.
const SHOWN: &str = "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕";

fn is_emoji(cluster: &str) -> bool {
    cluster.chars().next().is_some_and(|c| {
        let drawn =
            matches!(c, '\u{1f000}'..='\u{1f0ff}' | '\u{1f18e}'..='\u{1f19a}' | '\u{1f1e6}'..='\u{1faff}');
        drawn || SHOWN.contains(c) || crate::unit::is_built_emoji(cluster)
    })
}

fn emoji(page: &Page, found: &mut Vec<Remark>) {
    let most = page.charter.most_emoji;
    let (mut count, mut start, mut end) = (0, 0, 0);
    let mut close = |count: &mut usize, start: usize, end: usize| {
        if *count > most {
            found.push(Remark::new(Rule::EmojiRow, start..end).count(*count, most));
        }
        *count = 0;
    };
    for (at, cluster) in page.text.grapheme_indices(true) {
        if is_emoji(cluster) {
            if count == 0 {
                start = at;
            }
            count += 1;
            end = at + cluster.len();
        } else if !cluster.trim().is_empty() {
            close(&mut count, start, end);
        }
    }
    close(&mut count, start, end);
}

/// Signs in a row that make a line or a frame.
const ROW: usize = 6;
/// Characters that are used for faces and figures, and for nothing else in French or English.
const FIGURES: &str = "╯ツಠᴥ□◔益彡┻┳┬╰╮╭ʕʔ◕◡⊙͜͡ʖ෴▀▄█░▒▓║═╔╗╚╝";

fn art(page: &Page, found: &mut Vec<Remark>) {
    let is_row = |c: char| "=-_*~<>#+|/\\^°★☆•·─━".contains(c);
    let mut close = |start: usize, end: usize| {
        let said = page.text.get(start..end).unwrap_or_default();
        found.push(Remark::new(Rule::AsciiArt, start..end).said(said));
    };
    let (mut row, mut start) = (0, 0);
    for (at, c) in page.text.char_indices().chain([(page.text.len(), ' ')]) {
        if is_row(c) && !page.is_marked(at) {
            if row == 0 {
                start = at;
            }
            row += 1;
        } else {
            if row >= ROW {
                close(start, at);
                return;
            }
            row = 0;
        }
    }
    if let Some(start) = page.text.find(|c| FIGURES.contains(c)) {
        let end = page.text.rfind(|c| FIGURES.contains(c)).unwrap_or(start);
        let last = page.text.get(end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        close(start, end + last);
    }
}

/// The plain letter that a dressed-up one stands for.
fn plain(c: char) -> Option<char> {
    let negative = |first: u32| {
        u32::from(c).checked_sub(first).filter(|it| *it < 26).and_then(|it| char::from_u32(0x41 + it))
    };
    match c {
        '\u{1f150}'..='\u{1f169}' => negative(0x1f150),
        '\u{1f170}'..='\u{1f189}' => negative(0x1f170),
        '\u{1d400}'..='\u{1d7ff}'
        | '\u{24b6}'..='\u{24e9}'
        | '\u{ff21}'..='\u{ff5a}'
        | '\u{1f130}'..='\u{1f149}' => std::iter::once(c).nfkc().next().filter(char::is_ascii),
        // Letters that were there before the others and fill their gaps.
        'ℂ' | 'ℍ' | 'ℕ' | 'ℙ' | 'ℚ' | 'ℝ' | 'ℤ' | 'ℊ' | 'ℋ' | 'ℌ' | 'ℎ' | 'ℐ' | 'ℑ' | 'ℒ' | 'ℓ' | 'ℛ'
        | 'ℜ' | 'ℬ' | 'ℭ' | 'ℯ' | 'ℰ' | 'ℱ' | 'ℳ' | 'ℴ' => std::iter::once(c).nfkc().next(),
        _ => None,
    }
}

/// One remark for a row of such letters, spaces included.
fn fancy(page: &Page, found: &mut Vec<Remark>) {
    let mut row: Option<(usize, usize, usize)> = None;
    let mut rows = Vec::new();
    for (at, c) in page.text.char_indices() {
        if plain(c).is_some() {
            let end = at + c.len_utf8();
            row = Some(row.map_or((at, end, 1), |(start, _, count)| (start, end, count + 1)));
        } else if !c.is_whitespace()
            && !c.is_alphanumeric()
            && !unicode_normalization::char::is_combining_mark(c)
        {
            rows.extend(row.take());
        }
    }
    rows.extend(row);
    // Two: one alone may be the letter of a set in a sum, or a blood group.
    for (start, end, _) in rows.into_iter().filter(|(.., count)| *count >= 2) {
        let said = page.text.get(start..end).unwrap_or_default();
        let letters: String = said.chars().map(|c| plain(c).unwrap_or(c)).collect();
        found.push(Remark::new(Rule::Fancy, start..end).said(said).instead(letters));
    }
}

/// Endings behind a middle dot, a full stop or in brackets: "étudiant·e·s", "client(e)s".
fn cut_words(page: &Page, found: &mut Vec<Remark>) {
    const ENDINGS: [&str; 16] = [
        "e", "es", "s", "ne", "nes", "le", "les", "se", "ses", "ère", "ères", "euse", "euses", "trice",
        "trices", "ve",
    ];
    for pair in page.words.windows(2) {
        let [word, ending] = pair else { continue };
        let between = page.text.get(word.span.end..ending.span.start).unwrap_or_default();
        let cut = matches!(between, "·" | "•" | "." | "(" | "‧" | "⋅");
        let is_first = word.text.chars().count() >= 3;
        let closed =
            between != "(" || page.text.get(ending.span.end..).is_some_and(|rest| rest.starts_with(')'));
        if cut && closed && is_first && ENDINGS.contains(&ending.folded.as_str()) {
            let span = word.span.start..ending.span.end;
            let said = page.text.get(span.clone()).unwrap_or_default();
            found.push(
                Remark::new(Rule::Inclusive, span)
                    .said(said)
                    .with("instead", Argument::Text("none".to_owned())),
            );
        }
    }
}
