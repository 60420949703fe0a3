//! What a channel saw. The program folds these into messages; nothing here decides anything.

use serde::{Deserialize, Serialize};

/// One thing seen on the network, once or many times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The network's id of the message. Things that are no message have an id with a prefix
    /// (`notification:42`), so that they never touch one.
    pub remote_id: String,
    /// What happened to it.
    pub kind: ObservationKind,
    /// Version of the content, µs: when edited, else when created. The later one wins.
    pub version_at: Option<i64>,
    /// When it happened over there, µs.
    pub occurred_at: Option<i64>,
    /// How we came to see it.
    pub source: Source,
    /// The piece as received: JSON text; for a feed, the entry as JSON.
    pub raw: String,
    /// The message, unless it was deleted or is of a kind we can't read.
    pub item: Option<Item>,
}

/// What happened to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObservationKind {
    /// Seen as it stands (perhaps not for the first time).
    Created,
    /// Its author changed it after publishing.
    Edited,
    /// It is gone.
    Deleted,
    /// A message of ours didn't reach whom it was for, as the network found later; the item says why.
    Failed,
    /// A kind unknown to us: the raw piece is kept, nothing is dropped.
    Unsupported,
}

/// How an observation came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Asked for at intervals.
    Poll,
    /// Pushed by a stream.
    Stream,
    /// Looked up afterwards: threads, re-checks.
    Backfill,
}

/// A message as the network shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Who wrote it.
    pub author: RemoteAuthor,
    /// The message it answers.
    pub parent_id: Option<String>,
    /// The first message of the thread, when the network tells.
    pub thread_id: Option<String>,
    /// Its public address (http or https only).
    pub url: Option<String>,
    /// Sanitised HTML: safe to show as it is.
    pub html: String,
    /// The same as plain text, for search and matching.
    pub text: String,
    /// Title of an article.
    pub title: Option<String>,
    /// Language as declared by the author (BCP 47), not as detected.
    pub language: Option<String>,
    /// Who can see it.
    pub visibility: Visibility,
    /// Pictures and the like.
    pub attachments: Vec<RemoteAttachment>,
    /// The content warning above it.
    pub warning: Option<String>,
    /// We wrote it: by Parvis, or by hand on the network itself.
    pub ours: bool,
    /// It mentions us or answers us.
    pub addressed: bool,
    /// What is to be known of it besides its words.
    #[serde(default)]
    pub marks: Vec<Mark>,
}

/// What a network or a server says of a message; translated by [`Mark::code`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", content = "detail", rename_all = "snake_case")]
pub enum Mark {
    /// A program wrote it, as this header says: it can't be answered.
    Automatic(String),
    /// The server that received it vouches that it comes from this domain.
    SenderProved(String),
    /// The server that received it found that it doesn't come from the domain it names.
    SenderDoubtful(String),
    /// It is longer than what is kept here; the whole of it stands at the network.
    Cut,
    /// Nobody sees it there until one of us lets it be seen.
    Held,
    /// It passed in public and was kept because a watch asks for such words: nobody said it to us. Set by the program.
    Overheard,
}

impl Mark {
    /// The code by which it is translated.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Automatic(_) => "automatic",
            Self::SenderProved(_) => "sender_proved",
            Self::SenderDoubtful(_) => "sender_doubtful",
            Self::Cut => "cut",
            Self::Held => "held",
            Self::Overheard => "overheard",
        }
    }
}

/// Who can see a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Everybody who has the link.
    Unlisted,
    /// The author's followers.
    Followers,
    /// Only the people named in it.
    Direct,
}

impl Visibility {
    /// The word used in the database and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Followers => "followers",
            Self::Direct => "direct",
        }
    }
}

/// A public account that writes to us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteAuthor {
    /// The network's id: the key.
    pub remote_id: String,
    /// How people write it, with its host: `anna@social.example`; empty where a network has no handles.
    pub handle: String,
    /// The name shown, plain text; may be empty.
    pub name: String,
    /// Profile page.
    pub url: Option<String>,
    /// Picture.
    pub avatar_url: Option<String>,
    /// It says of itself that it is a program.
    pub bot: bool,
}

/// A picture, film, sound or other file of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteAttachment {
    /// What it is.
    pub kind: AttachmentKind,
    /// The file: http or https, or an address that only [`crate::Channel::fetch_media`] understands.
    pub url: String,
    /// A smaller picture of it.
    pub preview_url: Option<String>,
    /// Alternative text; of a file that is neither picture, film nor sound, its name.
    pub alt: Option<String>,
    /// Media type, when told.
    pub mime: Option<String>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
}

/// What an attachment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentKind {
    /// A picture (moving ones without sound too).
    Image,
    /// A film.
    Video,
    /// Sound.
    Audio,
    /// Anything else.
    Other,
}

/// One step of a walk along a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Oldest first.
    pub observations: Vec<Observation>,
    /// Where to go on: opaque, to be stored in the transaction that stores the observations.
    pub cursor: String,
    /// There is more to have at once.
    pub more: bool,
    /// What the server said about our allowance.
    pub budget: Option<Budget>,
    /// For the people who look after the channel.
    pub notice: Option<Notice>,
}

/// What passed on a stream of what everybody says in public.
#[derive(Debug, Clone, PartialEq)]
pub struct Passed {
    /// Where to go on: a place that only grows. `None`: where we were.
    pub cursor: Option<i64>,
    /// Posts written, changed or deleted.
    pub observations: Vec<Observation>,
    /// The stream begins later than where we wanted to go on.
    pub notice: Option<Notice>,
}

/// Something that a person should know, though it is no failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", content = "detail", rename_all = "snake_case")]
pub enum Notice {
    /// The source moved for good: to this address.
    Moved(String),
    /// The server doesn't page back: what came between two looks may be missing in part.
    Gap,
    /// The source holds more entries than are followed; this is how many are.
    Cut(usize),
}

impl Notice {
    /// The code by which it is translated.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Moved(_) => "moved",
            Self::Gap => "gap",
            Self::Cut(_) => "cut",
        }
    }
}

/// A rate allowance as the server announced it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Requests in the window.
    pub limit: u32,
    /// Requests left.
    pub remaining: u32,
    /// When the window starts anew, µs.
    pub reset_at: Option<i64>,
}
