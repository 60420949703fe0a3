//! The card below the link of a post: made of the page that the text leads to, worded, taken away, and shown.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use askama::filters::Safe;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use parvis_write::mark::{MarkKind, marks};
use url::Url;

use super::compose;
use super::picture::file;
use crate::app::App;
use crate::command::post::card::{self as command, Way, Wording};
use crate::command::post::shape::Network;
use crate::command::post::words::Words as Text;
use crate::id::PostId;
use crate::rules::charter::dialect;
use crate::rules::permission::Action;
use crate::store::channel::Channel;
use crate::store::post::card::{self as store, Card};
use crate::web::asset::Icon;
use crate::web::error::Failure;
use crate::web::inbox::refusal;
use crate::web::language::Words;
use crate::web::session::Signed;

type Answer = Result<Response, Failure>;

/// A card as it stands below a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) url: String,
    /// Where it leads, as networks write it.
    pub(super) host: String,
    pub(super) title: String,
    pub(super) about: String,
    pub(super) picture: Option<String>,
    /// The server of the network makes one itself, which may differ.
    pub(super) theirs: bool,
}

impl Shown {
    fn new(id: PostId, it: &Card, theirs: bool) -> Self {
        let host = Url::parse(&it.url).ok().and_then(|url| url.host_str().map(str::to_owned));
        Self {
            url: it.url.clone(),
            host: host.unwrap_or_default(),
            title: it.title.clone(),
            about: it.about.clone(),
            picture: it.stored_as.as_ref().map(|_| format!("/speak/{id}/card/{}", it.id)),
            theirs,
        }
    }

    /// The card that stands below this text on a network: pictures of the post take its place.
    pub(super) fn below(
        id: PostId,
        it: Option<&Card>,
        network: &Network,
        text: &str,
        pictures: bool,
    ) -> Option<Self> {
        let it = it.filter(|_| !pictures)?;
        match command::way(network) {
            Way::Ours => Some(Self::new(id, it, false)),
            // It is made of the first address, which has to be this one, tagged or not.
            Way::Theirs => first_link(text)
                .filter(|link| link.starts_with(it.url.trim_end_matches('/')))
                .map(|_| Self::new(id, it, true)),
            Way::None => None,
        }
    }
}

/// The first address in a text.
fn first_link(text: &str) -> Option<&str> {
    let found = marks(text, dialect(None)).into_iter().find(|it| it.kind == MarkKind::Link)?;
    text.get(found.span)
}

/// The card of a post as a part of its page.
#[derive(Template)]
#[template(path = "speak/link.html")]
pub(super) struct CardBox {
    words: Words,
    id: PostId,
    card: Option<Shown>,
    /// The address that is offered.
    link: String,
    /// The post's pictures take its place.
    covered: bool,
    /// With which accounts it goes.
    goes: String,
    writes: bool,
}

impl CardBox {
    /// Nothing where no account of the house takes a card and none was made.
    pub(super) fn of(
        signed: &Signed,
        id: PostId,
        card: Option<&Card>,
        said: &Text,
        (channels, pictures, writes): (&[Channel], bool, bool),
    ) -> Option<Self> {
        let takes = |it: &&Channel| command::way(&Network::of(it)) == Way::Ours;
        if card.is_none() && (!writes || !channels.iter().any(|it| takes(&it))) {
            return None;
        }
        let goes: Vec<&str> = channels
            .iter()
            .filter(|it| said.channels.contains(&it.id))
            .filter(takes)
            .map(|it| it.name.as_str())
            .collect();
        let texts = std::iter::once(&said.text).chain(said.own_texts.values());
        let link = texts.filter_map(|it| first_link(it)).next().unwrap_or_default().to_owned();
        Some(Self {
            words: signed.words.clone(),
            id,
            card: card.map(|it| Shown::new(id, it, false)),
            link,
            covered: pictures,
            goes: match goes.as_slice() {
                [] => signed.words.t("post-card-nowhere"),
                names => signed.words.t1("post-card-goes", "names", names.join(", ")),
            },
            writes,
        })
    }

    fn icon<'a>(&self, name: &'a str) -> Safe<Icon<'a>> {
        Safe(Icon::new(name, "s"))
    }
}

async fn back(app: &App, signed: &Signed, id: PostId, result: crate::command::Result<()>) -> Answer {
    let refused = match result {
        Ok(()) => return Ok(Redirect::to(&format!("/speak/{id}#card")).into_response()),
        Err(refused) => refused,
    };
    match refusal::said(&refused, &signed.words) {
        Some(problem) => compose::page_of(app, signed, id, Some(problem), None).await,
        None => Err(refusal::failure(refused, &signed.words)),
    }
}

/// `POST /speak/{id}/card`: makes one of a page.
pub(super) async fn make(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Form(form): Form<HashMap<String, String>>,
) -> Answer {
    let url = form.get("url").map(String::as_str).unwrap_or_default();
    let result = command::make(&app, &signed.actor, id, url).await.map(drop);
    back(&app, &signed, id, result).await
}

/// `POST /speak/{id}/card/words`: what it says, or away with it.
pub(super) async fn change(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<PostId>,
    Form(form): Form<HashMap<String, String>>,
) -> Answer {
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    let result = if form.contains_key("remove") {
        command::remove(&app, &signed.actor, id).await
    } else {
        let new =
            Wording { title: field("title"), about: field("about"), picture: form.contains_key("picture") };
        command::word(&app, &signed.actor, id, &new).await.map(drop)
    };
    back(&app, &signed, id, result).await
}

/// `GET /speak/{id}/card/{card}`: its picture.
pub(super) async fn serve(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, which)): Path<(PostId, crate::id::CardId)>,
) -> Answer {
    let mut conn = app.db.read().await?;
    let post = crate::command::post::load(&mut conn, &signed.actor, id, Action::ReadPosts).await;
    post.map_err(|refused| refusal::failure(refused, &signed.words))?;
    let it = store::get(&mut conn, signed.organisation.id, id).await?.filter(|it| it.id == which);
    drop(conn);
    match it.and_then(|it| Some((it.stored_as?, it.mime?))) {
        Some((path, mime)) => file(&app, path, mime).await,
        None => Err(Failure::not_found()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id;
    use crate::testing::START;

    fn card(url: &str) -> Card {
        Card {
            id: id::CardId(id::new(START)),
            url: url.to_owned(),
            title: "Marché".to_owned(),
            about: String::new(),
            mime: None,
            stored_as: None,
        }
    }

    #[test]
    fn the_first_address_of_a_text_is_offered() {
        assert_eq!(
            first_link("Venez : https://musee.example/été, puis https://b.example"),
            Some("https://musee.example/été")
        );
        assert_eq!(first_link("@anna@b.example #ici"), None);
    }

    #[test]
    fn a_card_stands_below_a_text_where_its_network_makes_one_of_it() {
        use parvis_channels::{Capability, CapabilityKey, Why};
        let mut network = Network::of(&crate::testing::channel(id::DeskId(id::new(START))));
        let (id, it) = (PostId(id::new(START)), card("https://musee.example/a"));
        let mut seen = |can: Capability, text: &str, pictures| {
            network.can.set(CapabilityKey::LinkCard, can);
            Shown::below(id, Some(&it), &network, text, pictures).map(|it| it.theirs)
        };
        let theirs = || Capability::conditional(Why::MadeByServer);
        assert_eq!(seen(Capability::native(), "sans adresse", false), Some(false));
        assert_eq!(seen(Capability::native(), "sans adresse", true), None, "pictures take its place");
        assert_eq!(seen(theirs(), "ici https://musee.example/a?utm_source=x", false), Some(true));
        assert_eq!(seen(theirs(), "d’abord https://b.example https://musee.example/a", false), None);
        assert_eq!(seen(Capability::unsupported(Why::NotBuilt), "https://musee.example/a", false), None);
    }
}
