//! The configuration: what is accepted, what is refused and where.

use super::*;

fn none(_: &str) -> Option<String> {
    None
}

#[test]
fn the_committed_example_is_the_one_that_the_program_writes() {
    let committed = include_str!("../../../../docs/parvis.example.toml");
    assert_eq!(committed, Config::example(), "run: parvis config example > docs/parvis.example.toml");
}

#[test]
fn the_example_with_every_comment_removed_is_the_default() {
    let keys: Vec<&str> = SETTINGS.iter().map(|(key, _)| *key).collect();
    let live: String = Config::example()
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| keys.iter().any(|key| line.starts_with(&format!("{key} = "))))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(Config::parse(&live, "example").unwrap(), Config::default());
    assert_eq!(live.lines().count(), SETTINGS.len());
}

#[test]
fn every_setting_is_explained() {
    let table = toml::Table::try_from(Config::default()).unwrap();
    let mut fields: Vec<&str> = table.keys().map(String::as_str).collect();
    let mut explained: Vec<&str> = SETTINGS.iter().map(|(key, _)| *key).collect();
    fields.sort_unstable();
    explained.sort_unstable();
    assert_eq!(fields, explained);
}

#[test]
fn an_unknown_key_is_refused_with_its_place_and_its_nearest_neighbour() {
    let text = "# é\nlisten = \"127.0.0.1:1\"\n  pubilc_url = \"http://a\"\n";
    let error = Config::parse(text, "parvis.toml").unwrap_err().to_string();
    assert_eq!(error, "parvis.toml:3:3: unknown key “pubilc_url”; did you mean “public_url”?");
}

#[test]
fn a_value_of_another_type_is_refused_with_its_place() {
    let error = Config::parse("listen = 7700", "parvis.toml").unwrap_err().to_string();
    assert!(error.starts_with("parvis.toml:1:10: invalid type"), "{error}");
}

#[test]
fn a_flag_outweighs_a_variable_which_outweighs_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("p.toml");
    std::fs::write(&file, "listen = \"127.0.0.1:1\"\nlog_level = \"warn\"\ndata = \"a\"\n").unwrap();
    let environment = |name: &str| match name {
        "PARVIS_LISTEN" => Some("127.0.0.1:2".to_owned()),
        "PARVIS_LOG_LEVEL" => Some("debug".to_owned()),
        "PARVIS_ALLOW_HOSTS" => Some("intranet.example, 10.0.0.4".to_owned()),
        _ => None,
    };
    let config = Config::load(Some(&file), environment, &[("listen", "127.0.0.1:3".to_owned())]).unwrap();
    assert_eq!(config.listen, "127.0.0.1:3");
    assert_eq!(config.log_level, "debug");
    assert_eq!(config.data, PathBuf::from("a"));
    assert_eq!(config.allow_hosts, ["intranet.example", "10.0.0.4"]);
}

#[test]
fn people_reach_parvis_where_it_listens_unless_told_otherwise() {
    let url = |flags: &[(&str, &str)]| {
        let flags: Vec<(&str, String)> = flags.iter().map(|(key, text)| (*key, (*text).to_owned())).collect();
        Config::load(None, none, &flags).unwrap().public_url
    };
    assert_eq!(url(&[]), "http://127.0.0.1:7700");
    assert_eq!(url(&[("listen", "0.0.0.0:80")]), "http://127.0.0.1:80");
    assert_eq!(url(&[("listen", "0.0.0.0:80"), ("public_url", "https://p.example")]), "https://p.example");
}

#[test]
fn numbers_are_read_from_flags_and_variables() {
    let flags = [("poll_seconds", "2".to_owned())];
    let environment = |name: &str| (name == "PARVIS_RECHECK_SECONDS").then(|| "60".to_owned());
    let config = Config::load(None, environment, &flags).unwrap();
    assert_eq!((config.poll_seconds, config.recheck_seconds), (2, 60));
    let flags = [("poll_seconds", "often".to_owned())];
    let error = Config::load(None, none, &flags).unwrap_err().to_string();
    assert_eq!(error, "--poll-seconds: “often” is no whole number; write 20");
}

#[test]
fn values_of_no_use_are_refused_by_name() {
    for (key, text, said) in [
        ("listen", "7700", "listen: “7700” is no address and port"),
        ("public_url", "parvis.example", "public_url: “parvis.example” is no web address"),
        ("public_url", "ftp://parvis.example", "no web address"),
        ("trusted_proxies", "10.0.0.0/33", "trusted_proxies: “10.0.0.0/33”"),
        ("log_format", "xml", "--log-format: unknown variant"),
    ] {
        let error = Config::load(None, none, &[(key, text.to_owned())]).unwrap_err().to_string();
        assert!(error.contains(said), "{key}: {error}");
    }
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let error = Config::load(Some(Path::new("/nonexistent/p.toml")), none, &[]).unwrap_err();
    assert!(error.to_string().contains("can't be read"), "{error}");
}

#[test]
fn only_named_proxies_are_believed() {
    let proxies = vec!["10.0.0.0/8".to_owned(), "::1".to_owned()];
    let config = Config { trusted_proxies: proxies, ..Config::default() };
    let trusts = |address: &str| config.trusts(address.parse().unwrap());
    assert!(trusts("10.200.1.1") && trusts("::1") && trusts("::ffff:10.1.1.1"));
    assert!(!trusts("11.0.0.1") && !trusts("::2") && !trusts("127.0.0.1"));
    let all = Config { trusted_proxies: vec!["::/0".to_owned()], ..Config::default() };
    assert!(all.trusts("192.0.2.1".parse().unwrap()));
}
