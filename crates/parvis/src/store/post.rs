//! Posts: ideas on their way to the networks, where each goes, and what left of it. Its words and who looked at it
//! are in the files beside.

pub mod card;
pub mod figure;
pub mod import;
pub mod look;
pub mod part;
pub mod picture;
pub mod waiver;
pub mod words;

use std::collections::HashMap;

use serde::Serialize;
use sqlx::AssertSqlSafe;

use super::conn::places;
use super::{Conn, Error, Result, Row, Value};
use crate::id::{ChannelId, ColleagueId, ConversationId, LaunchId, MessageId, OrganisationId, PostId};
use crate::rules::post::State;

/// An idea on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// What the house calls it; never published.
    pub title: String,
    /// Why, and for whom.
    pub brief: String,
    /// Theme; empty for none.
    pub theme: String,
    /// One of `rules::post::ORIGINS`.
    pub origin: String,
    /// The agency, the freelance, the member, in words.
    pub origin_name: Option<String>,
    /// The conversation of the inbox that it was made from.
    pub conversation: Option<ConversationId>,
    /// Where it stands.
    pub state: State,
    /// Why it was refused, parked or sent back.
    pub reason: Option<String>,
    /// The common text.
    pub text: String,
    /// Content warning.
    pub warning: Option<String>,
    /// Grows with each change of what will be published.
    pub version: i64,
    /// When it shall leave (µs).
    pub due_at: Option<i64>,
    /// Who had the idea.
    pub idea_by: ColleagueId,
    /// Who is to find the words.
    pub writer: Option<ColleagueId>,
    /// Who wrote last.
    pub written_by: Option<ColleagueId>,
    /// Who asked for other words.
    pub sent_back_by: Option<ColleagueId>,
    /// Who had the last word on what stands there.
    pub validated_by: Option<ColleagueId>,
    /// When (µs).
    pub validated_at: Option<i64>,
    /// Since when it waits for a person to put it back (µs).
    pub held_at: Option<i64>,
    /// `stopped` or `late`.
    pub held_code: Option<String>,
    /// When its messages were made (µs).
    pub released_at: Option<i64>,
    /// When the last of them stood there (µs).
    pub published_at: Option<i64>,
    /// When what came of it was counted (µs).
    pub measured_at: Option<i64>,
    /// How many messages of the public answered it, then.
    pub answers: Option<i64>,
    /// When it was proposed (µs).
    pub created_at: i64,
    /// When it was changed last (µs).
    pub changed_at: i64,
    /// The campaign that its links say they are of, where a network's do.
    pub campaign: Option<String>,
    /// What answers the common text in our own name once it stands there; empty for nothing.
    pub first_comment: String,
    /// The launch that it is of.
    pub launch: Option<LaunchId>,
}

/// Where a post goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Target {
    /// Which account.
    pub channel: ChannelId,
    /// The version for this network; `None` for the common text.
    pub text: Option<String>,
    /// What left; of a thread the first part.
    pub message: Option<MessageId>,
    /// Its links say of which campaign they are.
    #[serde(default)]
    pub tagged: bool,
    /// What is too long for this network goes out as a thread.
    #[serde(default)]
    pub threaded: bool,
    /// The first comment of this network; `None` for the common one.
    #[serde(default)]
    pub first_comment: Option<String>,
}

impl Target {
    /// Of the common text, with nothing said yet.
    pub fn new(channel: ChannelId) -> Self {
        Self { channel, text: None, message: None, tagged: false, threaded: false, first_comment: None }
    }
}

/// Which posts a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this theme.
    pub theme: Option<String>,
    /// Of this origin.
    pub origin: Option<String>,
    /// Going to this channel.
    pub channel: Option<ChannelId>,
    /// Only what this colleague had, writes or was named in, as far as their contract covers it: an external person's board.
    pub only: Option<ColleagueId>,
    /// Of this launch.
    pub launch: Option<LaunchId>,
}

macro_rules! columns {
    () => {
        "p.id, p.title, p.brief, p.theme, p.origin, p.origin_name, p.conversation_id, p.state, p.reason, p.text, p.warning, p.version, p.due_at, p.idea_by, p.writer_id, p.written_by, p.sent_back_by, p.validated_by, p.validated_at, p.held_at, p.held_code, p.released_at, p.published_at, p.measured_at, p.answers, p.created_at, p.changed_at, p.campaign, p.first_comment, p.launch_id"
    };
}
macro_rules! filtered {
    () => {
        "($2 = '' OR p.theme = $2) AND ($3 = '' OR p.origin = $3)
    AND (EXISTS (SELECT 1 FROM post_target t WHERE t.organisation_id = p.organisation_id AND t.post_id = p.id AND t.channel_id = $4) OR $4 IS NULL)
    AND (p.idea_by = $5 OR $5 IS NULL OR p.writer_id = $5 OR EXISTS (SELECT 1 FROM post_mention m WHERE m.organisation_id = p.organisation_id AND m.post_id = p.id AND m.colleague_id = $5))
    AND ($5 IS NULL OR NOT EXISTS (SELECT 1 FROM contract_theme h WHERE h.organisation_id = p.organisation_id AND h.colleague_id = $5)
      OR EXISTS (SELECT 1 FROM contract_theme h WHERE h.organisation_id = p.organisation_id AND h.colleague_id = $5 AND h.theme = p.theme))
    AND ($5 IS NULL OR NOT EXISTS (SELECT 1 FROM contract_channel h WHERE h.organisation_id = p.organisation_id AND h.colleague_id = $5)
      OR NOT EXISTS (SELECT 1 FROM post_target t WHERE t.organisation_id = p.organisation_id AND t.post_id = p.id AND NOT EXISTS
        (SELECT 1 FROM contract_channel h WHERE h.organisation_id = p.organisation_id AND h.colleague_id = $5 AND h.channel_id = t.channel_id)))
    AND (p.launch_id = $6 OR $6 IS NULL)"
    };
}

const INSERT: &str = "INSERT INTO post (organisation_id, id, title, brief, theme, origin, origin_name, conversation_id, state, reason, text, warning, version, due_at, idea_by, writer_id, written_by, sent_back_by, validated_by, validated_at, held_at, held_code, released_at, published_at, measured_at, answers, created_at, changed_at, campaign, first_comment, launch_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)";
const UPDATE: &str = "UPDATE post SET title = $3, brief = $4, theme = $5, origin = $6, origin_name = $7, conversation_id = $8, state = $9, reason = $10, text = $11, warning = $12, version = $13, due_at = $14, idea_by = $15, writer_id = $16, written_by = $17, sent_back_by = $18, validated_by = $19, validated_at = $20, held_at = $21, held_code = $22, released_at = $23, published_at = $24, measured_at = $25, answers = $26, created_at = $27, changed_at = $28, campaign = $29, first_comment = $30, launch_id = $31
    WHERE organisation_id = $1 AND id = $2";
const GET: &str = concat!("SELECT ", columns!(), " FROM post p WHERE p.organisation_id = $1 AND p.id = $2");
const IN_STATE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM post p WHERE p.organisation_id = $1 AND p.state = $7 AND ",
    filtered!(),
    " ORDER BY COALESCE(p.due_at, 9223372036854775807), p.changed_at DESC, p.id DESC LIMIT $8"
);
const LATEST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM post p WHERE p.organisation_id = $1 AND p.state = $7 AND ",
    filtered!(),
    " ORDER BY p.changed_at DESC, p.id DESC LIMIT $8"
);
const BETWEEN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM post p WHERE p.organisation_id = $1 AND ",
    filtered!(),
    " AND p.due_at >= $7 AND p.due_at < $8 AND p.state NOT IN ('refused', 'parked') ORDER BY p.due_at, p.id LIMIT 2000"
);
const OF_LAUNCH: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM post p WHERE p.organisation_id = $1 AND p.launch_id = $6 AND ",
    filtered!(),
    " AND p.state NOT IN ('refused', 'parked') ORDER BY COALESCE(p.due_at, 9223372036854775807), p.id LIMIT $7"
);
const BY_LAUNCH: &str = concat!(
    "SELECT p.launch_id, COUNT(*) FROM post p WHERE p.organisation_id = $1 AND p.launch_id IS NOT NULL AND ",
    filtered!(),
    " AND p.state NOT IN ('refused', 'parked') GROUP BY p.launch_id"
);
const HELD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM post p WHERE p.organisation_id = $1 AND p.state = 'scheduled' AND p.held_at IS NOT NULL AND ",
    filtered!(),
    " ORDER BY p.due_at, p.id LIMIT 500"
);
const COUNTS: &str = concat!(
    "SELECT p.state, COUNT(*) FROM post p WHERE p.organisation_id = $1 AND ",
    filtered!(),
    " GROUP BY p.state"
);
const THEMES: &str =
    "SELECT DISTINCT theme FROM post WHERE organisation_id = $1 AND theme <> '' ORDER BY theme LIMIT 200";
const TARGETS: &str = "SELECT channel_id, text, message_id, tagged, threaded, first_comment FROM post_target
    WHERE organisation_id = $1 AND post_id = $2 ORDER BY channel_id";
const DROP_TARGETS: &str = "DELETE FROM post_target WHERE organisation_id = $1 AND post_id = $2";
const TARGET: &str =
    "INSERT INTO post_target (organisation_id, post_id, channel_id, text, message_id, tagged, threaded, first_comment)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const LEFT: &str =
    "UPDATE post_target SET message_id = $4 WHERE organisation_id = $1 AND post_id = $2 AND channel_id = $3";
const OF_MESSAGE: &str = "SELECT post_id FROM post_target WHERE organisation_id = $1 AND message_id = $2
    UNION ALL SELECT post_id FROM post_part WHERE organisation_id = $1 AND message_id = $2";
const ANSWERS: &str = "SELECT COUNT(*) FROM message r JOIN message m ON m.organisation_id = r.organisation_id
    AND m.channel_id = r.channel_id AND m.remote_id = r.remote_parent_id
    JOIN (SELECT message_id FROM post_target WHERE organisation_id = $1 AND post_id = $2
     UNION SELECT message_id FROM post_part WHERE organisation_id = $1 AND post_id = $2) t ON t.message_id = m.id
    WHERE m.organisation_id = $1 AND r.direction = 'in' AND r.deleted_at IS NULL";

fn read(row: &Row) -> Result<Post> {
    let mut cells = row.cells();
    Ok(Post {
        id: cells.next()?,
        title: cells.next()?,
        brief: cells.next()?,
        theme: cells.next()?,
        origin: cells.next()?,
        origin_name: cells.next()?,
        conversation: cells.next()?,
        state: {
            let name: String = cells.next()?;
            State::parse(&name).ok_or(Error::Unreadable { what: "post state", found: name })?
        },
        reason: cells.next()?,
        text: cells.next()?,
        warning: cells.next()?,
        version: cells.next()?,
        due_at: cells.next()?,
        idea_by: cells.next()?,
        writer: cells.next()?,
        written_by: cells.next()?,
        sent_back_by: cells.next()?,
        validated_by: cells.next()?,
        validated_at: cells.next()?,
        held_at: cells.next()?,
        held_code: cells.next()?,
        released_at: cells.next()?,
        published_at: cells.next()?,
        measured_at: cells.next()?,
        answers: cells.next()?,
        created_at: cells.next()?,
        changed_at: cells.next()?,
        campaign: cells.next()?,
        first_comment: cells.next()?,
        launch: cells.next()?,
    })
}

fn written(organisation: OrganisationId, it: &Post) -> [Value; 31] {
    [
        organisation.into(),
        it.id.into(),
        (&it.title).into(),
        (&it.brief).into(),
        (&it.theme).into(),
        (&it.origin).into(),
        (&it.origin_name).into(),
        it.conversation.into(),
        it.state.as_str().into(),
        (&it.reason).into(),
        (&it.text).into(),
        (&it.warning).into(),
        it.version.into(),
        it.due_at.into(),
        it.idea_by.into(),
        it.writer.into(),
        it.written_by.into(),
        it.sent_back_by.into(),
        it.validated_by.into(),
        it.validated_at.into(),
        it.held_at.into(),
        (&it.held_code).into(),
        it.released_at.into(),
        it.published_at.into(),
        it.measured_at.into(),
        it.answers.into(),
        it.created_at.into(),
        it.changed_at.into(),
        (&it.campaign).into(),
        (&it.first_comment).into(),
        it.launch.into(),
    ]
}

fn filter(organisation: OrganisationId, it: &Filter) -> Vec<Value> {
    vec![
        organisation.into(),
        it.theme.clone().unwrap_or_default().into(),
        it.origin.clone().unwrap_or_default().into(),
        it.channel.into(),
        it.only.into(),
        it.launch.into(),
    ]
}

/// Writes a new post.
pub async fn insert(conn: &mut Conn, organisation: OrganisationId, it: &Post) -> Result<()> {
    conn.run(INSERT, &written(organisation, it)).await.map(drop)
}

/// Writes everything but its targets.
pub async fn update(conn: &mut Conn, organisation: OrganisationId, it: &Post) -> Result<()> {
    conn.run(UPDATE, &written(organisation, it)).await.map(drop)
}

/// The post with that id.
pub async fn get(conn: &mut Conn, organisation: OrganisationId, id: PostId) -> Result<Option<Post>> {
    conn.first(GET, &[organisation.into(), id.into()]).await?.as_ref().map(read).transpose()
}

/// At most `limit` posts in a state: what has an hour first, by its hour; then what was changed last. Of what is
/// over, what was changed last comes first.
pub async fn in_state(
    conn: &mut Conn,
    organisation: OrganisationId,
    state: State,
    asked: &Filter,
    limit: i64,
) -> Result<Vec<Post>> {
    let over = matches!(state, State::Published | State::Measured | State::Parked | State::Refused);
    let mut args = filter(organisation, asked);
    args.extend([state.as_str().into(), limit.into()]);
    conn.all(if over { LATEST } else { IN_STATE }, &args).await?.iter().map(read).collect()
}

/// The posts whose hour lies in `[from, to)` (µs), by their hour; none that was refused or parked.
pub async fn between(
    conn: &mut Conn,
    organisation: OrganisationId,
    (from, to): (i64, i64),
    asked: &Filter,
) -> Result<Vec<Post>> {
    let mut args = filter(organisation, asked);
    args.extend([from.into(), to.into()]);
    conn.all(BETWEEN, &args).await?.iter().map(read).collect()
}

/// At most `limit` posts of the launch that `asked` names, by their hour, those without one last; none that was refused
/// or parked.
pub async fn of_launch(
    conn: &mut Conn,
    organisation: OrganisationId,
    asked: &Filter,
    limit: i64,
) -> Result<Vec<Post>> {
    let mut args = filter(organisation, asked);
    args.push(limit.into());
    conn.all(OF_LAUNCH, &args).await?.iter().map(read).collect()
}

/// How many posts each launch has that weren't refused or parked; those with none are left out.
pub async fn by_launch(
    conn: &mut Conn,
    organisation: OrganisationId,
    asked: &Filter,
) -> Result<HashMap<LaunchId, i64>> {
    let rows = conn.all(BY_LAUNCH, &filter(organisation, asked)).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok((cells.next()?, cells.next()?))
        })
        .collect()
}

/// Those that wait for a person to put them back, by their hour.
pub async fn held(conn: &mut Conn, organisation: OrganisationId, asked: &Filter) -> Result<Vec<Post>> {
    conn.all(HELD, &filter(organisation, asked)).await?.iter().map(read).collect()
}

/// How many stand in each state.
pub async fn counts(
    conn: &mut Conn,
    organisation: OrganisationId,
    asked: &Filter,
) -> Result<HashMap<State, i64>> {
    let mut counts = HashMap::new();
    for row in conn.all(COUNTS, &filter(organisation, asked)).await? {
        let mut cells = row.cells();
        let name: String = cells.next()?;
        let state = State::parse(&name).ok_or(Error::Unreadable { what: "post state", found: name })?;
        counts.insert(state, cells.next()?);
    }
    Ok(counts)
}

/// The themes that there are, by name.
pub async fn themes(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<String>> {
    conn.all(THEMES, &[organisation.into()]).await?.iter().map(Row::only).collect()
}

/// Where a post goes, in the order in which the channels were connected.
pub async fn targets(conn: &mut Conn, organisation: OrganisationId, id: PostId) -> Result<Vec<Target>> {
    let rows = conn.all(TARGETS, &[organisation.into(), id.into()]).await?;
    rows.iter()
        .map(|row| {
            let mut cells = row.cells();
            Ok(Target {
                channel: cells.next()?,
                text: cells.next()?,
                message: cells.next()?,
                tagged: cells.next()?,
                threaded: cells.next()?,
                first_comment: cells.next()?,
            })
        })
        .collect()
}

/// The channels of many posts, for cards.
pub async fn channels_of(
    conn: &mut Conn,
    organisation: OrganisationId,
    ids: impl IntoIterator<Item = PostId>,
) -> Result<HashMap<PostId, Vec<ChannelId>>> {
    let mut args: Vec<Value> = vec![organisation.into()];
    let list = places(&mut args, ids);
    let sql = format!(
        "SELECT post_id, channel_id FROM post_target WHERE organisation_id = $1 AND post_id IN ({list}) ORDER BY channel_id"
    );
    let mut all: HashMap<PostId, Vec<ChannelId>> = HashMap::new();
    for row in conn.all(AssertSqlSafe(sql), &args).await? {
        let mut cells = row.cells();
        all.entry(cells.next()?).or_default().push(cells.next()?);
    }
    Ok(all)
}

/// Replaces where it goes.
pub async fn set_targets(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: PostId,
    targets: &[Target],
) -> Result<()> {
    conn.run(DROP_TARGETS, &[organisation.into(), id.into()]).await?;
    for it in targets {
        let args = [
            organisation.into(),
            id.into(),
            it.channel.into(),
            (&it.text).into(),
            it.message.into(),
            it.tagged.into(),
            it.threaded.into(),
            (&it.first_comment).into(),
        ];
        conn.run(TARGET, &args).await?;
    }
    Ok(())
}

/// Notes what left for a target.
pub async fn set_message(
    conn: &mut Conn,
    organisation: OrganisationId,
    id: PostId,
    channel: ChannelId,
    message: MessageId,
) -> Result<()> {
    conn.run(LEFT, &[organisation.into(), id.into(), channel.into(), message.into()]).await.map(drop)
}

/// The post that a message is part of.
pub async fn of_message(
    conn: &mut Conn,
    organisation: OrganisationId,
    message: MessageId,
) -> Result<Option<PostId>> {
    conn.first(OF_MESSAGE, &[organisation.into(), message.into()]).await?.as_ref().map(Row::only).transpose()
}

/// How many messages of the public that stand answer what was published of it.
pub async fn answers(conn: &mut Conn, organisation: OrganisationId, id: PostId) -> Result<i64> {
    conn.first(ANSWERS, &[organisation.into(), id.into()]).await?.as_ref().map_or(Ok(0), Row::only)
}
