//! One connection, whichever engine stands behind it: values in, rows out. SQL is written once with
//! `$1` placeholders and read back column by column in the order of its SELECT. Knows no table.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt as _;
use ring::digest::Context;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, Postgres, Row as _, SqlSafeStr, Sqlite, Transaction};
use uuid::Uuid;

use super::bell::Bells;
use super::journal::chain::Head;
use super::kept::Kept;
use super::node::{self, Told};
use super::reader::Reader;
use super::{Error, Event, Result};
use crate::fault::{self, Point};

/// A value bound to a placeholder. `None` keeps its type, which PostgreSQL needs.
#[derive(Clone, Debug)]
pub enum Value {
    /// BIGINT.
    Int(Option<i64>),
    /// TEXT.
    Text(Option<String>),
    /// BOOLEAN.
    Bool(bool),
    /// BYTEA or BLOB.
    Bytes(Option<Vec<u8>>),
    /// UUID, kept as 16 bytes by SQLite.
    Id(Option<Uuid>),
}

macro_rules! values {
    ($($from:ty => |$it:ident| $to:expr),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from($it: $from) -> Self { $to }
        }
    )*};
}
values!(
    i64 => |it| Self::Int(Some(it)),
    Option<i64> => |it| Self::Int(it),
    bool => |it| Self::Bool(it),
    String => |it| Self::Text(Some(it)),
    &str => |it| Self::Text(Some(it.to_owned())),
    &String => |it| Self::Text(Some(it.clone())),
    Option<String> => |it| Self::Text(it),
    Option<&str> => |it| Self::Text(it.map(str::to_owned)),
    &Option<String> => |it| Self::Text(it.clone()),
    Vec<u8> => |it| Self::Bytes(Some(it)),
    &[u8] => |it| Self::Bytes(Some(it.to_vec())),
    Option<Vec<u8>> => |it| Self::Bytes(it),
    Uuid => |it| Self::Id(Some(it)),
    Option<Uuid> => |it| Self::Id(it),
);

impl Value {
    /// Hands the value to a hash, with its type and its length before it, so that no two rows read the same. The
    /// chain of the journal is kept with it: it stays as it is.
    pub(super) fn feed(&self, context: &mut Context) {
        let mut put = |kind: u8, bytes: Option<&[u8]>| {
            context.update(&[kind, u8::from(bytes.is_some())]);
            let bytes = bytes.unwrap_or_default();
            context.update(&(bytes.len() as u64).to_be_bytes());
            context.update(bytes);
        };
        match self {
            Self::Int(it) => put(1, it.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice)),
            // PostgreSQL can't hold U+0000 and is given U+FFFD in its place: the same text for us.
            Self::Text(Some(it)) => put(2, Some(it.replace('\0', "\u{FFFD}").as_bytes())),
            Self::Text(None) => put(2, None),
            Self::Bool(it) => put(3, Some(&[u8::from(*it)])),
            Self::Bytes(it) => put(4, it.as_deref()),
            Self::Id(it) => put(5, it.as_ref().map(|id| id.as_bytes().as_slice())),
        }
    }
}

/// Binds `values` after those that are bound already and names their places: `$3, $4`; `NULL` for none, since
/// `IN ()` isn't SQL.
pub(super) fn places(args: &mut Vec<Value>, values: impl IntoIterator<Item = impl Into<Value>>) -> String {
    let first = args.len() + 1;
    args.extend(values.into_iter().map(Into::into));
    let list: Vec<String> = (first..=args.len()).map(|n| format!("${n}")).collect();
    if list.is_empty() { "NULL".to_owned() } else { list.join(", ") }
}

/// A list in parts for one statement each: few sizes, so that each statement is prepared once, and none of many hundred
/// values, since SQLite looks for the place of each among all of them.
pub(super) fn parts<T>(mut list: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let count = [50, 10, 1].into_iter().find(|count| *count <= list.len())?;
        let (part, rest) = list.split_at(count);
        list = rest;
        Some(part)
    })
}

/// A type that a column can be read into.
pub trait Cell: Sized {
    /// Reads column `index` (from 0) of `row`.
    fn read(row: &Row, index: usize) -> Result<Self>;
}

macro_rules! cells {
    ($($type:ty),*) => {$(
        impl Cell for $type {
            fn read(row: &Row, index: usize) -> Result<Self> {
                Ok(match row {
                    Row::Sqlite(row) => row.try_get_unchecked(index)?,
                    Row::Postgres(row) => row.try_get(index)?,
                })
            }
        }
        impl Cell for Option<$type> {
            fn read(row: &Row, index: usize) -> Result<Self> {
                Ok(match row {
                    Row::Sqlite(row) => row.try_get_unchecked(index)?,
                    Row::Postgres(row) => row.try_get(index)?,
                })
            }
        }
    )*};
}
cells!(i64, bool, String, Vec<u8>, Uuid);

macro_rules! id_cells {
    ($($id:ident),*) => {$(
        impl Cell for crate::id::$id {
            fn read(row: &Row, index: usize) -> Result<Self> { Uuid::read(row, index).map(Self) }
        }
        impl Cell for Option<crate::id::$id> {
            fn read(row: &Row, index: usize) -> Result<Self> {
                Ok(Option::<Uuid>::read(row, index)?.map(crate::id::$id))
            }
        }
        impl From<crate::id::$id> for Value {
            fn from(it: crate::id::$id) -> Self { Self::Id(Some(it.0)) }
        }
        impl From<Option<crate::id::$id>> for Value {
            fn from(it: Option<crate::id::$id>) -> Self { Self::Id(it.map(|id| id.0)) }
        }
    )*};
}
id_cells!(
    OrganisationId,
    ColleagueId,
    DeskId,
    ChannelId,
    AuthorId,
    ConversationId,
    MessageId,
    AttachmentId,
    TagId,
    ViewId,
    WatchId,
    PostId,
    CommentId,
    PictureId,
    CardId,
    ImportId,
    LayerId,
    LaunchId,
    GestureId,
    AssetId,
    RequestId,
    FileId,
    EntryId,
    StopId,
    FastId,
    AskId,
    PassId,
    LetterId,
    CorrectionId,
    AlertId,
    DestinationId,
    NoticeId,
    JournalId,
    TokenId,
    JobId
);

/// One row of an answer.
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// Reads the columns one after the other, in the order of the SELECT.
    pub fn cells(&self) -> Cells<'_> {
        Cells { row: self, next: 0 }
    }

    /// The first column, for answers of one column.
    pub fn only<T: Cell>(&self) -> Result<T> {
        T::read(self, 0)
    }
}

/// A reader that walks along the columns of a row.
pub struct Cells<'a> {
    row: &'a Row,
    next: usize,
}

impl Cells<'_> {
    /// The next column.
    #[expect(
        clippy::should_implement_trait,
        reason = "each call may give another type, which an iterator can't"
    )]
    pub fn next<T: Cell>(&mut self) -> Result<T> {
        let index = self.next;
        self.next += 1;
        T::read(self.row, index)
    }
}

/// A connection for reading, or a transaction for writing. Dropping a transaction undoes it.
pub struct Conn {
    pub(super) inner: Inner,
    pub(super) live: Option<tokio::sync::broadcast::Sender<Told>>,
    /// This process, among those that share the database.
    pub(super) node: i64,
    /// What to tell the screens once the transaction has been committed.
    pub(super) events: Vec<Event>,
    /// Kinds of the work that the transaction made, …
    pub(super) made: Vec<&'static str>,
    /// … and who waits for it.
    pub(super) bells: Arc<Bells>,
    /// The newest row of the journal that this transaction wrote: the next one hangs on it.
    pub(super) head: Option<Head>,
    /// What every page asks for, as it was read last.
    pub(super) kept: Arc<Kept>,
    /// How many wait for their turn to write.
    pub(super) queue: Arc<AtomicUsize>,
    /// When it was handed out.
    pub(super) since: Instant,
}

/// After how long a transaction that could go on gives way to those who wait for their turn, …
const TURN: Duration = Duration::from_millis(10);
/// … and after how long it ends in any case: other nodes may wait, and what it wrote grows.
const LONG_TURN: Duration = Duration::from_millis(150);

pub(super) enum Inner {
    SqliteRead(Reader),
    SqliteWrite(Transaction<'static, Sqlite>),
    PostgresRead(PoolConnection<Postgres>),
    PostgresWrite(Transaction<'static, Postgres>),
}

fn sqlite(args: &[Value]) -> Result<SqliteArguments> {
    let mut bound = SqliteArguments::default();
    for value in args {
        match value {
            Value::Int(it) => bound.add(*it),
            Value::Text(it) => bound.add(it.clone()),
            Value::Bool(it) => bound.add(*it),
            Value::Bytes(it) => bound.add(it.clone()),
            Value::Id(it) => bound.add(*it),
        }
        .map_err(|error| Error::Database(sqlx::Error::Encode(error)))?;
    }
    Ok(bound)
}

fn postgres(args: &[Value]) -> Result<PgArguments> {
    let mut bound = PgArguments::default();
    for value in args {
        match value {
            Value::Int(it) => bound.add(*it),
            // PostgreSQL text can't hold U+0000; SQLite's would end there for some readers.
            Value::Text(it) => bound.add(it.as_ref().map(|text| text.replace('\0', "\u{FFFD}"))),
            Value::Bool(it) => bound.add(*it),
            Value::Bytes(it) => bound.add(it.clone()),
            Value::Id(it) => bound.add(*it),
        }
        .map_err(|error| Error::Database(sqlx::Error::Encode(error)))?;
    }
    Ok(bound)
}

macro_rules! run {
    ($conn:expr, $sql:expr, $args:expr, $method:ident, |$got:ident| $sqlite:expr, $postgres:expr) => {{
        let sql = $sql.into_sql_str();
        match &mut $conn.inner {
            Inner::SqliteRead(it) => {
                let $got = sqlx::query_with(sql, sqlite($args)?).$method(&mut **it).await?;
                $sqlite
            }
            Inner::SqliteWrite(it) => {
                let $got = sqlx::query_with(sql, sqlite($args)?).$method(&mut **it).await?;
                $sqlite
            }
            Inner::PostgresRead(it) => {
                let $got = sqlx::query_with(sql, postgres($args)?).$method(&mut **it).await?;
                $postgres
            }
            Inner::PostgresWrite(it) => {
                let $got = sqlx::query_with(sql, postgres($args)?).$method(&mut **it).await?;
                $postgres
            }
        }
    }};
}

impl Conn {
    /// All rows of an answer.
    pub async fn all(&mut self, sql: impl SqlSafeStr, args: &[Value]) -> Result<Vec<Row>> {
        Ok(run!(
            self,
            sql,
            args,
            fetch_all,
            |rows| rows.into_iter().map(Row::Sqlite).collect(),
            rows.into_iter().map(Row::Postgres).collect()
        ))
    }

    /// Hands the rows of an answer over one by one, for answers that are too long to be held.
    pub(super) async fn each(
        &mut self,
        sql: impl SqlSafeStr,
        args: &[Value],
        mut then: impl FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        macro_rules! stream {
            ($conn:expr, $args:expr, $row:expr) => {{
                let mut rows = sqlx::query_with(sql.into_sql_str(), $args?).fetch(&mut **$conn);
                while let Some(row) = rows.try_next().await? {
                    then(&$row(row))?;
                }
                Ok(())
            }};
        }
        match &mut self.inner {
            Inner::SqliteRead(it) => stream!(it, sqlite(args), Row::Sqlite),
            Inner::SqliteWrite(it) => stream!(it, sqlite(args), Row::Sqlite),
            Inner::PostgresRead(it) => stream!(it, postgres(args), Row::Postgres),
            Inner::PostgresWrite(it) => stream!(it, postgres(args), Row::Postgres),
        }
    }

    /// The first row of an answer, if there is one.
    pub async fn first(&mut self, sql: impl SqlSafeStr, args: &[Value]) -> Result<Option<Row>> {
        Ok(run!(self, sql, args, fetch_optional, |row| row.map(Row::Sqlite), row.map(Row::Postgres)))
    }

    /// Runs a change and tells how many rows it touched.
    pub async fn run(&mut self, sql: impl SqlSafeStr, args: &[Value]) -> Result<u64> {
        Ok(run!(self, sql, args, execute, |done| done.rows_affected(), done.rows_affected()))
    }

    /// Whether the engine is SQLite; only `search` and `migration` may care.
    pub fn is_sqlite(&self) -> bool {
        matches!(self.inner, Inner::SqliteRead(_) | Inner::SqliteWrite(_))
    }

    /// Whether a long piece of work is to be cut here and go on in a transaction of its own, because other writers wait.
    pub fn is_long(&self) -> bool {
        let spent = self.since.elapsed();
        spent > LONG_TURN || (spent > TURN && self.waiting() > 0)
    }

    /// How many wait for their turn to write, in this process.
    pub(super) fn waiting(&self) -> usize {
        self.queue.load(Ordering::Relaxed)
    }

    /// Whether it is a transaction, which sees what isn't committed yet.
    pub(super) fn is_writing(&self) -> bool {
        matches!(self.inner, Inner::SqliteWrite(_) | Inner::PostgresWrite(_))
    }

    /// Runs several statements at once, without values (migrations).
    pub(super) async fn script(&mut self, sql: impl SqlSafeStr) -> Result<()> {
        let sql = sqlx::raw_sql(sql);
        match &mut self.inner {
            Inner::SqliteRead(it) => sql.execute(&mut **it).await.map(|_| ())?,
            Inner::SqliteWrite(it) => sql.execute(&mut **it).await.map(|_| ())?,
            Inner::PostgresRead(it) => sql.execute(&mut **it).await.map(|_| ())?,
            Inner::PostgresWrite(it) => sql.execute(&mut **it).await.map(|_| ())?,
        }
        Ok(())
    }

    /// Wakes whoever waits for work of this kind, once the transaction has been committed.
    pub fn ring(&mut self, kind: &'static str) {
        if !self.made.contains(&kind) {
            self.made.push(kind);
        }
    }

    /// Makes a transaction durable, then tells the screens what changed, and the workers what there is to do.
    ///
    /// # Errors
    /// The database refused; nothing of the transaction was kept and nobody was told.
    pub async fn commit(self) -> Result<()> {
        fault::pass(Point::CommitBefore);
        match self.inner {
            Inner::SqliteWrite(it) => it.commit().await?,
            Inner::PostgresWrite(mut it) => {
                if self.live.is_some() {
                    node::announce(&mut it, self.node, &self.events).await?;
                }
                it.commit().await?;
            }
            Inner::SqliteRead(_) | Inner::PostgresRead(_) => {}
        }
        fault::pass(Point::CommitAfter);
        if let Some(live) = self.live {
            self.kept.forget();
            for event in self.events {
                // Nobody listening is no failure: the journal holds the change.
                let _ = live.send(Told::Changed(event));
            }
        }
        self.made.into_iter().for_each(|kind| self.bells.ring(kind));
        Ok(())
    }
}
