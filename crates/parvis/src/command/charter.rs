//! The charter of the house: its settings, and what it has to say of any text. Posts (`post::charter`) and answers
//! (`answer::charter`) are held against it by the same function (`rules::charter`).

use parvis_write::charter::Remark;

use super::{Refusal, Result, allow, write_setting};
use crate::app::App;
use crate::id::OrganisationId;
use crate::rules::charter::{HouseCharter, about};
use crate::rules::permission::{Action, Actor};
use crate::store::{self, Conn};

/// The setting that holds it.
const SETTING: &str = "charter";

/// The charter as it stands, and the language in which the house usually writes.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The charter.
    pub charter: HouseCharter,
    /// `fr`, `en` …
    pub language: String,
}

/// Reads the charter.
pub async fn read(conn: &mut Conn, organisation: OrganisationId) -> store::Result<Standing> {
    let kept = store::setting::get(conn, organisation, SETTING).await?;
    let charter = match kept {
        Some(json) => serde_json::from_str(&json)
            .map_err(|_| store::Error::Unreadable { what: "charter", found: json })?,
        None => HouseCharter::default(),
    };
    let house = store::organisation::get(conn, organisation).await?;
    Ok(Standing { charter, language: house.map(|it| it.language).unwrap_or_default() })
}

/// Changes the charter. What was validated before and hasn't left is held against the new one when it leaves.
///
/// # Errors
/// The right is missing, or a list or number is beyond its bounds.
pub async fn set(app: &App, actor: &Actor, it: HouseCharter) -> Result<()> {
    allow(actor, Action::Validate)?;
    it.check().map_err(|(field, code)| Refusal::Invalid { field, code })?;
    let mut conn = app.db.write().await?;
    let before = read(&mut conn, actor.organisation).await?.charter;
    if before == it {
        return Ok(());
    }
    write_setting(&mut conn, actor, app.now(), (SETTING, "charter.set"), (&before, &it)).await?;
    Ok(conn.commit().await?)
}

/// The text with what a remark would have written instead, wherever the same is said of the same words; `None` when there
/// is no such remark, or nothing certain to write.
pub fn applied(text: &str, all: &[Remark], rule: &str, start: usize) -> Option<String> {
    let it = all.iter().find(|it| it.rule.name() == rule && it.span.start == start)?;
    it.replacement.as_ref()?;
    let what = about(text, it);
    let is_same = |other: &&Remark| {
        other.rule == it.rule && other.replacement == it.replacement && about(text, other) == what
    };
    let same: Vec<Remark> = all.iter().filter(is_same).cloned().collect();
    Some(parvis_write::charter::apply(text, &same))
}
