//! Which prepared answers a message asks for: words in common, weighed. Said in words of the message, so that a reader sees
//! why. Knows no launch, no row and no clock.
//!
//! The order is BM25 (Robertson and Zaragoza, “The Probabilistic Relevance Framework: BM25 and Beyond”, 2009) over the
//! question, which counts [`TITLE`] times, and the answer. A candidate is only taken when enough of its *question* stands in
//! the message: a list as short as a dossier always has a best one, which may still be beside the point.

use std::collections::{BTreeMap, BTreeSet};

use super::text::{stems, words};

/// What could be suggested.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The question, or what the problem is called.
    pub question: &'a str,
    /// What would be said.
    pub answer: &'a str,
}

/// What is suggested.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Which candidate, from 0.
    pub index: usize,
    /// BM25; only good for comparing within one call.
    pub score: f64,
    /// The words that the message and the candidate have in common, as the message folds them, in its order.
    pub words: Vec<String>,
}

/// How often the words of the question count.
const TITLE: f64 = 3.0;
/// BM25: how soon a word that comes again stops to count.
const K1: f64 = 1.2;
/// BM25: how much length is held against a candidate.
const B: f64 = 0.5;
/// Share of the words of a question that have to stand in the message, once there are several.
const SHARE: f64 = 0.4;
/// Words of a message that are looked at.
const READ: usize = 400;

/// Words that say nothing of what is asked (French and English, folded).
const EMPTY: &[&str] = &[
    "a", "about", "ai", "aimerais", "alors", "am", "an", "and", "any", "are", "as", "at", "au", "aussi",
    "aux", "avec", "avez", "avoir", "be", "been", "bien", "bonjour", "bonsoir", "but", "by", "c", "ca",
    "can", "ce", "cela", "ces", "cet", "cette", "chez", "comme", "comment", "could", "d", "dans", "de",
    "des", "did", "dire", "do", "does", "donc", "du", "elle", "en", "es", "est", "et", "etait", "etes",
    "etre", "eu", "fait", "faut", "for", "from", "get", "had", "has", "have", "hello", "hi", "how", "i",
    "if", "il", "ils", "in", "is", "it", "its", "j", "je", "just", "l", "la", "le", "les", "leur", "lui",
    "m", "ma", "mais", "may", "me", "meme", "merci", "mes", "moi", "mon", "my", "n", "ne", "need", "no",
    "non", "nos", "not", "notre", "nous", "of", "on", "ont", "or", "ou", "our", "par", "pas", "peut", "peux",
    "please", "plus", "pour", "pouvez", "puis", "qu", "quand", "que", "quel", "quelle", "quelles", "quels",
    "qui", "quoi", "re", "s", "sa", "sais", "salut", "sans", "savoir", "se", "sera", "ses", "si", "so",
    "some", "son", "sont", "suis", "sur", "svp", "t", "ta", "te", "thank", "thanks", "that", "the", "their",
    "them", "there", "they", "this", "to", "toi", "ton", "tous", "tout", "toute", "tres", "tu", "un", "une",
    "va", "vais", "ve", "vos", "votre", "voudrais", "vous", "was", "we", "were", "what", "when", "where",
    "which", "who", "why", "will", "with", "would", "y", "you", "your",
];

/// The words of a text that say something, each with the forms under which it is found.
fn terms(text: &str) -> Vec<(String, BTreeSet<String>)> {
    let all = words(text).into_iter().take(READ).filter(|it| EMPTY.binary_search(&it.as_str()).is_err());
    all.map(|word| {
        let mut forms: BTreeSet<String> = stems(&word).into_iter().collect();
        // The stemmer knows “débitée” by its accent, which is folded away here.
        if let Some(short) = word.strip_suffix("ees").or_else(|| word.strip_suffix("ee")) {
            forms.extend(stems(&format!("{short}e")));
        }
        (word, forms)
    })
    .collect()
}

/// How often each form stands in a candidate, its length, and the words of its question.
struct Bag {
    count: BTreeMap<String, f64>,
    length: f64,
    question: Vec<BTreeSet<String>>,
}

fn bag(it: &Candidate<'_>) -> Bag {
    let (question, answer) = (terms(it.question), terms(it.answer));
    let mut count: BTreeMap<String, f64> = BTreeMap::new();
    let weighed = question.iter().map(|it| (it, TITLE)).chain(answer.iter().map(|it| (it, 1.0)));
    let mut length = 0.0;
    for ((_, forms), weight) in weighed {
        length += weight;
        for form in forms {
            *count.entry(form.clone()).or_default() += weight;
        }
    }
    let mut question: Vec<_> = question.into_iter().map(|(_, forms)| forms).collect();
    question.sort();
    question.dedup();
    Bag { count, length, question }
}

/// What could be suggested, read once for many messages.
pub struct Prepared {
    bags: Vec<Bag>,
    /// Mean length.
    mean: f64,
}

impl Prepared {
    /// Reads what could be suggested.
    #[expect(clippy::cast_precision_loss, reason = "counts of candidates are small")]
    pub fn new(all: &[Candidate<'_>]) -> Self {
        let bags: Vec<Bag> = all.iter().map(bag).collect();
        let mean = bags.iter().map(|it| it.length).sum::<f64>() / (bags.len().max(1) as f64);
        Self { bags, mean }
    }

    /// What of it the message asks for, the most likely first, `most` at most.
    pub fn find(&self, message: &str, most: usize) -> Vec<Found> {
        found(message, self, most)
    }
}

/// What of `all` the message asks for, the most likely first, `most` at most.
pub fn suggest(message: &str, all: &[Candidate<'_>], most: usize) -> Vec<Found> {
    Prepared::new(all).find(message, most)
}

#[expect(clippy::cast_precision_loss, reason = "counts of words and candidates are small")]
fn found(message: &str, Prepared { bags, mean }: &Prepared, most: usize) -> Vec<Found> {
    let asked = terms(message);
    let said: BTreeSet<&String> = asked.iter().flat_map(|(_, forms)| forms).collect();
    let rarity = |forms: &BTreeSet<String>| {
        let with = bags.iter().filter(|bag| forms.iter().any(|it| bag.count.contains_key(it))).count();
        (1.0 + (bags.len() as f64 - with as f64 + 0.5) / (with as f64 + 0.5)).ln()
    };
    let mut found: Vec<Found> = Vec::new();
    for (index, bag) in bags.iter().enumerate() {
        let met = bag.question.iter().filter(|forms| forms.iter().any(|it| said.contains(it))).count();
        if met < bag.question.len().min(2) || (met as f64) < SHARE * bag.question.len() as f64 || met == 0 {
            continue;
        }
        let (mut score, mut words, mut seen) = (0.0, Vec::new(), BTreeSet::new());
        for (word, forms) in &asked {
            let often = forms.iter().filter_map(|it| bag.count.get(it)).copied().fold(0.0, f64::max);
            if often > 0.0 && seen.insert(forms) {
                let length = 1.0 - B + B * bag.length / mean.max(1.0);
                score += rarity(forms) * often * (K1 + 1.0) / (often + K1 * length);
                words.push(word.clone());
            }
        }
        found.push(Found { index, score, words });
    }
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.index.cmp(&b.index)));
    found.truncate(most);
    found
}

#[cfg(test)]
mod tests;
