//! Bells: whoever waits for work of a kind hears as soon as some was committed. Knows no table.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

/// One bell for each kind of work that somebody waits for in this process.
#[derive(Default)]
pub(super) struct Bells(Mutex<BTreeMap<&'static str, watch::Sender<()>>>);

/// What a waiter listens to. A ring while nobody listened isn't lost.
pub type Bell = watch::Receiver<()>;

impl Bells {
    /// The bell of a kind, from now on.
    pub(super) fn listen(&self, kind: &'static str) -> Bell {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(kind).or_insert_with(|| watch::channel(()).0).subscribe()
    }

    /// Wakes whoever waits for this kind.
    pub(super) fn ring(&self, kind: &'static str) {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = all.get(kind) {
            bell.send_replace(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_ring_is_heard_by_its_kind_alone_and_not_lost_while_nobody_listens() {
        let bells = Bells::default();
        let (mut posts, letters) = (bells.listen("post"), bells.listen("letter"));
        bells.ring("post");
        bells.ring("nobody");
        assert!(posts.has_changed().unwrap() && !letters.has_changed().unwrap());
        posts.changed().await.unwrap();
        assert!(!posts.has_changed().unwrap());
        assert!(
            !bells.listen("post").has_changed().unwrap(),
            "what rang before isn't for those who come later"
        );
    }
}
