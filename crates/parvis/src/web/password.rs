//! Passwords: argon2id (RFC 9106; the 19 MiB, 2 passes of OWASP's password storage sheet), never on the
//! threads that answer requests, never more than two at once, and as slow for an unknown address as for
//! a known one.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

use super::error::Failure;
use crate::seal;

/// Shortest password that is taken, in characters.
pub const SHORTEST: usize = 12;
/// Longest password that is taken, in characters: enough for any phrase, too short to keep argon2 busy.
pub const LONGEST: usize = 200;

/// Two at once leave the other requests their processor and bound the memory.
static SEATS: Semaphore = Semaphore::const_new(2);

/// Key of the message that says why a password isn't taken: too short, too long, or guessed too soon by who tries common
/// passwords, words, names, dates and neighbouring keys (zxcvbn), and what they know: `about` (name, e-mail,
/// organisation), in which each word counts.
pub fn objection(password: &str, about: &[&str]) -> Option<&'static str> {
    let length = password.chars().count();
    if length < SHORTEST {
        Some("password-short")
    } else if length > LONGEST {
        Some("password-long")
    } else if is_guessable(password, about) {
        Some("password-guessable")
    } else {
        None
    }
}

/// Whether fewer than a hundred million guesses find it.
fn is_guessable(password: &str, about: &[&str]) -> bool {
    let words = about.iter().flat_map(|it| it.split(|c: char| !c.is_alphanumeric()));
    let known: Vec<&str> =
        about.iter().copied().chain(words).chain(["parvis"]).filter(|it| it.chars().count() > 2).collect();
    zxcvbn(password, &known).score() < Score::Three
}

/// The PHC text of a password. Takes some 20 ms of a processor: from a request, use [`hash`].
///
/// # Errors
/// The machine gives no randomness, or no memory.
pub fn digest(password: &str) -> Result<String, argon2::password_hash::Error> {
    let salt = seal::random::<16>().map_err(|_| argon2::password_hash::Error::Crypto)?;
    Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map(|it| it.to_string())
}

/// [`digest`], from a request.
///
/// # Errors
/// As [`digest`].
pub async fn hash(password: String) -> Result<String, Failure> {
    let done = apart(move || digest(&password)).await?;
    done.map_err(|error| Failure::internal(error.to_string()))
}

/// Whether `password` is the one that was hashed. Without a hash it takes as long and says no.
///
/// # Errors
/// The work was cut off.
pub async fn verify(password: String, hashed: Option<String>) -> Result<bool, Failure> {
    apart(move || {
        let Some(hashed) = hashed else {
            let _ = digest(&password);
            return false;
        };
        let parsed = PasswordHash::new(&hashed);
        parsed.is_ok_and(|it| Argon2::default().verify_password(password.as_bytes(), &it).is_ok())
    })
    .await
}

async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    let _seat = SEATS.acquire().await.map_err(|error| Failure::internal(error.to_string()))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| Failure::internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_that_was_hashed_opens() {
        let hashed = hash("une phrase assez longue".to_owned()).await.unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert!(verify("une phrase assez longue".to_owned(), Some(hashed.clone())).await.unwrap());
        assert!(!verify("une phrase assez courte".to_owned(), Some(hashed)).await.unwrap());
        assert!(!verify("une phrase assez longue".to_owned(), None).await.unwrap());
        assert!(!verify("x".to_owned(), Some("damaged".to_owned())).await.unwrap());
    }

    #[test]
    fn a_password_that_is_easily_guessed_is_not_taken() {
        assert_eq!(objection("onze lettre", &[]), Some("password-short"));
        assert_eq!(objection("aaaaaaaaaaaaaa", &[]), Some("password-guessable"));
        assert_eq!(
            objection("Anne@Solstice.exemple", &["anne@solstice.exemple"]),
            Some("password-guessable")
        );
        for common in ["password1234", "azertyuiop123", "motdepasse2024", "Solstice2026!", "anneSolstice"] {
            let said = objection(common, &["anne@solstice.exemple", "Maison Solstice"]);
            assert_eq!(said, Some("password-guessable"), "{common}");
        }
        assert_eq!(objection(&"é".repeat(201), &[]), Some("password-long"));
        assert_eq!(objection("quatre mots bien choisis", &["anne@solstice.exemple"]), None);
    }
}
