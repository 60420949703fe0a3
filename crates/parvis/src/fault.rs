//! Places at which a test may make the program die: before and after each commit, each call to a network and each
//! file that has to be there. Only a build with the feature `faults` knows how to; in any other `pass` is empty.
//! docs/reliability.md has the list with what each one puts at risk.

/// A place in the program where dying is hard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// A transaction is about to be committed.
    CommitBefore,
    /// It was committed; nobody has been told.
    CommitAfter,
    /// An answer is about to be handed to the network; that is written down.
    PublishBefore,
    /// The network has answered; what it said isn't written down.
    PublishAfter,
    /// The network is about to be asked whether it has an answer.
    ReadBackBefore,
    /// It has said so; that isn't written down.
    ReadBackAfter,
    /// A page of what is new is about to be asked for.
    PullBefore,
    /// It came; nothing of it is kept.
    PullAfter,
    /// A thread is about to be fetched.
    ThreadBefore,
    /// It came; nothing of it is kept.
    ThreadAfter,
    /// A channel's access is about to be renewed.
    RenewBefore,
    /// The new access came; it isn't kept, and the old one may be spent.
    RenewAfter,
    /// A picture is about to be fetched.
    FetchBefore,
    /// It came; it isn't kept.
    FetchAfter,
    /// A picture was written; no row names it.
    MediaKept,
    /// A file with a secret has been begun and is empty.
    SecretBegun,
    /// It was written and synced, and hasn't got its name.
    SecretSynced,
}

impl Point {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::CommitBefore,
        Self::CommitAfter,
        Self::PublishBefore,
        Self::PublishAfter,
        Self::ReadBackBefore,
        Self::ReadBackAfter,
        Self::PullBefore,
        Self::PullAfter,
        Self::ThreadBefore,
        Self::ThreadAfter,
        Self::RenewBefore,
        Self::RenewAfter,
        Self::FetchBefore,
        Self::FetchAfter,
        Self::MediaKept,
        Self::SecretBegun,
        Self::SecretSynced,
    ];

    /// Its name in `PARVIS_FAULT`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CommitBefore => "commit.before",
            Self::CommitAfter => "commit.after",
            Self::PublishBefore => "publish.before",
            Self::PublishAfter => "publish.after",
            Self::ReadBackBefore => "read_back.before",
            Self::ReadBackAfter => "read_back.after",
            Self::PullBefore => "pull.before",
            Self::PullAfter => "pull.after",
            Self::ThreadBefore => "thread.before",
            Self::ThreadAfter => "thread.after",
            Self::RenewBefore => "renew.before",
            Self::RenewAfter => "renew.after",
            Self::FetchBefore => "fetch.before",
            Self::FetchAfter => "fetch.after",
            Self::MediaKept => "media.kept",
            Self::SecretBegun => "secret.begun",
            Self::SecretSynced => "secret.synced",
        }
    }
}

/// Passes a point: nothing happens.
#[cfg(not(feature = "faults"))]
#[inline]
pub fn pass(_: Point) {}

/// Passes a point: at the passage that `PARVIS_FAULT` names (`publish.after:3`, the third) the process aborts on the
/// spot. Nothing is flushed, closed or rolled back, as with `kill -9`.
#[cfg(feature = "faults")]
pub fn pass(point: Point) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static WANTED: OnceLock<Option<(String, u64)>> = OnceLock::new();
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var("PARVIS_FAULT").ok()?;
        let (name, number) = text.rsplit_once(':')?;
        Some((name.to_owned(), number.parse().ok()?))
    });
    if let Some((name, number)) = wanted
        && name == point.as_str()
        && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *number
    {
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_point_has_a_name_of_its_own_and_stands_in_the_ledger() {
        let ledger = include_str!("../../../docs/reliability.md");
        for (place, point) in Point::ALL.into_iter().enumerate() {
            let name = point.as_str();
            assert_eq!(Point::ALL.iter().position(|it| it.as_str() == name), Some(place));
            assert!(ledger.contains(&format!("`{name}`")), "{name}");
        }
    }
}
