//! Tells the whole demonstration in another language: names, messages, views, posts, launches, library. The
//! shipped texts are there in both; what people wrote meanwhile stays as it is.

mod editorial;

use super::data::{Data, Text};
use super::fill::{Keys, remote_id};
use super::saved::filter;
use crate::app::App;
use crate::rules::text::excerpt;
use crate::store::message::{self, Direction};
use crate::store::{self, Conn};

/// Rewrites everything shipped in `language`, in one transaction.
///
/// # Errors
/// The database refuses.
pub async fn retell(app: &App, data: &Data, keys: &Keys, language: &str) -> store::Result<()> {
    let mut conn = app.db.write().await?;
    rename(&mut conn, data, keys, language).await?;
    editorial::retell(&mut conn, data, keys.house, language).await?;
    for it in &data.conversations {
        let Some(channel) = keys.channels.get(&it.channel) else { continue };
        for (place, shipped) in it.messages.iter().enumerate() {
            let id = remote_id(&it.key, place);
            let Some(mut found) = message::by_remote(&mut conn, keys.house, channel.id, &id).await? else {
                continue;
            };
            shipped.text.get(language).clone_into(&mut found.text);
            found.html = if found.direction == Direction::In {
                super::status::html(&found.text)
            } else {
                String::new()
            };
            found.title = shipped.title.as_ref().map(|it| it.get(language).to_owned());
            found.language = Some(shipped.language(language).to_owned());
            message::update(&mut conn, keys.house, &found).await?;
            let words = format!("{} {}", found.title.as_deref().unwrap_or_default(), found.text);
            store::search::index(&mut conn, keys.house, found.id, found.conversation, &words).await?;
            retell_versions(&mut conn, keys, &found, shipped.edited.as_ref(), language).await?;
            if let Some(image) = &shipped.image {
                let mut all = store::attachment::of(&mut conn, keys.house, found.id).await?;
                all.iter_mut().for_each(|it| it.alt = Some(image.alt.get(language).to_owned()));
                store::attachment::replace(&mut conn, keys.house, found.id, &all).await?;
            }
        }
        retell_line(&mut conn, keys, &it.key, channel.id).await?;
    }
    store::reading::outdate(&mut conn, keys.house).await?;
    conn.commit().await
}

async fn retell_versions(
    conn: &mut Conn,
    keys: &Keys,
    it: &message::Message,
    edited: Option<&Text>,
    language: &str,
) -> store::Result<()> {
    let Some(earlier) = edited else { return Ok(()) };
    for version in message::versions(conn, keys.house, it.id).await? {
        let text = earlier.get(language).to_owned();
        let html = super::status::html(&text);
        let older = message::Message { text, html, version_at: version.version_at, ..it.clone() };
        message::rewrite_version(conn, keys.house, &older).await?;
    }
    Ok(())
}

/// The line that lists show, from what was said last.
async fn retell_line(
    conn: &mut Conn,
    keys: &Keys,
    key: &str,
    channel: crate::id::ChannelId,
) -> store::Result<()> {
    let Some(first) = message::by_remote(conn, keys.house, channel, &remote_id(key, 0)).await? else {
        return Ok(());
    };
    let Some(mut home) = store::conversation::get(conn, keys.house, first.conversation).await? else {
        return Ok(());
    };
    let place = home.place();
    if let Some(last) = message::last_in(conn, keys.house, home.id).await? {
        home.excerpt = excerpt(&last.text, 240);
        home.language.clone_from(&last.language);
    }
    home.title = first.title;
    store::conversation::update(conn, keys.house, &place, &home).await
}

async fn rename(conn: &mut Conn, data: &Data, keys: &Keys, language: &str) -> store::Result<()> {
    let shipped = &data.organisation;
    for mut desk in store::desk::list(conn, keys.house).await? {
        let found = shipped.desks.iter().find(|it| keys.desks.get(&it.key) == Some(&desk.id));
        if let Some(it) = found {
            it.name.get(language).clone_into(&mut desk.name);
            store::desk::update(conn, keys.house, &desk).await?;
        }
    }
    for mut colleague in store::colleague::list(conn, keys.house).await? {
        let found = shipped.colleagues.iter().find(|it| keys.colleagues.get(&it.key) == Some(&colleague.id));
        if let Some(it) = found {
            it.name.get(language).clone_into(&mut colleague.name);
            store::colleague::update(conn, &colleague).await?;
        }
    }
    for mut channel in store::channel::list(conn, keys.house).await? {
        let found =
            shipped.channels.iter().find(|it| keys.channels.get(&it.key).map(|it| it.id) == Some(channel.id));
        if let Some(it) = found {
            it.name.get(language).clone_into(&mut channel.name);
            store::channel::update(conn, keys.house, &channel).await?;
        }
    }
    for it in &shipped.tags {
        if let Some(id) = keys.tags.get(&it.key) {
            store::tag::rename(conn, keys.house, *id, it.name.get(language)).await?;
        }
    }
    for mut view in store::view::all(conn, keys.house).await? {
        let found = shipped.views.iter().find(|it| it.name.fr == view.name || it.name.en == view.name);
        if let Some(it) = found {
            it.name.get(language).clone_into(&mut view.name);
            view.filter = filter(&it.filter, keys, language);
            store::view::save(conn, keys.house, &view, 0).await?;
        }
    }
    for mut watch in store::watch::list(conn, keys.house).await? {
        let found = shipped.watches.iter().find(|it| it.name.fr == watch.name || it.name.en == watch.name);
        if let Some(it) = found {
            it.name.get(language).clone_into(&mut watch.name);
            if [&it.folder.fr, &it.folder.en].contains(&&watch.folder) {
                it.folder.get(language).clone_into(&mut watch.folder);
            }
            // Other words stand in the messages now.
            store::watch::empty(conn, keys.house, watch.id).await?;
            watch.fill_before = Some(store::watch::AFTER_ALL);
            store::watch::update(conn, keys.house, &watch).await?;
        }
    }
    Ok(())
}
