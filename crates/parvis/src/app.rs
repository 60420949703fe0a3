//! The one bag that pages, endpoints, jobs and commands are handed: database, clock, client, keys.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use object_store::ObjectStore;
use parvis_channels::{Net, NetOptions};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::Config;
use crate::fault::{self, Point};
use crate::intake::ear::Ears;
use crate::intake::receive::Arrivals;
use crate::intake::second::Second;
use crate::media;
use crate::room::Rooms;
use crate::seal::{self, SealKey};
use crate::store::{Db, organisation};

/// Everything that outlives a request. Shared as `Arc<App>`.
pub struct App {
    /// What the operator set.
    pub config: Config,
    /// The database.
    pub db: Db,
    /// Where the time comes from.
    pub clock: Clock,
    /// Opens the secrets of channels.
    pub seal: SealKey,
    /// Pictures and files.
    pub media: Arc<dyn ObjectStore>,
    /// Who may set the house up, at the first start.
    pub setup: SetupToken,
    /// Tells long answers and background work that the program ends.
    pub stop: Stop,
    /// The one doorway to the outside.
    pub net: Net,
    /// Who talks to the networks.
    pub rooms: Rooms,
    /// The watches of each organisation, ready to be matched.
    pub ears: Ears,
    /// The encoder, where the operator has set one.
    pub second: Second,
    /// What is pushed and being kept.
    pub arrivals: Arrivals,
}

impl App {
    /// Makes the data folder and the key when missing, and opens the database, its tables brought up
    /// to date.
    ///
    /// # Errors
    /// A folder or file can't be made or read, or the database can't be opened; the text says which
    /// and what to do.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<Self> {
        make_private(&config.data)?;
        let seal = seal_key(&config.data, std::env::var("PARVIS_SEAL_KEY").ok().as_deref())?;
        let address = config.database_address();
        let db = Db::open(&address).await.with_context(|| {
            let shown = without_password(&address);
            format!("the database {shown} can't be opened; `parvis doctor` says at which step")
        })?;
        Self::new(config, db, clock, seal)
    }

    /// Puts the parts together.
    ///
    /// # Errors
    /// The place for media can't be used.
    pub fn new(config: Config, db: Db, clock: Clock, seal: SealKey) -> anyhow::Result<Self> {
        let media = media::open(&config)?;
        let options = NetOptions { allow: config.allow_hosts.clone(), ..NetOptions::default() };
        let net = Net::new(&options).context("allow_hosts can't be read")?;
        let (setup, stop, ears) = (SetupToken::default(), Stop::default(), Ears::default());
        let (arrivals, rooms, second) = (Arrivals::default(), Rooms::default(), Second::default());
        Ok(Self { config, db, clock, seal, media, setup, stop, net, rooms, ears, second, arrivals })
    }

    /// Microseconds since 1970, UTC.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// The address at which an empty house is set up, with a token that is made anew at each start;
    /// `None` once there is an organisation.
    ///
    /// # Errors
    /// The database can't be read, or the machine gives no randomness.
    pub async fn setup_address(&self) -> anyhow::Result<Option<String>> {
        if organisation::first(&mut self.db.read().await?).await?.is_some() {
            return Ok(None);
        }
        let secret = self.setup.issue()?;
        Ok(Some(format!("{}/setup?token={secret}", self.config.public_url.trim_end_matches('/'))))
    }
}

/// The token that protects the set-up page. Only its digest is kept, and only in memory.
#[derive(Debug, Default)]
pub struct SetupToken(Mutex<Option<String>>);

impl SetupToken {
    /// Makes a new secret; one made before no longer opens anything.
    ///
    /// # Errors
    /// The machine gives no randomness.
    pub fn issue(&self) -> Result<String, seal::Unopened> {
        let secret = seal::secret()?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(seal::digest(&secret));
        Ok(secret)
    }

    /// Whether `secret` is the one that was issued and not yet spent. Digests are compared, so the
    /// time it takes tells nothing about the secret.
    pub fn accepts(&self, secret: &str) -> bool {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_deref() == Some(seal::digest(secret).as_str())
    }

    /// Ends the token once the house is set up.
    pub fn spend(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The end of the program, as a value that anybody can wait for.
#[derive(Clone, Debug)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stop {
    /// A view of it, for loops that end with the program.
    pub fn follow(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }

    /// Asks everything to end.
    pub fn ask(&self) {
        self.0.send_replace(true);
    }

    /// Waits until the end was asked for.
    pub async fn asked(&self) {
        // It can only fail when the sender is gone, and `self` holds one.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }
}

/// The keys that seal secrets: from `variable` (base64 of 32 bytes each, the current one first), else from `seal.key` in the data
/// folder, which is made with mode 0600 when missing.
///
/// # Errors
/// The key is damaged, or the file can't be read or made.
pub fn seal_key(data: &Path, variable: Option<&str>) -> anyhow::Result<SealKey> {
    if let Some(text) = variable {
        return SealKey::parse(text).context("PARVIS_SEAL_KEY isn't 32 bytes in base64; nothing was started");
    }
    let path = data.join("seal.key");
    if !path.exists() {
        write_key(&path).with_context(|| format!("the key file {} can't be made", path.display()))?;
    }
    let found =
        SealKey::of_file(&path).with_context(|| format!("the key file {} can't be read", path.display()))?;
    found.with_context(|| {
        let shown = path.display();
        format!("{shown} isn't 32 bytes in base64; put back the file that belongs to this database")
    })
}

fn write_key(path: &Path) -> anyhow::Result<()> {
    replace_private(path, &format!("{}\n", STANDARD.encode(seal::random::<32>()?)))
}

/// Gives a file that only its owner can read another text, or its first: whole or not at all, and durable when this
/// returns. One who dies on the way leaves the file as it was.
pub(crate) fn replace_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let new = path.with_extension("key.new");
    // What was interrupted the last time.
    let _ = std::fs::remove_file(&new);
    write_private(&new, text)?;
    fault::pass(Point::SecretSynced);
    std::fs::rename(&new, path)
        .with_context(|| format!("{} can't be written; it is as it was", path.display()))?;
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        sync_folder(folder)?;
    }
    Ok(())
}

/// Makes sure that a folder's new names survive a power cut.
pub(crate) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    // Elsewhere folders can't be opened like files.
    #[cfg(unix)]
    std::fs::File::open(folder)?.sync_all()?;
    Ok(())
}

/// Writes a new file that only its owner can read, durably.
pub(crate) fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    fault::pass(Point::SecretBegun);
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    Ok(file.sync_all()?)
}

/// Makes a folder that only its owner can enter; one that is there keeps its mode.
pub(crate) fn make_private(folder: &Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).with_context(|| {
        format!("the data folder {} can't be made; name another with --data", folder.display())
    })
}

/// A database address that may be shown: the password is left out.
pub fn without_password(address: &str) -> String {
    match url::Url::parse(address) {
        Ok(mut url) if url.password().is_some() => {
            // An address with a password has a host, so this can't fail.
            let _ = url.set_password(Some("***"));
            url.to_string()
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let sealed = seal_key(folder.path(), None).unwrap().seal(b"token", b"row").unwrap();
        let again = seal_key(folder.path(), None).unwrap();
        assert_eq!(again.open(&sealed, b"row").unwrap(), b"token");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.path().join("seal.key")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_damaged_key_is_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("seal.key"), "half").unwrap();
        let error = seal_key(folder.path(), None).unwrap_err().to_string();
        assert!(error.contains("put back the file"), "{error}");
        assert_eq!(std::fs::read_to_string(folder.path().join("seal.key")).unwrap(), "half");
        assert!(seal_key(folder.path(), Some("half")).is_err());
    }

    #[test]
    fn a_first_start_that_was_cut_off_leaves_nothing_in_the_way_of_the_next() {
        let folder = tempfile::tempdir().unwrap();
        // Where a process that dies within `write_private` leaves it.
        std::fs::write(folder.path().join("seal.key.new"), "").unwrap();
        let sealed = seal_key(folder.path(), None).unwrap().seal(b"token", b"row").unwrap();
        assert!(!folder.path().join("seal.key.new").exists());
        assert_eq!(seal_key(folder.path(), None).unwrap().open(&sealed, b"row").unwrap(), b"token");
    }

    #[test]
    fn a_set_up_token_opens_until_it_is_spent_or_replaced() {
        let token = SetupToken::default();
        assert!(!token.accepts(""));
        let first = token.issue().unwrap();
        let second = token.issue().unwrap();
        assert!(!token.accepts(&first) && token.accepts(&second));
        token.spend();
        assert!(!token.accepts(&second));
    }

    #[test]
    fn passwords_of_databases_are_not_shown() {
        assert_eq!(without_password("postgresql://u:secret@h/n"), "postgresql://u:***@h/n");
        assert_eq!(without_password("sqlite:a.db"), "sqlite:a.db");
    }

    #[tokio::test]
    async fn an_empty_house_has_a_set_up_address_and_a_filled_one_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data: folder.path().to_owned(), ..Config::default() };
        let app = App::open(config, Clock::fixed(1_700_000_000_000_000)).await.unwrap();
        let address = app.setup_address().await.unwrap().unwrap();
        let secret = address.strip_prefix("http://127.0.0.1:7700/setup?token=").unwrap();
        assert!(app.setup.accepts(secret));
        let it = organisation::Organisation {
            id: crate::id::OrganisationId::new(1),
            name: "Musée".to_owned(),
            language: "fr".to_owned(),
            time_zone: "Europe/Paris".to_owned(),
            created_at: 1,
        };
        let mut conn = app.db.write().await.unwrap();
        organisation::insert(&mut conn, &it).await.unwrap();
        conn.commit().await.unwrap();
        assert!(app.setup_address().await.unwrap().is_none());
    }
}
