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
    let limit = MOST_PEOPLE.to_string();
    let query = [("q", words), ("resolve", "true"), ("limit", limit.as_str())];
    let mut all = match client.get::<Vec<Account>>(&["api", "v1", "accounts", "search"], &query).await {
        Err(ChannelError::Refused { status: 404 | 405 | 422, .. }) => Vec::new(),
        other => other?,
    };
    if all.is_empty() && words.contains('@') {
        // snac2 asks other servers at this door only; others, for which the first did, may want more of a token here.
        let query = [query.as_slice(), &[("type", "accounts")]].concat();
        all = match client.get::<Found>(&["api", "v2", "search"], &query).await {
            Ok(found) => found.accounts,
            Err(ChannelError::Refused { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
    }
    let person = |it: Account| Person::new(&it.acct, &it.display_name, web(it.url.as_deref()));
    Ok(all.into_iter().filter_map(person).take(MOST_PEOPLE).collect())
}
