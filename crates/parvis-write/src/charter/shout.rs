//! Capitals, and rows of exclamation and question marks.

use super::{Page, Remark, Rule};

/// Acronyms that everybody reads as such; an organisation adds its own.
const ACRONYMS: &str = " SNCF RATP INSEE CNIL CHU UNESCO UNICEF NASA OTAN NATO LGBT LGBTQ RGPD GDPR HTML UEFA FIFA IKEA \
    COVID SAMU ADMR AMAP BAFA BNSSA CNAM CESU EHPAD ESAT INSERM INRAE NAVIGO PACS SMIC TGVMAX URSSAF VIGIPIRATE YOUTUBE \
    HMRC DVLA OFCOM PDFS NHSX RSPCA RSPB UCAS USB-C WIFI MAIF MACIF BREXIT AFNOR ASAP ";

pub(super) fn check(page: &Page, found: &mut Vec<Remark>) {
    capitals(page, found);
    marks(page, found);
}

fn is_acronym(page: &Page, word: &str) -> bool {
    let known = ACRONYMS.contains(&format!(" {word} "));
    let no_vowel = !word.contains(|c: char| "AEIOUYÀÂÉÈÊËÎÏÔÙÛ".contains(c));
    let has_digit = word.contains(|c: char| c.is_ascii_digit());
    known || no_vowel || has_digit || page.charter.capitals.iter().any(|it| it.trim().to_uppercase() == word)
}

/// Runs of words in capitals: several in a row, or one that is long enough not to be an acronym.
fn capitals(page: &Page, found: &mut Vec<Remark>) {
    let is_capital = |word: &str| {
        word.chars().filter(|c| c.is_uppercase()).count() >= 1 && !word.contains(char::is_lowercase)
    };
    let mut run: Vec<&super::word::Word> = Vec::new();
    let mut close = |run: &mut Vec<&super::word::Word>| {
        let long =
            |word: &&&super::word::Word| word.text.chars().count() >= 2 && !is_acronym(page, word.text);
        let loud: Vec<_> = run.iter().filter(long).collect();
        let letters = |word: &super::word::Word| word.text.chars().count();
        let alone = loud.first().is_some_and(|word| {
            let accents = word.text.contains(|c: char| !c.is_ascii());
            letters(word) >= 5 || letters(word) >= 4 && accents
        });
        let several = loud.len() >= 2 && loud.iter().any(|word| letters(word) >= 4) || loud.len() >= 3;
        if (alone || several)
            && let (Some(first), Some(last)) = (run.first(), run.last())
        {
            let span = first.span.start..last.span.end;
            let said = page.text.get(span.clone()).unwrap_or_default();
            found.push(Remark::new(Rule::Shouting, span).said(said));
        }
        run.clear();
    };
    for word in &page.words {
        if run.last().is_some_and(|last| last.sentence != word.sentence) || !is_capital(word.text) {
            close(&mut run);
        }
        if is_capital(word.text) {
            run.push(word);
        }
    }
    close(&mut run);
}

/// Three marks and more in a row.
fn marks(page: &Page, found: &mut Vec<Remark>) {
    let is_mark = |c: char| matches!(c, '!' | '?');
    let mut place = 0;
    while let Some(start) = page.text.get(place..).and_then(|rest| rest.find(is_mark)).map(|at| at + place) {
        let row = page.text.get(start..).unwrap_or_default();
        let end = start + row.find(|c| !is_mark(c)).unwrap_or(row.len());
        let row = page.text.get(start..end).unwrap_or_default();
        if row.len() >= 3 && !page.is_marked(start) {
            let calm = match (row.contains('?'), row.contains('!')) {
                (true, true) => "?!",
                (true, false) => "?",
                _ => "!",
            };
            found.push(Remark::new(Rule::Shouting, start..end).said(row).instead(calm));
        }
        place = end;
    }
}
