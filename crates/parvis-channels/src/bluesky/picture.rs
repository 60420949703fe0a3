//! The size of a picture, from its first bytes: without it the network's own app shows every picture as a
//! square. Pure. Sources: PNG (ISO 15948, 11.2.2), GIF89a, JPEG (ITU T.81, B.2.2), WebP (RFC 9649).

/// Segments of a JPEG looked through.
const SEGMENTS: usize = 200;

/// Width and height in pixels; `None` where they can't be read.
pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let found = match bytes {
        [0x89, b'P', b'N', b'G', ..] => (big(bytes, 16, 4)?, big(bytes, 20, 4)?),
        [b'G', b'I', b'F', b'8', ..] => (little(bytes, 6, 2)?, little(bytes, 8, 2)?),
        [0xff, 0xd8, ..] => jpeg(bytes)?,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => webp(bytes)?,
        _ => return None,
    };
    (found.0 > 0 && found.1 > 0).then_some(found)
}

fn big(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    Some(bytes.get(at..at + length)?.iter().fold(0, |all, byte| (all << 8) | u32::from(*byte)))
}

fn little(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    Some(bytes.get(at..at + length)?.iter().rev().fold(0, |all, byte| (all << 8) | u32::from(*byte)))
}

/// The size stands in the frame's head, behind segments of any kind.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    for _ in 0..SEGMENTS {
        let [0xff, kind] = *bytes.get(at..at + 2)? else { return None };
        match kind {
            // Frames of all codings; the three between are tables.
            0xc0..=0xcf if !matches!(kind, 0xc4 | 0xc8 | 0xcc) => {
                return Some((big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?));
            }
            0xff => at += 1,
            _ => at += 2 + usize::try_from(big(bytes, at + 2, 2)?).ok()?,
        }
    }
    None
}

/// Lossy, lossless, or with more than one picture inside.
fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8 " => Some((little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff)),
        b"VP8L" => {
            let bits = little(bytes, 21, 4)?;
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_kind_of_picture_tells_its_size() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x02\0\0\0\x03\x08\x06\0\0\0";
        let gif = b"GIF89a\x02\x01\x03\0\0\0\0";
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc4\0\x02\xff\xc2\0\x11\x08\0\x03\x01\x02\x03";
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x02\x01\x03\x40";
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x01\x81\0\0\0";
        let more = b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x01\x01\0\x02\0\0";
        let all: [&[u8]; 6] = [png, gif, jpeg, lossy, lossless, more];
        for picture in all {
            assert_eq!(size(picture), Some((258, 3)), "{picture:?}");
            for end in 0..9 {
                assert_eq!(size(&picture[..end]), None, "{picture:?} cut at {end}");
            }
        }
        for other in [&b""[..], b"<svg width=1>", b"\xff\xd8\xff\xda", b"RIFF\0\0\0\0WAVEfmt "] {
            assert_eq!(size(other), None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_asked(start in 0_usize..4, bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let starts: [&[u8]; 4] = [b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBPVP8"];
            let whole: Vec<u8> = starts[start].iter().copied().chain(bytes).collect();
            prop_assert!(size(&whole).is_none_or(|(width, height)| width > 0 && height > 0));
        }
    }
}
