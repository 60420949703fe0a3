//! Whether the community tires of the themes that the organisation speaks of, and the figures behind it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::body::Path;
use crate::api::caller::Caller;
use crate::api::page::Page;
use crate::api::problem::Result;
use crate::app::App;
use crate::command::{self, weariness};
use crate::id::PostId;
use crate::rules::permission::Action;
use crate::rules::wear;
use crate::store::post::figure::{self, Figure};

/// The gauge of a theme.
#[derive(Debug, Serialize, ToSchema)]
pub struct Theme {
    /// The theme.
    theme: String,
    /// `too-thin`, `fresh`, `steady`, `watch`, `tired` or `worn`.
    verdict: String,
    /// 1 (fresh) to 5 (worn); `null` where there is too little to say.
    step: Option<u8>,
    /// Posts looked at as its past.
    before: usize,
    /// Posts looked at as its present.
    lately: usize,
    /// Reactions lately against its own past; 1 is the same.
    times: Option<f64>,
    /// Lower end of what is believed of that with four chances in five; `null` where nothing is.
    low: Option<f64>,
    /// Its upper end; `null` where nothing is.
    high: Option<f64>,
}

/// See whether the community tires
///
/// By theme, from what networks count below the organisation's own posts, measured against what is usual on the same
/// accounts and less what befell all themes.
#[utoipa::path(get, path = "/weariness", operation_id = "listWeariness", tag = "posts",
    responses((status = 200, description = "The gauge of each theme, by name.", body = Page<Theme>)),
    extensions(("x-action" = json!(Action::ReadPosts))))]
pub async fn list(State(app): State<Arc<App>>, caller: Caller) -> Result<Json<Page<Theme>>> {
    let mut conn = app.db.read().await?;
    let all = weariness::themes(&mut conn, caller.actor.organisation, app.now()).await?;
    let theme = |(theme, it): (String, parvis_write::wear::Reading)| Theme {
        theme,
        verdict: wear::name(&it).to_owned(),
        step: wear::step(&it),
        before: it.posts.0,
        lately: it.posts.1,
        times: it.times,
        low: it.times.map(|_| it.low).filter(|it| it.is_finite()),
        high: it.times.map(|_| it.high).filter(|it| it.is_finite()),
    };
    Ok(Json(Page::whole(all.into_iter().map(theme).collect())))
}

/// See what networks count below a post
#[utoipa::path(get, path = "/posts/{id}/figures", operation_id = "listPostFigures", tag = "posts",
    params(("id" = PostId, Path, description = "Which post.")),
    responses((status = 200, description = "The figures, each with its date and the network's own word for it.", body = Page<Figure>)),
    extensions(("x-action" = json!(Action::ReadPosts))))]
pub async fn figures(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<PostId>,
) -> Result<Json<Page<Figure>>> {
    let mut conn = app.db.read().await?;
    command::post::load(&mut conn, &caller.actor, id, Action::ReadPosts).await?;
    Ok(Json(Page::whole(figure::of(&mut conn, caller.actor.organisation, id).await?)))
}
