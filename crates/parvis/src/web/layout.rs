//! What stands around every page: rail, top bar, language, theme. Templates extend `layout.html` and
//! hold a field `layout: Layout`. Knows the places of the house, not what is in them.

use askama::filters::Safe;

use super::asset::{self, Icon};
use super::language::{Language, Words};
use super::session::{Signed, Visitor};
use crate::command;
use crate::rules::permission::Action;
use crate::store::alert::{Kind, Subject};
use crate::store::conversation::State;
use crate::store::{self, Conn};

/// A place of the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `/`
    Today,
    /// `/inbox`
    Inbox,
    /// `/listen`
    Listen,
    /// `/alerts`
    Alerts,
    /// `/speak`
    Speak,
    /// `/calendar`
    Calendar,
    /// `/launches`
    Launches,
    /// `/channels`
    Channels,
    /// `/organisation`
    Organisation,
    /// `/settings`
    Settings,
    /// None of them (errors, signing in).
    None,
}

/// A link of the rail.
#[derive(Clone, Debug)]
pub struct Link {
    /// Which place.
    pub place: Place,
    /// Its address.
    pub href: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Key of its name in the catalogue.
    pub name: &'static str,
    /// How many wait there.
    pub badge: i64,
}

/// What has just been done, with a form that undoes it where that is possible.
#[derive(Clone, Debug)]
pub struct Toast {
    /// What happened, in words.
    pub text: String,
    /// Where to post to undo it.
    pub undo: Option<String>,
}

/// Everything that `layout.html` shows.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The reader's language and clocks.
    pub words: Words,
    /// Title of the page, in `<title>` and in the top bar.
    pub title: String,
    /// One line beside the title.
    pub context: String,
    /// Where we are.
    pub place: Place,
    /// The places that this reader has; empty for visitors.
    pub links: Vec<Link>,
    /// The organisation's name, once there is one.
    pub organisation: String,
    /// The reader's name and initials, when signed in.
    pub me: Option<(String, String)>,
    /// Of who came in by a pass: until when it runs, and whether it is about one post.
    pub pass: Option<(String, bool)>,
    /// `light` or `dark` when chosen.
    pub theme: Option<String>,
    /// Whether single letters act.
    pub shortcuts: bool,
    /// What has just been done.
    pub toast: Option<Toast>,
    /// Why nothing leaves, while everything is stopped.
    pub stop: Option<String>,
    /// The post of the fast lane that waits for this reader's second look: where it is read, and what it is called.
    pub asked: Option<(String, String)>,
}

impl Layout {
    /// The layout without counting anything: for errors and for pages before signing in.
    pub fn bare(visitor: &Visitor, place: Place, title: String) -> Self {
        let organisation = visitor.organisation.as_ref().map(|it| it.name.clone()).unwrap_or_default();
        match &visitor.signed {
            Some(signed) => Self::plain(signed, place, title),
            None => Self {
                words: visitor.words.clone(),
                title,
                context: String::new(),
                place,
                links: Vec::new(),
                organisation,
                me: None,
                pass: None,
                theme: None,
                shortcuts: false,
                toast: None,
                stop: None,
                asked: None,
            },
        }
    }

    fn plain(signed: &Signed, place: Place, title: String) -> Self {
        Self {
            words: signed.words.clone(),
            title,
            context: String::new(),
            place,
            links: links(signed),
            organisation: signed.organisation.name.clone(),
            me: Some((signed.colleague.name.clone(), signed.colleague.initials.clone())),
            pass: signed.actor.pass.zip(signed.pass_until).map(|(pass, until)| {
                (signed.words.date(signed.words.zoned(until - 1).date()), pass.post.is_some())
            }),
            theme: signed.colleague.theme.clone(),
            shortcuts: signed.colleague.shortcuts,
            toast: None,
            stop: None,
            asked: None,
        }
    }

    /// The layout of a page of the house, with how many wait in the inbox.
    ///
    /// # Errors
    /// The database refused.
    pub async fn of(conn: &mut Conn, signed: &Signed, place: Place, title: String) -> store::Result<Self> {
        let badges = store::counter::badges(conn, signed.organisation.id, signed.actor.colleague).await?;
        let open = State::Open.as_str();
        let seen = badges.iter().filter(|it| it.state == open && signed.actor.scope.covers(it.desk));
        let waiting = seen.map(|it| it.all).sum();
        Self::counted(conn, signed, place, title, waiting).await
    }

    /// The same for a page that knows already how many wait.
    ///
    /// # Errors
    /// The database refused.
    pub async fn counted(
        conn: &mut Conn,
        signed: &Signed,
        place: Place,
        title: String,
        waiting: i64,
    ) -> store::Result<Self> {
        let standing = store::alert::standing(conn, signed.organisation.id).await?;
        let mine = |all: &&Vec<(Kind, Subject)>| {
            all.iter().any(|(kind, subject)| command::alert::is_for(&signed.actor, *kind, *subject))
        };
        let alerts = i64::try_from(standing.iter().filter(mine).count()).unwrap_or(i64::MAX);
        let mut layout = Self::plain(signed, place, title);
        for link in &mut layout.links {
            match link.place {
                Place::Inbox => link.badge = waiting,
                Place::Alerts => link.badge = alerts,
                _ => {}
            }
        }
        layout.stopped(conn, signed).await
    }

    /// The same with the bands that say that everything is stopped, and that a second look is waited for.
    ///
    /// # Errors
    /// The database refused.
    async fn stopped(self, conn: &mut Conn, signed: &Signed) -> store::Result<Self> {
        let stop = store::stop::shown(conn, signed.organisation.id).await?;
        let waiting = store::fast::shown(conn, signed.organisation.id).await?;
        let mine = waiting.iter().find(|it| it.colleague == signed.actor.colleague);
        let asked = mine.map(|it| (format!("/speak/fast/{}", it.fast), it.title.clone()));
        Ok(Self { stop: stop.as_ref().as_ref().map(|it| it.reason.clone()), asked, ..self })
    }

    /// Whether a place of the rail is open to this reader.
    pub fn has(&self, place: Place) -> bool {
        self.links.iter().any(|it| it.place == place)
    }

    /// Whether a pass opens this post and no other page.
    pub fn has_one_post(&self) -> bool {
        self.pass.as_ref().is_some_and(|it| it.1)
    }

    /// Whether no rail stands beside the page: for visitors, and for who came in by a pass.
    pub fn is_alone(&self) -> bool {
        self.me.is_none() || self.pass.is_some()
    }

    /// The same with a line beside the title.
    #[must_use]
    pub fn with_context(self, context: String) -> Self {
        Self { context, ..self }
    }

    /// The same with what has just been done.
    #[must_use]
    pub fn with_toast(self, toast: Option<Toast>) -> Self {
        Self { toast, ..self }
    }

    /// Address of an asset.
    pub fn asset(&self, path: &str) -> String {
        asset::url(path)
    }

    /// An icon of 16 px.
    pub fn icon<'a>(&self, name: &'a str) -> Safe<Icon<'a>> {
        Safe(Icon::new(name, ""))
    }

    /// An icon of 14 px, within text.
    pub fn icon_small<'a>(&self, name: &'a str) -> Safe<Icon<'a>> {
        Safe(Icon::new(name, "s"))
    }

    /// An icon of 20 px.
    pub fn icon_large<'a>(&self, name: &'a str) -> Safe<Icon<'a>> {
        Safe(Icon::new(name, "l"))
    }

    /// The languages, for the switch.
    pub fn languages(&self) -> &'static [Language] {
        &Language::ALL
    }
}

fn links(signed: &Signed) -> Vec<Link> {
    let link = |place, href, icon, name| Link { place, href, icon, name, badge: 0 };
    let may = |action| signed.actor.may(action);
    let mut links = Vec::with_capacity(9);
    if may(Action::Read) {
        links.push(link(Place::Today, "/", "today", "place-today"));
        links.push(link(Place::Inbox, "/inbox", "inbox", "place-inbox"));
    }
    if may(Action::Listen) {
        links.push(link(Place::Listen, "/listen", "listen", "place-listen"));
    }
    if may(Action::Read) {
        links.push(link(Place::Alerts, "/alerts", "alert", "place-alerts"));
    }
    if may(Action::ReadPosts) {
        links.push(link(Place::Speak, "/speak", "board", "place-speak-short"));
        links.push(link(Place::Calendar, "/calendar", "cal", "place-calendar"));
    }
    if may(Action::ReadLaunches) {
        links.push(link(Place::Launches, "/launches", "launch", "place-launches"));
    }
    if may(Action::ReadChannels) {
        links.push(link(Place::Channels, "/channels", "globe", "place-channels"));
    }
    links.push(link(Place::Organisation, "/organisation", "org", "place-organisation"));
    links
}
