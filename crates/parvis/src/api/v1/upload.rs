//! An answer as it comes in: JSON with its pictures in base64, or a form (`multipart/form-data`) with its
//! pictures as files.

#[cfg(test)]
mod fuzz;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parvis_channels::{Upload, Visibility};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::body::{Body, too_large};
use crate::api::problem::{Problem, Result};
use crate::command::answer::{Answer, UPLOAD_BYTES};
use crate::id::{EntryId, MessageId};

/// Pictures of one answer at most.
const PICTURES: usize = 4;
/// Bytes of an answer with its pictures at most.
pub const REPLY: usize = room_for(PICTURES);
/// Bytes of a delivery with its pictures at most.
pub const DELIVERY: usize = room_for(8);
/// Bytes of a request that brings one picture at most.
pub const PICTURE: usize = room_for(1);

/// Bytes of a request with so many pictures in base64 (a third more), and room for the rest.
const fn room_for(pictures: usize) -> usize {
    pictures * UPLOAD_BYTES / 3 * 4 + 512 * 1024
}

/// Who shall see an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody.
    #[default]
    Public,
    /// Only the person who is answered.
    Direct,
}

/// An answer to send.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// What it says, as plain text; may be empty when there are pictures.
    pub text: String,
    /// Who shall see it.
    #[serde(default)]
    pub visibility: Audience,
    /// Close the conversation with it.
    #[serde(default)]
    pub close: bool,
    /// The newest message that you have seen: when a colleague has answered after it, the answer is refused
    /// (409 `answered`).
    pub seen: Option<MessageId>,
    /// Send although a colleague has answered since.
    #[serde(default)]
    pub anyway: bool,
    /// Why what the house's charter binds to is left as it is (422 `text-charter` without it;
    /// `POST /charter/check` says what it is).
    #[serde(default)]
    pub reason: String,
    /// The entry of a launch that it began with (`GET /conversations/{id}/suggestions`), so that its use is counted.
    #[serde(default)]
    pub suggestion: Option<EntryId>,
    /// At most four pictures.
    #[serde(default)]
    pub media: Vec<Picture>,
}

/// A picture.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// `image/png`, `image/jpeg`, `image/webp` or `image/gif`.
    pub mime: String,
    /// The file in base64, at most 8 MiB of it.
    pub data: String,
    /// Alternative text, for those who don't see it.
    pub alt: String,
}

/// The same as a form. Each `media` is followed by its `alt`.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form; its fields are read one by one")]
pub struct ReplyForm {
    /// What it says.
    text: String,
    /// `public` or `direct`.
    visibility: Option<Audience>,
    /// `true` or `false`.
    close: Option<bool>,
    /// The newest message that you have seen.
    seen: Option<MessageId>,
    /// `true` or `false`.
    anyway: Option<bool>,
    /// Why what the charter binds to is left as it is.
    reason: Option<String>,
    /// The entry of a launch that it began with.
    suggestion: Option<EntryId>,
    /// Pictures, each a part of its own.
    #[schema(format = Binary, value_type = Vec<String>)]
    media: Vec<Vec<u8>>,
    /// Alternative texts, each after its picture.
    alt: Vec<String>,
}

/// An answer out of either.
#[derive(Debug)]
pub struct Sent(pub Answer);

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
        if kind.is_some_and(|it| it.to_ascii_lowercase().starts_with("multipart/form-data")) {
            let form =
                Multipart::from_request(request, state).await.map_err(|error| broken(&error.body_text()))?;
            return take_in(form).await.and_then(check).map(Self);
        }
        let Body(reply) = Body::<Reply>::from_request(request, state).await?;
        from_json(reply).and_then(check).map(Self)
    }
}

fn blank() -> Answer {
    Answer {
        text: String::new(),
        visibility: Visibility::Public,
        close: false,
        seen: None,
        anyway: false,
        media: Vec::new(),
        reason: String::new(),
        suggestion: None,
    }
}

fn visibility(audience: Audience) -> Visibility {
    match audience {
        Audience::Public => Visibility::Public,
        Audience::Direct => Visibility::Direct,
    }
}

fn from_json(reply: Reply) -> Result<Answer> {
    let mut media = Vec::new();
    for picture in reply.media {
        let bytes = STANDARD.decode(&picture.data).map_err(|error| {
            Problem::invalid("media", "base64", format!("A picture isn't base64: {error}."))
        })?;
        media.push(Upload { bytes, mime: picture.mime, alt: picture.alt });
    }
    Ok(Answer {
        text: reply.text,
        visibility: visibility(reply.visibility),
        close: reply.close,
        seen: reply.seen,
        anyway: reply.anyway,
        media,
        reason: reply.reason,
        suggestion: reply.suggestion,
    })
}

fn check(answer: Answer) -> Result<Answer> {
    let invalid = |code, said| Err(Problem::invalid("media", code, said));
    if answer.media.len() > PICTURES {
        return invalid("many", "An answer takes at most four pictures.");
    }
    if answer.media.iter().any(|it| it.alt.trim().is_empty()) {
        return invalid("alt", "A picture lacks its alternative text.");
    }
    if answer.media.iter().any(|it| it.alt.contains('\0')) {
        return invalid("alt", "An alternative text holds the character U+0000.");
    }
    Ok(answer)
}

fn broken(said: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "form")
        .because(format!("The form can't be read: {said}. Nothing was sent. Send it again."))
}

fn read_failed(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large() } else { broken(&error.body_text()) }
}

async fn take_in(mut form: Multipart) -> Result<Answer> {
    let mut answer = blank();
    while let Some(field) = form.next_field().await.map_err(|error| read_failed(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "media" {
            let mime = field.content_type().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(|error| read_failed(&error))?;
            answer.media.push(Upload { bytes: bytes.to_vec(), mime, alt: String::new() });
        } else {
            keep(&mut answer, &name, field).await?;
        }
    }
    Ok(answer)
}

async fn keep(answer: &mut Answer, name: &str, field: Field<'_>) -> Result<()> {
    let bytes = field.bytes().await.map_err(|error| read_failed(&error))?;
    let text = String::from_utf8(bytes.to_vec()).map_err(|_| broken("a field isn't UTF-8"))?;
    let invalid = || Problem::invalid(name, "unreadable", format!("“{name}” can't be read."));
    if text.contains('\0') {
        return Err(invalid());
    }
    match name {
        "text" => answer.text = text,
        "reason" => answer.reason = text,
        "suggestion" => answer.suggestion = Some(text.parse().map_err(|_| invalid())?),
        "visibility" => {
            let quoted = serde_json::Value::String(text);
            answer.visibility = visibility(serde_json::from_value(quoted).map_err(|_| invalid())?);
        }
        "close" => answer.close = text.parse().map_err(|_| invalid())?,
        "anyway" => answer.anyway = text.parse().map_err(|_| invalid())?,
        "seen" => answer.seen = Some(text.parse().map_err(|_| invalid())?),
        "alt" => match answer.media.last_mut() {
            Some(picture) => picture.alt = text,
            None => return Err(invalid()),
        },
        _ => return Err(Problem::invalid(name, "unknown", format!("There is no field “{name}”."))),
    }
    Ok(())
}
