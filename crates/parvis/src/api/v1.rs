//! The endpoints, by group.
#![expect(unused_qualifications, reason = "written by utoipa's macro wherever an endpoint has a query")]

pub mod alert;
pub mod asset;
pub mod assistant;
pub mod attachment;
pub mod author;
pub mod channel;
pub mod charter;
pub mod colleague;
pub mod conversation;
pub mod correction;
pub mod counter;
pub mod desk;
pub mod destination;
pub mod draft;
pub mod event;
pub mod export;
pub mod gesture;
pub mod insight;
pub mod journal;
pub mod launch;
pub mod layer;
pub mod me;
pub mod message;
pub mod organisation;
pub mod pass;
pub mod post;
pub mod reply;
pub mod request;
pub mod search;
pub mod session;
pub mod stop;
pub mod tag;
pub mod token;
pub mod triage;
pub mod undo;
pub mod upload;
pub mod view;
pub mod watch;
pub mod weariness;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use serde::Serialize;
use utoipa::{OpenApi as _, ToSchema};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use super::document::Frame;
use crate::app::App;
use crate::command::Done;
use crate::id::{ConversationId, JournalId};

/// What a command did.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Outcome {
    /// The journal row: `POST /undo/{journal}` takes it back, as long as nobody has changed it since.
    pub journal: JournalId,
    /// The conversation as it stands now; after a merge, the one that holds the messages.
    pub conversation: ConversationId,
}

impl From<Done> for Outcome {
    fn from(done: Done) -> Self {
        Self { journal: done.journal, conversation: done.conversation }
    }
}

/// Every endpoint with its description.
pub fn router() -> OpenApiRouter<Arc<App>> {
    let frame = OpenApiRouter::with_openapi(Frame::openapi());
    frame
        .merge(launches())
        .merge(inbox())
        .merge(editorial())
        .merge(library())
        .merge(house())
        .merge(listening())
}

fn inbox() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(conversation::list))
        .routes(routes!(conversation::get))
        .routes(routes!(message::list))
        .routes(routes!(journal::of_conversation))
        .routes(routes!(triage::take))
        .routes(routes!(triage::assign))
        .routes(routes!(triage::hand_over))
        .routes(routes!(triage::snooze))
        .routes(routes!(triage::close))
        .routes(routes!(triage::reopen))
        .routes(routes!(triage::mark_urgent))
        .routes(routes!(tag::put))
        .routes(routes!(tag::take))
        .routes(routes!(triage::merge))
        .routes(routes!(reply::reply).layer(DefaultBodyLimit::max(upload::REPLY)))
        .routes(routes!(reply::note))
        .routes(routes!(draft::list))
        .routes(routes!(draft::save))
        .routes(routes!(message::get))
        .routes(routes!(message::withdraw))
        .routes(routes!(message::moderate, message::unmoderate))
        .routes(routes!(message::retry))
        .routes(routes!(attachment::get))
        .routes(routes!(insight::get))
        .routes(routes!(correction::read))
        .routes(routes!(correction::correct))
        .routes(routes!(correction::list))
        .routes(routes!(correction::take_back))
        .routes(routes!(undo::last))
        .routes(routes!(undo::one))
        .routes(routes!(search::find))
        .routes(routes!(counter::list))
        .routes(routes!(event::follow))
        .routes(routes!(view::list, view::make))
        .routes(routes!(view::change, view::remove))
        .routes(routes!(tag::list))
        .routes(routes!(author::get))
        .routes(routes!(author::conversations))
        .routes(routes!(gesture::list, gesture::propose))
        .routes(routes!(gesture::get, gesture::change))
        .routes(routes!(gesture::step))
}

fn launches() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(launch::list, launch::make))
        .routes(routes!(launch::get, launch::change))
        .routes(routes!(launch::step))
        .routes(routes!(launch::came))
        .routes(routes!(launch::make_entry))
        .routes(routes!(launch::change_entry, launch::remove_entry))
        .routes(routes!(launch::validate))
        .routes(routes!(launch::suggestions))
        .routes(routes!(layer::list, layer::add).layer(DefaultBodyLimit::max(layer::LIMIT)))
        .routes(routes!(layer::get, layer::change, layer::remove).layer(DefaultBodyLimit::max(layer::LIMIT)))
        .routes(routes!(layer::read))
        .routes(routes!(layer::hide, layer::show))
        .routes(routes!(layer::events))
}

fn library() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(asset::list, asset::bring).layer(DefaultBodyLimit::max(upload::PICTURE)))
        .routes(routes!(asset::get, asset::change))
        .routes(routes!(asset::replace).layer(DefaultBodyLimit::max(upload::PICTURE)))
        .routes(routes!(asset::file))
        .routes(routes!(asset::put_away, asset::bring_back))
        .routes(routes!(asset::pick))
        .routes(routes!(asset::keep))
        .routes(routes!(request::list, request::ask))
        .routes(routes!(request::get))
        .routes(routes!(request::step))
        .routes(routes!(request::deliver).layer(DefaultBodyLimit::max(upload::DELIVERY)))
        .routes(routes!(request::place))
}

fn editorial() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(post::list, post::propose))
        .routes(routes!(post::policy, post::set_policy))
        .routes(routes!(post::hour::slots, post::hour::set_slots))
        .routes(routes!(post::hour::hours))
        .routes(routes!(post::import::bring).layer(DefaultBodyLimit::max(post::import::LIMIT)))
        .routes(routes!(post::import::get))
        .routes(routes!(post::import::make))
        .routes(routes!(post::fast::get, post::fast::set))
        .routes(routes!(post::fast::rush, post::fast::list, post::fast::recall))
        .routes(routes!(post::fast::waiting))
        .routes(routes!(post::fast::approve))
        .routes(routes!(post::fast::decline))
        .routes(routes!(post::fast::reviews))
        .routes(routes!(post::fast::review))
        .routes(routes!(post::get, post::describe))
        .routes(routes!(post::step))
        .routes(routes!(post::plan::plan))
        .routes(routes!(post::rewrite))
        .routes(routes!(post::versions))
        .routes(routes!(post::tick, post::untick))
        .routes(routes!(post::comment))
        .routes(routes!(post::add_picture).layer(DefaultBodyLimit::max(upload::PICTURE)))
        .routes(routes!(post::describe_picture, post::remove_picture))
        .routes(routes!(post::card::make, post::card::word, post::card::remove))
        .routes(routes!(pass::list, pass::make))
        .routes(routes!(pass::get_allowed, pass::set_allowed))
        .routes(routes!(pass::send_again))
        .routes(routes!(pass::end))
        .routes(routes!(stop::get, stop::begin, stop::lift))
        .routes(routes!(weariness::list))
        .routes(routes!(weariness::figures))
        .routes(routes!(charter::get, charter::set))
        .routes(routes!(charter::check))
        .routes(routes!(charter::of_post))
        .routes(routes!(charter::waive))
        .routes(routes!(charter::take_back))
        .routes(routes!(assistant::wordings))
        .routes(routes!(assistant::ideas))
        .routes(routes!(assistant::answers))
}

fn house() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(me::get, me::change))
        .routes(routes!(assistant::get, assistant::set, assistant::remove))
        .routes(routes!(assistant::try_out))
        .routes(routes!(organisation::get, organisation::change))
        .routes(routes!(colleague::list, colleague::invite))
        .routes(routes!(colleague::get, colleague::change))
        .routes(routes!(colleague::link))
        .routes(routes!(colleague::take_factor_away))
        .routes(routes!(desk::list, desk::make))
        .routes(routes!(desk::get, desk::change))
        .routes(routes!(desk::uses))
        .routes(routes!(desk::close))
        .routes(routes!(desk::open))
        .routes(routes!(channel::list, channel::connect))
        .routes(routes!(channel::get, channel::change, channel::remove))
        .routes(routes!(channel::pause))
        .routes(routes!(channel::resume))
        .routes(routes!(channel::replace_secret))
        .routes(routes!(channel::gaps))
        .routes(routes!(journal::page))
        .routes(routes!(token::list, token::make))
        .routes(routes!(token::revoke))
        .routes(routes!(session::list))
        .routes(routes!(session::end))
        .routes(routes!(export::export))
}

fn listening() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(alert::list))
        .routes(routes!(alert::get))
        .routes(routes!(alert::see))
        .routes(routes!(alert::close))
        .routes(routes!(destination::list, destination::make))
        .routes(routes!(destination::get, destination::change, destination::remove))
        .routes(routes!(destination::test))
        .routes(routes!(destination::pause))
        .routes(routes!(destination::notices))
        .routes(routes!(watch::list, watch::make))
        .routes(routes!(watch::estimate))
        .routes(routes!(watch::add_usual))
        .routes(routes!(watch::get, watch::change, watch::remove))
        .routes(routes!(watch::mentions))
        .routes(routes!(watch::volume))
}
