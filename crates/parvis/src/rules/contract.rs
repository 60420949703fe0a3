//! What the contract of somebody from outside covers: posts of its themes that go to its channels, and nothing more. Its last
//! day is the end of their access (`Colleague::has_access`).

use serde::{Deserialize, Serialize};

use crate::id::ChannelId;

/// The channels and the themes that a contract names. Where it names none, it covers all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Contract {
    /// The channels that posts may go to; none: all.
    pub channels: Vec<ChannelId>,
    /// The themes of posts, written as on the board; none: all.
    pub themes: Vec<String>,
}

impl Contract {
    /// Most channels, and most themes, that one names.
    pub const MOST: usize = 50;

    /// Whether nothing is bounded.
    pub fn is_open(&self) -> bool {
        self.channels.is_empty() && self.themes.is_empty()
    }

    /// Whether a post may be of `theme`; the empty text stands for none.
    pub fn covers_theme(&self, theme: &str) -> bool {
        self.themes.is_empty() || self.themes.iter().any(|it| it == theme)
    }

    /// Whether a post may go to `channel`.
    pub fn covers_channel(&self, channel: ChannelId) -> bool {
        self.channels.is_empty() || self.channels.contains(&channel)
    }

    /// Whether a post of `theme` that goes to `channels` is covered. `store::post` asks the same of a list, in SQL.
    pub fn covers(&self, theme: &str, channels: &[ChannelId]) -> bool {
        self.covers_theme(theme) && channels.iter().all(|it| self.covers_channel(*it))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_covers_what_it_names_and_all_where_it_names_nothing() {
        let [one, two] = [ChannelId::new(1), ChannelId::new(2)];
        let open = Contract::default();
        assert!(open.is_open() && open.covers("", &[]) && open.covers("Prix", &[one, two]));
        let bound = Contract { channels: vec![one], themes: vec!["Prix".to_owned()] };
        assert!(!bound.is_open() && bound.covers("Prix", &[one]) && bound.covers("Prix", &[]));
        assert!(!bound.covers("Prix", &[one, two]), "one that it doesn't name is one too many");
        assert!(!bound.covers("", &[one]) && !bound.covers("prix ", &[one]));
    }
}
