//! Seals secrets (tokens of channels) with a key that isn't in the database: AES-256-GCM by ring
//! (NIST SP 800-38D), a fresh random nonce before each text. Also digests of tokens and sessions.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};

/// The sealed text can't be opened: another key, or damage.
#[derive(Debug, thiserror::Error)]
#[error("a sealed secret can't be opened: the key isn't the one it was sealed with")]
pub struct Unopened;

/// The key of this installation.
#[derive(Clone)]
pub struct SealKey(std::sync::Arc<LessSafeKey>);

impl std::fmt::Debug for SealKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealKey(***)")
    }
}

impl SealKey {
    /// The key made of these 32 bytes; `None` when they aren't 32.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).ok()?;
        Some(Self(std::sync::Arc::new(LessSafeKey::new(key))))
    }

    /// Nonce and sealed text; `bound_to` (the row's id) must be given again to open it.
    ///
    /// # Errors
    /// The machine gives no randomness.
    pub fn seal(&self, text: &[u8], bound_to: &[u8]) -> Result<Vec<u8>, Unopened> {
        let mut nonce = [0_u8; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| Unopened)?;
        let mut sealed = text.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to), &mut sealed)
            .map_err(|_| Unopened)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// The text that was sealed.
    ///
    /// # Errors
    /// It was sealed with another key, for another row, or has been altered.
    pub fn open(&self, sealed: &[u8], bound_to: &[u8]) -> Result<Vec<u8>, Unopened> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(Unopened)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unopened)?;
        let mut text = text.to_vec();
        let length = self.0.open_in_place(nonce, Aad::from(bound_to), &mut text).map_err(|_| Unopened)?.len();
        text.truncate(length);
        Ok(text)
    }
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
}
