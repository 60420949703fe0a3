//! Hostile files of settings.

use super::*;

#[test]
fn odd_files_of_settings_are_read_or_refused_with_what_is_wrong() {
    let tried = parvis_fuzz::fuzz("config", |bytes| {
        match Config::parse(&String::from_utf8_lossy(bytes), "parvis.toml") {
            Ok(config) => {
                assert!(
                    config.check().is_ok()
                        || config.check().is_err_and(|error| !error.to_string().is_empty())
                );
                Ok((
                    config.allow_hosts.len().min(4),
                    config.trusted_proxies.len().min(4),
                    config.database.len().min(9),
                ))
            }
            Err(error) => {
                let text = error.to_string();
                assert!(text.contains("parvis.toml"), "{text}");
                Err(text.chars().filter(|c| c.is_alphabetic()).take(60).collect::<String>())
            }
        }
    });
    assert!(tried.unwrap().outcomes > 5);
}
