//! Posts, launches, gestures, library, requests and calendars of others in another language: what still stands as it was shipped is told anew, field by field.

use std::collections::HashMap;

use crate::demo::calendar;
use crate::demo::data::Data;
use crate::id::OrganisationId;
use crate::rules::permission::Scope;
use crate::rules::post::State;
use crate::store::post::{self, Post, picture, words};
use crate::store::{self, Conn, asset, fast, gesture, launch, request};

/// What is written, by what stands there in the other language.
struct Dictionary<'a>(HashMap<&'a str, &'a str>);

impl<'a> Dictionary<'a> {
    fn new(data: &'a Data, language: &str) -> Self {
        let other = if language == "fr" { "en" } else { "fr" };
        Self(data.editorial.iter().map(|it| (it.get(other), it.get(language))).collect())
    }

    /// Writes a text anew if it stands as it was shipped.
    fn tell(&self, text: &mut String) {
        if let Some(it) = self.0.get(text.as_str()) {
            (*it).clone_into(text);
        }
    }
}

/// Writes in `language` what still stands in the other one.
///
/// # Errors
/// The database refuses.
pub(super) async fn retell(
    conn: &mut Conn,
    data: &Data,
    house: OrganisationId,
    language: &str,
) -> store::Result<()> {
    let dictionary = Dictionary::new(data, language);
    for state in State::ALL {
        for it in post::in_state(conn, house, state, &post::Filter::default(), 500).await? {
            dictionary.post(conn, house, it).await?;
        }
    }
    for it in launch::list(conn, house).await? {
        dictionary.launch(conn, house, it).await?;
    }
    for listed in gesture::list(conn, house, &Scope::Every, &gesture::Filter::default(), 500).await? {
        let mut it = listed.gesture;
        let texts = [&mut it.title, &mut it.why, &mut it.cost, &mut it.reason, &mut it.outcome];
        texts.into_iter().for_each(|it| dictionary.tell(it));
        gesture::update(conn, house, &it).await?;
    }
    for (mut it, _) in asset::list(conn, house, &asset::Filter::default(), 500).await? {
        let texts = [&mut it.title, &mut it.theme, &mut it.tags, &mut it.credit];
        texts.into_iter().for_each(|it| dictionary.tell(it));
        [&mut it.holder, &mut it.purpose, &mut it.territory].into_iter().for_each(|it| dictionary.tell(it));
        asset::update(conn, house, &it).await?;
    }
    for mut it in request::list(conn, house, &request::Filter::default(), 500).await? {
        [&mut it.title, &mut it.brief].into_iter().for_each(|it| dictionary.tell(it));
        request::update(conn, house, &it).await?;
    }
    calendar::retell(conn, data, house, language).await
}

impl Dictionary<'_> {
    async fn post(&self, conn: &mut Conn, house: OrganisationId, mut it: Post) -> store::Result<()> {
        let texts = [&mut it.title, &mut it.brief, &mut it.theme, &mut it.text, &mut it.first_comment];
        texts.into_iter().for_each(|it| self.tell(it));
        [&mut it.origin_name, &mut it.reason].into_iter().flatten().for_each(|it| self.tell(it));
        post::update(conn, house, &it).await?;
        for mut version in words::versions(conn, house, it.id).await? {
            [&mut version.text, &mut version.first_comment].into_iter().for_each(|it| self.tell(it));
            words::rewrite(conn, house, it.id, &version).await?;
        }
        for mut shown in picture::list(conn, house, it.id).await? {
            shown.alt.iter_mut().for_each(|it| self.tell(it));
            picture::set_alt(conn, house, it.id, shown.id, shown.alt.as_deref()).await?;
        }
        for mut run in fast::of_post(conn, house, it.id).await? {
            self.tell(&mut run.reason);
            fast::update(conn, house, &run).await?;
        }
        Ok(())
    }

    async fn launch(
        &self,
        conn: &mut Conn,
        house: OrganisationId,
        mut it: launch::Launch,
    ) -> store::Result<()> {
        [&mut it.name, &mut it.summary, &mut it.note].into_iter().for_each(|it| self.tell(it));
        launch::update(conn, house, &it).await?;
        // What answers people stands there in both languages.
        let entries = launch::entries(conn, house, it.id).await?;
        for mut entry in entries.into_iter().filter(|it| it.language.is_empty()) {
            [&mut entry.title, &mut entry.text, &mut entry.people].into_iter().for_each(|it| self.tell(it));
            launch::update_entry(conn, house, &entry).await?;
        }
        Ok(())
    }
}
