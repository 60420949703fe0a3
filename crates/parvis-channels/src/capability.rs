//! What an account can do, as data with a reason for every "no".
//!
//! The table is computed by [`crate::Channel::probe`] from what the network can do at all, what
//! this server announces and what our token may do; the program stores it with the account and
//! the screen shows it. Reasons carry a code, by which they are translated.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{TextRule, Visibility};

/// Something an account may or may not be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapabilityKey {
    /// Hear what is addressed to us.
    Listen,
    /// Hear it at once, without asking at intervals.
    Stream,
    /// Read a whole thread.
    Threads,
    /// Notice that a message was changed.
    SeeEdits,
    /// Notice that a message was deleted.
    SeeDeletions,
    /// Answer.
    Reply,
    /// Answer so that only the person addressed sees it.
    ReplyPrivately,
    /// Send the same answer twice and have it once.
    SafeRetry,
    /// Change our own message.
    Edit,
    /// Delete our own message.
    Delete,
    /// Send pictures.
    Images,
    /// Send alternative text with them.
    AltText,
    /// Put a content warning above.
    Warning,
    /// Like a message.
    Like,
    /// Hide somebody else's answer below our message.
    Hide,
    /// Publish at a given time.
    Schedule,
    /// Publish a post that answers nothing.
    Post,
    /// Publish several posts, one below the other.
    PostThread,
    /// Quote a message in a post.
    Quote,
    /// Show something of a page that a post leads to.
    LinkCard,
    /// Say in which language a post is.
    Language,
    /// Publish articles: title, excerpt, categories, tags, a picture above.
    Article,
    /// Mark what somebody wrote as spam.
    Spam,
    /// Hear what everybody says in public, for the watches.
    Public,
}

impl CapabilityKey {
    /// Every key, in the order of the table on the screen.
    pub const ALL: [Self; 24] = [
        Self::Listen,
        Self::Stream,
        Self::Public,
        Self::Threads,
        Self::SeeEdits,
        Self::SeeDeletions,
        Self::Reply,
        Self::ReplyPrivately,
        Self::Post,
        Self::PostThread,
        Self::Article,
        Self::SafeRetry,
        Self::Edit,
        Self::Delete,
        Self::Images,
        Self::AltText,
        Self::Quote,
        Self::LinkCard,
        Self::Language,
        Self::Warning,
        Self::Like,
        Self::Hide,
        Self::Spam,
        Self::Schedule,
    ];

    /// The code by which it is translated.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Listen => "listen",
            Self::Stream => "stream",
            Self::Threads => "threads",
            Self::SeeEdits => "see_edits",
            Self::SeeDeletions => "see_deletions",
            Self::Reply => "reply",
            Self::ReplyPrivately => "reply_privately",
            Self::SafeRetry => "safe_retry",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Images => "images",
            Self::AltText => "alt_text",
            Self::Warning => "warning",
            Self::Like => "like",
            Self::Hide => "hide",
            Self::Schedule => "schedule",
            Self::Post => "post",
            Self::PostThread => "post_thread",
            Self::Quote => "quote",
            Self::LinkCard => "link_card",
            Self::Language => "language",
            Self::Article => "article",
            Self::Spam => "spam",
            Self::Public => "public",
        }
    }
}

/// How far something is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// The network does it.
    Native,
    /// Parvis does it in the network's stead; the reason says how.
    Emulated,
    /// Within limits; the reason says which.
    Conditional,
    /// Not possible; the reason says why.
    Unsupported,
}

/// Why something isn't possible, or only in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", content = "detail", rename_all = "snake_case")]
pub enum Why {
    /// A feed is a publication: one reads it, one can't answer in it.
    ReadOnly,
    /// The network knows nothing of the kind.
    NotInNetwork,
    /// The network has it, this server hasn't.
    NotOnServer,
    /// The server announces it, but didn't answer when asked.
    ServerSilent,
    /// The token lacks this permission.
    MissingScope(String),
    /// Parvis doesn't offer it for this network.
    NotBuilt,
    /// Parvis asks at intervals instead.
    Polled,
    /// Parvis keeps it and sends it when the time has come.
    HeldByParvis,
    /// Parvis looks again at recent messages and compares.
    Rechecked,
    /// Parvis reads back what stands there before it sends again.
    ReadBack,
    /// The person answered must be named in the text, and whoever is named reads it too.
    MentionDecides,
    /// Only what this server knows of the thread; other servers may know more.
    PartialThreads,
    /// An entry that leaves the window of the feed isn't an entry deleted.
    WindowOnly,
    /// What programs send (notices, newsletters, mailing lists) is never answered.
    NotToPrograms,
    /// A second copy has the same identity, by which most recipients' programs show one.
    SameIdentity,
    /// As far as the other side tells it.
    AsTold,
    /// No address was named to which answers go.
    NoAddress,
    /// Every attempt has the same id, by which the receiver has to recognise it.
    ReceiverRecognises,
    /// No stream of what everybody says was named when connecting.
    NoStream,
    /// Here one answers; nothing is begun.
    AnswersOnly,
    /// The server makes the card itself, of the first address in the text.
    MadeByServer,
    /// What is published here has a title: articles, not posts.
    ArticlesOnly,
}

impl Why {
    /// The code by which it is translated.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ReadOnly => "read_only",
            Self::NotInNetwork => "not_in_network",
            Self::NotOnServer => "not_on_server",
            Self::ServerSilent => "server_silent",
            Self::MissingScope(_) => "missing_scope",
            Self::NotBuilt => "not_built",
            Self::Polled => "polled",
            Self::HeldByParvis => "held_by_parvis",
            Self::Rechecked => "rechecked",
            Self::ReadBack => "read_back",
            Self::MentionDecides => "mention_decides",
            Self::PartialThreads => "partial_threads",
            Self::WindowOnly => "window_only",
            Self::NotToPrograms => "not_to_programs",
            Self::SameIdentity => "same_identity",
            Self::AsTold => "as_told",
            Self::NoAddress => "no_address",
            Self::ReceiverRecognises => "receiver_recognises",
            Self::NoStream => "no_stream",
            Self::AnswersOnly => "answers_only",
            Self::MadeByServer => "made_by_server",
            Self::ArticlesOnly => "articles_only",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadOnly => "a feed can only be read",
            Self::NotInNetwork => "the network has nothing of the kind",
            Self::NotOnServer => "this server doesn't offer it",
            Self::ServerSilent => "the server announces it, but didn't answer",
            Self::MissingScope(scope) => {
                return write!(f, "the connection lacks the permission “{scope}”: connect again");
            }
            Self::NotBuilt => "Parvis doesn't offer it for this network",
            Self::Polled => "Parvis asks at intervals instead",
            Self::HeldByParvis => "Parvis keeps it and sends it at its time",
            Self::Rechecked => "Parvis looks again at recent messages and compares",
            Self::ReadBack => "Parvis reads back what stands there before it sends again",
            Self::MentionDecides => "whoever is named in the text reads it",
            Self::PartialThreads => "only the part of a thread that this server knows",
            Self::WindowOnly => "an entry that leaves the feed isn't an entry deleted",
            Self::NotToPrograms => "what a program sent is never answered",
            Self::AsTold => "as far as the other side tells it",
            Self::NoAddress => "no address for answers was named when connecting",
            Self::ReceiverRecognises => "the receiver recognises a second attempt by its id",
            Self::NoStream => "no stream of what everybody says was named when connecting",
            Self::AnswersOnly => "here one answers; nothing is begun",
            Self::MadeByServer => "the server makes it of the first address in the text",
            Self::ArticlesOnly => "here one publishes articles, with a title",
            Self::SameIdentity => {
                "Parvis looks among the sent copies first; a second copy would have the same identity, by which \
                 most recipients' programs show one"
            }
        })
    }
}

/// One line of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capability {
    /// How far.
    pub support: Support,
    /// Why not, or how; always there unless the support is native.
    pub reason: Option<Why>,
}

impl Capability {
    /// The network does it.
    #[must_use]
    pub fn native() -> Self {
        Self { support: Support::Native, reason: None }
    }

    /// Parvis does it, in this way.
    #[must_use]
    pub fn emulated(how: Why) -> Self {
        Self { support: Support::Emulated, reason: Some(how) }
    }

    /// It works within these limits.
    #[must_use]
    pub fn conditional(limit: Why) -> Self {
        Self { support: Support::Conditional, reason: Some(limit) }
    }

    /// It doesn't work, for this reason.
    #[must_use]
    pub fn unsupported(why: Why) -> Self {
        Self { support: Support::Unsupported, reason: Some(why) }
    }
}

/// What goes with an answer, as the server announces it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaRule {
    /// Files per message; `None` when the server sets no limit.
    pub max_count: Option<u32>,
    /// Media types accepted; empty when the server doesn't say.
    pub mimes: Vec<String>,
    /// Bytes per picture.
    pub max_image_bytes: Option<u64>,
    /// Characters of alternative text.
    pub max_alt: Option<u32>,
}

/// The whole table of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CapabilitySet {
    /// One line per key.
    pub lines: BTreeMap<CapabilityKey, Capability>,
    /// Everything here is between two: nothing is said in public.
    pub private_only: bool,
    /// Who may be chosen to see a post; empty: everybody sees whatever is posted.
    pub visibilities: Vec<Visibility>,
    /// How text is counted; `None` before the first probe and where nothing is written.
    pub text: Option<TextRule>,
    /// What may be attached; `None` likewise.
    pub media: Option<MediaRule>,
}

impl CapabilitySet {
    /// The line of a key; an account never probed can do nothing, for want of knowledge.
    #[must_use]
    pub fn get(&self, key: CapabilityKey) -> Capability {
        self.lines.get(&key).cloned().unwrap_or_else(|| Capability::unsupported(Why::ServerSilent))
    }

    /// Whether it can be done at all, in whatever way.
    #[must_use]
    pub fn can(&self, key: CapabilityKey) -> bool {
        self.get(key).support != Support::Unsupported
    }

    /// Sets a line.
    pub fn set(&mut self, key: CapabilityKey, capability: Capability) {
        self.lines.insert(key, capability);
    }
}
