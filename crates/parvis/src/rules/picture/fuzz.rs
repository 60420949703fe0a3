//! Files that say they are pictures.

use super::read;

#[test]
fn hostile_headers_of_pictures_are_read_or_refused() {
    let tried = parvis_fuzz::fuzz("picture", |bytes| {
        let found = read(bytes);
        assert!(found.is_none_or(|it| it.width > 0 && it.height > 0), "{found:?}");
        found.map(|it| (it.mime, it.width.ilog2(), it.height.ilog2()))
    });
    assert!(tried.unwrap().outcomes > 5);
}
