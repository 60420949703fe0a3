//! What the shipped people saved: views of the inbox, and watches.

use serde_json::Value as Json;

use super::data::Organisation;
use super::fill::Keys;
use crate::id::{ViewId, WatchId};
use crate::store::conversation::{Filter, State};
use crate::store::{self, Conn};

/// Saves them as if it had been when the organisation was founded.
pub(super) async fn add(
    conn: &mut Conn,
    keys: &Keys,
    shipped: &Organisation,
    language: &str,
    founded: i64,
    now: i64,
) -> anyhow::Result<()> {
    let house = keys.house;
    for it in &shipped.views {
        let owner =
            *keys.colleagues.get(&it.owner).ok_or_else(|| anyhow::anyhow!("a view's owner is unknown"))?;
        let name = it.name.get(language).to_owned();
        let filter = filter(&it.filter, keys, language);
        let view = store::view::View { id: ViewId::new(founded), owner, name, shared: it.shared, filter };
        store::view::save(conn, house, &view, founded).await?;
    }
    for (it, place) in shipped.watches.iter().zip(0_i64..) {
        let owner =
            *keys.colleagues.get(&it.owner).ok_or_else(|| anyhow::anyhow!("a watch's owner is unknown"))?;
        let watch = store::watch::Watch {
            id: WatchId::new(founded + place),
            name: it.name.get(language).to_owned(),
            query: it.query.clone(),
            owner,
            folder: it.folder.get(language).to_owned(),
            sensitivity: it.sensitivity.clone(),
            created_at: founded + place,
            changed_at: now + place,
            // The worker looks through the weeks before.
            fill_before: Some(store::watch::AFTER_ALL),
            tag: it.tag.as_ref().and_then(|key| keys.tags.get(key).copied()),
        };
        store::watch::insert(conn, house, &watch).await?;
    }
    Ok(())
}

/// A shipped view's filter, as far as the inbox knows its words.
pub fn filter(json: &Json, keys: &Keys, language: &str) -> Filter {
    let text = |name: &str| json[name].as_str().map(str::to_owned);
    Filter {
        tag: text("tag").and_then(|key| keys.tags.get(&key).copied()),
        language: json["language_not"][language].as_str().map(|it| format!("-{it}")),
        intent: text("intent"),
        sentiment: text("sentiment"),
        state: text("state").and_then(|name| State::parse(&name)),
        ..Filter::default()
    }
}
