//! The report as Markdown: figures of one run, with what is compared, what was promised and whether it was met.

use std::fmt::Write as _;
use std::fs;

use jiff::Timestamp;

use crate::measure::Sample;
use crate::run::{Findings, Page};

/// The text of `docs/benchmarks.md`.
pub fn write(it: &Findings, now: i64) -> String {
    let mut out = String::new();
    // Writing into a String can't fail.
    let _ = head(&mut out, it, now);
    let _ = promises(&mut out, it);
    let _ = pages(&mut out, it);
    let _ = inside(&mut out, it);
    let _ = intake(&mut out, it);
    out.push_str(TAIL);
    out
}

fn head(out: &mut String, it: &Findings, now: i64) -> std::fmt::Result {
    let date = Timestamp::from_microsecond(now).unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y-%m-%d");
    let (all, open) = it.conversations;
    let left_out: String = it.without.iter().map(|page| format!(" --without {page}")).collect();
    writeln!(out, "# Benchmarks\n")?;
    writeln!(
        out,
        "Written by `cargo xtask bench` on {date}; every figure below is from that one run. Repeat it with:\n"
    )?;
    writeln!(out, "```sh\ncargo xtask bench --messages {}{left_out}\n```\n", it.messages)?;
    writeln!(
        out,
        "- Data: {} messages in {} conversations, {} of them open, with search index and counters; SQLite {}, {:.1} GiB. Invented, the same for the same number.",
        group(it.messages),
        group(all),
        group(open),
        it.sqlite,
        it.size / 1_024.0
    )?;
    writeln!(
        out,
        "- Machine: {}. Load average (1 min) {} at the beginning, {} at the end.",
        machine(),
        it.load.0,
        it.load.1
    )?;
    writeln!(
        out,
        "- CPU time is that of the server process per request, all threads, by the kernel's scheduler statistics; {} rounds in which the cases take turns, median [least … most]. Wall times are of an open loop of 50 requests a second, counted from when each should have been sent; on a busy machine they tell more of the machine than of Parvis.\n",
        it.rounds
    )
}

struct Promise {
    what: String,
    wanted: String,
    found: String,
    is_met: bool,
}

fn promises(out: &mut String, it: &Findings) -> std::fmt::Result {
    let ratio = cpu(it, "inbox") / cpu(it, "floor").max(1.0);
    let counting = it.badges.other.median() / it.badges.own.median().max(1.0);
    let (tag, worst) = (wall(it, "inbox-tag"), worst_search(it));
    let all = [
        Promise {
            what: "Inbox page of 50 against a bare axum + SQLite page of 50, CPU".to_owned(),
            wanted: "≤ 1.5×".to_owned(),
            found: format!("{ratio:.2}×"),
            is_met: ratio <= 1.5,
        },
        Promise {
            what: "Badges of the inbox against COUNT(*) for each, CPU".to_owned(),
            wanted: "≥ 50×".to_owned(),
            found: format!("{counting:.0}×"),
            is_met: counting >= 50.0,
        },
        Promise {
            what: "Start of the process to `200` from `/health`, median of ten".to_owned(),
            wanted: "≤ 1 s".to_owned(),
            found: format!("{} ms", it.ready.shown(0)),
            is_met: it.ready.median() <= 1_000.0,
        },
        Promise {
            what: "Resident memory, idle".to_owned(),
            wanted: "≤ 150 MB".to_owned(),
            found: format!(
                "{:.0} MiB after the start, {:.0} MiB two minutes after all rounds ({:.0} MiB at their end)",
                it.memory[0], it.memory[2], it.memory[1]
            ),
            is_met: it.memory[0].max(it.memory[2]) <= 143.0,
        },
        Promise {
            what: "Newest-first search against FTS5 alone, CPU, worst of three words".to_owned(),
            wanted: "≤ 2×".to_owned(),
            found: format!("{worst:.2}×"),
            is_met: worst <= 2.0,
        },
        Promise {
            what: "Inbox page filtered by a tag on 1 conversation in 1,000, CPU beside the unfiltered page"
                .to_owned(),
            wanted: "≤ 1.5×".to_owned(),
            found: format!("{:.2}× (wall p99 {tag:.0} ms)", cpu(it, "inbox-tag") / cpu(it, "inbox").max(1.0)),
            is_met: cpu(it, "inbox-tag") <= 1.5 * cpu(it, "inbox"),
        },
    ];
    writeln!(out, "## What was promised\n\n| | wanted | found | |\n|---|---|---|---|")?;
    for one in &all {
        let met = if one.is_met { "met" } else { "**not met**" };
        writeln!(out, "| {} | {} | {} | {met} |", one.what, one.wanted, one.found)?;
    }
    writeln!(out)
}

fn pages(out: &mut String, it: &Findings) -> std::fmt::Result {
    writeln!(
        out,
        "## Pages\n\nThe real router of the release build, a signed-in community manager, French; bodies as sent without compression.\n"
    )?;
    writeln!(
        out,
        "| Page | server CPU, µs | × floor | body, KiB | wall p50, ms | wall p99, ms |\n|---|---|---|---|---|---|"
    )?;
    let floor = cpu(it, "floor").max(1.0);
    for page in &it.pages {
        let (p50, p99) = match &page.wall {
            Some(wall) => (format!("{:.1}", wall.median()), format!("{:.1}", wall.at(0.99))),
            None => ("–".to_owned(), "–".to_owned()),
        };
        #[expect(clippy::cast_precision_loss, reason = "a size for people")]
        let kilobytes = page.bytes as f64 / 1_024.0;
        let ratio = page.cpu.median() / floor;
        writeln!(
            out,
            "| {} | {} | {ratio:.2} | {kilobytes:.1} | {p50} | {p99} |",
            said(page.name),
            page.cpu.shown(0)
        )?;
    }
    writeln!(out)
}

fn inside(out: &mut String, it: &Findings) -> std::fmt::Result {
    writeln!(out, "## Within the store\n\nBoth ways through the same connection, CPU time in µs.\n")?;
    writeln!(out, "| | Parvis | the other way | |\n|---|---|---|---|")?;
    let badges = &it.badges;
    let ratio = badges.other.median() / badges.own.median().max(1.0);
    writeln!(
        out,
        "| All badges of the inbox, against eleven COUNT(*) with their indexes | {} | {} | {ratio:.0}× less |",
        badges.own.shown(0),
        badges.other.shown(0)
    )?;
    for pair in &it.searches {
        let ratio = pair.own.median() / pair.other.median().max(1.0);
        writeln!(
            out,
            "| Newest 50 messages with a {} word, against FTS5 alone | {} | {} | {ratio:.2}× |",
            pair.name,
            pair.own.shown(0),
            pair.other.shown(0)
        )?;
    }
    writeln!(out)
}

fn intake(out: &mut String, it: &Findings) -> std::fmt::Result {
    for it in &it.intake {
        writeln!(out, "## Taking in, {}\n", it.engine)?;
        writeln!(out, "| | Parvis | bare | |\n|---|---|---|---|")?;
        let ((own, bare), (own_cpu, bare_cpu)) = (&it.kept, &it.kept_cpu);
        writeln!(
            out,
            "| Deliveries kept a second, each sender told after the sync, against the same rows inserted | {} | {} | {:.2}× |",
            own.shown(0),
            bare.shown(0),
            own.median() / bare.median().max(1.0)
        )?;
        writeln!(
            out,
            "| CPU time of one, µs | {} | {} | {:.2}× |",
            own_cpu.shown(1),
            bare_cpu.shown(1),
            own_cpu.median() / bare_cpu.median().max(1.0)
        )?;
        writeln!(
            out,
            "| A sender's wait at 500 a second, ms: median, p99, against the disk's own sync of a page | {:.1}, {:.1} | {} | p99 {:.1}× |",
            it.told.median(),
            it.told.at(0.99),
            it.sync.shown(2),
            it.told.at(0.99) / it.sync.median().max(0.001)
        )?;
        let bare = if it.bare.median() > 0.0 { it.bare.shown(0) } else { "–".to_owned() };
        let share = it.bare.median() / it.folded.1.median().max(1.0);
        writeln!(
            out,
            "| Messages folded, read by the ear, matched and indexed: CPU time of one, µs, against a bare table with FTS5 | {} | {bare} | {share:.2}× |",
            it.folded.1.shown(0)
        )?;
        writeln!(out, "| The same, messages a second | {} | | |", it.folded.0.shown(0))?;
        writeln!(
            out,
            "| From the sender's request to being found by search, 500 a second, ms: median, p99 | {:.0}, {:.0} | | |\n",
            it.found.median(),
            it.found.at(0.99)
        )?;
    }
    Ok(())
}

const TAIL: &str = "## What the floor is

One axum route in a process of its own, the same SQLite file, the same driver (sqlx), four connections: one statement that reads the same columns of the first 50 open conversations and the author's handle, rendered by askama with the markup of an inbox row. Nobody signs in; no filters, desks, badges, views, translation or clocks. It is what such a page costs when it does nothing else.

## What this doesn't tell

- Wall times need a machine that does nothing else.
- The messages have no attachments and no earlier versions, and the journal is empty: the pages measured read neither.
- What is open was due around the day the data was made; kept data grows late, which costs the same.
";

fn said(name: &str) -> &'static str {
    match name {
        "floor" => "Floor: bare axum + SQLite + askama, 50 rows",
        "inbox" => "Inbox, 50 open conversations",
        "inbox-filters" => "Inbox with six filters",
        "inbox-closed" => "Inbox, closed, newest first",
        "inbox-tag" => "Inbox, all, with a tag on 1 in 1,000",
        "thread" => "Inbox with an open conversation",
        "search-rare" => "Search, a rare word",
        "search-middling" => "Search, a middling word",
        "search-common" => "Search, a common word",
        "health" => "`/health`",
        _ => "Another page",
    }
}

fn find<'a>(it: &'a Findings, name: &str) -> Option<&'a Page> {
    it.pages.iter().find(|page| page.name == name)
}

fn cpu(it: &Findings, name: &str) -> f64 {
    find(it, name).map_or(0.0, |page| page.cpu.median())
}

fn wall(it: &Findings, name: &str) -> f64 {
    find(it, name).and_then(|page| page.wall.as_ref()).map_or(0.0, |wall: &Sample| wall.at(0.99))
}

fn worst_search(it: &Findings) -> f64 {
    let ratios = it.searches.iter().map(|pair| pair.own.median() / pair.other.median().max(1.0));
    ratios.fold(0.0, f64::max)
}

/// `5,000,000`.
fn group(number: i64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Cores, processor, memory and kernel.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| -> Option<String> {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let processor =
        field(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let memory = field(&read("/proc/meminfo"), "MemTotal").unwrap_or_default();
    let kilobytes: f64 = memory.trim_end_matches(" kB").parse().unwrap_or(0.0);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{cores} cores of {processor}, {:.0} GiB, Linux {}", kilobytes / 1_048_576.0, kernel.trim())
}
