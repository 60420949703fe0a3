//! How fast posts are matched, and how fast a watch is changed: `parvis-quality speed`. docs/quality/matching.md has the
//! figures, beside those of other engines on the same posts and queries.

use std::{
    fs,
    io::{Write as _, stdout},
    path::Path,
    time::Instant,
};

use anyhow::Result;
use parvis_listen::{
    Post,
    index::{Counts, Index, Scratch},
    query::Query,
};

use crate::corpus;

/// Changes that are timed.
const CHANGES: usize = 2_000;

/// Measures with texts of `data`, and prints; writes posts and queries into `peer`, for another engine to match.
pub(crate) fn run(data: &Path, peer: Option<&Path>) -> Result<()> {
    let texts = corpus::texts(data)?;
    for size in [1, 10_000, 100_000] {
        let written = corpus::queries(&texts, size);
        if let Some(folder) = peer {
            let lines: Vec<&str> = written.iter().map(|it| it.1.as_str()).collect();
            fs::write(folder.join(format!("queries-{size}.txt")), lines.join("\n"))?;
            fs::write(folder.join("posts.txt"), texts.join("\n"))?;
        }
        let queries: Vec<Query> = written.iter().map(|it| Query::parse(&it.0)).collect::<Result<_, _>>()?;
        let before = resident();
        let begun = Instant::now();
        let mut index = Index::build((0..).zip(&queries), Counts::default());
        let (laid_out, memory) = (begun.elapsed(), resident().saturating_sub(before));
        writeln!(stdout(), "{size} queries laid out in {laid_out:.0?}, {memory} KiB")?;
        matching(&index, &texts, size)?;
        if size > 1 {
            changing(&mut index, &queries)?;
        }
    }
    Ok(())
}

fn matching(index: &Index, texts: &[String], size: usize) -> Result<()> {
    let (matcher, mut scratch) = (index.matcher(), Scratch::default());
    for _ in 0..5 {
        let (begun, mut hits, posts) = (cpu(), 0, texts.len() * 10);
        for _ in 0..10 {
            for text in texts {
                hits += matcher.matches(&Post::of(text), &mut scratch).len();
            }
        }
        let seconds = cpu() - begun;
        let (rate, each) = (posts as f64 / seconds, seconds * 1e6 / posts as f64);
        let found = hits as f64 / posts as f64;
        writeln!(stdout(), "{size}: {rate:.0} posts/s, {each:.2} µs a post, {found:.2} matches a post")?;
    }
    Ok(())
}

/// How long it takes until a changed query is matched.
fn changing(index: &mut Index, queries: &[Query]) -> Result<()> {
    let mut times: Vec<f64> = (0..CHANGES)
        .map(|at| {
            let begun = Instant::now();
            index.insert((at * 37 % queries.len()) as u32, &queries[at * 53 % queries.len()]);
            let _ = index.matcher();
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    writeln!(stdout(), "a change: median {:.1} ms, p99 {:.1} ms, longest {:.1} ms", at(50), at(99), at(100))?;
    Ok(())
}

/// Seconds of processor time this thread has had.
fn cpu() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|it| it.parse::<f64>().ok()).unwrap_or_default() / 1e9
}

/// KiB of memory this process holds.
fn resident() -> u64 {
    let text = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ').nth(1).and_then(|it| it.parse::<u64>().ok()).unwrap_or_default() * 4
}
