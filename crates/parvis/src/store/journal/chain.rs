//! The chain of the journal: each row has a number within its organisation, and the SHA-256 of its number,
//! of what it says and of the hash before it. Whoever alters, removes or slips in a row breaks the chain, unless
//! they write everything after it anew; against that, the newest number and hash are kept outside (the doctor
//! prints them, a backup holds them). What a row says never changes but for `undone_at`, which the chain
//! leaves out: the undoing is a row of its own.

use ring::digest::{Context, SHA256, SHA256_OUTPUT_LEN};

use super::super::conn::{Cells, Conn, Value};
use super::super::{Result, Row};
use crate::id::OrganisationId;

/// Stands for the hash before the first row.
const NOTHING: [u8; SHA256_OUTPUT_LEN] = [0; SHA256_OUTPUT_LEN];
/// Begins what is hashed; rises when its form changes.
const FORM: &[u8] = b"parvis journal 1";
/// Rows read or written at once.
const BATCH: i64 = 1_000;
/// Rows given their place in one statement: three values each.
const CHUNK: usize = 300;

const LAST: &str =
    "SELECT no, hash FROM journal WHERE organisation_id = $1 AND no IS NOT NULL ORDER BY no DESC LIMIT 1";
const AT: &str = "SELECT hash FROM journal WHERE organisation_id = $1 AND no = $2";
const WALK: &str = "SELECT no, hash, organisation_id, id, at, actor_kind, actor_id, verb, subject_kind, subject_id, conversation_id, before, after
    FROM journal WHERE organisation_id = $1 AND no > $2 ORDER BY no LIMIT $3";
const LOOSE: &str = "SELECT COUNT(*) FROM journal WHERE organisation_id = $1 AND (no IS NULL OR no < 1)";
const OWNERS: &str = "SELECT DISTINCT organisation_id FROM journal";
const FORMER: &str = "SELECT no, hash, organisation_id, id, at, actor_kind, actor_id, verb, subject_kind, subject_id, conversation_id, before, after
    FROM journal WHERE organisation_id = $1 AND no IS NULL ORDER BY id LIMIT $2";

/// The newest row of an organisation's journal, as far as the chain goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Whose.
    pub organisation: OrganisationId,
    /// Its number, from 1; 0 for an empty journal.
    pub no: i64,
    /// Its hash (SHA-256).
    pub hash: Vec<u8>,
}

impl Head {
    /// The end of the chain as it stands.
    pub async fn read(conn: &mut Conn, organisation: OrganisationId) -> Result<Self> {
        let Some(row) = conn.first(LAST, &[organisation.into()]).await? else {
            return Ok(Self { organisation, no: 0, hash: NOTHING.to_vec() });
        };
        let mut cells = row.cells();
        Ok(Self { organisation, no: cells.next()?, hash: cells.next::<Option<_>>()?.unwrap_or_default() })
    }

    /// The place of the row that says `content`, after this one.
    fn next(&self, content: &[Value]) -> Self {
        let no = self.no.saturating_add(1);
        Self { organisation: self.organisation, no, hash: hash(&self.hash, no, content) }
    }
}

/// The place of a new row, for the transaction `conn`: writers take turns, so nobody else takes it meanwhile.
pub(super) async fn place(conn: &mut Conn, organisation: OrganisationId, content: &[Value]) -> Result<Head> {
    let last = match conn.head.take().filter(|head| head.organisation == organisation) {
        Some(head) => head,
        None => Head::read(conn, organisation).await?,
    };
    Ok(last.next(content))
}

fn hash(before: &[u8], no: i64, content: &[Value]) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    context.update(FORM);
    Value::from(before).feed(&mut context);
    Value::from(no).feed(&mut context);
    content.iter().for_each(|value| value.feed(&mut context));
    context.finish().as_ref().to_vec()
}

/// What a row says, in the order of the INSERT.
fn content(cells: &mut Cells<'_>) -> Result<Vec<Value>> {
    Ok(vec![
        Value::Id(cells.next()?),
        Value::Id(cells.next()?),
        Value::Int(cells.next()?),
        Value::Text(cells.next()?),
        Value::Id(cells.next()?),
        Value::Text(cells.next()?),
        Value::Text(cells.next()?),
        Value::Id(cells.next()?),
        Value::Id(cells.next()?),
        Value::Text(cells.next()?),
        Value::Text(cells.next()?),
    ])
}

/// One place at which the chain doesn't hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Break {
    /// The row with this number was altered, or one before it was put in its place.
    Altered(i64),
    /// The rows from the first number to the last are gone.
    Missing(i64, i64),
    /// So many rows have no place in the chain: they weren't written by Parvis.
    Loose(i64),
}

/// What a walk along the chain found.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Rows that were read.
    pub rows: u64,
    /// The end of the chain.
    pub head: Head,
    /// Where it doesn't hold, in order.
    pub breaks: Vec<Break>,
}

/// Walks along the whole chain; `progress` is told the rows so far. Each row is judged by the hash that the row
/// before it has, so one altered row is one break.
pub async fn check(
    conn: &mut Conn,
    organisation: OrganisationId,
    mut progress: impl FnMut(u64),
) -> Result<Checked> {
    let head = Head { organisation, no: 0, hash: NOTHING.to_vec() };
    let mut found = Checked { rows: 0, head, breaks: Vec::new() };
    loop {
        let rows = conn.all(WALK, &[organisation.into(), found.head.no.into(), BATCH.into()]).await?;
        for row in &rows {
            follow(&mut found, row)?;
        }
        progress(found.rows);
        if rows.is_empty() {
            break;
        }
    }
    let loose = conn.first(LOOSE, &[organisation.into()]).await?.map_or(Ok(0), |row| row.only())?;
    if loose > 0 {
        found.breaks.push(Break::Loose(loose));
    }
    Ok(found)
}

fn follow(found: &mut Checked, row: &Row) -> Result<()> {
    let mut cells = row.cells();
    let no: i64 = cells.next()?;
    let kept: Vec<u8> = cells.next::<Option<_>>()?.unwrap_or_default();
    let content = content(&mut cells)?;
    if no > found.head.no + 1 {
        // What the hash before this row was can't be known any more.
        found.breaks.push(Break::Missing(found.head.no + 1, no - 1));
    } else if hash(&found.head.hash, no, &content) != kept {
        found.breaks.push(Break::Altered(no));
    }
    found.rows += 1;
    found.head.no = no;
    found.head.hash = kept;
    Ok(())
}

/// The hash of the row with that number, to compare with one that was kept outside.
pub async fn hash_at(conn: &mut Conn, organisation: OrganisationId, no: i64) -> Result<Option<Vec<u8>>> {
    let row = conn.first(AT, &[organisation.into(), no.into()]).await?;
    Ok(row.map(|row| row.only::<Option<Vec<u8>>>()).transpose()?.flatten())
}

/// Gives the rows from before there was a chain their place, oldest first (a migration).
pub(in crate::store) async fn begin(conn: &mut Conn) -> Result<()> {
    let owners: Vec<OrganisationId> =
        conn.all(OWNERS, &[]).await?.iter().map(Row::only).collect::<Result<_>>()?;
    for organisation in owners {
        let mut head = Head::read(conn, organisation).await?;
        loop {
            let rows = conn.all(FORMER, &[organisation.into(), BATCH.into()]).await?;
            if rows.is_empty() {
                break;
            }
            let mut placed = Vec::with_capacity(rows.len());
            for row in &rows {
                let mut cells = row.cells();
                let _: Option<i64> = cells.next()?;
                let _: Option<Vec<u8>> = cells.next()?;
                let content = content(&mut cells)?;
                head = head.next(&content);
                placed.push((content[1].clone(), head.clone()));
            }
            for part in placed.chunks(CHUNK) {
                put(conn, organisation, part).await?;
            }
        }
    }
    Ok(())
}

async fn put(conn: &mut Conn, organisation: OrganisationId, placed: &[(Value, Head)]) -> Result<()> {
    let mut args: Vec<Value> = vec![organisation.into()];
    let mut rows = Vec::with_capacity(placed.len());
    for (id, head) in placed {
        let first = args.len() + 1;
        rows.push(format!("(${first}, ${}, ${})", first + 1, first + 2));
        args.extend([id.clone(), head.no.into(), head.hash.clone().into()]);
    }
    // Both engines call the columns of VALUES so.
    let sql = format!(
        "UPDATE journal SET no = given.column2, hash = given.column3 FROM (VALUES {}) AS given
         WHERE organisation_id = $1 AND id = given.column1",
        rows.join(", ")
    );
    conn.run(sqlx::AssertSqlSafe(sql), &args).await.map(drop)
}

/// The number and the hash of a row as people write them down: `1204:9f86d0…`.
pub fn written(head: &Head) -> String {
    let hex: String = head.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}:{hex}", head.no)
}

#[cfg(test)]
mod tests;
