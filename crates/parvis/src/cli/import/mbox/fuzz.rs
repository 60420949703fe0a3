//! Hostile mailboxes.

use super::*;

const NOW: i64 = 1_788_249_600_000_000;

#[test]
fn hostile_mailboxes_are_read_or_refused() {
    let ours = ["care@brand.example".to_owned()];
    let tried = parvis_fuzz::fuzz("mbox", |file| {
        let Ok((threads, count)) = thread(file) else { return None };
        let read = |raw: Result<_, std::io::Error>| read(&raw.ok()?, &threads, &ours, NOW);
        let all: Vec<Said> = MessageIterator::new(file).filter_map(read).collect();
        assert!(all.len() as u64 <= count, "more than were counted");
        for it in &all {
            assert!(!it.remote_id.is_empty() && (0..=NOW).contains(&it.sent_at), "{it:?}");
            assert!(!it.text.contains('\0') && it.parents.len() <= NEAREST, "{it:?}");
        }
        let shape = |it: &Said| (it.parents.len().min(4), it.direction == Direction::Out, it.title.is_some());
        Some((count.min(9), all.iter().map(shape).take(5).collect::<Vec<_>>()))
    });
    assert!(tried.unwrap().outcomes > 5);
}
