//! Hostile mail.

use super::{Reader, file, mail};

#[test]
fn hostile_mail_is_read_or_refused() {
    let reader = Reader { ours: "care@brand.example".to_owned(), imap: "imap.brand.example".to_owned() };
    let tried = parvis_fuzz::fuzz("mail", |bytes| {
        let it = mail(bytes, &reader, true)?;
        assert_eq!(crate::sanitise(&it.html), it.html, "HTML that isn't clean");
        assert!(!it.id.is_empty() && !it.subject.contains('\n') && !it.text.contains('\0'), "{it:?}");
        serde_json::from_str::<serde_json::Value>(&it.raw).unwrap();
        let files =
            (0..it.files.len().min(3)).filter(|at| file(bytes, u32::try_from(*at).unwrap()).is_some());
        let kinds: Vec<&str> = it.marks.iter().map(crate::Mark::code).collect();
        Some((
            it.files.len().min(5),
            files.count(),
            it.parents.len().min(5),
            kinds.join(" "),
            it.report.is_some(),
            it.text.len().min(64) / 8,
        ))
    });
    assert!(tried.unwrap().outcomes > 10);
}
