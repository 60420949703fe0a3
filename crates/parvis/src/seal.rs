//! Seals secrets (tokens of channels) with a key that isn't in the database: AES-256-GCM by ring
//! (NIST SP 800-38D), a fresh random nonce before each text. Also digests of tokens and sessions.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};

/// The sealed text can't be opened: another key, or damage.
#[derive(Debug, thiserror::Error)]
#[error("a sealed secret can't be opened: the key isn't the one it was sealed with")]
pub struct Unopened;

/// Keys kept at most: the current one, and those before it until everything is sealed anew.
const MOST: usize = 8;

/// The keys of this installation: the first seals, each opens. Those of a file are read again when it has changed,
/// so that a rotation reaches a program that runs.
#[derive(Clone)]
pub struct SealKey {
    keys: Arc<RwLock<Vec<LessSafeKey>>>,
    file: Option<Arc<Path>>,
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey(***)")
    }
}

impl SealKey {
    /// The key made of these 32 bytes; `None` when they aren't 32.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        Some(Self { keys: Arc::new(RwLock::new(vec![key(bytes)?])), file: None })
    }

    /// The keys that a text holds in base64, the current one first, between spaces, commas or lines; `None` unless
    /// each is 32 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        Some(Self { keys: Arc::new(RwLock::new(keys(text)?)), file: None })
    }

    /// The keys of a file, which is read again when it changes; `None` as for [`SealKey::parse`].
    ///
    /// # Errors
    /// The file can't be read.
    pub fn of_file(path: &Path) -> std::io::Result<Option<Self>> {
        let found = keys(&std::fs::read_to_string(path)?);
        Ok(found.map(|keys| Self { keys: Arc::new(RwLock::new(keys)), file: Some(path.into()) }))
    }

    /// How many keys there are.
    pub fn count(&self) -> usize {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Nonce and sealed text; `bound_to` (the row's id) must be given again to open it.
    ///
    /// # Errors
    /// The machine gives no randomness.
    pub fn seal(&self, text: &[u8], bound_to: &[u8]) -> Result<Vec<u8>, Unopened> {
        self.refresh();
        let mut nonce = [0_u8; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| Unopened)?;
        let mut sealed = text.to_vec();
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.first()
            .ok_or(Unopened)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to), &mut sealed)
            .map_err(|_| Unopened)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// The text that was sealed.
    ///
    /// # Errors
    /// It was sealed with another key, for another row, or has been altered.
    pub fn open(&self, sealed: &[u8], bound_to: &[u8]) -> Result<Vec<u8>, Unopened> {
        let found = self.open_with(MOST, sealed, bound_to);
        if found.is_err() && self.refresh() {
            return self.open_with(MOST, sealed, bound_to);
        }
        found
    }

    /// Whether it is the current key that opens it.
    pub fn is_current(&self, sealed: &[u8], bound_to: &[u8]) -> bool {
        self.open_with(1, sealed, bound_to).is_ok()
    }

    /// Opens with one of the first `most` keys.
    fn open_with(&self, most: usize, sealed: &[u8], bound_to: &[u8]) -> Result<Vec<u8>, Unopened> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(Unopened)?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        for key in keys.iter().take(most) {
            let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unopened)?;
            let mut text = sealed.to_vec();
            let length = match key.open_in_place(nonce, Aad::from(bound_to), &mut text) {
                Ok(opened) => opened.len(),
                Err(_) => continue,
            };
            text.truncate(length);
            return Ok(text);
        }
        Err(Unopened)
    }

    /// Reads the file again; false when there is none, or it can't be read now: then the keys stay as they are.
    fn refresh(&self) -> bool {
        let text = self.file.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
        let Some(found) = text.as_deref().and_then(keys) else { return false };
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = found;
        true
    }
}

fn key(bytes: &[u8]) -> Option<LessSafeKey> {
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).ok()?))
}

/// Each key of a text, in base64.
fn keys(text: &str) -> Option<Vec<LessSafeKey>> {
    let parts = text.split(|c: char| c.is_whitespace() || c == ',').filter(|part| !part.is_empty());
    let all: Vec<_> = parts.map(|part| key(&STANDARD.decode(part).ok()?)).collect::<Option<_>>()?;
    (1..=MOST).contains(&all.len()).then_some(all)
}

/// `N` random bytes from the system.
///
/// # Errors
/// The machine gives no randomness.
pub fn random<const N: usize>() -> Result<[u8; N], Unopened> {
    let mut bytes = [0_u8; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Unopened)?;
    Ok(bytes)
}

/// A secret of 256 random bits, 43 characters that need no escaping in an address.
///
/// # Errors
/// The machine gives no randomness.
pub fn secret() -> Result<String, Unopened> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// Six digits, each number as likely as any other.
///
/// # Errors
/// The machine gives no randomness.
pub fn code() -> Result<String, Unopened> {
    const ALL: u32 = 1_000_000;
    loop {
        let drawn = u32::from_le_bytes(random::<4>()?);
        // What is left over above the last whole million would favour the low numbers.
        if drawn < u32::MAX - u32::MAX % ALL {
            return Ok(format!("{:06}", drawn % ALL));
        }
    }
}

/// What the database keeps of a session, link or token: SHA-256 in hexadecimal. The secrets have 256
/// random bits, so a slow hash would add nothing.
pub fn digest(secret: &str) -> String {
    digest_bytes(secret.as_bytes())
}

/// SHA-256 of any bytes, in hexadecimal.
pub fn digest_bytes(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_with_its_key_and_its_row_only() {
        let key = SealKey::new(&[7; 32]).unwrap();
        let sealed = key.seal(b"token", b"row").unwrap();
        assert!(!sealed.windows(5).any(|part| part == b"token"));
        assert_eq!(key.open(&sealed, b"row").unwrap(), b"token");
        assert!(key.open(&sealed, b"other row").is_err());
        assert!(SealKey::new(&[8; 32]).unwrap().open(&sealed, b"row").is_err());
        assert!(key.open(&sealed[..5], b"row").is_err());
    }

    #[test]
    fn the_first_key_seals_and_each_opens() {
        let (old, new) = (STANDARD.encode([7; 32]), STANDARD.encode([8; 32]));
        let before = SealKey::parse(&old).unwrap().seal(b"token", b"row").unwrap();
        let both = SealKey::parse(&format!("{new},\n {old}\n")).unwrap();
        assert_eq!(both.open(&before, b"row").unwrap(), b"token");
        assert!(!both.is_current(&before, b"row"));
        let after = both.seal(b"token", b"row").unwrap();
        assert!(both.is_current(&after, b"row") && both.count() == 2);
        assert_eq!(SealKey::new(&[8; 32]).unwrap().open(&after, b"row").unwrap(), b"token");
        for wrong in ["", " , ", "half", &format!("{new} half"), &format!("{new} ").repeat(9)] {
            assert!(SealKey::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_program_that_runs_follows_its_key_file_and_survives_a_damaged_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        let (old, new) = (STANDARD.encode([7; 32]), STANDARD.encode([8; 32]));
        std::fs::write(&path, &old).unwrap();
        let running = SealKey::of_file(&path).unwrap().unwrap();
        let before = running.seal(b"token", b"row").unwrap();
        let elsewhere = SealKey::new(&[8; 32]).unwrap();
        let after = elsewhere.seal(b"renewed", b"row").unwrap();
        assert!(running.open(&after, b"row").is_err());
        std::fs::write(&path, format!("{new}\n{old}\n")).unwrap();
        assert_eq!(running.open(&after, b"row").unwrap(), b"renewed");
        assert_eq!(running.open(&before, b"row").unwrap(), b"token");
        assert!(elsewhere.open(&running.seal(b"mine", b"row").unwrap(), b"row").is_ok());
        std::fs::write(&path, "damaged").unwrap();
        assert_eq!(running.open(&before, b"row").unwrap(), b"token");
        assert!(elsewhere.open(&running.seal(b"mine", b"row").unwrap(), b"row").is_ok());
    }
}
