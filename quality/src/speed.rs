//! How fast posts are matched: `parvis-quality speed`.

use std::{path::Path, time::Instant};

use anyhow::Result;
use parvis_listen::{
    Post,
    index::{Counts, Index, Scratch},
    query::Query,
};

use crate::corpus;

/// Measures with texts of `data`, and prints.
pub(crate) fn run(data: &Path) -> Result<()> {
    let texts = corpus::texts(data)?;
    for size in [1, 1_000, 10_000, 100_000] {
        let queries = corpus::queries(&texts, size);
        let parsed: Vec<Query> = queries.iter().map(|it| Query::parse(it)).collect::<Result<_, _>>()?;
        let begun = Instant::now();
        let mut counts = Counts::default();
        texts.iter().take(2_000).for_each(|it| counts.add(it));
        let index = Index::build((0..).zip(&parsed), counts);
        println!("{size} queries laid out in {:?}", begun.elapsed());
        let (matcher, mut scratch) = (index.matcher(), Scratch::default());
        for _ in 0..5 {
            let begun = cpu();
            let mut hits = 0;
            for _ in 0..10 {
                for text in &texts {
                    hits += matcher.matches(&Post::of(text), &mut scratch).len();
                }
            }
            let seconds = cpu() - begun;
            let posts = texts.len() * 10;
            println!(
                "{size}: {:.0} posts/s, {:.2} µs a post, {:.2} matches a post",
                posts as f64 / seconds,
                seconds * 1e6 / posts as f64,
                hits as f64 / posts as f64
            );
        }
    }
    Ok(())
}

/// Seconds of processor time this thread has had.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|it| it.parse::<f64>().ok()).unwrap_or_default() / 1e9
}
