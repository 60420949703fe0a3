//! What the first bytes of a picture say: which kind it is and how many pixels it has, read from its header without
//! decoding it (PNG 3rd edition, 11.2.1; GIF89a, 18; RFC 9649; ITU-T T.81, B.2.2). Knows no store and no form.

#[cfg(test)]
mod fuzz;

/// Pixels at most: what phones and cameras give, and no more than a browser can show.
pub const MOST_PIXELS: u64 = 50_000_000;

/// A picture by its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Picture {
    /// Its media type.
    pub mime: &'static str,
    /// End of a file's name.
    pub end: &'static str,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// The picture that `bytes` begin with; `None` when they are none that we take, or end within their header.
pub fn read(bytes: &[u8]) -> Option<Picture> {
    let (mime, end, (width, height)) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        ("image/png", ".png", png(bytes)?)
    } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
        ("image/gif", ".gif", (little(bytes, 6, 2)?, little(bytes, 8, 2)?))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP" {
        ("image/webp", ".webp", webp(bytes)?)
    } else if bytes.starts_with(b"\xFF\xD8\xFF") {
        ("image/jpeg", ".jpeg", jpeg(bytes)?)
    } else {
        return None;
    };
    (width > 0 && height > 0).then_some(Picture { mime, end, width, height })
}

/// The picture that `bytes` are, when they are what `mime` says and not too large to be shown.
///
/// # Errors
/// The code of what is wrong with it (`refusal-media-…`).
pub fn check(bytes: &[u8], mime: &str) -> Result<Picture, &'static str> {
    if !matches!(mime, "image/png" | "image/jpeg" | "image/gif" | "image/webp") {
        return Err("kind");
    }
    let it = read(bytes).filter(|it| it.mime == mime).ok_or("lies")?;
    if u64::from(it.width) * u64::from(it.height) > MOST_PIXELS {
        return Err("pixels");
    }
    Ok(it)
}

/// A number of `count` bytes, the greatest first.
fn big(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(count)?)?;
    Some(bytes.iter().fold(0, |sum, byte| (sum << 8) | u32::from(*byte)))
}

/// A number of `count` bytes, the least first.
fn little(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(count)?)?;
    Some(bytes.iter().rev().fold(0, |sum, byte| (sum << 8) | u32::from(*byte)))
}

fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    (big(bytes, 8, 4)? == 13 && bytes.get(12..16)? == b"IHDR")
        .then_some((big(bytes, 16, 4)?, big(bytes, 20, 4)?))
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        b"VP8L" if bytes.get(20) == Some(&0x2F) => {
            let both = little(bytes, 21, 4)?;
            Some(((both & 0x3FFF) + 1, ((both >> 14) & 0x3FFF) + 1))
        }
        b"VP8 " if bytes.get(23..26)? == [0x9D, 0x01, 0x2A] => {
            Some((little(bytes, 26, 2)? & 0x3FFF, little(bytes, 28, 2)? & 0x3FFF))
        }
        _ => None,
    }
}

/// Walks the segments up to that which begins the frame.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        match *bytes.get(at + 1)? {
            // Fill, and markers without a length.
            0xFF => at += 1,
            0x01 | 0xD0..=0xD7 => at += 2,
            // SOF0 to SOF15, but for the tables that lie among them.
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Some((big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?));
            }
            // Nothing, the end, or the picture itself before its frame.
            0x00 | 0xD8..=0xDA => return None,
            _ => {
                let length = usize::try_from(big(bytes, at + 2, 2)?).ok()?;
                if length < 2 {
                    return None;
                }
                at += 2 + length;
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The header of a PNG of that size; enough for everything that decodes nothing.
    pub(crate) fn png_of(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 2, 0, 0, 0]);
        bytes
    }

    fn size(bytes: &[u8]) -> Option<(&'static str, u32, u32)> {
        read(bytes).map(|it| (it.mime, it.width, it.height))
    }

    #[test]
    fn each_kind_says_its_pixels() {
        assert_eq!(size(&png_of(640, 480)), Some(("image/png", 640, 480)));
        assert_eq!(size(b"GIF89a\x02\x01\x03\x00"), Some(("image/gif", 258, 3)));
        let jpeg = b"\xFF\xD8\xFF\xE0\x00\x04JF\xFF\xFF\xC2\x00\x11\x08\x01\x02\x03\x04\x03";
        assert_eq!(size(jpeg), Some(("image/jpeg", 0x0304, 0x0102)));
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\x30\x01\x00\x9D\x01\x2A\x10\x40\x20\x00";
        assert_eq!(size(lossy), Some(("image/webp", 16, 32)));
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2F\x0F\xC0\x01\x00";
        assert_eq!(size(lossless), Some(("image/webp", 16, 8)));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x0F\x00\x00\x07\x00\x00";
        assert_eq!(size(extended), Some(("image/webp", 16, 8)));
    }

    #[test]
    fn what_lies_or_is_too_large_is_said() {
        assert_eq!(check(&png_of(640, 480), "image/png").map(|it| it.end), Ok(".png"));
        assert_eq!(check(&png_of(640, 480), "image/jpeg"), Err("lies"));
        assert_eq!(check(b"<svg onload=alert(1)>", "image/png"), Err("lies"));
        assert_eq!(check(b"\x89PNG\r\n\x1a\n", "image/png"), Err("lies"));
        assert_eq!(check(&png_of(0, 480), "image/png"), Err("lies"));
        assert_eq!(check(&png_of(10_000, 10_000), "image/png"), Err("pixels"));
        assert_eq!(check(&png_of(u32::MAX, u32::MAX), "image/png"), Err("pixels"));
        assert_eq!(check(&png_of(1, 1), "image/svg+xml"), Err("kind"));
    }
}
