//! What a refused command says to the person who gave it.

use axum::http::StatusCode;

use crate::command::Refusal;
use crate::rules::appointment;
use crate::web::error::Failure;
use crate::web::language::Words;

/// The refusal in a sentence, and its status; `None` for those that get a page of their own.
pub fn said(refused: &Refusal, words: &Words) -> Option<(StatusCode, String)> {
    match refused {
        Refusal::Invalid { field, code } => {
            Some((StatusCode::UNPROCESSABLE_ENTITY, words.named(&format!("refusal-{field}"), code)))
        }
        Refusal::Changed => Some((StatusCode::CONFLICT, words.t("refusal-changed"))),
        Refusal::Answered { .. } => Some((StatusCode::CONFLICT, words.t("refusal-answered"))),
        Refusal::Channel(code) => {
            let why = words.named("why", code);
            Some((StatusCode::UNPROCESSABLE_ENTITY, words.t1("refusal-channel", "why", why)))
        }
        Refusal::Network(error) => {
            Some((StatusCode::UNPROCESSABLE_ENTITY, words.named("channel-error", error.code())))
        }
        Refusal::Assistant(error) => {
            Some((StatusCode::UNPROCESSABLE_ENTITY, words.named("assistant-error", error.code())))
        }
        Refusal::Full(error) => {
            tracing::error!(%error, "a file doesn't fit");
            Some((StatusCode::INSUFFICIENT_STORAGE, words.t("refusal-no-room")))
        }
        Refusal::Media(error) => {
            tracing::error!(%error, "a file can't be kept");
            Some((StatusCode::SERVICE_UNAVAILABLE, words.t("refusal-no-files")))
        }
        Refusal::NotFound
        | Refusal::Forbidden(_)
        | Refusal::Appointment(_)
        | Refusal::Sealed
        | Refusal::Store(_) => None,
    }
}

/// The refusal as an error page.
pub fn failure(refused: Refusal, words: &Words) -> Failure {
    if let Some((status, text)) = said(&refused, words) {
        return Failure::new(status).because(text);
    }
    match refused {
        Refusal::Forbidden(_) => Failure::forbidden(),
        Refusal::Appointment(why) => match why {
            appointment::Refusal::Oneself => Failure::conflict().because(words.t("appoint-oneself")),
            appointment::Refusal::AdministratorOnly => {
                Failure::forbidden().because(words.t("appoint-administrator"))
            }
            appointment::Refusal::LastAdministrator => Failure::conflict().because(words.t("appoint-last")),
        },
        Refusal::Store(error) => error.into(),
        Refusal::Sealed => Failure::internal(refused.to_string()),
        _ => Failure::not_found(),
    }
}
