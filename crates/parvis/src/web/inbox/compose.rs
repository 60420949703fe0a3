//! Where an answer or a note is written: what can be written here and why not, the counter's rule, the draft
//! that the server kept; and the forms that take it.

use std::sync::Arc;

use axum::Form;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use parvis_channels::{CapabilityKey, CapabilitySet, Support, Upload, Visibility};
use serde::Deserialize;

use super::filter::{Asked, address};
use super::{Problem, back, charter, refusal};
use crate::app::App;
use crate::command::launch::suggestion::{self, Suggestion};
use crate::command::{self, Refusal, assistant};
use crate::id::{ConversationId, EntryId, MessageId};
use crate::rules::assistant::Use;
use crate::rules::permission::Action;
use crate::seal;
use crate::store::channel::Channel;
use crate::store::conversation::Conversation;
use crate::store::message::{self, Message};
use crate::store::{self, Conn};
use crate::web::charter::Remarks;
use crate::web::error::Failure;
use crate::web::session::Signed;

/// Pictures that the form offers at most, whatever the network allows.
const PICTURES: u32 = 4;

/// A tab: where the text goes.
pub struct Tab {
    /// `public`, `direct` or `note`.
    pub mode: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Where it is chosen.
    pub href: String,
    /// It is chosen.
    pub current: bool,
    /// The key that leads to it.
    pub key: Option<&'static str>,
}

/// Where something is written.
pub struct Compose {
    /// What is being written.
    pub mode: &'static str,
    /// Names this form: what it sends twice is given once.
    pub key: MessageId,
    /// What can be written here.
    pub tabs: Vec<Tab>,
    /// Why nothing can be answered here, in words.
    pub blocked: Option<String>,
    /// What stands in the field.
    pub text: String,
    /// The network's counting rule as JSON, for the counter.
    pub rule: Option<String>,
    /// What the text counts for now.
    pub count: usize,
    /// What it may count for.
    pub max: Option<u32>,
    /// Who is named in front when the text doesn't name them.
    pub mention: Option<String>,
    /// Pictures that can go with it.
    pub pictures: Vec<u32>,
    /// Longest alternative text.
    pub max_alt: Option<u32>,
    /// When the draft was kept.
    pub kept: Option<String>,
    /// A channel that can't be heard may not be able to send either.
    pub deaf: bool,
    /// What the charter says of it; nothing of a note.
    pub charter: Option<Remarks>,
    /// What open launches have to say to the last message.
    pub suggestions: Vec<Suggested>,
    /// The model that may be asked for answers.
    pub assistant: Option<String>,
    /// The prepared answer that stands in the field.
    pub taken: Option<EntryId>,
}

/// A prepared answer beside the field.
pub struct Suggested {
    /// The question that it answers.
    pub question: String,
    /// What would be said.
    pub text: String,
    /// The words of the message for which it is suggested.
    pub words: String,
    /// Where it is put into the field; nothing for what is internal.
    pub href: Option<String>,
}

pub(super) fn mode_of(asked: &str) -> &'static str {
    match asked {
        "direct" => "direct",
        "note" => "note",
        _ => "public",
    }
}

fn capabilities(channel: Option<&Channel>) -> CapabilitySet {
    channel.and_then(|it| serde_json::from_str(&it.capabilities).ok()).unwrap_or_default()
}

fn can(set: &CapabilitySet, key: CapabilityKey) -> bool {
    set.can(key)
}

/// Why a channel can't answer, in words; `None` when it can.
fn blocked(
    signed: &Signed,
    channel: Option<&Channel>,
    set: &CapabilitySet,
    automatic: bool,
) -> Option<String> {
    let words = &signed.words;
    if !signed.actor.may(Action::Answer) {
        return Some(words.t("compose-role"));
    }
    let Some(channel) = channel else { return Some(words.t("compose-removed")) };
    let why = match set.get(CapabilityKey::Reply) {
        _ if automatic => "not_to_programs",
        it if it.support != Support::Unsupported => return None,
        it => it.reason.map_or("not_built", |why| why.code()),
    };
    Some(words.t2("compose-blocked", "channel", &channel.name, "why", words.named("why", why)))
}

/// Reads where something is written in `it`; `None` for readers who may write nothing.
pub async fn read(
    conn: &mut Conn,
    signed: &Signed,
    channel: Option<&Channel>,
    it: &Conversation,
    asked: &Asked,
    now: i64,
) -> store::Result<Option<Compose>> {
    if !signed.actor.may(Action::Note) {
        return Ok(None);
    }
    let organisation = signed.actor.organisation;
    let set = capabilities(channel);
    let drafts = store::view::drafts(conn, organisation, it.id, signed.actor.colleague).await?;
    let last_in = message::last_in(conn, organisation, it.id).await?;
    let automatic = last_in.as_ref().is_some_and(Message::is_automatic);
    let blocked = blocked(signed, channel, &set, automatic);
    let wanted = match asked.mode.as_str() {
        "" => drafts.first().map_or_else(|| natural(last_in.as_ref()), |draft| draft.mode.as_str()),
        mode => mode,
    };
    let mut mode = mode_of(wanted);
    let ways = ways(&set);
    if blocked.is_some() {
        mode = "note";
    } else if mode != "note" && !ways.contains(&mode) {
        mode = ways.first().copied().unwrap_or("note");
    }
    let draft = drafts.iter().find(|draft| draft.mode == mode);
    let rule = set.text.as_ref().filter(|_| mode != "note");
    let named = rule.is_none_or(|rule| rule.names_author) && mode != "note";
    let mention = mention(conn, signed, last_in.as_ref()).await?.filter(|_| named);
    let mut text = draft.map(|draft| draft.text.clone()).unwrap_or_default();
    let found = match last_in.as_ref().filter(|_| mode != "note") {
        Some(last) => suggestion::of(conn, &signed.actor, last).await?,
        None => Vec::new(),
    };
    let taken = put(&mut text, &found, &asked.suggest);
    let kind = channel.and_then(|it| it.kind.parse().ok());
    let charter = match mode {
        "note" => None,
        _ => Some(charter::read(conn, signed, it.id, kind, asked, &text).await?),
    };
    let assistant = match last_in.as_ref().filter(|_| mode != "note") {
        Some(_) => assistant::model_for(conn, organisation, Use::Answers).await?,
        None => None,
    };
    let pictures = if mode == "note" || !can(&set, CapabilityKey::Images) { 0 } else { PICTURES };
    let most = set.media.as_ref().and_then(|media| media.max_count).unwrap_or(PICTURES);
    Ok(Some(Compose {
        mode,
        key: MessageId::new(now),
        tabs: tabs(it.id, asked, mode, blocked.is_none(), &ways),
        blocked,
        rule: rule.and_then(|rule| serde_json::to_string(rule).ok()),
        count: rule.map_or(0, |rule| rule.count(&text, None)),
        max: rule.map(|rule| rule.max).filter(|max| *max > 0),
        mention,
        pictures: (1..=pictures.min(most)).collect(),
        max_alt: set.media.as_ref().and_then(|media| media.max_alt),
        kept: draft
            .map(|draft| signed.words.t1("draft-kept", "moment", signed.words.moment(draft.updated_at, now))),
        deaf: channel.is_some_and(|it| it.health.failing_since.is_some()),
        charter,
        suggestions: suggested(it.id, asked, mode, found, taken),
        assistant,
        taken,
        text,
    }))
}

/// Puts the prepared answer that was asked for behind what stands in the field, once.
fn put(text: &mut String, found: &[Suggestion], asked: &str) -> Option<EntryId> {
    let asked: EntryId = asked.parse().ok()?;
    let it = found.iter().find(|it| it.entry.id == asked && it.entry.audience == "external")?;
    if !text.contains(&it.entry.text) {
        if !text.trim().is_empty() {
            text.push('\n');
        }
        text.push_str(&it.entry.text);
    }
    Some(asked)
}

/// The suggestions as they are shown; the one that was taken needs showing no more.
fn suggested(
    id: ConversationId,
    asked: &Asked,
    mode: &str,
    found: Vec<Suggestion>,
    taken: Option<EntryId>,
) -> Vec<Suggested> {
    let shown = found.into_iter().filter(|it| Some(it.entry.id) != taken);
    shown
        .map(|it| Suggested {
            href: (it.entry.audience == "external").then(|| {
                let entry = it.entry.id.to_string();
                address(&format!("/inbox/{id}"), &asked.query(), &[("mode", mode), ("suggest", &entry)])
            }),
            question: it.question,
            text: it.entry.text,
            words: it.words.join(", "),
        })
        .collect()
}

/// How an answer can go out: in public, in private. A letter has no public.
fn ways(set: &CapabilitySet) -> Vec<&'static str> {
    let mut ways = Vec::new();
    if !set.private_only {
        ways.push("public");
    }
    if can(set, CapabilityKey::ReplyPrivately) {
        ways.push("direct");
    }
    ways
}

/// What was said in private is answered in private.
fn natural(last: Option<&Message>) -> &'static str {
    if last.is_some_and(|it| it.visibility == "direct") { "direct" } else { "public" }
}

async fn mention(conn: &mut Conn, signed: &Signed, last: Option<&Message>) -> store::Result<Option<String>> {
    let Some(id) = last.and_then(|it| it.author) else { return Ok(None) };
    let author = store::author::get(conn, signed.actor.organisation, id).await?;
    Ok(author.filter(|it| !it.handle.is_empty()).map(|it| format!("@{}", it.handle.trim_start_matches('@'))))
}

fn tabs(id: ConversationId, asked: &Asked, mode: &str, answers: bool, ways: &[&'static str]) -> Vec<Tab> {
    let tab = |name: &'static str, icon, key| Tab {
        mode: name,
        icon,
        href: address(&format!("/inbox/{id}"), &asked.query(), &[("mode", name)]),
        current: name == mode,
        key,
    };
    let icon = |way| if way == "public" { "reply" } else { "mail" };
    let ways = ways.iter().filter(|_| answers).enumerate();
    let mut tabs: Vec<Tab> =
        ways.map(|(place, way)| tab(way, icon(*way), (place == 0).then_some("r"))).collect();
    tabs.push(tab("note", "lock", Some("n")));
    tabs
}

/// What an answer's form holds.
#[derive(Default)]
struct Sent {
    text: String,
    mode: String,
    key: String,
    seen: Option<MessageId>,
    close: bool,
    anyway: bool,
    reason: String,
    suggestion: Option<EntryId>,
    media: Vec<Upload>,
}

async fn take_in(mut form: Multipart) -> Result<Sent, MultipartError> {
    let mut sent = Sent::default();
    while let Some(field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "picture" => {
                let mime = field.content_type().unwrap_or_default().to_owned();
                let bytes = field.bytes().await?;
                sent.media.push(Upload { bytes: bytes.to_vec(), mime, alt: String::new() });
            }
            // Each picture is followed by its alternative text.
            "alt" => {
                let alt = field.text().await?;
                if let Some(upload) = sent.media.last_mut() {
                    upload.alt = alt;
                }
            }
            _ => keep(&mut sent, &name, field).await?,
        }
    }
    sent.media.retain(|upload| !upload.bytes.is_empty());
    Ok(sent)
}

async fn keep(sent: &mut Sent, name: &str, field: Field<'_>) -> Result<(), MultipartError> {
    let text = field.text().await?;
    match name {
        // Browsers send line ends as CR LF; networks count one.
        "text" => sent.text = text.replace("\r\n", "\n"),
        "mode" => sent.mode = text,
        "key" => sent.key = text,
        "reason" => sent.reason = text,
        "suggestion" => sent.suggestion = text.parse().ok(),
        "seen" => sent.seen = text.parse().ok(),
        "close" => sent.close = true,
        "anyway" => sent.anyway = true,
        _ => {}
    }
    Ok(())
}

/// `POST /inbox/{id}/reply`: holds an answer for ten seconds, then it leaves.
pub async fn reply(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ConversationId>,
    Query(asked): Query<Asked>,
    form: Multipart,
) -> Result<Response, Failure> {
    let sent =
        take_in(form).await.map_err(|error| Failure::new(error.status()).because(error.body_text()))?;
    let mode = mode_of(&sent.mode);
    // The text is kept first: whatever happens next, it isn't lost.
    let kept = command::draft::save(&app, &signed.actor, id, mode, &sent.text).await;
    // Pressed twice, or sent again by an impatient browser: the same words of the same form.
    let words = seal::digest(&format!("{mode} {} {}", sent.text, sent.reason));
    let key = Some(format!("form:{}:{words}", sent.key)).filter(|_| !sent.key.is_empty());
    let answer = command::answer::Answer {
        text: sent.text,
        visibility: if mode == "direct" { Visibility::Direct } else { Visibility::Public },
        close: sent.close,
        seen: sent.seen,
        anyway: sent.anyway,
        media: sent.media,
        reason: sent.reason,
        suggestion: sent.suggestion,
    };
    let result = match kept {
        Ok(()) if answer.media.iter().any(|upload| upload.alt.trim().is_empty()) => {
            Err(Refusal::Invalid { field: "media", code: "alt" })
        }
        Ok(()) => command::answer::reply_once(&app, &signed.actor, id, answer, key.as_deref()).await,
        Err(refused) => Err(refused),
    };
    let asked = asked.writing(mode);
    match result {
        Ok(done) => {
            // Told a second time, the answer has dropped no draft.
            let dropped = command::draft::save(&app, &signed.actor, id, mode, "").await;
            dropped.map_err(|refused| refusal::failure(refused, &signed.words))?;
            Ok(back(&asked, done, sent.close))
        }
        Err(refused) => refuse(&app, &signed, id, &asked, refused).await,
    }
}

/// The form of a note.
#[derive(Deserialize)]
pub struct Note {
    #[serde(default)]
    text: String,
}

/// `POST /inbox/{id}/note`: keeps an internal note.
pub async fn note(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ConversationId>,
    Query(asked): Query<Asked>,
    Form(form): Form<Note>,
) -> Result<Response, Failure> {
    let text = form.text.replace("\r\n", "\n");
    match command::answer::note(&app, &signed.actor, id, &text).await {
        Ok(done) => Ok(back(&asked, done, false)),
        Err(refused) => {
            let asked = asked.writing("note");
            refuse(&app, &signed, id, &asked, refused).await
        }
    }
}

/// Shows why something wasn't done, above the conversation.
pub(super) async fn refuse(
    app: &App,
    signed: &Signed,
    id: ConversationId,
    asked: &Asked,
    refused: Refusal,
) -> Result<Response, Failure> {
    let Some((status, text)) = refusal::said(&refused, &signed.words) else {
        return Err(refusal::failure(refused, &signed.words));
    };
    let answered = match refused {
        Refusal::Answered { by, message } => Some((by, message)),
        _ => None,
    };
    super::show(app, signed, asked, Some(id), Some(Problem { status, text, answered })).await
}

/// What stands in the field.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    mode: String,
    #[serde(default)]
    text: String,
}

/// `POST /inbox/{id}/draft`: keeps what stands in the field while it is being written.
pub async fn draft(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path(id): Path<ConversationId>,
    Form(typed): Form<Typed>,
) -> Result<StatusCode, Failure> {
    keep_draft(&app, &signed, id, &typed.mode, &typed.text).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps a text as what this reader is writing.
pub(super) async fn keep_draft(
    app: &App,
    signed: &Signed,
    id: ConversationId,
    mode: &str,
    text: &str,
) -> Result<(), Failure> {
    let kept = command::draft::save(app, &signed.actor, id, mode_of(mode), &text.replace("\r\n", "\n")).await;
    kept.map_err(|refused| refusal::failure(refused, &signed.words))
}

/// `POST /inbox/{id}/withdraw/{message}`: takes an answer back while it is held.
pub async fn withdraw(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, message)): Path<(ConversationId, MessageId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    match command::answer::withdraw(&app, &signed.actor, message).await {
        Ok(done) => Ok(back(&asked, done, false)),
        Err(refused) => refuse(&app, &signed, id, &asked, refused).await,
    }
}

/// `POST /inbox/{id}/retry/{message}`: sends again what the network refused.
pub async fn retry(
    State(app): State<Arc<App>>,
    signed: Signed,
    Path((id, message)): Path<(ConversationId, MessageId)>,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    match command::answer::retry(&app, &signed.actor, message).await {
        Ok(done) => Ok(back(&asked, done, false)),
        Err(refused) => refuse(&app, &signed, id, &asked, refused).await,
    }
}
