//! The only room that knows SQL. One file per noun; each function takes a [`Conn`], so that several
//! of them share one transaction. Every row belongs to an organisation and every key begins with it.

pub mod alert;
pub mod answer_key;
pub mod arrival;
pub mod asset;
pub mod assistant;
pub mod attachment;
pub mod author;
mod bell;
pub mod channel;
pub mod client_key;
pub mod colleague;
pub mod conn;
pub mod contract;
pub mod conversation;
pub mod correction;
pub mod counter;
pub mod db;
pub mod desk;
pub mod destination;
pub mod factor;
pub mod fast;
pub mod feed;
pub mod gesture;
pub mod house;
pub mod insight;
pub mod invariant;
pub mod job;
pub mod journal;
mod kept;
pub mod launch;
pub mod layer;
pub mod lease;
pub mod link;
pub mod message;
pub mod migration;
pub mod moderation;
pub mod node;
pub mod observation;
pub mod organisation;
pub mod pass;
pub mod post;
mod reader;
pub mod reading;
pub mod request;
pub mod sealed;
pub mod search;
pub mod session;
pub mod setting;
pub mod stop;
pub mod tag;
pub mod token;
pub mod transfer;
pub mod view;
pub mod watch;

#[cfg(test)]
pub(crate) mod tests;

pub use bell::Bell;
pub use conn::{Cell, Conn, Row, Value};
pub use db::{Db, Event};

/// What can go wrong between the program and its database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine refused or could not be reached.
    #[error("the database refused: {0}")]
    Database(#[from] sqlx::Error),
    /// A column holds what the program never writes.
    #[error("the database holds an unreadable {what}: {found}")]
    Unreadable {
        /// The column or type.
        what: &'static str,
        /// What was found.
        found: String,
    },
    /// The database was written by a newer Parvis.
    #[error("the database is at step {found}, this Parvis knows only {known}: start the newer version")]
    Newer {
        /// Step found.
        found: i64,
        /// Last step known.
        known: i64,
    },
    /// A migration was changed after it had been applied.
    #[error("migration {step} differs from the one that was applied to this database")]
    Altered {
        /// Step.
        step: i64,
    },
    /// The address of the database can't be understood.
    #[error("“{0}” is no database address; use sqlite:FILE or postgresql://USER@HOST/NAME")]
    Address(String),
}

impl Error {
    /// Whether the database can't be reached or can't work now, whatever it was asked: so that trying the same again
    /// later makes sense.
    pub fn is_away(&self) -> bool {
        use sqlx::Error as E;
        match self {
            Self::Database(E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::Io(_)) => true,
            Self::Database(E::Database(error)) => error.code().is_some_and(|code| is_trouble(&code)),
            _ => false,
        }
    }
}

/// Whether an engine's code says that the machine or the server is in trouble, not that the statement is at fault.
/// SQLite: busy, locked, no memory, read-only, I/O error, full, can't open (sqlite.org/rescode.html; the low byte is the
/// primary code). PostgreSQL: the classes connection, rollback, resources (disk full), not in this state (lock timeout),
/// operator (shut down), system (its manual, appendix A).
fn is_trouble(code: &str) -> bool {
    if code.len() == 5 {
        return ["08", "40", "53", "55", "57", "58"].iter().any(|class| code.starts_with(class));
    }
    code.parse::<i64>().is_ok_and(|code| matches!(code & 0xFF, 5 | 6 | 7 | 8 | 10 | 13 | 14))
}

/// The result of a store function.
pub type Result<T> = std::result::Result<T, Error>;
