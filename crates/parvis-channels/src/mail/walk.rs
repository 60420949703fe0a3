//! Walking along a folder without losing a mail. The cursor is the folder's UIDVALIDITY and the last UID
//! taken: UIDs only grow (RFC 3501, 2.3.1.1), so whatever is above it is new. When the validity changes the
//! UIDs mean nothing any more: everything is looked at again that came in since a week before the newest
//! mail we have; the ids of the mails stay, so nothing comes twice for whoever folds.

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::find;
use super::imap::{Imap, Opening, Stored};
use super::observe::{Observer, Seen};
use super::read::Reader;
use super::server::{self, Settings};
use crate::{Account, ChannelError, Net, Observation, Page, Source, Why};

/// Mails that a first look takes.
const FIRST: u32 = 100;
/// Mails of one page.
const PAGE: usize = 50;
/// Bytes of one page, after its first mail.
const PAGE_BYTES: u64 = 16 * 1024 * 1024;
/// A mail larger than this is only read at its start, where its words are.
const WHOLE_BYTES: u32 = 32 * 1024 * 1024;
/// That start.
const START_BYTES: u32 = 2 * 1024 * 1024;
/// How far before the newest mail a look goes when a folder's UIDs were given anew, µs.
const AGAIN: i64 = 7 * 86_400_000_000;
/// Mails of a thread.
const THREAD: usize = 50;

/// Where we stand in a folder.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Cursor {
    validity: u32,
    uid: u32,
    /// When the newest mail taken came in, µs.
    at: i64,
}

impl Observer {
    pub(super) fn new(settings: &Settings, source: Source) -> Self {
        let reader = Reader { ours: settings.address.clone(), imap: settings.imap.host.clone() };
        Self { reader, source }
    }
}

/// One step along the inbox, or (`sent`) along our sent copies.
pub(super) async fn pull(
    net: &Net,
    account: &Account,
    sent: bool,
    cursor: Option<&str>,
) -> Result<Page, ChannelError> {
    let (settings, login) = server::open(account)?;
    let state: Option<Cursor> = cursor
        .map(serde_json::from_str)
        .transpose()
        .map_err(|error| ChannelError::Malformed { message: format!("the cursor can't be read: {error}") })?;
    let folder = if sent { settings.sent.clone() } else { Some("INBOX".to_owned()) };
    let Some(folder) = folder else { return page(Vec::new(), &state.unwrap_or_default(), false) };
    let mut imap = Imap::open(net, &settings.imap, &login).await?;
    let opening = imap.examine(&folder).await?;
    let mut state = match state {
        Some(state) if state.validity == opening.validity => state,
        Some(state) => again(&mut imap, &opening, &state).await?,
        None => Cursor { uid: before_latest(&mut imap, &opening).await?, ..Cursor::default() },
    };
    state.validity = opening.validity;
    let uids = since(&mut imap, state.uid).await?;
    let taken = fitting(&mut imap, &uids).await?;
    let mails = bring(&mut imap, &taken).await?;
    state.uid = taken.last().map_or(state.uid, |last| last.uid);
    state.at = mails.iter().filter_map(|it| it.arrived).fold(state.at, i64::max);
    let observer = Observer::new(&settings, Source::Poll);
    let seen = observer.read(mails, sent).await;
    let observations = settle(&mut imap, &settings, &observer, seen).await?;
    page(observations, &state, taken.len() < uids.len())
}

fn page(observations: Vec<Observation>, state: &Cursor, more: bool) -> Result<Page, ChannelError> {
    let cursor = serde_json::to_string(state).map_err(|error| ChannelError::Malformed {
        message: format!("the cursor can't be written: {error}"),
    })?;
    Ok(Page { observations, cursor, more, budget: None, notice: None })
}

/// Hears the inbox at once.
pub(super) async fn listen(
    net: &Net,
    account: &Account,
    sink: &mpsc::Sender<Observation>,
) -> Result<(), ChannelError> {
    let (settings, login) = server::open(account)?;
    let mut imap = Imap::open(net, &settings.imap, &login).await?;
    if !imap.has("IDLE") {
        return Err(ChannelError::Unsupported(Why::Polled));
    }
    let observer = Observer::new(&settings, Source::Stream);
    let opening = imap.examine("INBOX").await?;
    let mut last = newest(&mut imap, &opening).await?;
    loop {
        let uids = since(&mut imap, last).await?;
        let taken = fitting(&mut imap, &uids).await?;
        if let Some(newest) = taken.last() {
            last = newest.uid;
            let mails = bring(&mut imap, &taken).await?;
            let seen = observer.read(mails, false).await;
            for it in settle(&mut imap, &settings, &observer, seen).await? {
                if sink.send(it).await.is_err() {
                    return Ok(());
                }
            }
            imap.examine("INBOX").await?;
        } else if sink.is_closed() {
            return Ok(());
        } else {
            imap.idle().await?;
        }
    }
}

/// The thread around a mail, as far as it stands in the inbox and among our sent copies.
pub(super) async fn thread(net: &Net, account: &Account, id: &str) -> Result<Vec<Observation>, ChannelError> {
    let (settings, login) = server::open(account)?;
    let mut imap = Imap::open(net, &settings.imap, &login).await?;
    let observer = Observer::new(&settings, Source::Backfill);
    let Some(found) = find::mail(&mut imap, &settings, id, find::HEAD).await? else {
        return Ok(Vec::new());
    };
    let head = observer.read(vec![found], false).await;
    let parents = head.into_iter().find_map(|it| Some(it.mail?.parents)).unwrap_or_default();
    let mut all = Vec::new();
    for (folder, ours) in [(Some("INBOX".to_owned()), false), (settings.sent.clone(), true)] {
        let Some(folder) = folder else { continue };
        imap.examine(&folder).await?;
        let mut uids = imap.search_below(id).await?;
        for parent in &parents {
            uids.extend(imap.search_id(parent).await?);
        }
        uids.sort_unstable();
        uids.dedup();
        uids.truncate(THREAD);
        let taken = fitting(&mut imap, &uids).await?;
        let mails = bring(&mut imap, &taken).await?;
        all.extend(observer.read(mails, ours).await);
    }
    all.sort_by_key(|it| it.stored.arrived);
    let mut around = settle(&mut imap, &settings, &observer, all).await?;
    around.retain(|it| it.remote_id != id);
    Ok(around)
}

/// Observations of what was read. A mail in the inbox that bears our own address is ours only if a copy of
/// it stands among those we sent: anybody can write our address into a head.
async fn settle(
    imap: &mut Imap,
    settings: &Settings,
    observer: &Observer,
    mut all: Vec<Seen>,
) -> Result<Vec<Observation>, ChannelError> {
    for seen in &mut all {
        let Some(mail) = seen.mail.as_ref().filter(|it| !seen.ours && it.from.address == settings.address)
        else {
            continue;
        };
        if let Some(sent) = &settings.sent {
            imap.examine(sent).await?;
            seen.ours = find::here(imap, &mail.id, find::HEAD).await?.is_some();
        }
    }
    Ok(all.into_iter().map(|seen| observer.observe(seen)).collect())
}

/// UIDs above one, ascending. (`9:*` names the last mail even when its UID is below 9.)
async fn since(imap: &mut Imap, uid: u32) -> Result<Vec<u32>, ChannelError> {
    let mut uids = imap.search(&format!("UID {}:*", uid.saturating_add(1))).await?;
    uids.retain(|it| *it > uid);
    Ok(uids)
}

/// The highest UID of the open folder.
async fn newest(imap: &mut Imap, opening: &Opening) -> Result<u32, ChannelError> {
    if opening.count == 0 {
        return Ok(0);
    }
    Ok(imap.fetch("*", false, "UID").await?.last().map_or(0, |it| it.uid))
}

/// Below the latest mails of the open folder.
async fn before_latest(imap: &mut Imap, opening: &Opening) -> Result<u32, ChannelError> {
    if opening.count == 0 {
        return Ok(0);
    }
    let from = opening.count.saturating_sub(FIRST - 1).max(1);
    let latest = imap.fetch(&format!("{from}:*"), false, "UID").await?;
    Ok(latest.first().map_or(0, |it| it.uid.saturating_sub(1)))
}

/// Where to go on in a folder whose UIDs were given anew.
async fn again(imap: &mut Imap, opening: &Opening, state: &Cursor) -> Result<Cursor, ChannelError> {
    let from = jiff::Timestamp::from_microsecond(state.at.saturating_sub(AGAIN)).unwrap_or_default();
    let day = from.strftime("%-d-%b-%Y").to_string();
    let what = if state.at == 0 { "ALL".to_owned() } else { format!("SINCE {day}") };
    let uid = match imap.search(&what).await?.first() {
        Some(first) => first.saturating_sub(1),
        None => newest(imap, opening).await?,
    };
    Ok(Cursor { uid, ..state.clone() })
}

/// The first of these mails that make a page, by their sizes. One that went away meanwhile is passed over.
async fn fitting(imap: &mut Imap, uids: &[u32]) -> Result<Vec<Stored>, ChannelError> {
    let uids = uids.get(..uids.len().min(PAGE)).unwrap_or_default();
    if uids.is_empty() {
        return Ok(Vec::new());
    }
    let known = imap.fetch(&set(uids.iter().copied()), true, "UID RFC822.SIZE").await?;
    let (mut taken, mut bytes) = (Vec::new(), 0_u64);
    for &uid in uids {
        let size = known.iter().find(|it| it.uid == uid).map_or(0, |it| it.size);
        bytes += u64::from(size.min(WHOLE_BYTES));
        if bytes > PAGE_BYTES && !taken.is_empty() {
            break;
        }
        taken.push(Stored { uid, size, ..Stored::default() });
    }
    Ok(taken)
}

/// Gets the mails themselves. One that the server gives in a form that can't be read comes empty: it must
/// not stop those behind it.
async fn bring(imap: &mut Imap, taken: &[Stored]) -> Result<Vec<Stored>, ChannelError> {
    let (huge, usual): (Vec<&Stored>, Vec<&Stored>) = taken.iter().partition(|it| it.size > WHOLE_BYTES);
    let whole = format!("UID INTERNALDATE RFC822.SIZE {}", find::WHOLE);
    let start = format!("{whole}<0.{START_BYTES}>");
    let mut mails = match usual.len() {
        0 => Vec::new(),
        _ => match imap.fetch(&set(usual.iter().map(|it| it.uid)), true, &whole).await {
            Err(ChannelError::Malformed { .. }) => one_by_one(imap, &usual, &whole).await?,
            all => all?,
        },
    };
    // Some servers only guess at sizes; what they gave is the whole of it.
    for it in mails.iter_mut().filter(|it| !it.bytes.is_empty()) {
        it.size = u32::try_from(it.bytes.len()).unwrap_or(u32::MAX);
    }
    mails.extend(one_by_one(imap, &huge, &start).await?);
    mails.sort_by_key(|it| it.uid);
    mails.retain(|it| taken.iter().any(|asked| asked.uid == it.uid));
    Ok(mails)
}

async fn one_by_one(imap: &mut Imap, asked: &[&Stored], what: &str) -> Result<Vec<Stored>, ChannelError> {
    let mut mails = Vec::new();
    for &it in asked {
        match imap.fetch(&it.uid.to_string(), true, what).await {
            Err(ChannelError::Malformed { .. }) => mails.push(it.clone()),
            found => mails.extend(found?),
        }
    }
    Ok(mails)
}

fn set(uids: impl Iterator<Item = u32>) -> String {
    uids.map(|uid| uid.to_string()).collect::<Vec<_>>().join(",")
}
