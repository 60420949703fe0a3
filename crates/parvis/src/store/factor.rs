//! The second factor of each colleague, sealed, and the hashes of their recovery codes.

use super::{Conn, Result, Row};
use crate::id::{ColleagueId, OrganisationId};

/// A second factor as it is kept.
#[derive(Clone, Debug)]
pub struct Factor {
    /// The sealed secret, bound to the colleague's id.
    pub secret: Vec<u8>,
    /// When a first code confirmed it (µs).
    pub confirmed_at: Option<i64>,
    /// The last step whose code was taken.
    pub last_step: i64,
}

const GET: &str =
    "SELECT secret, confirmed_at, last_step FROM factor WHERE organisation_id = $1 AND colleague_id = $2";
const BEGIN: &str =
    "INSERT INTO factor (organisation_id, colleague_id, secret, last_step, created_at) VALUES ($1, $2, $3, 0, $4)
    ON CONFLICT (organisation_id, colleague_id) DO UPDATE SET secret = excluded.secret, last_step = 0, created_at = excluded.created_at
    WHERE factor.confirmed_at IS NULL";
const CONFIRM: &str = "UPDATE factor SET confirmed_at = $3
    WHERE organisation_id = $1 AND colleague_id = $2 AND confirmed_at IS NULL";
const TAKE: &str =
    "UPDATE factor SET last_step = $3 WHERE organisation_id = $1 AND colleague_id = $2 AND last_step < $3";
const REMOVE: &str = "DELETE FROM factor WHERE organisation_id = $1 AND colleague_id = $2";
const CONFIRMED: &str =
    "SELECT colleague_id FROM factor WHERE organisation_id = $1 AND confirmed_at IS NOT NULL";
const ADD_CODE: &str =
    "INSERT INTO recovery_code (organisation_id, digest, colleague_id, created_at) VALUES ($1, $2, $3, $4)";
const USE_CODE: &str =
    "DELETE FROM recovery_code WHERE organisation_id = $1 AND colleague_id = $2 AND digest = $3";
const REMOVE_CODES: &str = "DELETE FROM recovery_code WHERE organisation_id = $1 AND colleague_id = $2";
const COUNT_CODES: &str =
    "SELECT COUNT(*) FROM recovery_code WHERE organisation_id = $1 AND colleague_id = $2";

/// The factor of a colleague, confirmed or not.
pub async fn get(
    conn: &mut Conn,
    organisation: OrganisationId,
    whose: ColleagueId,
) -> Result<Option<Factor>> {
    let read = |row: &Row| {
        let mut cells = row.cells();
        Ok(Factor { secret: cells.next()?, confirmed_at: cells.next()?, last_step: cells.next()? })
    };
    conn.first(GET, &[organisation.into(), whose.into()]).await?.as_ref().map(read).transpose()
}

/// Keeps a new secret that isn't confirmed yet; false when there is a confirmed one.
pub async fn begin(
    conn: &mut Conn,
    organisation: OrganisationId,
    whose: ColleagueId,
    secret: &[u8],
    now: i64,
) -> Result<bool> {
    Ok(conn.run(BEGIN, &[organisation.into(), whose.into(), secret.into(), now.into()]).await? == 1)
}

/// From now on it is asked for; false when it was already.
pub async fn confirm(
    conn: &mut Conn,
    organisation: OrganisationId,
    whose: ColleagueId,
    now: i64,
) -> Result<bool> {
    Ok(conn.run(CONFIRM, &[organisation.into(), whose.into(), now.into()]).await? == 1)
}

/// Takes the code of a step; false when it, or a later one, was taken already.
pub async fn take(
    conn: &mut Conn,
    organisation: OrganisationId,
    whose: ColleagueId,
    step: i64,
) -> Result<bool> {
    Ok(conn.run(TAKE, &[organisation.into(), whose.into(), step.into()]).await? == 1)
}

/// Takes factor and recovery codes away; false when there was no factor.
pub async fn remove(conn: &mut Conn, organisation: OrganisationId, whose: ColleagueId) -> Result<bool> {
    conn.run(REMOVE_CODES, &[organisation.into(), whose.into()]).await?;
    Ok(conn.run(REMOVE, &[organisation.into(), whose.into()]).await? == 1)
}

/// Who has one.
pub async fn holders(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<ColleagueId>> {
    conn.all(CONFIRMED, &[organisation.into()]).await?.iter().map(Row::only).collect()
}

/// Puts these recovery codes in the place of all former ones.
pub async fn set_codes(
    conn: &mut Conn,
    organisation: OrganisationId,
    whose: ColleagueId,
    digests: &[String],
    now: i64,
) -> Result<()> {
    conn.run(REMOVE_CODES, &[organisation.into(), whose.into()]).await?;
    for digest in digests {
        conn.run(ADD_CODE, &[organisation.into(), digest.into(), whose.into(), now.into()]).await?;
    }
    Ok(())
}

/// Uses a recovery code up; false when it isn't one of theirs, or was used.
pub async fn use_code(
    conn: &mut Conn,
    organisation: OrganisationId,
    whose: ColleagueId,
    digest: &str,
) -> Result<bool> {
    Ok(conn.run(USE_CODE, &[organisation.into(), whose.into(), digest.into()]).await? == 1)
}

/// How many recovery codes are left.
pub async fn codes_left(conn: &mut Conn, organisation: OrganisationId, whose: ColleagueId) -> Result<i64> {
    conn.first(COUNT_CODES, &[organisation.into(), whose.into()]).await?.as_ref().map_or(Ok(0), Row::only)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::databases;
    use crate::store::{sealed, session};

    #[tokio::test]
    async fn a_factor_is_confirmed_once_and_a_step_taken_once_on_both_engines() {
        for (db, _folder) in databases().await {
            let (house, who) = session::tests::somebody(&db).await;
            let mut conn = db.write().await.unwrap();
            assert!(begin(&mut conn, house, who, b"first", 1).await.unwrap());
            assert!(begin(&mut conn, house, who, b"second", 2).await.unwrap(), "until it is confirmed");
            assert!(holders(&mut conn, house).await.unwrap().is_empty());
            assert!(confirm(&mut conn, house, who, 3).await.unwrap());
            assert!(!confirm(&mut conn, house, who, 4).await.unwrap());
            assert!(!begin(&mut conn, house, who, b"third", 5).await.unwrap());
            assert!(take(&mut conn, house, who, 7).await.unwrap());
            assert!(
                !take(&mut conn, house, who, 7).await.unwrap()
                    && !take(&mut conn, house, who, 6).await.unwrap()
            );
            let it = get(&mut conn, house, who).await.unwrap().unwrap();
            assert_eq!((it.secret.as_slice(), it.confirmed_at, it.last_step), (&b"second"[..], Some(3), 7));
            assert_eq!(holders(&mut conn, house).await.unwrap(), [who]);
            let all = sealed::list(&mut conn, house).await.unwrap();
            assert_eq!((all.len(), all[0].name.as_str()), (1, "A (second factor)"));
            assert!(sealed::reseal(&mut conn, house, &all[0], b"anew").await.unwrap());
            assert!(!sealed::reseal(&mut conn, house, &all[0], b"anew").await.unwrap());
            let digests = ["a".to_owned(), "b".to_owned()];
            set_codes(&mut conn, house, who, &digests, 1).await.unwrap();
            assert!(use_code(&mut conn, house, who, "a").await.unwrap());
            assert!(!use_code(&mut conn, house, who, "a").await.unwrap());
            assert_eq!(codes_left(&mut conn, house, who).await.unwrap(), 1);
            assert!(
                remove(&mut conn, house, who).await.unwrap() && !remove(&mut conn, house, who).await.unwrap()
            );
            assert_eq!(codes_left(&mut conn, house, who).await.unwrap(), 0);
        }
    }
}
