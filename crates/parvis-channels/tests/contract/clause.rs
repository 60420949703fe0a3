//! What every network has to keep to (docs/channels/frame.md), one clause a test, run against each network's real
//! server through a small driver. What a real server can't be made to do is tested with a fake one (`*_fake.rs`).

use std::collections::BTreeMap;
use std::time::Duration;

use parvis_channels::{
    Account, CapabilityKey as Key, Channel, ChannelError, Net, Observation, ObservationKind, Outgoing, Page,
    Support, Visibility, Why,
};

/// What a network is made to do for the clauses.
pub trait Driver: Sized {
    /// Where what is said to us comes.
    const INBOX: &'static str;
    /// Where what we say comes back.
    const ECHO: &'static str;
    /// It tells us by itself, and is never asked.
    const PUSHES: bool = false;

    /// The network with an account of ours and somebody who writes to it; `None`, with one clear line, where there is
    /// none to test against.
    async fn find() -> Option<Self>;
    fn room(&self) -> &'static dyn Channel;
    fn net(&self) -> &Net;
    fn ours(&self) -> &Account;
    /// A word that nothing else holds.
    fn word(&self) -> String;
    /// Somebody says something to us.
    async fn say(&self, words: &str);
    /// Its author changes it; asked where the table says that edits are seen.
    async fn change(&self, seen: &Observation, words: &str);
    /// Its author removes it; asked where the table says that deletions are seen.
    async fn remove(&self, seen: &Observation);
    /// Our answer to it.
    fn answer(&self, to: &Observation, words: &str) -> Outgoing;
    /// A post of ours; an article where the network has articles.
    fn post(&self, words: &str) -> Outgoing;
    /// Somebody says something to us below something that isn't there any more; false where nothing stands below
    /// anything.
    async fn orphan(&self, words: &str) -> bool;
    /// Something happens to us that is no message; false where the server can't be made to do such a thing.
    async fn other(&self) -> bool;
    /// One step along a stream; a network that pushes hands over what it pushes.
    async fn pull(
        &self,
        net: &Net,
        account: &Account,
        stream: &str,
        cursor: Option<&str>,
    ) -> Result<Page, ChannelError> {
        self.room().pull(net, account, stream, cursor).await
    }
    /// Our account with an access that was never given; `None` where no access is needed.
    fn revoked(&self) -> Option<Account>;
    /// Our account at an address where nothing listens.
    async fn away(&self) -> (Net, Account);
    /// Our account by a way on which the answer to whatever is published gets lost; `None` where the network's own
    /// tests make that happen.
    async fn lossy(&self) -> Option<(Net, Account)>;
}

fn can(it: &impl Driver, key: Key) -> bool {
    it.ours().capabilities.can(key)
}

/// Its threads can be asked for.
fn has_threads(it: &impl Driver) -> bool {
    can(it, Key::Threads) && it.ours().capabilities.get(Key::Threads).reason != Some(Why::AsTold)
}

fn code<T: std::fmt::Debug>(result: Result<T, ChannelError>) -> &'static str {
    result.unwrap_err().code()
}

fn says(words: &str) -> impl Fn(&Observation) -> bool {
    move |seen| seen.item.as_ref().is_some_and(|item| item.text.contains(words))
}

/// Everything from a cursor to the end, and the cursor there.
async fn all(it: &impl Driver, stream: &str, from: Option<String>) -> (Vec<Observation>, String) {
    let (mut seen, mut cursor) = (Vec::new(), from);
    loop {
        let page = it.pull(it.net(), it.ours(), stream, cursor.as_deref()).await.unwrap();
        seen.extend(page.observations);
        if !page.more {
            return (seen, page.cursor);
        }
        cursor = Some(page.cursor);
    }
}

/// Pulls until something is as wished: all that came, and the cursor behind it.
async fn until(
    it: &impl Driver,
    stream: &str,
    from: &str,
    wished: impl Fn(&Observation) -> bool,
) -> (Vec<Observation>, String) {
    let (mut seen, mut cursor) = (Vec::new(), from.to_owned());
    for _ in 0..100 {
        let (more, next) = all(it, stream, Some(cursor)).await;
        seen.extend(more);
        cursor = next;
        if seen.iter().any(&wished) {
            return (seen, cursor);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    panic!("it never came to {stream}");
}

/// Somebody says something, and we hear it.
async fn heard<D: Driver>(it: &D, words: &str) -> Observation {
    let (_, start) = all(it, D::INBOX, None).await;
    it.say(words).await;
    let (seen, _) = until(it, D::INBOX, &start, says(words)).await;
    seen.into_iter().find(says(words)).unwrap()
}

/// The thread around a message, once the network knows the message.
async fn around(it: &impl Driver, id: &str) -> Vec<Observation> {
    for _ in 0..100 {
        match it.room().thread(it.net(), it.ours(), id).await {
            Err(ChannelError::Refused { .. }) => tokio::time::sleep(Duration::from_millis(300)).await,
            thread => return thread.unwrap(),
        }
    }
    panic!("{id} never had a thread");
}

/// Looks again until a message is as wished; where one can't look, waits to be told on the stream, from `here` on.
async fn again<D: Driver>(
    it: &D,
    (id, here): (&str, &str),
    wished: impl Fn(&Observation) -> bool,
) -> Observation {
    let wished = |seen: &Observation| seen.remote_id == id && wished(seen);
    for _ in 0..100 {
        let seen = match it.room().recheck(it.net(), it.ours(), &[id.to_owned()]).await {
            Err(ChannelError::Unsupported(_)) => until(it, D::INBOX, here, &wished).await.0,
            seen => seen.unwrap(),
        };
        if let Some(found) = seen.into_iter().find(wished) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    panic!("{id} never became as wished");
}

/// What the program makes of what was seen, in short: the later version wins, and nothing counts twice.
fn folded<'a>(
    seen: impl Iterator<Item = &'a Observation>,
) -> BTreeMap<&'a str, (Option<i64>, Option<&'a str>)> {
    let mut messages = BTreeMap::new();
    for it in seen {
        let now = (it.version_at, it.item.as_ref().map(|item| item.text.as_str()));
        let kept = messages.entry(it.remote_id.as_str()).or_insert(now);
        *kept = now.max(*kept);
    }
    messages
}

pub async fn heard_once<D: Driver>() {
    let Some(it) = D::find().await else { return };
    let (_, start) = all(&it, D::INBOX, None).await;
    let (first, second) = (it.word(), it.word());
    it.say(&first).await;
    let (before, cursor) = until(&it, D::INBOX, &start, says(&first)).await;
    let seen = before.iter().find(|seen| says(&first)(seen)).unwrap();
    let item = seen.item.as_ref().unwrap();
    // What can't be answered isn't addressed to anybody.
    assert_eq!((item.addressed, item.ours), (can(&it, Key::Reply), false));
    // Whoever died before it was kept asks again from where they stood, and is told the same.
    let (once_more, _) = until(&it, D::INBOX, &start, says(&first)).await;
    let same = once_more.iter().find(|again| again.remote_id == seen.remote_id).unwrap();
    assert_eq!((same.version_at, &same.item), (seen.version_at, &seen.item));
    // Whoever kept it isn't told again, and loses nothing that comes behind it.
    it.say(&second).await;
    let (after, _) = until(&it, D::INBOX, &cursor, says(&second)).await;
    assert!(after.iter().all(|again| again.remote_id != seen.remote_id), "it came twice");
    // In whatever order and however often: the same messages.
    let forwards = before.iter().chain(&once_more).chain(&after);
    let backwards = after.iter().rev().chain(before.iter().rev());
    assert_eq!(folded(forwards), folded(backwards));
}

pub async fn changes_followed<D: Driver>() {
    let Some(it) = D::find().await else { return };
    let (words, changed) = (it.word(), it.word());
    let seen = heard(&it, &words).await;
    let (_, here) = all(&it, D::INBOX, None).await;
    let id = (seen.remote_id.as_str(), here.as_str());
    if can(&it, Key::SeeEdits) {
        // Some networks count in whole seconds.
        tokio::time::sleep(Duration::from_millis(1100)).await;
        it.change(&seen, &changed).await;
        let edited = again(&it, id, says(&changed)).await;
        assert_eq!(edited.kind, ObservationKind::Edited);
        // By its time it is the later one; where the network tells no time, the program compares.
        assert!(edited.version_at.is_none_or(|at| Some(at) > seen.version_at));
    }
    if can(&it, Key::SeeDeletions) {
        it.remove(&seen).await;
        let gone = again(&it, id, |seen| seen.kind == ObservationKind::Deleted).await;
        assert_eq!(gone.item, None);
    }
}

pub async fn orphans_are_kept<D: Driver>() {
    let Some(it) = D::find().await else { return };
    let words = it.word();
    let (_, start) = all(&it, D::INBOX, None).await;
    if !it.orphan(&words).await {
        return assert!(!can(&it, Key::Threads), "there are threads, so there are orphans");
    }
    let (seen, _) = until(&it, D::INBOX, &start, says(&words)).await;
    let orphan = seen.iter().find(|seen| says(&words)(seen)).unwrap();
    let item = orphan.item.as_ref().unwrap();
    assert!(item.addressed);
    if has_threads(&it) {
        let thread = around(&it, &orphan.remote_id).await;
        // Some servers forget what it answered; those that say it show nothing there.
        let stands =
            |above: &Observation| Some(&above.remote_id) == item.parent_id.as_ref() && above.item.is_some();
        assert!(!thread.iter().any(stands), "what was removed stands there");
    }
}

pub async fn others_are_kept_raw<D: Driver>() {
    let Some(it) = D::find().await else { return };
    let (_, start) = all(&it, D::INBOX, None).await;
    if !it.other().await {
        return;
    }
    let unread = |seen: &Observation| seen.kind == ObservationKind::Unsupported;
    let (seen, cursor) = until(&it, D::INBOX, &start, unread).await;
    let other = seen.iter().find(|seen| unread(seen)).unwrap();
    assert!(other.item.is_none() && other.raw.len() > 2, "kept as it came: {}", other.raw);
    // Whatever it is about, it never touches a message.
    assert!(other.remote_id.contains(':'), "{}", other.remote_id);
    // And it is in nobody's way.
    let words = it.word();
    it.say(&words).await;
    until(&it, D::INBOX, &cursor, says(&words)).await;
}

pub async fn echo_is_ours<D: Driver>() {
    let Some(it) = D::find().await else { return };
    if !can(&it, Key::Reply) {
        return;
    }
    let (question, words) = (it.word(), it.word());
    let seen = heard(&it, &question).await;
    let (_, start) = all(&it, D::ECHO, None).await;
    let published = it.room().publish(it.net(), it.ours(), &it.answer(&seen, &words)).await.unwrap();
    let (echo, _) = until(&it, D::ECHO, &start, says(&words)).await;
    let echo = echo.iter().find(|echo| says(&words)(echo)).unwrap();
    let item = echo.item.as_ref().unwrap();
    assert_eq!(echo.remote_id, published.remote_id);
    assert!(item.ours && !item.addressed);
    assert_eq!(item.parent_id.as_ref(), Some(&seen.remote_id));
    // Whoever knows only the answer gets what it answers, first and without the answer itself.
    if has_threads(&it) {
        let thread = around(&it, &published.remote_id).await;
        let has = |id: &str| thread.iter().any(|it| it.remote_id == id);
        assert!(has(&seen.remote_id) && !has(&published.remote_id));
    }
}

pub async fn published_once<D: Driver>() {
    let Some(it) = D::find().await else { return };
    let Some((net, far)) = it.lossy().await else { return };
    let seen = heard(&it, &it.word()).await;
    let words = it.word();
    settled(&it, (&net, &far), &it.answer(&seen, &words), &words).await;
    if !can(&it, Key::Post) && !can(&it, Key::Article) {
        return;
    }
    let words = it.word();
    let first = it.post(&words);
    let mut below = settled(&it, (&net, &far), &first, &words).await;
    for number in 1..=2 {
        if can(&it, Key::PostThread) {
            let words = it.word();
            let part = first.next(number, words.as_str(), &below);
            below = settled(&it, (&net, &far), &part, &words).await;
        }
    }
}

/// Publishes something whose answer gets lost: it is unknown, it is found, and it stands there once.
async fn settled<D: Driver>(
    it: &D,
    (net, far): (&Net, &Account),
    outgoing: &Outgoing,
    words: &str,
) -> parvis_channels::Published {
    let find = async || it.room().find_published(it.net(), it.ours(), outgoing, 0).await.unwrap();
    assert_eq!(find().await, None);
    assert_eq!(code(it.room().publish(net, far, outgoing).await), "unknown");
    let found = match find().await {
        Some(found) => found,
        // Where nothing can be looked for, the receiver knows it by its key.
        None => {
            let line = it.ours().capabilities.get(Key::SafeRetry);
            assert_eq!(line.reason, Some(Why::ReceiverRecognises), "it doesn't stand there");
            it.room().publish(it.net(), it.ours(), outgoing).await.unwrap()
        }
    };
    if it.ours().capabilities.get(Key::SafeRetry).support == Support::Native {
        let again = it.room().publish(it.net(), it.ours(), outgoing).await.unwrap();
        assert_eq!(again.remote_id, found.remote_id);
    }
    let (seen, _) = all(it, D::ECHO, None).await;
    let mut ids: Vec<_> = seen.iter().filter(|seen| says(words)(seen)).map(|seen| &seen.remote_id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert!(ids.len() <= 1, "it stands there {} times", ids.len());
    found
}

pub async fn table_is_honest<D: Driver>() {
    let Some(it) = D::find().await else { return };
    for key in Key::ALL {
        let line = it.ours().capabilities.lines.get(&key).unwrap_or_else(|| panic!("{key:?} has no line"));
        assert_eq!(line.reason.is_none(), line.support == Support::Native, "{key:?}");
    }
    let seen = heard(&it, &it.word()).await;
    let (room, net, ours, id) = (it.room(), it.net(), it.ours(), seen.remote_id.as_str());
    let refused = |key, result: Result<(), ChannelError>| {
        assert!(can(&it, key) || code(result) == "unsupported", "{key:?}");
    };
    if !can(&it, Key::Post) {
        let plain = Outgoing { article: None, ..it.post("x") };
        refused(Key::Post, room.publish(net, ours, &plain).await.map(drop));
    }
    if !can(&it, Key::Reply) {
        refused(Key::Reply, room.publish(net, ours, &it.answer(&seen, "x")).await.map(drop));
    }
    if !can(&it, Key::Delete) {
        refused(Key::Delete, room.delete(net, ours, id).await);
    }
    if !can(&it, Key::Edit) {
        refused(Key::Edit, room.edit(net, ours, id, &it.answer(&seen, "x")).await.map(drop));
    }
    if !can(&it, Key::Hide) {
        refused(Key::Hide, room.hide(net, ours, id, true).await);
    }
    if !can(&it, Key::Spam) {
        refused(Key::Spam, room.spam(net, ours, id, true).await);
    }
    if !can(&it, Key::Public) {
        let (sink, _passed) = tokio::sync::mpsc::channel(1);
        refused(Key::Public, room.overhear(net, ours, None, sink).await);
    }
    if ours.capabilities.get(Key::Stream).support != Support::Native {
        let (sink, _heard) = tokio::sync::mpsc::channel(1);
        assert_eq!(code(room.listen(net, ours, sink).await), "unsupported");
    }
    // Nothing that was meant for few is shown to all.
    if !can(&it, Key::ReplyPrivately) && can(&it, Key::Warning) {
        let private = Outgoing { visibility: Visibility::Direct, ..it.answer(&seen, "secret") };
        refused(Key::ReplyPrivately, room.publish(net, ours, &private).await.map(drop));
    }
}

pub async fn revoked_is_not_away<D: Driver>() {
    let Some(it) = D::find().await else { return };
    let seen = heard(&it, &it.word()).await;
    let (room, answer, answers) = (it.room(), it.answer(&seen, &it.word()), can(&it, Key::Reply));
    if let Some(revoked) = it.revoked() {
        let mut told = vec![code(it.pull(it.net(), &revoked, D::INBOX, None).await)];
        if !D::PUSHES {
            told.push(code(room.probe(it.net(), &revoked).await));
        }
        told.push(code(room.publish(it.net(), &revoked, &answer).await));
        // Some networks can't tell it from an access that ran out; renewing it tells.
        if told.contains(&"lapsed") {
            told.retain(|code| *code != "lapsed");
            told.push(code(room.renew(it.net(), &revoked).await));
        }
        assert!(told.iter().all(|code| *code == "unauthorized"), "{told:?}");
    }
    let (net, away) = it.away().await;
    if !D::PUSHES {
        assert_eq!(code(it.pull(&net, &away, D::INBOX, None).await), "unreachable");
        assert_eq!(code(room.probe(&net, &away).await), "unreachable");
    }
    // Nothing was sent, so nothing is unknown.
    let expected = if answers { "unreachable" } else { "unsupported" };
    assert_eq!(code(room.publish(&net, &away, &answer).await), expected);
}

pub async fn access_is_renewed<D: Driver>() {
    let Some(it) = D::find().await else { return };
    let renew = async |account: &Account| it.room().renew(it.net(), account).await;
    let access = match renew(it.ours()).await {
        Err(error) => return assert_eq!(error.code(), "unsupported", "this access has no end: {error}"),
        Ok(access) => access,
    };
    assert!(access.lives_for.is_some_and(|life| life > Duration::from_secs(60)));
    let next = Account { secret: access.secret, ..it.ours().clone() };
    assert_ne!(next.secret, it.ours().secret);
    it.room().pull(it.net(), &next, D::INBOX, None).await.unwrap();
    let further = Account { secret: renew(&next).await.unwrap().secret, ..next.clone() };
    it.room().pull(it.net(), &further, D::INBOX, None).await.unwrap();
    let revoked = it.revoked().expect("what is renewed can be revoked");
    assert_eq!(code(renew(&revoked).await), "unauthorized");
}

/// The clauses as tests of a network.
macro_rules! contract {
    ($driver:ty) => {
        #[tokio::test]
        async fn what_is_said_to_us_is_heard_once_and_the_same_again_after_a_crash() {
            crate::clause::heard_once::<$driver>().await;
        }

        #[tokio::test]
        async fn what_is_changed_and_removed_is_followed_as_far_as_the_table_says() {
            crate::clause::changes_followed::<$driver>().await;
        }

        #[tokio::test]
        async fn an_answer_to_what_is_gone_is_heard_and_its_thread_is_what_is_left() {
            crate::clause::orphans_are_kept::<$driver>().await;
        }

        #[tokio::test]
        async fn what_is_no_message_is_kept_as_it_came_and_is_in_nobodys_way() {
            crate::clause::others_are_kept_raw::<$driver>().await;
        }

        #[tokio::test]
        async fn our_own_words_come_back_as_ours_below_what_they_answer() {
            crate::clause::echo_is_ours::<$driver>().await;
        }

        #[tokio::test]
        async fn what_is_published_stands_there_once_though_answers_get_lost() {
            crate::clause::published_once::<$driver>().await;
        }

        #[tokio::test]
        async fn each_line_of_the_table_is_there_and_each_no_is_kept() {
            crate::clause::table_is_honest::<$driver>().await;
        }

        #[tokio::test]
        async fn a_revoked_access_and_a_server_that_is_away_are_told_apart() {
            crate::clause::revoked_is_not_away::<$driver>().await;
        }

        #[tokio::test]
        async fn an_access_that_ends_is_renewed_and_a_revoked_one_is_not() {
            crate::clause::access_is_renewed::<$driver>().await;
        }
    };
}
pub(crate) use contract;
