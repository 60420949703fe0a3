//! Hashtags: how many, and whether they can be read aloud.

use super::{Page, Remark, Rule};
use crate::mark::MarkKind;

/// Letters from which a hashtag in small letters is taken for several words.
const SEVERAL_WORDS: usize = 13;

/// Endings of long words that are one.
const ENDINGS: [&str; 22] = [
    "tion", "tions", "ment", "ments", "ité", "ités", "isme", "logie", "logies", "graphie", "graphies",
    "culture", "ness", "ship", "graphy", "bility", "logy", "naire", "naires", "trice", "ciens", "cienne",
];

pub(super) fn check(page: &Page, found: &mut Vec<Remark>) {
    let tags: Vec<_> = page.marks.iter().filter(|mark| mark.kind == MarkKind::Hashtag).collect();
    let most = page.charter.most_hashtags;
    if let Some(first_over) = tags.get(most)
        && let Some(last) = tags.last()
    {
        let span = first_over.span.start..last.span.end;
        found.push(Remark::new(Rule::Hashtags, span).count(tags.len(), most));
    }
    for mark in tags {
        let said = mark.text(page.text);
        let letters = said.chars().filter(|c| c.is_alphabetic()).count();
        let small = !said.contains(char::is_uppercase) && !said.contains('_');
        if small && letters >= SEVERAL_WORDS && !ENDINGS.iter().any(|end| said.ends_with(end)) {
            found.push(Remark::new(Rule::HashtagCase, mark.span.clone()).said(said));
        }
    }
}
