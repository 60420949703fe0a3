//! Slots for posts, and the hours that can be proposed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::civil::Time;
use parvis_write::day::slot::Slot as Weekly;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Result};
use crate::app::App;
use crate::command::post::hour::{self as command, Slot};
use crate::id::ChannelId;
use crate::rules::permission::Action;
use crate::rules::timing::Advice;
use crate::store;
use crate::web::language::{Language, Words};

/// An hour of the week.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostSlot {
    /// 1 for Monday to 7 for Sunday.
    weekday: i8,
    /// On the organisation's clock: `18:30`.
    time: String,
    /// The channel that it is kept for; any without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    channel: Option<ChannelId>,
}

/// The next time of a slot on which nothing else leaves.
#[derive(Debug, Serialize, ToSchema)]
pub struct FreeSlot {
    /// µs.
    at: i64,
    /// The channel that the slot is kept for; any without one.
    channel: Option<ChannelId>,
}

/// The slots of the week.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostSlots {
    /// At most fifty.
    slots: Vec<PostSlot>,
}

/// An hour of the week that the organisation's past speaks for.
#[derive(Debug, Serialize, ToSchema)]
pub struct BestHour {
    /// 1 for Monday to 7 for Sunday.
    weekday: usize,
    /// 0 to 23, on the organisation's clock.
    hour: usize,
    /// Times the usual.
    times: f64,
    /// Lower end of what is believed with four chances in five; above 1 it is better beyond chance.
    low: f64,
    /// Its upper end.
    high: f64,
    /// Posts that went out in this very hour.
    posts: usize,
    /// The next time it comes and nothing else leaves (µs).
    next: Option<i64>,
}

/// Hours that can be proposed now.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostHours {
    /// The next slots on which nothing else leaves, three at most.
    free: Vec<FreeSlot>,
    /// The best by their lower end, three at most; empty with fewer posts than `needed`.
    best: Vec<BestHour>,
    /// Measured posts behind it.
    posts: usize,
    /// From how many on something is said.
    needed: usize,
}

/// See the slots for posts
#[utoipa::path(get, path = "/posts/slots", operation_id = "getPostSlots", tag = "posts",
    responses((status = 200, description = "In the order of the week.", body = PostSlots)),
    extensions(("x-action" = json!(Action::ReadPosts))))]
pub async fn slots(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<PostSlots>> {
    let found = command::slots(&mut app.db.read().await?, caller.actor.organisation).await?;
    let slot = |it: Slot| PostSlot {
        weekday: it.hour.weekday,
        time: it.hour.time.strftime("%H:%M").to_string(),
        channel: it.channel,
    };
    Ok(Json(PostSlots { slots: found.into_iter().map(slot).collect() }))
}

/// Keep other slots for posts
#[utoipa::path(put, path = "/posts/slots", operation_id = "setPostSlots", tag = "posts", request_body = PostSlots,
    responses((status = 204, description = "They hold from now on.")),
    extensions(("x-action" = json!(Action::Schedule))))]
pub async fn set_slots(
    State(app): State<Arc<App>>,
    caller: Caller,
    Body(it): Body<PostSlots>,
) -> Result<StatusCode> {
    let slot = |it: PostSlot| match it.time.parse::<Time>() {
        Ok(time) => Ok(Slot { hour: Weekly { weekday: it.weekday, time }, channel: it.channel }),
        Err(_) => {
            Err(Problem::invalid("slots", "time", format!("“{}” isn't an hour such as 18:30.", it.time)))
        }
    };
    let slots = it.slots.into_iter().map(slot).collect::<Result<_>>()?;
    command::set_slots(&app, &caller.actor, slots).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// See which hours can be proposed for a post
#[utoipa::path(get, path = "/posts/hours", operation_id = "getPostHours", tag = "posts",
    responses((status = 200, description = "As of now.", body = PostHours)),
    extensions(("x-action" = json!(Action::ReadPosts))))]
pub async fn hours(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<PostHours>> {
    let (organisation, mut conn) = (caller.actor.organisation, app.db.read().await?);
    let zone = store::organisation::get(&mut conn, organisation).await?.map(|it| it.time_zone);
    let zone = Words::new(Language::En, zone.as_deref().unwrap_or("UTC")).house_zone;
    let found = command::hours(&mut conn, organisation, &zone, (None, app.now())).await?;
    let needed = parvis_write::day::best::LEAST_POSTS;
    let (posts, best) = match found.advice {
        Advice::TooThin { posts, .. } => (posts, Vec::new()),
        Advice::Hours { posts, best } => (posts, best),
    };
    let next = found.next.into_iter().map(Some).chain(std::iter::repeat(None));
    let hour = |(it, next): (parvis_write::day::best::Hour, Option<i64>)| BestHour {
        weekday: it.weekday + 1,
        hour: it.hour,
        times: it.times,
        low: it.low,
        high: it.high,
        posts: it.posts,
        next,
    };
    Ok(Json(PostHours {
        free: found.free.into_iter().map(|it| FreeSlot { at: it.at, channel: it.channel }).collect(),
        best: best.into_iter().zip(next).map(hour).collect(),
        posts,
        needed,
    }))
}
