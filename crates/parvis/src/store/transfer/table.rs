//! Every table that holds something of its own, with its columns, in an order in which rows can be
//! written without pointing at rows that aren't there yet. A test compares it with both engines.
//! Left out is what is made from the rest or lasts a minute: `counter`, `lease`, `message_index`,
//! `message_terms`, `migration`, and where a tagged conversation stands in the lists.

use sqlx::AssertSqlSafe;

use super::super::conn::{Conn, Row, Value};
use super::super::{Cell as _, Result};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// BIGINT.
    Int,
    /// TEXT.
    Text,
    /// BOOLEAN.
    Bool,
    /// BYTEA or BLOB.
    Bytes,
    /// UUID.
    Id,
}

/// One table. The first `key` columns are its primary key.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// How many columns make the primary key.
    pub key: usize,
    /// Its columns.
    pub columns: &'static [(&'static str, Kind)],
}

macro_rules! tables {
    ($($name:ident $key:literal { $($column:ident $kind:ident),* $(,)? })*) => {
        /// All tables, those that others point at first.
        pub const TABLES: &[Table] = &[$(Table {
            name: stringify!($name),
            key: $key,
            columns: &[$((stringify!($column), Kind::$kind)),*],
        }),*];
    };
}

tables! {
    organisation 1 { id Id, name Text, language Text, time_zone Text, created_at Int }
    colleague 2 { organisation_id Id, id Id, email Text, name Text, initials Text, role Text, password_hash Text,
        language Text, theme Text, shortcuts Bool, active Bool, access_ends_at Int, created_at Int, time_zone Text,
        access_begins_at Int }
    session 2 { organisation_id Id, digest Text, colleague_id Id, agent Text, address Text, created_at Int,
        seen_at Int, expires_at Int, factor_at Int, proved_at Int, pass_id Id }
    factor 2 { organisation_id Id, colleague_id Id, secret Bytes, confirmed_at Int, last_step Int, created_at Int }
    recovery_code 2 { organisation_id Id, digest Text, colleague_id Id, created_at Int }
    link 2 { organisation_id Id, digest Text, colleague_id Id, created_at Int, expires_at Int, used_at Int }
    token 2 { organisation_id Id, id Id, colleague_id Id, name Text, digest Text, scopes Text, created_at Int,
        expires_at Int, used_at Int, revoked_at Int }
    answer_key 3 { organisation_id Id, colleague_id Id, key Text, digest Text, conversation_id Id, journal_id Id,
        created_at Int }
    desk 2 { organisation_id Id, id Id, kind Text, name Text, position Int, answer_within Int, created_at Int,
        hours Text, urgent_within Int, closed_at Int, successor_id Id }
    colleague_desk 3 { organisation_id Id, colleague_id Id, desk_id Id }
    channel 2 { organisation_id Id, id Id, kind Text, name Text, base_url Text, handle Text, remote_id Text,
        desk_id Id, state Text, settings Text, capabilities Text, secret Bytes, secret_expires_at Int, heard_at Int,
        tried_at Int, failing_since Int, error_code Text, error_text Text, rate_limit Int, rate_remaining Int,
        rate_reset_at Int, notice_code Text, notice_text Text, created_at Int, renewal Text }
    client_key 2 { organisation_id Id, id Id, secret Bytes, created_at Int }
    contract_channel 3 { organisation_id Id, colleague_id Id, channel_id Id }
    contract_theme 3 { organisation_id Id, colleague_id Id, theme Text }
    channel_cursor 3 { organisation_id Id, channel_id Id, stream Text, value Text, updated_at Int }
    channel_gap 3 { organisation_id Id, channel_id Id, from_at Int, to_at Int, reason Text }
    observation 2 { organisation_id Id, id Id, channel_id Id, remote_id Text, kind Text, version_at Int,
        received_at Int, raw Text }
    author 2 { organisation_id Id, id Id, kind Text, remote_id Text, handle Text, name Text, url Text,
        avatar_url Text, bot Bool, first_seen_at Int, last_seen_at Int, messages Int }
    conversation 2 { organisation_id Id, id Id, channel_id Id, thread_key Text, author_id Id, desk_id Id, state Text,
        assignee_id Id, urgent Bool, language Text, intent Text, sentiment Text, title Text, excerpt Text,
        messages Int, first_at Int, last_at Int, awaiting_since Int, due_at Int, answered_at Int, snoozed_until Int,
        closed_at Int, merged_into Id, abusive Bool, needs_answer Bool }
    message 2 { organisation_id Id, id Id, conversation_id Id, channel_id Id, direction Text, author_id Id,
        colleague_id Id, remote_id Text, remote_parent_id Text, url Text, visibility Text, language Text,
        title Text, warning Text, text Text, html Text, sent_at Int, version_at Int, edited_at Int, deleted_at Int,
        state Text, publish_key Text, error_code Text, error_text Text, created_at Int, marks Text }
    reading 2 { organisation_id Id, message_id Id, sent_at Int, model Text, language Text, sentiment Text, score Int,
        intent Text, abuse Int, needs_answer Bool }
    correction 2 { organisation_id Id, id Id, message_id Id, colleague_id Id, aspect Text, was Text, value Text,
        lesson Bytes, created_at Int, ended_at Int, changed_at Int }
    watch 2 { organisation_id Id, id Id, name Text, query Text, owner_id Id, created_at Int, changed_at Int,
        fill_before Id, folder Text, sensitivity Text, tag_id Id }
    moderation 2 { organisation_id Id, message_id Id, act Text, step Text, colleague_id Id, decided_at Int, due_at Int,
        error_code Text, error_text Text }
    arrival 2 { organisation_id Id, id Id, channel_id Id, delivery Text, received Text }
    mention 3 { organisation_id Id, watch_id Id, message_id Id, sent_at Int }
    launch 2 { organisation_id Id, id Id, name Text, kind Text, state Text, summary Text, starts_at Int, all_day Bool,
        owner_id Id, note Text, version Int, opened_at Int, closed_at Int, created_at Int, watch_id Id }
    post 2 { organisation_id Id, id Id, title Text, brief Text, theme Text, origin Text, origin_name Text,
        conversation_id Id, state Text, reason Text, text Text, warning Text, version Int, due_at Int, idea_by Id,
        writer_id Id, written_by Id, sent_back_by Id, validated_by Id, validated_at Int, held_at Int, held_code Text,
        released_at Int, published_at Int, measured_at Int, answers Int, created_at Int, changed_at Int,
        campaign Text, first_comment Text, launch_id Id }
    post_target 3 { organisation_id Id, post_id Id, channel_id Id, text Text, message_id Id, tagged Bool, threaded Bool,
        first_comment Text }
    post_part 4 { organisation_id Id, post_id Id, channel_id Id, number Int, message_id Id, first_comment Bool }
    post_version 3 { organisation_id Id, post_id Id, number Int, at Int, colleague_id Id, text Text, own_texts Text,
        first_comment Text, own_first_comments Text, assistant Text }
    post_draft 3 { organisation_id Id, post_id Id, colleague_id Id, version Int, text Text, own_texts Text,
        updated_at Int, first_comment Text, own_first_comments Text, assistant Text }
    post_comment 2 { organisation_id Id, id Id, post_id Id, colleague_id Id, at Int, text Text }
    post_mention 3 { organisation_id Id, post_id Id, colleague_id Id }
    post_check 3 { organisation_id Id, post_id Id, item Text, colleague_id Id, at Int }
    post_figure 4 { organisation_id Id, post_id Id, channel_id Id, name Text, value Int, at Int }
    post_waiver 4 { organisation_id Id, post_id Id, rule Text, about Text, colleague_id Id, at Int, reason Text }
    fast 2 { organisation_id Id, id Id, post_id Id, version Int, state Text, colleague_id Id, reason Text, began_at Int,
        asked_at Int, next_at Int, answered_by Id, answered_at Int, answer Text, reviewed_by Id, reviewed_at Int,
        review Text }
    fast_ask 2 { organisation_id Id, id Id, fast_id Id, colleague_id Id, at Int, told Text, error_text Text }
    post_picture 2 { organisation_id Id, id Id, post_id Id, position Int, alt Text, mime Text, stored_as Text,
        asset_id Id }
    pass 2 { organisation_id Id, id Id, colleague_id Id, purpose Text, post_id Id, note Text, made_by Id, created_at Int,
        expires_at Int, ended_at Int, digest Text, code_digest Text, code_until Int, wrong Int, seen_at Int }
    pass_letter 2 { organisation_id Id, id Id, pass_id Id, kind Text, at Int, told Text, error_text Text }
    post_card 2 { organisation_id Id, id Id, post_id Id, url Text, title Text, about Text, mime Text, stored_as Text }
    asset 2 { organisation_id Id, id Id, title Text, theme Text, tags Text, alt_fr Text, alt_en Text, credit Text,
        holder Text, purpose Text, territory Text, expires_at Int, colleague_id Id, away_at Int, files Int,
        version Int, words Text, created_at Int, changed_at Int }
    asset_file 2 { organisation_id Id, id Id, asset_id Id, number Int, digest Text, mime Text, width Int, height Int,
        bytes Int, stored_as Text, colleague_id Id, at Int }
    launch_entry 2 { organisation_id Id, id Id, launch_id Id, of_id Id, kind Text, title Text, text Text, language Text,
        audience Text, likely Text, grave Text, people Text, at Int, state Text, owner_id Id, validated_by Id,
        validated_at Int, version Int, created_at Int }
    launch_use 2 { organisation_id Id, message_id Id, entry_id Id, at Int }
    request 2 { organisation_id Id, id Id, title Text, brief Text, formats Text, count Int, due_at Int, post_id Id,
        launch_id Id, needed Bool, asked_by Id, asked_of Id, state Text, reason Text, deliveries Int, version Int,
        created_at Int, changed_at Int }
    request_picture 4 { organisation_id Id, request_id Id, delivery Int, position Int, asset_id Id, file_number Int,
        at Int }
    gesture 2 { organisation_id Id, id Id, conversation_id Id, author_id Id, title Text, why Text, cost Text, due_at Int,
        owner_id Id, state Text, reason Text, outcome Text, proposed_by Id, decided_by Id, decided_at Int, ended_at Int,
        version Int, created_at Int }
    post_import 2 { organisation_id Id, id Id, colleague_id Id, name Text, digest Text, content Text, posts Text,
        created_at Int, made_at Int }
    calendar_layer 2 { organisation_id Id, id Id, name Text, mark Text, host Text, secret Bytes, content Text, etag Text,
        modified Text, tried_at Int, read_at Int, error_code Text, unread Int, cut Bool, colleague_id Id, created_at Int }
    calendar_layer_event 3 { organisation_id Id, calendar_layer_id Id, position Int, starts_at Int, ends_at Int, is_day Bool,
        title Text, place Text }
    calendar_layer_hidden 3 { organisation_id Id, calendar_layer_id Id, colleague_id Id }
    stop 2 { organisation_id Id, id Id, at Int, colleague_id Id, reason Text, lifted_at Int, lifted_by Id }
    calendar_feed 2 { organisation_id Id, digest Text, colleague_id Id, created_at Int }
    message_version 3 { organisation_id Id, message_id Id, version_at Int, text Text, html Text }
    attachment 2 { organisation_id Id, id Id, message_id Id, position Int, kind Text, remote_url Text, alt Text,
        mime Text, width Int, height Int, stored_as Text, error_text Text }
    tag 2 { organisation_id Id, id Id, name Text, created_at Int }
    conversation_tag 3 { organisation_id Id, tag_id Id, conversation_id Id, watch_id Id }
    tag_refusal 3 { organisation_id Id, tag_id Id, conversation_id Id, watch_id Id, at Int }
    view 2 { organisation_id Id, id Id, owner_id Id, name Text, shared Bool, filter Text, created_at Int }
    draft 4 { organisation_id Id, conversation_id Id, colleague_id Id, mode Text, text Text, updated_at Int }
    tally 4 { organisation_id Id, hour_at Int, channel_id Id, direction Text, value Int }
    job 2 { organisation_id Id, id Id, kind Text, dedup_key Text, subject_id Id, state Text, run_at Int,
        attempts Int, lease_until Int, error_text Text, created_at Int }
    journal 2 { organisation_id Id, id Id, at Int, actor_kind Text, actor_id Id, verb Text, subject_kind Text,
        subject_id Id, conversation_id Id, before Text, after Text, undone_at Int,
        no Int, hash Bytes }
    alert 2 { organisation_id Id, id Id, kind Text, subject_kind Text, subject_id Id, state Text, level Int,
        began_at Int, opened_at Int, closed_at Int, closed_why Text, closed_by Id, evidence Text }
    alert_signal 4 { organisation_id Id, alert_id Id, kind Text, subject_id Id, subject_kind Text, seen_at Int,
        ended_at Int }
    alert_seen 3 { organisation_id Id, alert_id Id, colleague_id Id, seen_at Int }
    destination 2 { organisation_id Id, id Id, kind Text, name Text, state Text, address Text, channel_id Id,
        rule Text, secret Bytes, digest_at Int, failing_since Int, error_code Text, error_text Text,
        created_at Int }
    notice 2 { organisation_id Id, id Id, destination_id Id, key Text, kind Text, alert_id Id, state Text,
        created_at Int, sent_at Int, error_code Text, error_text Text }
    assistant 2 { organisation_id Id, id Id, address Text, model Text, secret Bytes, uses Text, tone Text, most Int }
    assistant_day 2 { organisation_id Id, day Text, calls Int }
    setting 2 { organisation_id Id, name Text, value Text }
}

/// What one row of any table holds, column by column.
pub type Cells = Vec<Value>;

/// Rows read or written at once: enough to make the way to the server cheap, few enough to stay
/// below the 32,766 values that SQLite binds in one statement.
pub const BATCH: usize = 500;

impl Table {
    /// The table of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    fn key_names(&self) -> String {
        self.columns.iter().take(self.key).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// The next rows after `last` by primary key, at most [`BATCH`].
    pub(super) async fn read(&self, conn: &mut Conn, last: Option<&Cells>) -> Result<Vec<Cells>> {
        let mut args: Vec<Value> = last.map(|row| row[..self.key].to_vec()).unwrap_or_default();
        let (names, key, name) = (self.names(), self.key_names(), self.name);
        let after = if args.is_empty() {
            String::new()
        } else {
            format!(" WHERE ({key}) > ({})", placeholders(1, self.key))
        };
        args.push(i64::try_from(BATCH).unwrap_or(i64::MAX).into());
        let sql = format!("SELECT {names} FROM {name}{after} ORDER BY {key} LIMIT ${}", args.len());
        let rows = conn.all(AssertSqlSafe(sql), &args).await?;
        rows.iter().map(|row| self.cells(row)).collect()
    }

    fn cells(&self, row: &Row) -> Result<Cells> {
        let mut cells = Vec::with_capacity(self.columns.len());
        for (index, (_, kind)) in self.columns.iter().enumerate() {
            cells.push(match kind {
                Kind::Int => Value::Int(Option::read(row, index)?),
                Kind::Text => Value::Text(Option::read(row, index)?),
                Kind::Bool => Value::Bool(bool::read(row, index)?),
                Kind::Bytes => Value::Bytes(Option::read(row, index)?),
                Kind::Id => Value::Id(Option::read(row, index)?),
            });
        }
        Ok(cells)
    }

    /// Writes rows; with `keep`, those whose key is there already stay as they are. Answers with how
    /// many were written.
    pub(super) async fn write(&self, conn: &mut Conn, rows: &[Cells], keep: bool) -> Result<u64> {
        if rows.is_empty() {
            return Ok(0);
        }
        let width = self.columns.len();
        let values: Vec<String> =
            (0..rows.len()).map(|row| format!("({})", placeholders(row * width + 1, width))).collect();
        let (name, names, values) = (self.name, self.names(), values.join(", "));
        let conflict =
            if keep { format!(" ON CONFLICT ({}) DO NOTHING", self.key_names()) } else { String::new() };
        let sql = format!("INSERT INTO {name} ({names}) VALUES {values}{conflict}");
        conn.run(AssertSqlSafe(sql), &rows.concat()).await
    }

    /// Whether the table holds any row.
    pub(super) async fn is_filled(&self, conn: &mut Conn) -> Result<bool> {
        let sql = format!("SELECT {} FROM {} LIMIT 1", self.key_names(), self.name);
        Ok(conn.first(AssertSqlSafe(sql), &[]).await?.is_some())
    }
}

fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
