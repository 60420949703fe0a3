//! A bundle of records with their digests (CAR, version 1), as it comes with a commit. Pure. Source:
//! ipld.io/specs/transport/car/carv1.

use ring::digest::{SHA256, digest};

/// SHA-256, the only digest that the network uses, and its length.
const SHA2: [u8; 2] = [0x12, 32];

/// The content that a bundle holds under an identifier, if it is that content.
pub(super) fn find<'a>(bundle: &'a [u8], cid: &[u8]) -> Option<&'a [u8]> {
    let (_, mut rest) = section(bundle)?;
    loop {
        let (block, after) = section(rest)?;
        if let Some(content) = block.strip_prefix(cid) {
            return is_content(cid, content).then_some(content);
        }
        rest = after;
    }
}

/// Version, kind of content, digest.
fn is_content(cid: &[u8], content: &[u8]) -> bool {
    matches!(cid, [1, _, kind @ .., ] if kind.strip_prefix(&SHA2) == Some(digest(&SHA256, content).as_ref()))
}

/// What a length says, and what comes behind.
fn section(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut length, mut used) = (0_u64, 0_usize);
    for byte in bytes.iter().take(9) {
        length |= u64::from(byte & 0x7f) << (7 * used);
        used += 1;
        if byte & 0x80 == 0 {
            let length = usize::try_from(length).ok().filter(|length| *length > 0)?;
            return bytes.get(used..)?.split_at_checked(length);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cid(content: &[u8]) -> Vec<u8> {
        [&[1, 0x71, 0x12, 32], digest(&SHA256, content).as_ref()].concat()
    }

    fn bundle(contents: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![2, 0xa0, 0xa0];
        for content in contents {
            let block = [&cid(content)[..], content].concat();
            bytes.extend([
                u8::try_from(block.len() & 0x7f).unwrap() | 0x80,
                u8::try_from(block.len() >> 7).unwrap(),
            ]);
            bytes.extend(block);
        }
        bytes
    }

    #[test]
    fn content_is_found_by_its_digest_and_only_if_it_is_that_content() {
        let mut bytes = bundle(&[b"one", b"two"]);
        assert_eq!(find(&bytes, &cid(b"two")), Some(&b"two"[..]));
        assert_eq!(find(&bytes, &cid(b"three")), None);
        *bytes.last_mut().unwrap() = b'x';
        assert_eq!(find(&bytes, &cid(b"two")), None);
        assert_eq!(find(&bytes, &[]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_looked_through(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(find(&bytes, &cid(b"x")), None);
        }
    }
}
