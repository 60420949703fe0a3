//! What can go wrong between us and a network, sorted by what has to be done about it.

use std::time::Duration;

use crate::Why;

/// A failure of a channel. `Display` is plain English for logs; screens translate by
/// [`ChannelError::code`]. Texts that come from the server are cut and never hold a secret.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ChannelError {
    /// The network no longer accepts our token: a person has to connect the account again.
    #[error("the network refuses our access ({message}); connect the account again")]
    Unauthorized {
        /// What the server said.
        message: String,
    },
    /// Our access isn't taken any more, as happens when it ran out: it has to be renewed, and if that is refused a person
    /// has to act. Nothing was changed over there.
    #[error("the access isn't taken any more ({message}); it has to be renewed")]
    Lapsed {
        /// What the server said.
        message: String,
    },
    /// The network understood and refused; the same request won't work again.
    #[error("the network refused ({status}): {message}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// What the server said.
        message: String,
    },
    /// We asked too often.
    #[error("the network asks us to wait {} s", retry_after.as_secs())]
    Limited {
        /// How long to wait, counted from the answer.
        retry_after: Duration,
    },
    /// No answer, or one that says that the server is unwell. Nothing was changed over there.
    #[error("the server can't be reached: {message}")]
    Unreachable {
        /// What failed.
        message: String,
    },
    /// It was sent, but the answer got lost: it may stand there or not. Read back before
    /// sending again.
    #[error("sent, but the answer was lost ({message}); it may have been published")]
    Unknown {
        /// What failed.
        message: String,
    },
    /// The answer can't be read: not what it claims to be, too large, too deep.
    #[error("the server's answer can't be read: {message}")]
    Malformed {
        /// What is wrong with it.
        message: String,
    },
    /// The address is private, or of a kind we don't call.
    #[error(
        "Parvis doesn't call {address}: it isn't a public address, or not a safe one; an \
         administrator can allow it in the configuration"
    )]
    ForbiddenAddress {
        /// Host, port or scheme refused.
        address: String,
    },
    /// The account can't do this.
    #[error("not possible here: {0}")]
    Unsupported(Why),
}

impl ChannelError {
    /// The code by which it is translated and counted.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthorized { .. } => "unauthorized",
            Self::Lapsed { .. } => "lapsed",
            Self::Refused { .. } => "refused",
            Self::Limited { .. } => "limited",
            Self::Unreachable { .. } => "unreachable",
            Self::Unknown { .. } => "unknown",
            Self::Malformed { .. } => "malformed",
            Self::ForbiddenAddress { .. } => "forbidden_address",
            Self::Unsupported(_) => "unsupported",
        }
    }

    /// Whether the same call may work later without anybody doing anything. `Unknown` isn't
    /// retryable: it has to be settled by reading back.
    #[must_use]
    pub fn retryable(&self) -> bool {
        matches!(
            self,
            Self::Lapsed { .. } | Self::Limited { .. } | Self::Unreachable { .. } | Self::Malformed { .. }
        )
    }
}
