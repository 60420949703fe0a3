//! What a text looks like on its network: in parts where it goes out as a thread, else cut at the very character from
//! which that network takes no more; and the first comment below it.

use askama::Template;
use askama::filters::Safe;
use parvis_channels::TextRule;
use unicode_segmentation::UnicodeSegmentation as _;

use super::link::Shown;
use crate::command::post::can_begin;
use crate::command::post::shape::Network;
use crate::command::post::words::Words as Text;
use crate::id::PostId;
use crate::rules::permission::Action;
use crate::store::channel::Channel;
use crate::store::house::House;
use crate::store::post::card::Card;
use crate::store::post::picture::Picture;
use crate::web::asset::Icon;
use crate::web::inbox::house::channel_icon;
use crate::web::language::Words;
use crate::web::session::Signed;

/// An account that the post may go to.
pub(super) struct Account {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) icon: &'static str,
    pub(super) name: String,
    /// What stands in the circle of its preview.
    pub(super) initial: String,
    pub(super) handle: String,
    pub(super) on: bool,
    /// Its own version; empty for the common text.
    pub(super) own: String,
    /// How it counts, for the script.
    pub(super) rule: String,
    pub(super) count: String,
    pub(super) max: String,
    /// Out of a hundred, for the bar.
    pub(super) share: usize,
    pub(super) over: usize,
    pub(super) cut: Cut,
    /// A thread can stand there.
    pub(super) threads: bool,
    pub(super) threaded: bool,
    /// Its links say of which campaign they are.
    pub(super) tagged: bool,
    /// What leaves, one after the other, with what each counts; one for what isn't a thread, none for what doesn't fit.
    pub(super) parts: Vec<(String, String)>,
    /// Addresses of the pictures that go with it.
    pub(super) pictures: Vec<(String, String)>,
    /// What stands below its link.
    pub(super) card: Option<Shown>,
    /// Its own first comment; empty for the common one.
    pub(super) own_comment: String,
    /// Why there is none here.
    pub(super) no_comment: Option<String>,
    /// The first comment as it leaves.
    pub(super) comment: Option<Below>,
    /// It can be asked who somebody is.
    pub(super) people: bool,
    /// Somebody is named as on this network, which can be asked who that is.
    pub(super) names: bool,
    /// Who is named as on another network, in words; nobody's name here.
    pub(super) strangers: Option<String>,
}

/// A first comment.
pub(super) struct Below {
    cut: Cut,
    count: String,
    over: usize,
}

/// The previews of a post, as a part of its page.
#[derive(Template)]
#[template(path = "speak/previews.html")]
pub(super) struct Previews {
    words: Words,
    id: PostId,
    pub(super) accounts: Vec<Account>,
    /// The reader may have names looked up.
    asks: bool,
    warning: String,
}

impl Previews {
    /// Of those accounts of the house on which something can be said.
    pub(super) fn of(
        signed: &Signed,
        house: &House,
        id: PostId,
        said: &Text,
        (pictures, card): (&[Picture], Option<&Card>),
    ) -> Self {
        let all = house.channels.iter();
        Self {
            words: signed.words.clone(),
            id,
            asks: signed.actor.may(Action::Write),
            accounts: all.filter_map(|it| account(&signed.words, it, id, said, (pictures, card))).collect(),
            warning: said.warning.trim().to_owned(),
        }
    }

    /// There is an account on whose network people can be looked for.
    fn reaches_people(&self) -> bool {
        self.accounts.iter().any(|it| it.people)
    }

    /// Somebody is named in it.
    fn names(&self) -> bool {
        self.accounts.iter().any(|it| it.names)
    }

    /// It goes nowhere yet.
    fn unaddressed(&self) -> bool {
        !self.accounts.iter().any(|it| it.on)
    }

    fn icon<'a>(&self, name: &'a str) -> Safe<Icon<'a>> {
        Safe(Icon::new(name, "s"))
    }
}

fn account(
    words: &Words,
    channel: &Channel,
    id: PostId,
    said: &Text,
    (pictures, card): (&[Picture], Option<&Card>),
) -> Option<Account> {
    let network = Network::of(channel);
    let rule = &network.rule;
    let on = said.channels.contains(&channel.id);
    if !on && (rule.max == 0 || !can_begin(&network.can)) {
        return None;
    }
    let own = said.own_texts.get(&channel.id).cloned().unwrap_or_default();
    let text = if own.trim().is_empty() { &said.text } else { &own };
    let (tagged, threaded) = (said.tagged.contains(&channel.id), said.threaded.contains(&channel.id));
    let warning = Some(said.warning.trim()).filter(|it| !it.is_empty());
    let campaign = Some(said.campaign.trim()).filter(|it| tagged && !it.is_empty());
    let own_comment = said.own_first_comments.get(&channel.id).cloned().unwrap_or_default();
    let comment = network.comment_for(&said.first_comment, Some(&own_comment));
    let comment = comment.map(|it| network.tag(it, campaign));
    let seen = said.seen_on(channel.id, &network);
    let strangers = Some(network.strangers(&seen).join(", ")).filter(|it| !it.is_empty());
    let shaped = network.shape(text, warning, campaign, threaded);
    let max = usize::try_from(rule.max).unwrap_or(usize::MAX);
    let number = |it: usize| words.number(i64::try_from(it).unwrap_or(i64::MAX));
    let counted = |text: &str| if text.is_empty() { 0 } else { rule.count(text, warning) };
    let count = counted(&shaped.text);
    let comment = comment.map(|it| Below {
        cut: Cut::of(rule, &it, warning),
        count: format!("{} / {}", number(counted(&it)), number(max)),
        over: counted(&it).saturating_sub(max),
    });
    let parts = shaped.parts.unwrap_or_default().into_iter();
    let parts = parts.map(|it| {
        let said = format!("{} / {}", number(counted(&it)), number(max));
        (it, said)
    });
    Some(Account {
        id: channel.id.to_string(),
        kind: channel.kind.clone(),
        icon: channel_icon(&channel.kind),
        initial: channel.name.chars().next().map(|it| it.to_uppercase().collect()).unwrap_or_default(),
        name: channel.name.clone(),
        handle: channel.handle.clone(),
        on,
        rule: serde_json::to_string(rule).unwrap_or_default(),
        count: number(count),
        max: number(max),
        share: (count.saturating_mul(100) / max.max(1)).min(100),
        over: count.saturating_sub(max),
        cut: Cut::of(rule, &shaped.text, warning),
        card: Shown::below(id, card, &network, &shaped.text, !pictures.is_empty()),
        threads: network.threads(),
        threaded,
        tagged,
        people: network.knows_people(),
        names: !network.named(&seen).is_empty(),
        strangers: strangers.map(|names| words.t1("post-strangers", "names", names)),
        comment,
        own_comment,
        no_comment: network.no_comment().map(|why| words.named("why", why.code())),
        parts: parts.collect(),
        own,
        pictures: pictures
            .iter()
            .map(|kept| (format!("/speak/{id}/picture/{}", kept.id), kept.alt.clone().unwrap_or_default()))
            .collect(),
    })
}

/// A text as its network counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    /// What fits.
    pub(super) fits: String,
    /// What doesn't.
    pub(super) over: String,
}

impl Cut {
    /// Cuts at the last character, as a reader sees characters, up to which the text still fits.
    pub(super) fn of(rule: &TextRule, text: &str, warning: Option<&str>) -> Self {
        if rule.fits(text, warning) {
            return Self { fits: text.to_owned(), over: String::new() };
        }
        let ends: Vec<usize> = text.grapheme_indices(true).map(|(at, it)| at + it.len()).collect();
        // Longer never counts for less but where an address begins: from the end back to the first that fits.
        let long = ends.partition_point(|end| rule.fits(text.get(..*end).unwrap_or_default(), warning));
        let at = long.checked_sub(1).and_then(|place| ends.get(place)).copied().unwrap_or(0);
        let (fits, over) = text.split_at(at);
        Self { fits: fits.to_owned(), over: over.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parvis_channels::{MentionRule, TextUnit};

    fn rule(max: u32, unit: TextUnit) -> TextRule {
        TextRule {
            unit,
            max,
            also: None,
            url_len: Some(23),
            mention: MentionRule::Whole,
            names_author: false,
            warning_counts: true,
        }
    }

    #[test]
    fn a_text_is_cut_at_the_exact_character_and_never_inside_one() {
        let cut = |max, unit, text: &str, warning| {
            let cut = Cut::of(&rule(max, unit), text, warning);
            (cut.fits, cut.over)
        };
        let pair = |fits: &str, over: &str| (fits.to_owned(), over.to_owned());
        assert_eq!(cut(5, TextUnit::Grapheme, "abcde", None), pair("abcde", ""));
        assert_eq!(cut(5, TextUnit::Grapheme, "abcdéf", None), pair("abcdé", "f"));
        // A family is one to the eye and 25 bytes.
        assert_eq!(cut(20, TextUnit::Utf8Byte, "a👩‍👩‍👧‍👦b", None), pair("a", "👩‍👩‍👧‍👦b"));
        assert_eq!(cut(5, TextUnit::Grapheme, "abcdef", Some("xyz")), pair("ab", "cdef"));
        assert_eq!(cut(0, TextUnit::Grapheme, "a", None), pair("", "a"));
    }
}
