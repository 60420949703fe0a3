//! Several posts from one file: looked at as a whole, then made as a whole, once. What is shown before is the making itself,
//! taken back: it goes through the very commands that a person's ideas and words go through, so that what a role or a contract
//! doesn't allow a file doesn't either, and nothing comes further than the last word (docs/decisions/0019, 0032).

mod hint;
mod row;
#[cfg(test)]
mod tests;

use parvis_write::Language;
use parvis_write::charter::Remark;

pub use self::hint::Hint;
pub use self::row::{COLUMNS, ROWS};
use self::row::{Line, Read, Sense};
use super::{Step, With, charter, fast, propose_in, take_in};
use crate::app::App;
use crate::clock::DAY;
use crate::command::{Refusal, Result, allow, journalled};
use crate::id::{ChannelId, ImportId, PostId};
use crate::rules::permission::{Action, Actor};
use crate::seal::digest_bytes;
use crate::store::post::import::{self as room, Import};
use crate::store::post::{self, Post};
use crate::store::{self, Conn};

/// A file's bytes at most.
pub const BYTES: usize = 1 << 20;
/// How long a file is kept that nothing is made of (µs).
const KEPT: i64 = DAY;

/// What is wrong with a place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// From 1.
    pub line: u64,
    /// What the file calls the column; empty for the whole row.
    pub column: String,
    /// Its key among the translations.
    pub key: String,
    /// What it is about.
    pub value: String,
}

/// A post that would be made.
#[derive(Debug)]
pub struct Row {
    /// Its first line in the file.
    pub line: u64,
    /// The post as it would stand.
    pub post: Post,
    /// Where it would go.
    pub channels: Vec<ChannelId>,
    /// What the charter says of it.
    pub remarks: Vec<Remark>,
    /// What speaks against its hour.
    pub hints: Vec<Hint>,
}

/// What a file would make.
#[derive(Debug, Default)]
pub struct Preview {
    /// The posts, in the order of the file.
    pub rows: Vec<Row>,
    /// What is wrong: while anything is, nothing is made.
    pub faults: Vec<Fault>,
    /// When posts were made of the same file before (µs).
    pub before: Option<i64>,
}

/// Reads a file and says what it would make. A file without faults is kept for a day, to be made by its id.
///
/// # Errors
/// The right is missing, or the file is too large.
pub async fn bring(
    app: &App,
    actor: &Actor,
    (name, content): (&str, &[u8]),
    language: Language,
) -> Result<(Option<ImportId>, Preview)> {
    allow(actor, Action::Propose)?;
    if content.len() > BYTES {
        return Err(Refusal::Invalid { field: "import", code: "size" });
    }
    let preview = tried(app, actor, content, language).await?;
    // Without faults it is UTF-8.
    let Some(text) = std::str::from_utf8(content).ok().filter(|_| preview.faults.is_empty()) else {
        return Ok((None, preview));
    };
    let now = app.now();
    let it = Import {
        id: ImportId::new(now),
        colleague: actor.colleague,
        name: name.chars().filter(|it| !it.is_control()).take(140).collect(),
        digest: digest_bytes(content),
        content: text.to_owned(),
        posts: Vec::new(),
        created_at: now,
        made_at: None,
    };
    let mut conn = app.db.write().await?;
    room::forget(&mut conn, actor.organisation, now - KEPT).await?;
    room::insert(&mut conn, actor.organisation, &it).await?;
    conn.commit().await?;
    Ok((Some(it.id), preview))
}

/// The file, if it is the actor's.
async fn load(conn: &mut Conn, actor: &Actor, id: ImportId) -> Result<Import> {
    allow(actor, Action::Propose)?;
    let found = room::get(conn, actor.organisation, id).await?;
    found.filter(|it| it.colleague == actor.colleague).ok_or(Refusal::NotFound)
}

/// A file as it stands, with what it would make; once it is made, with nothing more.
///
/// # Errors
/// The right is missing, or there is no such file of the actor's.
pub async fn look(app: &App, actor: &Actor, id: ImportId, language: Language) -> Result<(Import, Preview)> {
    let it = load(&mut app.db.read().await?, actor, id).await?;
    if it.made_at.is_some() {
        return Ok((it, Preview::default()));
    }
    let preview = tried(app, actor, it.content.as_bytes(), language).await?;
    Ok((it, preview))
}

/// Makes the posts of a file, all in one transaction; a second time, answers with what was made.
///
/// # Errors
/// The right is missing, there is no such file of the actor's, or something is wrong with it by now.
pub async fn make(app: &App, actor: &Actor, id: ImportId) -> Result<Vec<PostId>> {
    let now = app.now();
    let mut conn = app.db.write().await?;
    let it = load(&mut conn, actor, id).await?;
    if !room::take(&mut conn, actor.organisation, id, now).await? {
        // Somebody was faster since it was read.
        return Ok(load(&mut conn, actor, id).await?.posts);
    }
    let (read, made) = made(&mut conn, app, actor, it.content.as_bytes()).await?;
    if !read.faults.is_empty() {
        return Err(Refusal::Invalid { field: "import", code: "stale" });
    }
    let posts: Vec<PostId> = made.iter().map(|(_, post)| post.id).collect();
    room::set_posts(&mut conn, actor.organisation, id, &posts).await?;
    let after = serde_json::json!({ "name": it.name, "posts": posts.len() });
    journalled(&mut conn, actor, (now, "post.imported", id.0), None, None::<&()>, Some(&after)).await?;
    conn.commit().await?;
    Ok(posts)
}

/// What a file would make: made and taken back.
async fn tried(app: &App, actor: &Actor, content: &[u8], language: Language) -> Result<Preview> {
    let mut conn = app.db.write().await?;
    let zone = fast::zone(&mut conn, actor.organisation).await?;
    let (read, made) = made(&mut conn, app, actor, content).await?;
    let mut rows = Vec::new();
    for (line, post) in made {
        let held = charter::read(&mut conn, actor.organisation, &post).await?;
        let targets = post::targets(&mut conn, actor.organisation, post.id).await?;
        rows.push(Row {
            line,
            channels: targets.iter().map(|it| it.channel).collect(),
            remarks: held.found.into_iter().map(|it| it.remark).collect(),
            hints: Vec::new(),
            post,
        });
    }
    // Never committed: all of that is as if it hadn't been.
    drop(conn);
    let mut conn = app.db.read().await?;
    hint::note(&mut conn, actor, (&zone, language), &mut rows, app.now()).await?;
    let before = room::made_at(&mut conn, actor.organisation, &digest_bytes(content)).await?;
    Ok(Preview { rows, faults: read.faults, before })
}

/// Makes the posts of a file in the transaction `conn`; what is wrong stands among the faults.
async fn made(conn: &mut Conn, app: &App, actor: &Actor, content: &[u8]) -> Result<(Read, Vec<(u64, Post)>)> {
    let zone = fast::zone(conn, actor.organisation).await?;
    let contract = super::contract::of(conn, actor).await?;
    let mut channels = store::channel::list(conn, actor.organisation).await?;
    channels.retain(|it| contract.covers_channel(it.id));
    let writes = actor.may(Action::Write);
    let sense = Sense {
        zone: &zone,
        now: app.now(),
        channels: &channels,
        writes,
        chooses: writes && actor.may(Action::Keep),
    };
    let mut read = sense.read(content);
    let mut posts = Vec::new();
    for line in std::mem::take(&mut read.lines) {
        let number = line.line;
        match one(conn, app, actor, line).await {
            Ok(post) => posts.push((number, post)),
            Err(Refusal::Invalid { field, code }) => {
                let column = COLUMNS.iter().find(|it| it.name == field).map_or("text", |it| it.name);
                read.note(number, column, format!("refusal-{field}-{code}"), String::new());
            }
            Err(other) => return Err(other),
        }
    }
    Ok((read, posts))
}

async fn one(conn: &mut Conn, app: &App, actor: &Actor, it: Line) -> Result<Post> {
    let mut post = propose_in(conn, actor, it.idea, it.words.as_ref(), app.now()).await?;
    if it.submits {
        for step in [Step::Keep, Step::Brief, Step::Submit] {
            post = take_in(conn, app, actor, post.id, (step, With::default())).await?;
        }
    }
    Ok(post)
}
