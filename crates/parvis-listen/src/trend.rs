//! Rising terms, hashtags, handles and authors: what is said now more than it usually is.
//!
//! Each term has two counts that fade, one in hours and one in weeks. What rises is told by the logarithm of the odds
//! of now against usual, divided by its own uncertainty (Monroe, Colaresi and Quinn, "Fightin' words", Political
//! Analysis 16, 2008), so that three mentions of a new word don't outweigh a thousand of a known one. Words that
//! everybody always says never rise, whatever the language: no list of them is needed. Terms that are rare both now
//! and usually are dropped when there is no more room (after Manku and Motwani, "Approximate frequency counts over
//! data streams", VLDB 2002). Knows no clock.

use std::collections::{HashMap, HashSet};

use crate::word::{self, Sigil};

const HOUR: f64 = 3_600e6;
/// Half-lives of what is said now, and of what is usually said.
const NOW: f64 = 4.0 * HOUR;
const USUAL: f64 = 14.0 * 24.0 * HOUR;
/// Count that every term is given before any was seen.
const PRIOR: f64 = 0.5;
/// Standard errors from which a term rises: thousands are looked at at once.
const RISING: f64 = 4.0;
const LEAST_TIMES: f64 = 2.0;
const LEAST_POSTS: f64 = 5.0;
/// Of what is usual there must be this many times what is now, before anything can rise against it.
const LEAST_HISTORY: f64 = 4.0;
/// Terms of one post that are looked at.
const MOST_TERMS: usize = 400;

/// What can rise.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Term {
    /// A word, folded; also of a hashtag.
    Word(String),
    /// A hashtag, folded, without `#`.
    Hashtag(String),
    /// Somebody who is mentioned, folded, without `@`.
    Handle(String),
    /// Who wrote, as the network names them.
    Author(String),
}

/// A term that rises.
#[derive(Clone, Debug, PartialEq)]
pub struct Rising {
    /// What.
    pub term: Term,
    /// In how many posts now (fading: half after four hours).
    pub posts: f64,
    /// How many times its usual share of the posts.
    pub times: f64,
    /// How sure that is, in standard errors.
    pub far: f64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    at: i64,
    now: f64,
    usual: f64,
}

impl Count {
    /// The counts as they have faded at `at`.
    fn faded(self, at: i64) -> Self {
        let passed = at.saturating_sub(self.at).max(0) as f64;
        Self {
            at: self.at.max(at),
            now: self.now * (-passed / NOW).exp2(),
            usual: self.usual * (-passed / USUAL).exp2(),
        }
    }

    fn add(&mut self, at: i64) {
        *self = self.faded(at);
        self.now += 1.0;
        self.usual += 1.0;
    }
}

/// Counts the terms of a stream of posts.
pub struct Trend {
    capacity: usize,
    posts: Count,
    terms: HashMap<Term, Count>,
}

impl Trend {
    /// Holds `capacity` terms and up to a half more (a hundred at least): about a hundred bytes each.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(100), posts: Count::default(), terms: HashMap::new() }
    }

    /// Takes a post in; `at` in microseconds UTC. A term counts once in a post.
    pub fn push(&mut self, at: i64, author: Option<&str>, text: &str) {
        self.posts.add(at);
        for term in terms(author, text) {
            self.terms.entry(term).or_default().add(at);
        }
        if self.terms.len() > self.capacity + self.capacity / 2 {
            self.drop_rare(at);
        }
    }

    /// What rises at `at`, the surest first, at most `most`.
    #[must_use]
    pub fn rising(&self, at: i64, most: usize) -> Vec<Rising> {
        let all = self.posts.faded(at);
        if all.usual < all.now * (1.0 + LEAST_HISTORY) {
            return Vec::new();
        }
        let mut rising: Vec<Rising> =
            self.terms.iter().filter_map(|(term, count)| weigh(term, count.faded(at), all)).collect();
        rising.sort_by(|a, b| b.far.total_cmp(&a.far).then_with(|| a.term.cmp(&b.term)));
        rising.truncate(most);
        rising
    }

    fn drop_rare(&mut self, at: i64) {
        let worth = |it: &Count| {
            let it = it.faded(at);
            it.usual + it.now
        };
        let mut worths: Vec<f64> = self.terms.values().map(worth).collect();
        let surplus = worths.len() - self.capacity;
        let (_, least, _) = worths.select_nth_unstable_by(surplus, f64::total_cmp);
        let least = *least;
        let mut left = surplus;
        self.terms.retain(|_, it| {
            let stays = left == 0 || worth(it) > least;
            left -= usize::from(!stays);
            stays
        });
    }
}

fn weigh(term: &Term, it: Count, all: Count) -> Option<Rising> {
    if it.now < LEAST_POSTS {
        return None;
    }
    let (before, all_before) = ((it.usual - it.now).max(0.0), (all.usual - all.now).max(0.0));
    let odds = |with: f64, of: f64| ((with + PRIOR) / ((of - with).max(0.0) + PRIOR)).ln();
    let error = (1.0 / (it.now + PRIOR) + 1.0 / (before + PRIOR)).sqrt();
    let far = (odds(it.now, all.now) - odds(before, all_before)) / error;
    let times = (it.now / all.now) / ((before + PRIOR) / (all_before + PRIOR));
    (far >= RISING && times >= LEAST_TIMES).then(|| Rising { term: term.clone(), posts: it.now, times, far })
}

/// The terms of a post, each once.
fn terms(author: Option<&str>, text: &str) -> HashSet<Term> {
    let mut found: HashSet<Term> = author.map(|it| Term::Author(it.to_owned())).into_iter().collect();
    for piece in
        text.split_whitespace().filter(|it| !it.starts_with("http://") && !it.starts_with("https://"))
    {
        for token in word::tokens(piece).into_iter().filter(|it| !it.is_emoji) {
            let folded = word::fold(piece.get(token.range).unwrap_or_default());
            let is_word = folded.chars().nth(2).is_some() && folded.chars().any(char::is_alphabetic);
            match token.sigil {
                Sigil::At => found.insert(Term::Handle(folded)),
                Sigil::Hash => found.insert(Term::Hashtag(folded)),
                Sigil::None if is_word => found.insert(Term::Word(folded)),
                Sigil::None => false,
            };
        }
        if found.len() >= MOST_TERMS {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Words;

    const MINUTE: i64 = 60_000_000;

    /// Ten days of two posts each five minutes, in words as frequent as words are.
    fn usual(trend: &mut Trend, words: &mut Words) -> i64 {
        let end = 10 * 24 * 60;
        for minute in (0..end).step_by(5) {
            trend.push(minute * MINUTE, Some("anna"), &words.text(12));
            trend.push(minute * MINUTE, Some("ben"), &format!("le la the {}", words.text(12)));
        }
        end * MINUTE
    }

    #[test]
    fn nothing_rises_in_noise() {
        for seed in 0..5 {
            let mut trend = Trend::new(20_000);
            let end = usual(&mut trend, &mut Words::new(seed, 5_000));
            assert_eq!(trend.rising(end, 10), []);
        }
    }

    #[test]
    fn a_new_word_a_hashtag_and_an_author_rise_and_stop_words_do_not() {
        let (mut trend, mut words) = (Trend::new(20_000), Words::new(1, 5_000));
        let end = usual(&mut trend, &mut words);
        for post in 0..24 {
            trend.push(
                end + post * 5 * MINUTE,
                Some("carla"),
                &format!("le la the panne #PanneGénérale {}", words.text(9)),
            );
        }
        let rising = trend.rising(end + 120 * MINUTE, 10);
        let terms: HashSet<Term> = rising.iter().map(|it| it.term.clone()).collect();
        let planted = [
            Term::Author("carla".to_owned()),
            Term::Hashtag("pannegenerale".to_owned()),
            Term::Word("panne".to_owned()),
        ];
        assert_eq!(terms, HashSet::from(planted), "{rising:?}");
        assert!(rising[0].times > 50.0 && rising[0].posts > 15.0, "{rising:?}");
    }

    #[test]
    fn a_known_word_rises_when_it_is_said_more_than_usual() {
        let (mut trend, mut words) = (Trend::new(20_000), Words::new(2, 5_000));
        for minute in (0..14_400).step_by(5) {
            let price = if minute % 50 == 0 { "price" } else { "colour" };
            trend.push(minute * MINUTE, None, &format!("{price} {}", words.text(8)));
        }
        for minute in (14_400..14_640).step_by(5) {
            trend.push(minute * MINUTE, None, &format!("price {}", words.text(8)));
        }
        let rising = trend.rising(14_640 * MINUTE, 3);
        assert_eq!(rising.len(), 1, "{rising:?}");
        assert_eq!(rising[0].term, Term::Word("price".to_owned()));
        assert!((4.0..11.0).contains(&rising[0].times), "{rising:?}");
    }

    #[test]
    fn nothing_rises_before_there_is_a_usual() {
        let mut trend = Trend::new(1_000);
        for post in 0..200 {
            trend.push(post * MINUTE, None, "everything is new here");
        }
        assert_eq!(trend.rising(200 * MINUTE, 10), []);
    }

    #[test]
    fn memory_is_bounded_and_what_is_frequent_is_kept() {
        let mut trend = Trend::new(500);
        for post in 0..5_000_i64 {
            trend.push(post * MINUTE, Some("anna"), &format!("brand unique{post} once{post}"));
        }
        assert!(trend.terms.len() <= 750, "{}", trend.terms.len());
        assert!(trend.terms[&Term::Word("brand".to_owned())].usual > 3_000.0);
    }
}
