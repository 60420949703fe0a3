//! Letters to who holds a pass: the link, and each code. Both are made where the letter leaves and kept as digests only, so that
//! nobody in the house ever has them.

use parvis_channels::notify::Notice;
use serde_json::json;

use super::Outcome;
use super::letter::{self, Letter, Tracked};
use crate::app::App;
use crate::command::Result;
use crate::command::pass::{allowed, code_until, digest};
use crate::id::{LetterId, OrganisationId};
use crate::rules::pass::Purpose;
use crate::seal;
use crate::store::job::Job;
use crate::store::pass::{self, Kind, Letter as Asked, Pass};
use crate::store::{self, Conn, colleague, organisation};
use crate::web::language::Words;

/// The job's kind.
pub const KIND: &str = "pass_letter";

/// One try at the letter of the job.
pub async fn carry_out(app: &App, job: &Job) -> Result<Outcome> {
    let house = job.organisation;
    let mut conn = app.db.read().await?;
    let Some(asked) = pass::letter(&mut conn, house, LetterId(job.subject)).await? else {
        return Ok(Outcome::Done);
    };
    let held = pass::get(&mut conn, house, asked.pass).await?;
    let secret = match asked.kind {
        Kind::Link => seal::secret(),
        Kind::Code => seal::code(),
    };
    let secret = secret.map_err(|_| crate::command::Refusal::Sealed)?;
    let letter = match &held {
        Some(it) => letter_of(app, &mut conn, it, &asked, &secret).await?,
        None => None,
    };
    drop(conn);
    let told = asked.told.clone();
    letter::carry_out(app, job, &told, letter, &Written { house, asked, secret, now: app.now() }).await
}

/// A letter with the secret that it carries.
struct Written {
    house: OrganisationId,
    asked: Asked,
    secret: String,
    now: i64,
}

impl Tracked for Written {
    async fn keep(&self, conn: &mut Conn, told: &str, why: Option<&str>) -> store::Result<()> {
        // From the moment at which it may arrive, its secret opens.
        if told == "sending"
            && let Some(mut it) = pass::get(conn, self.house, self.asked.pass).await?
        {
            match self.asked.kind {
                Kind::Link => it.digest = Some(seal::digest(&self.secret)),
                Kind::Code => {
                    it.code_digest = Some(digest(it.id, &self.secret));
                    it.code_until = Some(code_until(self.now));
                }
            }
            pass::update(conn, &it).await?;
        }
        pass::set_told(conn, self.house, self.asked.id, told, why).await
    }
}

/// The letter that carries `secret`; `None` when the pass opens nothing any more.
async fn letter_of(
    app: &App,
    conn: &mut Conn,
    it: &Pass,
    asked: &Asked,
    secret: &str,
) -> store::Result<Option<Letter>> {
    let now = app.now();
    let allowed = allowed(conn, it.organisation).await?;
    let whom = colleague::get(conn, it.organisation, it.colleague).await?.filter(|it| it.has_access(now));
    let house = organisation::get(conn, it.organisation).await?;
    let (Some(whom), Some(house)) = (whom, house) else { return Ok(None) };
    if !allowed.on || !it.runs(now) {
        return Ok(None);
    }
    let Some(words) = letter::words(conn, it.organisation, &whom, now).await? else { return Ok(None) };
    let by = colleague::get(conn, it.organisation, it.made_by).await?.map(|it| it.name).unwrap_or_default();
    let (title, text, link) = match asked.kind {
        Kind::Link => {
            let url = format!("{}/pass/{secret}", app.config.public_url.trim_end_matches('/'));
            let until = words.weekday(it.expires_at - 1, now);
            (
                words.t1("pass-letter-title", "house", house.name.as_str()),
                link_text(&words, it, (&by, &until)),
                url.parse().ok(),
            )
        }
        Kind::Code => {
            let text = words.t2("pass-code-letter", "code", secret, "house", house.name.as_str());
            (words.t2("pass-code-title", "code", secret, "house", house.name.as_str()), text, None)
        }
    };
    let notice = Notice {
        key: asked.id.to_string(),
        at: now,
        event: format!("pass.{}", asked.kind.as_str()),
        title,
        text,
        html: None,
        link,
        data: json!({}),
    };
    Ok(Some(Letter { address: whom.email, mailbox: allowed.mailbox, notice }))
}

fn link_text(words: &Words, it: &Pass, (by, until): (&str, &str)) -> String {
    let asks = match it.purpose {
        Purpose::Ideas => "pass-letter-ideas",
        Purpose::Words => "pass-letter-words",
        Purpose::Opinion => "pass-letter-opinion",
    };
    let mut parts = vec![words.t1(asks, "who", by)];
    if !it.note.is_empty() {
        parts.push(it.note.clone());
    }
    parts.push(words.t1("pass-letter-how", "until", until));
    parts.join("\n\n")
}
