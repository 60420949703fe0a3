//! Looking for somebody by name or handle. Source: docs.bsky.app, `app.bsky.actor.searchActorsTypeahead`, and
//! atproto.com/specs/handle.

use serde::Deserialize;

use super::client::{Client, Fault};
use super::facet::PAGES;
use super::identity;
use super::key::is_handle;
use crate::person::MOST_PEOPLE;
use crate::{ChannelError, Person};

#[derive(Deserialize)]
struct Found {
    actors: Vec<Actor>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Actor {
    handle: String,
    #[serde(default)]
    display_name: String,
}

/// Those whom the AppView finds; where there is none, who has just this handle.
pub(super) async fn find(client: &Client<'_>, words: &str) -> Result<Vec<Person>, ChannelError> {
    let words = words.trim_start_matches('@').to_lowercase();
    let person = |handle: &str, name: &str| {
        let public = identity::is_public(&client.account.settings);
        Person::new(handle, name, public.then(|| format!("{PAGES}/profile/{handle}")))
    };
    let limit = MOST_PEOPLE.to_string();
    let query = [("q", words.as_str()), ("limit", limit.as_str())];
    let found = client.get::<Found>("app.bsky.actor.searchActorsTypeahead", &query).await;
    let actors = match found {
        Ok(found) => found.actors,
        Err(fault) if fault.is_missing() || fault.is_upstream() => Vec::new(),
        Err(Fault { error, .. }) => return Err(error),
    };
    let mut all: Vec<Person> = actors
        .iter()
        .filter(|it| is_handle(&it.handle))
        .filter_map(|it| person(&it.handle, &it.display_name))
        .take(MOST_PEOPLE)
        .collect();
    // A mention is resolved like this when it leaves, so this is what says whether it names somebody.
    let known = all.iter().any(|it| it.handle == words);
    if !known
        && is_handle(&words)
        && identity::resolve(client.net, &client.account.base_url, &words).await?.is_some()
    {
        all.extend(person(&words, ""));
    }
    Ok(all)
}
