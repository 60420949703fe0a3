//! The posts of a launch on its dossier, and the names of launches beside posts elsewhere.

use std::collections::HashMap;

use crate::command::launch::post::LaunchPost;
use crate::id::{ChannelId, PostId};
use crate::rules::permission::Action;
use crate::rules::post::State;
use crate::store::house::House;
use crate::store::post::Post;
use crate::store::{self, Conn};
use crate::web::inbox::house::channel_icon;
use crate::web::session::Signed;
use crate::web::speak::due;

/// A post of the launch as it is shown.
pub(super) struct Line {
    pub(super) id: PostId,
    pub(super) title: String,
    pub(super) theme: String,
    /// Its hour; none yet.
    pub(super) due: Option<String>,
    /// Icons and names of where it goes.
    pub(super) channels: Vec<(&'static str, String)>,
    /// Class and words of where it stands.
    pub(super) state: (&'static str, String),
    /// What it lacks to leave, in words.
    pub(super) lacks: Vec<String>,
}

/// The posts of a launch, in their order.
pub(super) fn lines(signed: &Signed, house: &House, all: Vec<LaunchPost>, now: i64) -> Vec<Line> {
    let words = &signed.words;
    let channel = |id: &ChannelId| house.channel(*id).map(|it| (channel_icon(&it.kind), it.name.clone()));
    let line = |LaunchPost { post, channels, lacks }: LaunchPost| Line {
        id: post.id,
        due: post.due_at.map(|at| due(&words.house(), at, now)),
        channels: channels.iter().filter_map(channel).collect(),
        state: match (post.held_code.as_deref(), post.state) {
            (Some(code), _) => ("alert", words.named("post-held", code)),
            (None, state) => {
                let class = match state {
                    State::Scheduled | State::Published | State::Measured => "ok",
                    State::ToValidate => "act",
                    _ => "",
                };
                (class, words.named("post-state", state.as_str()))
            }
        },
        lacks: lacks.into_iter().map(|code| words.named("launch-post-lacks", code)).collect(),
        title: post.title,
        theme: post.theme,
    };
    all.into_iter().map(line).collect()
}

/// The launch of each of these posts that is of one, by name, for who sees dossiers.
pub async fn names(
    conn: &mut Conn,
    signed: &Signed,
    posts: &[Post],
) -> store::Result<HashMap<PostId, String>> {
    if !signed.actor.may(Action::ReadLaunches) || posts.iter().all(|it| it.launch.is_none()) {
        return Ok(HashMap::new());
    }
    let all = store::launch::list(conn, signed.organisation.id).await?;
    let named = |it: &Post| all.iter().find(|of| it.launch == Some(of.id)).map(|of| (it.id, of.name.clone()));
    Ok(posts.iter().filter_map(named).collect())
}
