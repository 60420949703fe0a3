//! Sessions: a browser that has signed in. The database keeps a digest, never the secret.

use super::colleague::Colleague;
use super::conn::Cells;
use super::organisation::Organisation;
use super::{Conn, Result, Row, colleague, organisation};
use crate::id::{ColleagueId, OrganisationId, PassId};

/// A browser that has signed in.
#[derive(Clone, Debug)]
pub struct Session {
    /// Whose.
    pub organisation: OrganisationId,
    /// SHA-256 of the secret in the cookie, hexadecimal.
    pub digest: String,
    /// Who signed in.
    pub colleague: ColleagueId,
    /// `User-Agent`, shortened.
    pub agent: String,
    /// Address it signed in from.
    pub address: String,
    /// When (µs).
    pub created_at: i64,
    /// When it was last seen (µs), to within a few minutes.
    pub seen_at: i64,
    /// When it ends whatever happens (µs).
    pub expires_at: i64,
    /// When its second factor was given (µs).
    pub factor_at: Option<i64>,
    /// When whoever uses it last proved who they are (µs).
    pub proved_at: i64,
    /// The pass that it was opened with; `None` for who has signed in.
    pub pass: Option<PassId>,
}

/// What is known of the second factor of whom a session belongs to.
#[derive(Clone, Debug)]
pub struct Second {
    /// When it was confirmed (µs); `None` without one.
    pub confirmed_at: Option<i64>,
    /// Of whom the organisation asks for one, as the setting has it.
    pub asked: Option<String>,
}

const INSERT: &str = "INSERT INTO session (organisation_id, digest, colleague_id, agent, address, created_at, seen_at, expires_at, factor_at, proved_at, pass_id)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const SIGNED_IN: &str = "SELECT s.organisation_id, s.digest, s.colleague_id, s.agent, s.address, s.created_at, s.seen_at, s.expires_at, s.factor_at, s.proved_at, s.pass_id,
      c.organisation_id, c.id, c.email, c.name, c.initials, c.role, c.password_hash, c.language, c.theme, c.shortcuts, c.active, c.access_ends_at, c.created_at, c.time_zone, c.access_begins_at,
      o.id, o.name, o.language, o.time_zone, o.created_at, f.confirmed_at, a.value
    FROM session s JOIN colleague c ON c.organisation_id = s.organisation_id AND c.id = s.colleague_id JOIN organisation o ON o.id = s.organisation_id
      LEFT JOIN factor f ON f.organisation_id = s.organisation_id AND f.colleague_id = s.colleague_id
      LEFT JOIN setting a ON a.organisation_id = s.organisation_id AND a.name = 'factor_asked'
    WHERE s.digest = $1";
const OF_COLLEAGUE: &str =
    "SELECT organisation_id, digest, colleague_id, agent, address, created_at, seen_at, expires_at, factor_at, proved_at, pass_id
    FROM session WHERE organisation_id = $1 AND colleague_id = $2 ORDER BY seen_at DESC, digest";
const SEE: &str = "UPDATE session SET seen_at = $3 WHERE organisation_id = $1 AND digest = $2";
const GIVE_FACTOR: &str =
    "UPDATE session SET factor_at = $3, proved_at = $3 WHERE organisation_id = $1 AND digest = $2";
const PROVE: &str = "UPDATE session SET proved_at = $3 WHERE organisation_id = $1 AND digest = $2";
const REMOVE: &str = "DELETE FROM session WHERE organisation_id = $1 AND colleague_id = $2 AND digest = $3";
const REMOVE_OTHERS: &str =
    "DELETE FROM session WHERE organisation_id = $1 AND colleague_id = $2 AND digest <> $3";
const REMOVE_OF_PASS: &str = "DELETE FROM session WHERE organisation_id = $1 AND pass_id = $2";
const REMOVE_OF_PASSES: &str = "DELETE FROM session WHERE organisation_id = $1 AND pass_id IS NOT NULL";
const REMOVE_STALE: &str =
    "DELETE FROM session WHERE organisation_id = $1 AND (expires_at < $2 OR seen_at < $3)";

fn read(row: &Row) -> Result<Session> {
    read_cells(&mut row.cells())
}

fn read_cells(cells: &mut Cells<'_>) -> Result<Session> {
    Ok(Session {
        organisation: cells.next()?,
        digest: cells.next()?,
        colleague: cells.next()?,
        agent: cells.next()?,
        address: cells.next()?,
        created_at: cells.next()?,
        seen_at: cells.next()?,
        expires_at: cells.next()?,
        factor_at: cells.next()?,
        proved_at: cells.next()?,
        pass: cells.next()?,
    })
}

/// Writes a new session.
pub async fn insert(conn: &mut Conn, it: &Session) -> Result<()> {
    let args = [
        it.organisation.into(),
        (&it.digest).into(),
        it.colleague.into(),
        (&it.agent).into(),
        (&it.address).into(),
        it.created_at.into(),
        it.seen_at.into(),
        it.expires_at.into(),
        it.factor_at.into(),
        it.proved_at.into(),
        it.pass.into(),
    ];
    conn.run(INSERT, &args).await.map(drop)
}

/// The session of that digest, whether or not it has ended, with whose it is, where, and what is known of their second
/// factor: read at once, since every request begins with it.
pub async fn signed_in(
    conn: &mut Conn,
    digest: &str,
) -> Result<Option<(Session, Colleague, Organisation, Second)>> {
    let Some(row) = conn.first(SIGNED_IN, &[digest.into()]).await? else { return Ok(None) };
    let mut cells = row.cells();
    let session = read_cells(&mut cells)?;
    let colleague = colleague::read_cells(&mut cells)?;
    let organisation = organisation::read_cells(&mut cells)?;
    let second = Second { confirmed_at: cells.next()?, asked: cells.next()? };
    Ok(Some((session, colleague, organisation, second)))
}

/// Where a colleague is signed in, last seen first.
pub async fn of_colleague(
    conn: &mut Conn,
    organisation: OrganisationId,
    colleague: ColleagueId,
) -> Result<Vec<Session>> {
    conn.all(OF_COLLEAGUE, &[organisation.into(), colleague.into()]).await?.iter().map(read).collect()
}

/// Writes down that the session is in use.
pub async fn see(conn: &mut Conn, organisation: OrganisationId, digest: &str, at: i64) -> Result<()> {
    conn.run(SEE, &[organisation.into(), digest.into(), at.into()]).await.map(drop)
}

/// Writes down that the second factor was given, which proves who it is.
pub async fn give_factor(conn: &mut Conn, organisation: OrganisationId, digest: &str, at: i64) -> Result<()> {
    conn.run(GIVE_FACTOR, &[organisation.into(), digest.into(), at.into()]).await.map(drop)
}

/// Writes down that whoever uses it has proved who they are.
pub async fn prove(conn: &mut Conn, organisation: OrganisationId, digest: &str, at: i64) -> Result<()> {
    conn.run(PROVE, &[organisation.into(), digest.into(), at.into()]).await.map(drop)
}

/// Ends one session of a colleague; false when it isn't theirs or had ended.
pub async fn remove(
    conn: &mut Conn,
    organisation: OrganisationId,
    colleague: ColleagueId,
    digest: &str,
) -> Result<bool> {
    Ok(conn.run(REMOVE, &[organisation.into(), colleague.into(), digest.into()]).await? == 1)
}

/// Ends every session of a colleague but `kept` (an empty text keeps none); tells how many.
pub async fn remove_others(
    conn: &mut Conn,
    organisation: OrganisationId,
    colleague: ColleagueId,
    kept: &str,
) -> Result<u64> {
    conn.run(REMOVE_OTHERS, &[organisation.into(), colleague.into(), kept.into()]).await
}

/// Ends every session that a pass opened, or those of all passes where none is named.
pub async fn remove_passes(
    conn: &mut Conn,
    organisation: OrganisationId,
    pass: Option<PassId>,
) -> Result<()> {
    match pass {
        Some(id) => conn.run(REMOVE_OF_PASS, &[organisation.into(), id.into()]).await,
        None => conn.run(REMOVE_OF_PASSES, &[organisation.into()]).await,
    }
    .map(drop)
}

/// Forgets sessions that ended before `now` or were last seen before `idle_since` (both µs).
pub async fn remove_stale(
    conn: &mut Conn,
    organisation: OrganisationId,
    now: i64,
    idle_since: i64,
) -> Result<u64> {
    conn.run(REMOVE_STALE, &[organisation.into(), now.into(), idle_since.into()]).await
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::clock::{DAY, HOUR};
    use crate::id::TokenId;
    use crate::rules::permission::{Role, TokenScope};
    use crate::store::colleague::Colleague;
    use crate::store::link::{self, Link};
    use crate::store::organisation::Organisation;
    use crate::store::token::{self, Token};
    use crate::store::{Db, colleague, organisation, tests::databases};

    pub(in crate::store) async fn somebody(db: &Db) -> (OrganisationId, ColleagueId) {
        let (organisation, id) = (OrganisationId::new(1), ColleagueId::new(1));
        let mut conn = db.write().await.unwrap();
        let house = Organisation {
            id: organisation,
            name: "Solstice".to_owned(),
            language: "fr".to_owned(),
            time_zone: "Europe/Paris".to_owned(),
            created_at: 0,
        };
        organisation::insert(&mut conn, &house).await.unwrap();
        let person = Colleague {
            id,
            email: "a@b.example".to_owned(),
            name: "A".to_owned(),
            initials: "A".to_owned(),
            time_zone: Some("America/Montreal".to_owned()),
            ..Colleague::blank(organisation, Role::Expert, 0)
        };
        colleague::insert(&mut conn, &person).await.unwrap();
        conn.commit().await.unwrap();
        (organisation, id)
    }

    fn session(organisation: OrganisationId, colleague: ColleagueId, digest: &str) -> Session {
        Session {
            organisation,
            digest: digest.to_owned(),
            colleague,
            agent: String::new(),
            address: String::new(),
            created_at: 0,
            seen_at: 0,
            expires_at: DAY,
            factor_at: None,
            proved_at: 0,
            pass: None,
        }
    }

    #[tokio::test]
    async fn sessions_end_one_by_one_all_but_one_and_with_time() {
        for (db, _folder) in databases().await {
            let (organisation, id) = somebody(&db).await;
            let mut conn = db.write().await.unwrap();
            for digest in ["a", "b", "c"] {
                insert(&mut conn, &session(organisation, id, digest)).await.unwrap();
            }
            see(&mut conn, organisation, "b", HOUR).await.unwrap();
            let listed = of_colleague(&mut conn, organisation, id).await.unwrap();
            assert_eq!(listed.iter().map(|it| it.digest.as_str()).collect::<Vec<_>>(), ["b", "a", "c"]);
            let (session, person, house, _) = signed_in(&mut conn, "b").await.unwrap().unwrap();
            assert_eq!((session.seen_at, session.expires_at), (HOUR, DAY));
            assert_eq!((person.id, person.role, person.shortcuts), (id, Role::Expert, true));
            assert_eq!(person.time_zone.as_deref(), Some("America/Montreal"));
            assert_eq!((house.id, house.time_zone.as_str()), (organisation, "Europe/Paris"));
            assert!(!remove(&mut conn, organisation, ColleagueId::new(2), "a").await.unwrap());
            assert!(remove(&mut conn, organisation, id, "a").await.unwrap());
            assert_eq!(remove_others(&mut conn, organisation, id, "b").await.unwrap(), 1);
            assert_eq!(remove_stale(&mut conn, organisation, HOUR, HOUR).await.unwrap(), 0);
            assert_eq!(remove_stale(&mut conn, organisation, 2 * DAY, 0).await.unwrap(), 1);
            assert!(signed_in(&mut conn, "b").await.unwrap().is_none(), "{}", db.engine_name());
        }
    }

    #[tokio::test]
    async fn a_link_is_consumed_once_and_not_after_its_end() {
        for (db, _folder) in databases().await {
            let (organisation, colleague) = somebody(&db).await;
            let mut conn = db.write().await.unwrap();
            for digest in ["used", "late", "revoked"] {
                let digest = digest.to_owned();
                let made =
                    Link { organisation, digest, colleague, created_at: 0, expires_at: DAY, used_at: None };
                link::insert(&mut conn, &made).await.unwrap();
            }
            assert!(link::consume(&mut conn, organisation, "used", HOUR).await.unwrap());
            assert!(!link::consume(&mut conn, organisation, "used", HOUR).await.unwrap());
            assert!(!link::consume(&mut conn, organisation, "late", DAY).await.unwrap());
            assert_eq!(link::revoke(&mut conn, organisation, colleague).await.unwrap(), 2);
            assert!(link::by_digest(&mut conn, "revoked").await.unwrap().is_none());
            assert_eq!(link::by_digest(&mut conn, "used").await.unwrap().unwrap().used_at, Some(HOUR));
        }
    }

    #[tokio::test]
    async fn a_revoked_token_is_kept_but_no_longer_listed() {
        for (db, _folder) in databases().await {
            let (organisation, colleague) = somebody(&db).await;
            let mut conn = db.write().await.unwrap();
            let made = Token {
                organisation,
                id: TokenId::new(1),
                colleague,
                name: "Tableau".to_owned(),
                digest: "d".to_owned(),
                scopes: vec![TokenScope::Read, TokenScope::Admin],
                created_at: 0,
                expires_at: None,
                used_at: None,
                revoked_at: None,
            };
            token::insert(&mut conn, &made).await.unwrap();
            token::see(&mut conn, organisation, made.id, HOUR).await.unwrap();
            let listed = token::of_colleague(&mut conn, organisation, colleague).await.unwrap();
            assert_eq!((listed[0].scopes.clone(), listed[0].used_at), (made.scopes, Some(HOUR)));
            assert!(
                !token::revoke(&mut conn, organisation, ColleagueId::new(2), made.id, DAY).await.unwrap()
            );
            assert!(token::revoke(&mut conn, organisation, colleague, made.id, DAY).await.unwrap());
            assert!(token::of_colleague(&mut conn, organisation, colleague).await.unwrap().is_empty());
            assert_eq!(token::by_digest(&mut conn, "d").await.unwrap().unwrap().revoked_at, Some(DAY));
        }
    }
}
