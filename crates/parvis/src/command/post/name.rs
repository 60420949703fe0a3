//! Who is named in a text: each network is asked whether it knows the names that stand there, and for somebody to name. It is asked
//! when a person wants to know, never while a text is saved or sent.

use std::time::Duration;

use futures_util::future::join_all;
use parvis_channels::{Account, Person, channel};

use super::shape::Network;
use super::words::Words;
use super::{can_begin, load};
use crate::account;
use crate::app::App;
use crate::command::{Refusal, Result};
use crate::id::{ChannelId, PostId};
use crate::rules::permission::{Action, Actor};
use crate::store::channel::Channel;
use crate::store::{self, Conn};

/// Names of one text that are looked up on one network.
const MOST: usize = 12;
/// How long a network is waited for.
const PATIENCE: Duration = Duration::from_secs(8);
/// Longest name that is looked for, in characters.
const LENGTH: usize = 100;

/// What a network says of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is theirs.
    As(Person),
    /// It knows nobody by this name.
    Nobody,
    /// It wasn't to be asked, or gave no answer.
    Unasked,
}

/// Names as one network knows them.
#[derive(Clone, Debug)]
pub struct Named {
    /// Which.
    pub channel: Channel,
    /// As they are written in the text, and what the network says of them.
    pub names: Vec<(String, Known)>,
    /// Those that are written as on another network.
    pub strangers: Vec<String>,
}

/// The channels on which somebody can be named: those of the text, or all of the house where it has none yet.
///
/// # Errors
/// The database refused.
pub async fn places(conn: &mut Conn, actor: &Actor, said: &Words) -> store::Result<Vec<Channel>> {
    let all = store::channel::list(conn, actor.organisation).await?;
    let reached = |it: &Channel| {
        let network = Network::of(it);
        network.knows_people()
            && can_begin(&network.can)
            && (said.channels.is_empty() || said.channels.contains(&it.id))
    };
    Ok(all.into_iter().filter(reached).collect())
}

/// Asks each network of a text about the names in its version.
///
/// # Errors
/// The right is missing, or the post isn't theirs.
pub async fn names(app: &App, actor: &Actor, id: PostId, said: &Words) -> Result<Vec<Named>> {
    let mut conn = app.db.read().await?;
    load(&mut conn, actor, id, Action::Write).await?;
    let places = places(&mut conn, actor, said).await?;
    drop(conn);
    let ask = async |channel: Channel| {
        let account = account::open(app, &channel).ok();
        let network = Network::of(&channel);
        let text = said.seen_on(channel.id, &network);
        let names = network.named(&text).into_iter().take(MOST);
        let known = join_all(names.map(async |name| {
            let known = known(app, account.as_ref(), &name).await;
            (name, known)
        }));
        Named { names: known.await, strangers: network.strangers(&text), channel }
    };
    Ok(join_all(places.into_iter().map(ask)).await)
}

async fn known(app: &App, account: Option<&Account>, name: &str) -> Known {
    let Some(account) = account else { return Known::Unasked };
    let name = name.trim_start_matches('@');
    let asked = channel(account.kind).find_people(&app.net, account, name);
    let Ok(Ok(found)) = tokio::time::timeout(PATIENCE, asked).await else { return Known::Unasked };
    let own = account.handle.rsplit_once('@').map_or("", |(_, host)| host);
    found.into_iter().find(|it| is_same(&it.handle, name, own)).map_or(Known::Nobody, Known::As)
}

/// Whether two names are one person's, seen from the server `own`: servers name their own people with and without themselves.
fn is_same(a: &str, b: &str, own: &str) -> bool {
    let whole = |name: &str| match name.contains('@') {
        true => name.to_lowercase(),
        false => format!("{name}@{own}").to_lowercase(),
    };
    whole(a) == whole(b)
}

/// Looks for somebody to name on one of the post's networks; nothing where it gave no answer.
///
/// # Errors
/// The right is missing, the post isn't theirs, it doesn't go there, or the words are too long.
pub async fn find(
    app: &App,
    actor: &Actor,
    id: PostId,
    said: &Words,
    (on, words): (ChannelId, &str),
) -> Result<Option<Vec<Person>>> {
    if words.chars().count() > LENGTH {
        return Err(Refusal::Invalid { field: "names", code: "length" });
    }
    let mut conn = app.db.read().await?;
    load(&mut conn, actor, id, Action::Write).await?;
    let places = places(&mut conn, actor, said).await?;
    drop(conn);
    let place = places.iter().find(|it| it.id == on).ok_or(Refusal::NotFound)?;
    let Ok(account) = account::open(app, place) else { return Ok(None) };
    let asked = channel(account.kind).find_people(&app.net, &account, words.trim());
    Ok(tokio::time::timeout(PATIENCE, asked).await.ok().and_then(std::result::Result::ok))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::post::{Idea, propose};
    use crate::rules::permission::Role;
    use crate::testing::{colleague, houses};

    #[test]
    fn people_of_ones_own_server_are_written_in_two_ways() {
        for (a, b, same) in [
            ("anna", "anna@social.example", true),
            ("Anna@Social.example", "anna", true),
            ("anna@other.example", "anna", false),
            ("anna@other.example", "anna@social.example", false),
            ("anne", "anna", false),
        ] {
            assert_eq!(is_same(a, b, "social.example"), same, "{a} {b}");
        }
        assert!(is_same("anna.example", "Anna.example", ""));
    }

    #[tokio::test]
    async fn a_network_that_cant_be_asked_has_not_said_that_there_is_nobody() {
        for house in houses().await {
            // Its account has no secret with which anybody could be asked.
            let (app, manager) = (&house.app, &house.manager);
            let idea = Idea { title: "Merci".to_owned(), origin: "team".to_owned(), ..Idea::default() };
            let id = propose(app, manager, idea).await.unwrap();
            let text = "Merci @anna@social.example, @anna@social.example et @bob.example".to_owned();
            let said = Words { text, ..Words::default() };
            let all = names(app, manager, id, &said).await.unwrap();
            assert_eq!(all.len(), 1, "it goes nowhere yet, so all accounts are asked");
            assert_eq!(all[0].names, [("@anna@social.example".to_owned(), Known::Unasked)]);
            assert_eq!(all[0].strangers, ["@bob.example"]);
            let wanted = (house.channel, "anna");
            assert_eq!(find(app, manager, id, &said, wanted).await.unwrap(), None);

            let elsewhere = Words { channels: vec![ChannelId::new(1)], ..said.clone() };
            let found = find(app, manager, id, &elsewhere, wanted).await;
            assert!(matches!(found, Err(Refusal::NotFound)), "the post doesn't go there");
            let long = "a".repeat(LENGTH + 1);
            let found = find(app, manager, id, &said, (house.channel, &long)).await;
            assert!(matches!(found, Err(Refusal::Invalid { code: "length", .. })));

            let mut conn = app.db.write().await.unwrap();
            let direction = colleague(&mut conn, house.id, Role::Direction, &house.desks).await;
            let external = colleague(&mut conn, house.id, Role::External, &house.desks).await;
            conn.commit().await.unwrap();
            assert!(matches!(names(app, &direction, id, &said).await, Err(Refusal::Forbidden(_))));
            assert!(find(app, &direction, id, &said, wanted).await.is_err());
            assert!(names(app, &external, id, &said).await.is_err(), "it isn't theirs");
        }
    }
}
