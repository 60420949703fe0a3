//! The library of the demonstration: a few pictures, one whose rights end in days, one whose rights have ended, two that posts show.

use jiff::ToSpan;
use parvis_channels::Upload;
use serde::Deserialize;

use super::data::{self, Data, Text};
use super::fill::Keys;
use crate::app::App;
use crate::command::asset::{self as command, Wanted};
use crate::id::{AssetId, PictureId};
use crate::rules::permission::{Actor, Scope};
use crate::rules::post::State;
use crate::store::post::picture::{self, Picture};
use crate::store::post::{self, Filter};
use crate::store::{self, Conn};
use crate::web::language::{Language, Words};

/// A picture of the library.
#[derive(Clone, Debug, Deserialize)]
pub struct Shelved {
    /// File in `demo/images/`.
    pub file: String,
    /// Who brought it, by key.
    pub by: String,
    /// What the house calls it.
    pub title: Text,
    /// Theme.
    pub theme: Text,
    /// Words by commas.
    pub tags: Text,
    /// What it shows.
    pub alt: Text,
    /// Who made it.
    pub credit: Text,
    /// Whose the rights are.
    pub holder: Text,
    /// What for.
    pub purpose: Text,
    /// Where.
    pub territory: Text,
    /// The last day of the rights, counted from today.
    pub days: Option<i64>,
    /// The French title of the post that shows it.
    pub post: Option<String>,
}

/// Brings the pictures, and puts those into posts that are named.
///
/// # Errors
/// The database refuses, or the data names what it doesn't hold.
pub async fn fill(app: &App, data: &Data, keys: &Keys, language: &str) -> anyhow::Result<()> {
    let spoken = Language::parse(language).unwrap_or(Language::En);
    let words = Words::new(spoken, &data.organisation.time_zone);
    for it in &data.assets {
        let id = bring(app, keys, it, (language, &words)).await?;
        if let Some(title) = &it.post {
            let shipped = data.posts.iter().find(|post| post.title.fr == *title);
            let shipped = shipped.ok_or_else(|| anyhow::anyhow!("no post “{title}”"))?;
            let mut conn = app.db.write().await?;
            show(
                &mut conn,
                app,
                keys,
                id,
                (shipped.state, shipped.title.get(language), it.alt.get(language)),
            )
            .await?;
            conn.commit().await?;
        }
    }
    Ok(())
}

async fn bring(
    app: &App,
    keys: &Keys,
    it: &Shelved,
    (language, words): (&str, &Words),
) -> anyhow::Result<AssetId> {
    let colleague = keys.colleagues.get(&it.by).ok_or_else(|| anyhow::anyhow!("no colleague {}", it.by))?;
    let found = store::colleague::get(&mut app.db.read().await?, keys.house, *colleague).await?;
    let role = found.ok_or_else(|| anyhow::anyhow!("no colleague {}", it.by))?.role;
    let actor = Actor {
        organisation: keys.house,
        colleague: *colleague,
        role,
        scope: Scope::Every,
        token: None,
        pass: None,
    };
    let end = |days: i64| -> anyhow::Result<i64> {
        let day = words.zoned(app.now()).date().checked_add((days + 1).days())?;
        Ok(day.to_zoned(words.house_zone.clone())?.timestamp().as_microsecond())
    };
    let say = |text: &Text| text.get(language).to_owned();
    let wanted = Wanted {
        version: 0,
        title: say(&it.title),
        theme: say(&it.theme),
        tags: say(&it.tags),
        alt_fr: it.alt.fr.clone(),
        alt_en: it.alt.en.clone(),
        credit: say(&it.credit),
        holder: say(&it.holder),
        purpose: say(&it.purpose),
        territory: say(&it.territory),
        expires_at: it.days.map(end).transpose()?,
    };
    let bytes = data::file(&format!("images/{}", it.file))?;
    let upload = Upload { bytes, mime: "image/png".to_owned(), alt: String::new() };
    Ok(command::bring(app, &actor, &wanted, &upload).await?.id)
}

/// Puts a picture into a post that was written and read with it.
async fn show(
    conn: &mut Conn,
    app: &App,
    keys: &Keys,
    id: AssetId,
    (state, title, alt): (State, &str, &str),
) -> anyhow::Result<()> {
    let found = store::asset::get(conn, keys.house, id).await?;
    let (_, file) = found.ok_or_else(|| anyhow::anyhow!("no asset {id}"))?;
    let posts = post::in_state(conn, keys.house, state, &Filter::default(), 500).await?;
    let shown = posts.into_iter().find(|it| it.title == title);
    let shown = shown.ok_or_else(|| anyhow::anyhow!("no post “{title}”"))?;
    let it = Picture {
        id: PictureId::new(app.now()),
        alt: Some(alt.to_owned()).filter(|it| !it.is_empty()),
        mime: file.mime,
        stored_as: file.stored_as,
        asset: Some(id),
    };
    Ok(picture::insert(conn, keys.house, shown.id, 0, &it).await?)
}
