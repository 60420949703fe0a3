//! Looking for somebody by name or handle. Source: docs.joinmastodon.org/methods/accounts and /methods/search; what snac2
//! lacks of it was found out on the real one.

use serde::Deserialize;

use super::client::Client;
use super::observe::web;
use super::wire::Account;
use crate::person::MOST_PEOPLE;
use crate::{ChannelError, Person};

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    accounts: Vec<Account>,
}

/// Those whom the server finds, best first. Who is written with their server (`anna@social.example`) is asked for there.
pub(super) async fn find(client: &Client<'_>, words: &str) -> Result<Vec<Person>, ChannelError> {
    let words = words.trim_start_matches('@');
    let is_whole = words.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    let (limit, resolve) = (MOST_PEOPLE.to_string(), is_whole.to_string());
    let query = [("q", words), ("resolve", resolve.as_str()), ("limit", limit.as_str())];
    let mut all = client.get::<Vec<Account>>(&["api", "v1", "accounts", "search"], &query).await;
    let lacks = matches!(all, Err(ChannelError::Refused { status: 404 | 405 | 422, .. }));
    if lacks || (is_whole && all.as_ref().is_ok_and(Vec::is_empty)) {
        // snac2 asks other servers at this door only; others, for which the first did, may want more of a token here.
        let query = [query.as_slice(), &[("type", "accounts")]].concat();
        all = match client.get::<Found>(&["api", "v2", "search"], &query).await {
            Ok(found) => Ok(found.accounts),
            Err(ChannelError::Refused { .. }) if !lacks => Ok(Vec::new()),
            Err(error) => Err(error),
        };
    }
    let person = |it: Account| Person::new(&it.acct, &it.display_name, web(it.url.as_deref()));
    Ok(all?.into_iter().filter_map(person).take(MOST_PEOPLE).collect())
}
