//! The index answers as the slow evaluator does, on posts and queries made at random from few words, so that nearly
//! everything that can meet does.

use parvis_listen::{
    Post,
    index::{Counts, Index, Scratch},
    plain,
    query::{Dialect, Query},
};

/// A small generator of the same numbers every time (xorshift64*, Vigna 2016).
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % n
    }

    fn one<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    fn is(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

const WORDS: [&str; 26] = [
    "parvis",
    "Parvis",
    "PARVIS",
    "été",
    "ete",
    "e\u{301}te\u{301}",
    "Été",
    "l'eau",
    "porte-monnaie",
    "porte",
    "monnaie",
    "cœur",
    "coeur",
    "a",
    "b",
    "c",
    "le",
    "bad_buzz",
    "東京タワー",
    "東京",
    "smartphone",
    "phone",
    "phones",
    "x2",
    "Straße",
    "strasse",
];
const PATTERNS: [&str; 14] = [
    "par*", "p*s", "*phone", "*phone*", "?", "phone?", "é*", "*", "c?eur", "*a*", "por*", "sm*ph?ne", "東*",
    "*ß*",
];
const EMOJI: [&str; 6] = ["👍", "👍🏽", "❤️", "❤", "👨‍👩‍👧", "🇫🇷"];
const GLUE: [&str; 10] = [" ", " ", " ", " ", ", ", " - ", "’", "! ", "\n", "."];

fn token(chance: &mut Chance) -> String {
    let sigil = if chance.is(4) { chance.one(&["#", "@", "##", "b@"]) } else { "" };
    if chance.is(12) { chance.one(&EMOJI).to_owned() } else { format!("{sigil}{}", chance.one(&WORDS)) }
}

fn post(chance: &mut Chance) -> String {
    (0..1 + chance.below(9)).map(|_| token(chance) + chance.one(&GLUE)).collect()
}

fn word(chance: &mut Chance) -> String {
    let sigil = if chance.is(5) { chance.one(&["#", "@"]) } else { "" };
    match chance.below(14) {
        0 | 1 => format!("{sigil}{}", chance.one(&PATTERNS)),
        2 => chance.one(&EMOJI).to_owned(),
        _ => format!("{sigil}{}", chance.one(&WORDS)),
    }
}

fn span(chance: &mut Chance) -> String {
    match chance.below(8) {
        0 => format!("\"{} {}\"", word(chance), word(chance)),
        1 => format!("\"{} {} {}\"", word(chance), word(chance), word(chance)),
        2 => format!("{{{}}}", word(chance)),
        3 => format!("({} OR {})", word(chance), word(chance)),
        _ => word(chance),
    }
}

fn near(chance: &mut Chance) -> String {
    let order = chance.one(&["", "f"]);
    format!("({} NEAR/{}{order} {})", span(chance), 1 + chance.below(4), span(chance))
}

fn field(chance: &mut Chance) -> String {
    let made = [
        "lang:fr",
        "lang:EN",
        "author:@Bob",
        "author:\"bob dylan\"",
        "site:example.com",
        "site:blog.example.com",
        "country:fr",
    ];
    let rare = [
        "url:https://example.com/x",
        "followers:[10 TO 100]",
        "followers:[* TO 50]",
        "title:x",
        "sentiment:negative",
    ];
    if chance.is(2) { chance.one(&made).to_owned() } else { chance.one(&rare).to_owned() }
}

fn query(chance: &mut Chance, depth: usize) -> String {
    let inner = |chance: &mut Chance| query(chance, depth.saturating_sub(1));
    match chance.below(if depth == 0 { 4 } else { 12 }) {
        0 | 1 => span(chance),
        2 => near(chance),
        3 if chance.is(3) => field(chance),
        3 => format!("\"{} {} {}\"~{}", word(chance), word(chance), word(chance), 1 + chance.below(5)),
        4 => format!(
            "(({} NEAR/2 {}) NEAR/{} {})",
            word(chance),
            word(chance),
            1 + chance.below(3),
            word(chance)
        ),
        5..=7 => format!("({} AND {})", inner(chance), inner(chance)),
        8 | 9 => format!("({} OR {})", inner(chance), inner(chance)),
        10 => format!("({} NOT {})", inner(chance), inner(chance)),
        _ => format!("NOT ({})", inner(chance)),
    }
}

fn known<'a>(chance: &mut Chance, text: &'a str) -> Post<'a> {
    let mut post = Post::of(text);
    let some = |chance: &mut Chance, list: &[&'a str]| (!chance.is(3)).then(|| chance.one(list));
    post.lang = some(chance, &["fr", "en", "FR"]);
    post.author = some(chance, &["bob", "@BOB", "Bob Dylan"]);
    post.url = some(
        chance,
        &["https://example.com/x", "http://u@blog.Example.com:80/?q", "https://notexample.com/", "x"],
    );
    post.country = some(chance, &["fr", "de"]);
    post.followers = (!chance.is(3)).then(|| chance.below(120) as u64);
    post
}

#[test]
fn the_index_answers_as_the_slow_evaluator_does() {
    // PARVIS_PAIRS asks for more than a run of the tests takes: docs/quality/matching.md adds them up.
    let pairs: usize =
        std::env::var("PARVIS_PAIRS").ok().and_then(|it| it.parse().ok()).unwrap_or(10_000_000);
    let seed: u64 = std::env::var("PARVIS_SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(20_261_122);
    let mut chance = Chance(seed);
    let (mut hits, mut asked) = (0, 0);
    while asked < pairs {
        let queries: Vec<Query> = (0..1_000).map(|_| Query::parse(&query(&mut chance, 2)).unwrap()).collect();
        let mut index = Index::build((0..).zip(&queries), Counts::default());
        // Some are taken out and put in again, so that they are answered from the young level.
        for id in (0..1_000).step_by(17) {
            index.remove(id);
            if id % 2 == 0 {
                index.insert(id, &queries[id as usize]);
            }
        }
        let is_there = |id: u32| !id.is_multiple_of(17) || id.is_multiple_of(2);
        let (matcher, mut scratch) = (index.matcher(), Scratch::default());
        for _ in 0..1_000 {
            let text = post(&mut chance);
            let post = known(&mut chance, &text);
            let found = matcher.matches(&post, &mut scratch);
            let cut = plain::Text::of(&text);
            let expected: Vec<u32> = (0..)
                .zip(&queries)
                .filter(|(id, it)| is_there(*id) && cut.matches(it, &post))
                .map(|it| it.0)
                .collect();
            if found != expected {
                let wrong = (0..1_000u32).find(|it| found.contains(it) != expected.contains(it)).unwrap();
                let query = &queries[wrong as usize];
                panic!("{query}\n{post:?}\nthe slow evaluator says {}", expected.contains(&wrong));
            }
            hits += found.len();
        }
        asked += 1_000_000;
    }
    assert!(hits > asked / 100, "only {hits} hits in {asked} pairs");
}

#[test]
fn a_query_that_is_written_and_read_again_is_the_same() {
    let mut chance = Chance(7);
    for _ in 0..50_000 {
        let text = query(&mut chance, 3);
        let query = Query::parse(&text).unwrap();
        let written = query.write(Dialect::Parvis);
        assert_eq!(Query::parse(&written).as_ref(), Ok(&query), "{text}\n{written}");
        assert!(Query::parse(&query.write(Dialect::Brandwatch)).is_ok(), "{text}");
    }
}
