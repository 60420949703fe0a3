//! The lists of words, read once. What they hold is of our own writing.

use std::sync::OnceLock;

use super::phrase::Phrases;
use crate::Language;

/// Which list.
#[derive(Clone, Copy)]
pub(super) enum List {
    Jargon,
    Wooden,
    Superlative,
    Promise,
    ClickHere,
    Inclusive,
    /// What in a sentence stands for a proof.
    Proof,
    /// The familiar "you", and the polite one.
    Familiar,
    Polite,
}

type Lists = [Phrases; 9];

/// One list in one language.
pub(super) fn list(list: List, language: Language) -> &'static Phrases {
    static FRENCH: OnceLock<Lists> = OnceLock::new();
    static ENGLISH: OnceLock<Lists> = OnceLock::new();
    let lists = match language {
        Language::French => FRENCH.get_or_init(|| {
            [
                include_str!("list/fr-jargon.txt"),
                include_str!("list/fr-wooden.txt"),
                include_str!("list/fr-superlative.txt"),
                include_str!("list/fr-promise.txt"),
                include_str!("list/fr-click-here.txt"),
                include_str!("list/fr-inclusive.txt"),
                include_str!("list/fr-proof.txt"),
                include_str!("list/fr-familiar.txt"),
                include_str!("list/fr-polite.txt"),
            ]
            .map(Phrases::read)
        }),
        Language::English => ENGLISH.get_or_init(|| {
            [
                include_str!("list/en-jargon.txt"),
                include_str!("list/en-wooden.txt"),
                include_str!("list/en-superlative.txt"),
                include_str!("list/en-promise.txt"),
                include_str!("list/en-click-here.txt"),
                include_str!("list/en-inclusive.txt"),
                include_str!("list/en-proof.txt"),
                "",
                "",
            ]
            .map(Phrases::read)
        }),
    };
    let [jargon, wooden, superlative, promise, click_here, inclusive, proof, familiar, polite] = lists;
    match list {
        List::Jargon => jargon,
        List::Wooden => wooden,
        List::Superlative => superlative,
        List::Promise => promise,
        List::ClickHere => click_here,
        List::Inclusive => inclusive,
        List::Proof => proof,
        List::Familiar => familiar,
        List::Polite => polite,
    }
}
