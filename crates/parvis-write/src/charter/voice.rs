//! The tone: words of the trade, phrases that say nothing, boasts, promises, and how readers are addressed.

use super::list::{List, list};
use super::phrase::Found;
use super::{Address, Argument, Page, Remark, Rule};
use crate::Language;

pub(super) fn check(page: &Page, found: &mut Vec<Remark>) {
    let find = |which| list(which, page.language).find(&page.words);
    let say = |rule, it: &Found| {
        Remark::new(rule, it.span.clone())
            .said(page.text.get(it.span.clone()).unwrap_or_default())
            .with("instead", Argument::Text(it.instead.unwrap_or("none").to_owned()))
    };
    let known = |it: &Found| {
        let said = page.text.get(it.span.clone()).unwrap_or_default().to_lowercase();
        page.charter.known_words.iter().any(|word| word.trim().to_lowercase() == said)
    };
    found.extend(find(List::Jargon).iter().filter(|it| !known(it)).map(|it| say(Rule::Jargon, it)));
    found.extend(find(List::Wooden).iter().map(|it| say(Rule::Wooden, it)));
    found.extend(find(List::Promise).iter().map(|it| say(Rule::Promise, it)));
    let proofs = find(List::Proof);
    let proven = |it: &Found| {
        let sentence = page.sentences.iter().find(|sentence| sentence.contains(&it.span.start));
        sentence.is_some_and(|sentence| proofs.iter().any(|proof| sentence.contains(&proof.span.start)))
    };
    found
        .extend(find(List::Superlative).iter().filter(|it| !proven(it)).map(|it| say(Rule::Superlative, it)));
    address(page, found);
}

/// One remark at the first place that isn't the house's way.
fn address(page: &Page, found: &mut Vec<Remark>) {
    if page.language != Language::French || page.charter.address == Address::Free {
        return;
    }
    let familiar = list(List::Familiar, page.language).find(&page.words);
    let polite = list(List::Polite, page.language).find(&page.words);
    let wrong = match page.charter.address {
        Address::Polite => &familiar,
        Address::Familiar => &polite,
        // The one that is said less; "vous" may be said to several people, so that it wins a draw.
        _ if familiar.is_empty() || polite.is_empty() => return,
        _ if familiar.len() <= polite.len() => &familiar,
        _ => &polite,
    };
    if let Some(first) = wrong.first() {
        let said = page.text.get(first.span.clone()).unwrap_or_default();
        found.push(Remark::new(Rule::Address, first.span.clone()).said(said));
    }
}
