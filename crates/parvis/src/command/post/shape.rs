//! What becomes of a post's words on their way to a network: links that say of which campaign they are, and a thread of
//! what is too long, the first comment below it. The same for the counter, the preview, the check and what leaves.

use parvis_channels::{CapabilityKey, CapabilitySet, ChannelKind, Support, Why};
use parvis_write::campaign::Campaign;
use parvis_write::mark::{self, Dialect, MarkKind};
use parvis_write::{TextRule, thread};

use super::{Post, Target, can_begin};
use crate::account;
use crate::app::App;
use crate::id::OrganisationId;
use crate::rules::charter::dialect;
use crate::store::channel::Channel;
use crate::store::{self, Conn};

/// By what way readers of a tagged link come.
const MEDIUM: &str = "social";

/// A network as a text meets it.
#[derive(Clone, Debug)]
pub struct Network {
    /// How it counts.
    pub rule: TextRule,
    /// What it can do.
    pub can: CapabilitySet,
    kind: Option<ChannelKind>,
    dialect: Dialect,
}

/// What goes to a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shaped {
    /// The text with its links as they leave.
    pub text: String,
    /// What leaves, one after the other; `None` when it doesn't fit.
    pub parts: Option<Vec<String>>,
    /// What answers it in our own name once all of it stands there.
    pub first_comment: Option<String>,
}

impl Network {
    /// The network of a channel, as it was found when last asked.
    pub fn of(channel: &Channel) -> Self {
        let can: CapabilitySet = serde_json::from_str(&channel.capabilities).unwrap_or_default();
        let kind: Option<ChannelKind> = channel.kind.parse().ok();
        let rule = match kind {
            Some(kind) => parvis_channels::channel(kind).text_rule(&can),
            None => TextRule::plain(parvis_write::TextUnit::Grapheme, 0),
        };
        Self { rule, can, kind, dialect: dialect(kind) }
    }

    /// Whether a thread can stand there.
    pub fn threads(&self) -> bool {
        self.can.can(CapabilityKey::PostThread)
    }

    /// Why nothing of ours can be answered here in our own name; nothing where it can.
    pub fn no_comment(&self) -> Option<Why> {
        let answers = self.can.get(CapabilityKey::Reply);
        (answers.support == Support::Unsupported).then(|| answers.reason.unwrap_or(Why::NotInNetwork))
    }

    /// The first comment that is meant for here: its own, else the common one where something of ours can be answered.
    pub fn comment_for<'a>(&self, common: &'a str, own: Option<&'a str>) -> Option<&'a str> {
        let own = own.map(str::trim).filter(|it| !it.is_empty());
        own.or_else(|| Some(common.trim()).filter(|it| !it.is_empty() && self.no_comment().is_none()))
    }

    /// A text as it leaves for here: `campaign` where its links are to say one, a thread where `threaded`.
    pub fn shape(&self, text: &str, warning: Option<&str>, campaign: Option<&str>, threaded: bool) -> Shaped {
        let text = self.tag(text.trim(), campaign);
        let parts = if threaded && self.threads() {
            // The warning stands on each part.
            let spent = self.rule.count("", warning.filter(|_| self.rule.warning_counts));
            let max = self.rule.max.saturating_sub(u32::try_from(spent).unwrap_or(u32::MAX));
            thread::split(&text, &TextRule { max, ..self.rule.clone() }, thread::Numbering::OfAll).ok()
        } else {
            self.rule.fits(&text, warning).then(|| vec![text.clone()])
        };
        Shaped { text, parts: parts.filter(|_| self.rule.max > 0), first_comment: None }
    }

    /// A text with its links as they leave for here.
    pub fn tag(&self, text: &str, campaign: Option<&str>) -> String {
        match campaign {
            Some(name) => parvis_write::campaign::tag_text(text, self.dialect, &self.campaign(name), &[]),
            None => text.to_owned(),
        }
    }

    /// Mentions of a text that name nobody here, as they are written on another network; each once.
    pub fn strangers(&self, text: &str) -> Vec<String> {
        self.mentions(text).into_iter().filter(|(_, strange)| *strange).map(|(said, _)| said).collect()
    }

    /// Whether it can be asked who somebody is.
    pub fn knows_people(&self) -> bool {
        matches!(self.kind, Some(ChannelKind::Mastodon | ChannelKind::Bluesky))
    }

    /// Mentions of a text that are written as this network writes them, where it can be asked who that is; each once.
    pub fn named(&self, text: &str) -> Vec<String> {
        if !self.knows_people() {
            return Vec::new();
        }
        self.mentions(text).into_iter().filter(|(_, strange)| !*strange).map(|(said, _)| said).collect()
    }

    /// The mentions of a text, each once, and whether it is one of another network.
    fn mentions(&self, text: &str) -> Vec<(String, bool)> {
        let named =
            |dialect| mark::marks(text, dialect).into_iter().filter(|it| it.kind == MarkKind::Mention);
        let handles: Vec<usize> = named(Dialect::Atproto).map(|it| it.span.start).collect();
        let mut found = Vec::new();
        for it in named(Dialect::Fediverse) {
            let said = it.text(text).to_owned();
            let of_server = said.matches('@').count() > 1;
            let is_handle = !of_server && handles.contains(&it.span.start);
            let strange = match self.kind {
                Some(ChannelKind::Mastodon) => is_handle,
                Some(ChannelKind::Bluesky) => !is_handle,
                Some(ChannelKind::Wordpress) => true,
                _ => false,
            };
            if !found.contains(&(said.clone(), strange)) {
                found.push((said, strange));
            }
        }
        found
    }

    /// A link as it leaves for here.
    pub fn link(&self, url: &str, campaign: Option<&str>) -> String {
        match campaign {
            Some(name) => parvis_write::campaign::tag_link(url, &self.campaign(name)),
            None => url.to_owned(),
        }
    }

    fn campaign(&self, name: &str) -> Campaign {
        Campaign {
            source: self.kind.map_or("", |kind| kind.as_str()).to_owned(),
            medium: MEDIUM.to_owned(),
            name: name.to_owned(),
            ..Campaign::default()
        }
    }

    /// The words of a target as they leave for here.
    pub fn of_target(&self, it: &Post, target: &Target) -> Shaped {
        let text = target.text.as_deref().unwrap_or(&it.text);
        let campaign = it.campaign.as_deref().filter(|_| target.tagged);
        let comment = self.comment_for(&it.first_comment, target.first_comment.as_deref());
        Shaped {
            first_comment: comment.map(|said| self.tag(said, campaign)),
            ..self.shape(text, it.warning.as_deref(), campaign, target.threaded)
        }
    }
}

/// Whether a target has words that its network takes.
pub(super) async fn fits(
    conn: &mut Conn,
    app: &App,
    organisation: OrganisationId,
    it: &Post,
    target: &Target,
    pictures: usize,
) -> store::Result<bool> {
    let text = target.text.as_deref().unwrap_or(&it.text).trim();
    if text.is_empty() && pictures == 0 {
        return Ok(false);
    }
    let Some(channel) = store::channel::get(conn, organisation, target.channel).await? else {
        return Ok(false);
    };
    if channel.state == "removed" || account::open(app, &channel).is_err() {
        return Ok(false);
    }
    let network = Network::of(&channel);
    let shaped = network.of_target(it, target);
    let answers = shaped
        .first_comment
        .as_deref()
        .is_none_or(|said| network.no_comment().is_none() && network.rule.fits(said, it.warning.as_deref()));
    Ok(can_begin(&network.can) && answers && (shaped.parts.is_some() || text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_named_as_on_another_network_is_nobody_here() {
        let mut channel = crate::testing::channel(crate::id::DeskId::new(0));
        let text = "Merci @anna@social.example, @bob.example et @carla ! (@bob.example, mail@d.example)";
        for (kind, nobody) in [
            ("mastodon", vec!["@bob.example"]),
            ("bluesky", vec!["@anna@social.example", "@carla"]),
            ("wordpress", vec!["@anna@social.example", "@bob.example", "@carla"]),
            ("webhook", vec![]),
        ] {
            channel.kind = kind.to_owned();
            assert_eq!(Network::of(&channel).strangers(text), nobody, "{kind}");
        }
        for (kind, people) in [
            ("mastodon", vec!["@anna@social.example", "@carla"]),
            ("bluesky", vec!["@bob.example"]),
            ("wordpress", vec![]),
        ] {
            channel.kind = kind.to_owned();
            assert_eq!(Network::of(&channel).named(text), people, "{kind}");
        }
    }
}
