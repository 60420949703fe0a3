//! The second factor: one-time codes by time (TOTP, RFC 6238: HMAC-SHA-1, thirty seconds, six digits, which is what the
//! programs on people's phones know), recovery codes, and of whom a second factor is asked.

use ring::hmac;
use serde::{Deserialize, Serialize};

use super::permission::Role;
use crate::clock::SECOND;

/// One step of time (µs).
const STEP: i64 = 30 * SECOND;
/// Steps before and after now whose code is taken: clocks differ.
const AROUND: i64 = 1;
/// Bytes of a secret: what RFC 4226 recommends for HMAC-SHA-1.
pub const SECRET: usize = 20;
/// How many recovery codes there are.
pub const CODES: usize = 10;
/// Random bytes of a recovery code: 120 bits, so that a plain hash keeps it.
pub const CODE: usize = 15;

const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Of whom a second factor is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// Nobody has to have one.
    #[default]
    Nobody,
    /// Administrators.
    Administrators,
    /// Whoever signs in.
    Everybody,
}

impl Asked {
    /// Each of them.
    pub const ALL: [Self; 3] = [Self::Nobody, Self::Administrators, Self::Everybody];

    /// Its name, as forms and the database have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Administrators => "administrators",
            Self::Everybody => "everybody",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == name)
    }

    /// Whether it is asked of who has this role.
    #[must_use]
    pub fn of(self, role: Role) -> bool {
        match self {
            Self::Nobody => false,
            Self::Administrators => role == Role::Administrator,
            Self::Everybody => true,
        }
    }
}

/// The step of time whose code was typed at `now` (µs): one step around now, and later than `last`.
#[must_use]
pub fn step_of(secret: &[u8], typed: &str, now: i64, last: i64) -> Option<i64> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let current = now.div_euclid(STEP);
    (current - AROUND..=current + AROUND)
        .filter(|step| *step > last)
        .find(|step| code(secret, *step) == typed)
}

/// The code of a step: RFC 4226's HOTP with the step as its counter.
fn code(secret: &[u8], step: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let bytes = tag.as_ref();
    let at = bytes.last().map_or(0, |last| usize::from(last & 15));
    let word = bytes.iter().skip(at).take(4).fold(0_u32, |sum, byte| (sum << 8) | u32::from(*byte));
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The code that a device with this secret shows at `now` (µs).
#[cfg(test)]
pub(crate) fn code_at(secret: &[u8], now: i64) -> String {
    code(secret, now.div_euclid(STEP))
}

/// Base32 (RFC 4648) without padding.
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    let (mut text, mut held, mut bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(held >> bits) as usize & 31]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(held << (5 - bits)) as usize & 31]));
    }
    text
}

/// A text in groups of four, as people copy it.
#[must_use]
pub fn grouped(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

/// A recovery code as it is hashed, from what somebody typed; `None` when it can't be one.
#[must_use]
pub fn recovery(typed: &str) -> Option<String> {
    let kept = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let text: String = kept.map(|c| c.to_ascii_uppercase()).collect();
    let is_one = text.len() == CODE * 8 / 5 && text.bytes().all(|byte| LETTERS.contains(&byte));
    is_one.then_some(text)
}

/// What the QR code says: <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>.
#[must_use]
pub fn address(house: &str, email: &str, secret: &[u8]) -> String {
    let written = |text: &str| {
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
    };
    // A colon parts the house from the account.
    let house = written(&house.replace(':', " "));
    format!("otpauth://totp/{house}:{}?secret={}&issuer={house}", written(email), base32(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Appendix B of RFC 6238, SHA-1; its codes have eight digits, ours the last six of them.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (seconds, wanted) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(code_at(secret, seconds * SECOND), wanted[2..], "{seconds}");
        }
    }

    #[test]
    fn a_code_is_taken_one_step_around_and_once() {
        let (secret, now) = (b"12345678901234567890", 1_000_000 * STEP + 7);
        for step in -3..=3 {
            let typed = code(secret, 1_000_000 + step);
            let taken = step_of(secret, &typed, now, 0);
            assert_eq!(taken, (step.abs() <= 1).then_some(1_000_000 + step), "{step}");
        }
        let typed = code(secret, 1_000_000);
        assert_eq!(
            step_of(secret, &format!(" {} {} ", &typed[..3], &typed[3..]), now, 999_999),
            Some(1_000_000)
        );
        assert_eq!(step_of(secret, &typed, now, 1_000_000), None, "taken already");
        for wrong in ["", "12345", "½", "0000000"] {
            assert_eq!(step_of(secret, wrong, now, 0), None);
        }
    }

    /// RFC 4648, section 10.
    #[test]
    fn base32_is_that_of_the_standard() {
        for (text, wanted) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(text.as_bytes()), wanted);
        }
        assert_eq!(base32(&[0xff; CODE]), "7".repeat(24));
    }

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let code = base32(b"fifteen bytes !");
        assert_eq!(recovery(&grouped(&code).to_lowercase()).as_ref(), Some(&code));
        assert_eq!(recovery(&grouped(&code).replace(' ', "-")).as_ref(), Some(&code));
        for wrong in ["", "123456", &code[1..], &code.replace(&code[..1], "1")] {
            assert_eq!(recovery(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_keeps_house_and_account_apart() {
        let said = address("Solstice: Paris & Lyon", "anne@solstice.example", b"foo");
        let house = "Solstice%20%20Paris%20%26%20Lyon";
        assert_eq!(
            said,
            format!("otpauth://totp/{house}:anne%40solstice.example?secret=MZXW6&issuer={house}")
        );
    }

    #[test]
    fn who_is_asked_is_who_was_named() {
        let of = |asked: Asked| Role::ALL.into_iter().filter(|role| asked.of(*role)).count();
        assert_eq!(Asked::ALL.map(of), [0, 1, Role::ALL.len()]);
        assert!(Asked::ALL.into_iter().all(|it| Asked::parse(it.as_str()) == Some(it)));
    }
}
