//! Posts of the declared data, and queries made of their words.

use std::{collections::HashMap, fs, path::Path};

use anyhow::{Context as _, Result};

/// Texts of posts, in a fixed order mixed by a declared seed.
pub(crate) fn texts(data: &Path) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for part in ["umsab/french/train_text.txt", "umsab/english/train_text.txt"] {
        let path = data.join(part);
        let text = fs::read_to_string(&path).with_context(|| format!("{} can't be read", path.display()))?;
        texts.extend(text.lines().map(str::to_owned));
    }
    let deft = fs::read_to_string(data.join("deft2017/task1-train.csv"))?;
    texts.extend(deft.lines().filter_map(|it| it.split('\t').nth(1)).map(str::to_owned));
    let mut chance = Chance(1);
    for at in (1..texts.len()).rev() {
        texts.swap(at, chance.below(at + 1));
    }
    Ok(texts)
}

/// Queries in the shapes that people write, of words as frequent as theirs.
pub(crate) fn queries(texts: &[String], count: usize) -> Vec<(String, String)> {
    let mut shares: HashMap<String, u32> = HashMap::new();
    for text in texts {
        let mut words: Vec<String> = parvis_listen::word::tokens(text)
            .into_iter()
            .filter(|it| !it.is_emoji)
            .map(|it| parvis_listen::word::fold(&text[it.range]))
            .collect();
        words.sort_unstable();
        words.dedup();
        for word in words {
            *shares.entry(word).or_default() += 1;
        }
    }
    let mut words: Vec<(String, u32)> = shares
        .into_iter()
        .filter(|it| it.0.len() > 2 && it.0.bytes().all(|byte| byte.is_ascii_lowercase()))
        .collect();
    words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let words: Vec<&str> = words.iter().map(|it| it.0.as_str()).collect();
    let mut chance = Chance(2);
    (0..count).map(|_| query(&mut chance, &words)).collect()
}

/// A query in both ways of writing: ours, and with the operator first, as a peer's program reads it.
fn query(chance: &mut Chance, words: &[&str]) -> (String, String) {
    // Names and subjects: neither the commonest words, nor only words seen once.
    let rare = |chance: &mut Chance| words[200 + chance.below(words.len() - 200)];
    let common = |chance: &mut Chance| words[60 + chance.below(1_000)];
    let (a, b, c, d, e) = (rare(chance), rare(chance), common(chance), common(chance), common(chance));
    match chance.below(10) {
        0 | 1 => (format!("{a} AND {c}"), format!("(and {a} {c})")),
        2 => (format!("({a} OR {b}) AND {c}"), format!("(and (or {a} {b}) {c})")),
        3 => {
            (format!("({a} OR {b} OR {c}) AND {d} NOT {e}"), format!("(and (or {a} {b} {c}) {d} (not {e}))"))
        }
        4 => (format!("\"{a} {c}\" OR \"{b} {d}\""), format!("(or (phrase {a} {c}) (phrase {b} {d}))")),
        5 => (format!("{a} NEAR/5 ({c} OR {d})"), format!("(near 5 {a} (or {c} {d}))")),
        6 => (format!("({a} OR {b}) AND ({c} OR {d})"), format!("(and (or {a} {b}) (or {c} {d}))")),
        7 => (format!("{a}* AND {c}"), format!("(and (prefix {a}) {c})")),
        8 => (format!("{a} OR {b}"), format!("(or {a} {b})")),
        _ => (format!("({c} AND {d}) NOT ({a} OR {b})"), format!("(and {c} {d} (not (or {a} {b})))")),
    }
}

/// Numbers that are the same every time (xorshift64*, Vigna 2016).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % n
    }
}
