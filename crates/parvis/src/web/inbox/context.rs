//! The last pane: who writes, how their channel is, to whom a conversation can be handed over.

use std::collections::HashSet;

use super::filter::address;
use super::house::channel_icon;
use super::list::{Badge, host, who};
use crate::id::{ColleagueId, ConversationId, DeskId};
use crate::rules::permission::{Action, Role};
use crate::rules::text::excerpt;
use crate::store::conversation::{self, Conversation};
use crate::store::house::House;
use crate::store::{self, Conn};
use crate::web::gesture;
use crate::web::session::Signed;

/// Earlier conversations of the same person that are shown.
const EARLIER: i64 = 6;

/// An earlier conversation.
pub struct Earlier {
    /// Where it opens.
    pub href: String,
    /// What was said last in it.
    pub excerpt: String,
    /// When.
    pub at: String,
    /// Where it stands, in words.
    pub state: String,
}

/// Who writes.
pub struct Person {
    /// As people call them.
    pub who: String,
    /// Their server, where the network has several.
    pub host: String,
    /// Display name, when it says more.
    pub name: Option<String>,
    /// Their public page.
    pub url: Option<String>,
    /// Since when we know them.
    pub since: String,
    /// How many messages they sent us.
    pub messages: i64,
    /// They say of themselves that they are a machine.
    pub bot: bool,
    /// Their other conversations, newest first.
    pub earlier: Vec<Earlier>,
    /// What was made for them out of the ordinary, or is to be, newest first.
    pub gestures: Vec<gesture::Line>,
}

/// The channel it came by.
pub struct Heard {
    /// Icon of the network.
    pub icon: &'static str,
    /// Its name.
    pub name: String,
    /// Its page, for those who may see it.
    pub href: Option<String>,
    /// It can't be heard.
    pub deaf: bool,
    /// How it is, in words.
    pub said: String,
}

/// A desk that it can be handed to.
pub struct ToDesk {
    /// Its id.
    pub id: DeskId,
    /// Its name.
    pub name: String,
    /// How many wait there; `None` for who doesn't see that desk.
    pub waiting: Option<String>,
}

/// A colleague who can take it.
pub struct ToColleague {
    /// Their id.
    pub id: ColleagueId,
    /// Their circle.
    pub badge: Badge,
    /// Their role, in words.
    pub role: String,
    /// They have Parvis open now. How much they have to do isn't said: no figure compares colleagues.
    pub online: bool,
    /// They come from outside.
    pub external: bool,
}

/// The last pane.
pub struct Context {
    /// Who writes, when known.
    pub person: Option<Person>,
    /// The channel, unless it was removed.
    pub channel: Option<Heard>,
    /// Other desks.
    pub desks: Vec<ToDesk>,
    /// Colleagues of its desk.
    pub colleagues: Vec<ToColleague>,
}

/// Reads the last pane.
pub async fn read(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    it: &Conversation,
    query: &str,
    online: &HashSet<ColleagueId>,
    now: i64,
) -> store::Result<Context> {
    let counts = store::counter::not_done(conn, signed.actor.organisation).await?;
    let open = |desk: DeskId| -> String {
        let here = counts.iter().filter(|it| it.state == "open" && it.desk == desk);
        signed.words.t1("open-count", "count", here.map(|it| it.value).sum::<i64>())
    };
    let members = house.members.iter().filter(|(_, desk)| *desk == it.facets.desk);
    let members: Vec<ColleagueId> = members.map(|(id, _)| *id).collect();
    let mut colleagues = Vec::new();
    for other in
        house.colleagues.iter().filter(|other| other.has_access(now) && other.id != signed.actor.colleague)
    {
        let sees = if other.role.sees_every_desk() {
            other.role.may(Action::Answer)
        } else {
            members.contains(&other.id)
        };
        if sees && other.role.may(Action::Note) {
            colleagues.push(ToColleague {
                id: other.id,
                badge: Badge { initials: other.initials.clone(), name: other.name.clone() },
                role: signed.words.named("role", other.role.as_str()),
                online: online.contains(&other.id),
                external: other.role == Role::External,
            });
        }
    }
    // Who is there first, then who works at that desk.
    colleagues.sort_by_key(|it| (!it.online, !members.contains(&it.id)));
    let desks = house.open_desks().filter(|desk| desk.id != it.facets.desk);
    Ok(Context {
        person: person(conn, signed, house, it, query, now).await?,
        channel: house.channel(it.channel).map(|channel| heard(signed, channel, now)),
        desks: desks
            .map(|desk| ToDesk {
                id: desk.id,
                name: desk.name.clone(),
                waiting: signed.actor.scope.covers(desk.id).then(|| open(desk.id)),
            })
            .collect(),
        colleagues,
    })
}

async fn person(
    conn: &mut Conn,
    signed: &Signed,
    house: &House,
    it: &Conversation,
    query: &str,
    now: i64,
) -> store::Result<Option<Person>> {
    let (actor, words) = (&signed.actor, &signed.words);
    let Some(id) = it.author else { return Ok(None) };
    let Some(author) = store::author::get(conn, actor.organisation, id).await? else { return Ok(None) };
    let others = conversation::of_author(conn, actor.organisation, id, EARLIER + 1).await?;
    let others =
        others.into_iter().filter(|other| other.id != it.id && actor.scope.covers(other.facets.desk));
    let called = who(&author.kind, &author.handle, &author.name);
    Ok(Some(Person {
        name: Some(author.name.clone()).filter(|name| !name.is_empty() && *name != called),
        host: host(&author.kind, &author.handle),
        url: author.url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        since: words.day(author.first_seen_at, now),
        messages: author.messages,
        bot: author.bot,
        gestures: gesture::of_author(conn, signed, house, id, now).await?,
        earlier: others.map(|other| earlier(signed, &other, query, now)).collect(),
        who: called,
    }))
}

fn earlier(signed: &Signed, other: &Conversation, query: &str, now: i64) -> Earlier {
    Earlier {
        href: to(other.id, query),
        excerpt: if other.said.abusive { signed.words.t("said-hidden") } else { excerpt(&other.excerpt, 80) },
        at: signed.words.moment(other.last_at, now),
        state: signed.words.named("state", other.facets.state.as_str()),
    }
}

fn to(id: ConversationId, query: &str) -> String {
    address(&format!("/inbox/{id}"), query, &[])
}

/// How a channel is heard, in words.
pub fn heard(signed: &Signed, channel: &store::channel::Channel, now: i64) -> Heard {
    let words = &signed.words;
    let said = match (channel.state.as_str(), channel.health.failing_since, channel.health.heard_at) {
        ("paused", _, _) => words.t("channel-paused"),
        (_, Some(since), _) => words.t2(
            "channel-deaf-since",
            "moment",
            words.moment(since, now),
            "span",
            words.span(now - since),
        ),
        (_, None, Some(at)) => words.t1("channel-heard", "moment", words.moment(at, now)),
        (_, None, None) => words.t("channel-never-heard"),
    };
    Heard {
        icon: channel_icon(&channel.kind),
        name: channel.name.clone(),
        href: signed.actor.may(Action::ReadChannels).then(|| format!("/channels/{}", channel.id)),
        deaf: channel.state != "paused" && channel.health.failing_since.is_some(),
        said,
    }
}
