//! How long a part of a domain becomes when it is written in ASCII. Source: RFC 3492 (Punycode), sections 5 and 6.3.

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;

/// Bytes of a label as the name system sees it: its own where it is ASCII, those of `xn--…` otherwise; `None` where it
/// can't be written (a label that is written already, but has other characters; or more than a host may have).
pub(super) fn length(label: &str) -> Option<usize> {
    if label.is_ascii() {
        return Some(label.len());
    }
    let starts_written = label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
    // Each character makes a byte at least: longer ones needn't be computed.
    if starts_written || label.chars().count() > 63 {
        return None;
    }
    encoded(&label.to_lowercase()).map(|count| "xn--".len() + count)
}

fn encoded(label: &str) -> Option<usize> {
    let points: Vec<u32> = label.chars().map(u32::from).collect();
    let basic = u32::try_from(points.iter().filter(|point| **point < 128).count()).ok()?;
    let mut out = if basic > 0 { basic as usize + 1 } else { 0 };
    let (mut n, mut delta, mut bias, mut done) = (128_u32, 0_u32, 72_u32, basic);
    while (done as usize) < points.len() {
        let next = points.iter().copied().filter(|point| *point >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(done + 1)?)?;
        n = next;
        for point in &points {
            if *point < n {
                delta = delta.checked_add(1)?;
            }
            if *point == n {
                out += digits(delta, bias);
                bias = adapt(delta, done + 1, done == basic);
                delta = 0;
                done += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n = n.checked_add(1)?;
    }
    Some(out)
}

/// How many digits a number of variable length takes.
fn digits(mut value: u32, bias: u32) -> usize {
    let mut count = 1;
    let mut k = BASE;
    loop {
        let t = k.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if value < t {
            return count;
        }
        value = (value - t) / (BASE - t);
        count += 1;
        k += BASE;
    }
}

fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > ((BASE - T_MIN) * T_MAX) / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_as_long_as_they_are_written() {
        // From RFC 3492, section 7.1, and names in use.
        let cases = [
            ("example", Some(7)),
            ("bücher", Some("xn--bcher-kva".len())),
            ("みんな", Some("xn--q9jyb4c".len())),
            ("ليهمابتكلموشعربي؟", Some("xn--egbpdaj6bu4bxfgehfvwxn".len())),
            ("他们为什么不说中文", Some("xn--ihqwcrb4cv8a8dqg056pqjye".len())),
            ("xn--はじめよう", None),
        ];
        for (label, expected) in cases {
            assert_eq!(length(label), expected, "{label}");
        }
        assert_eq!(length(&"あ".repeat(64)), None);
    }
}
