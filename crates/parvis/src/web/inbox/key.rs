//! The keyboard map as a page: the sheet that `?` opens, and what its link leads to without JavaScript.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::app::App;
use crate::web::error::{Failure, page};
use crate::web::layout::{Layout, Place};
use crate::web::session::Signed;

/// Keys (by spaces; named ones from the catalogue) and the key of what they do.
type Map = &'static [(&'static str, &'static str)];

const EVERYWHERE: Map = &[
    ("palette", "keys-palette"),
    ("g", "keys-go"),
    ("u", "keys-undo"),
    ("?", "keys-help"),
    ("F6", "keys-panes"),
    ("escape", "keys-escape"),
];

const INBOX: Map = &[
    ("j k", "keys-move"),
    ("enter", "keys-open"),
    ("r", "keys-reply"),
    ("n", "keys-note"),
    ("a", "keys-take"),
    ("t", "keys-hand-over"),
    ("z", "keys-snooze"),
    ("#", "keys-tag"),
    ("i", "keys-read"),
    ("e", "keys-close"),
    ("/", "keys-search"),
    (".", "keys-fresh"),
    ("send", "keys-send"),
];

#[derive(Template)]
#[template(path = "keys.html")]
struct Keys {
    layout: Layout,
    everywhere: Map,
    inbox: Map,
}

/// `GET /keys`
pub async fn serve(State(app): State<Arc<App>>, signed: Signed) -> Result<Response, Failure> {
    let mut conn = app.db.read().await?;
    let layout = Layout::of(&mut conn, &signed, Place::None, signed.words.t("keys-page")).await?;
    page(&Keys { layout, everywhere: EVERYWHERE, inbox: INBOX })
}
