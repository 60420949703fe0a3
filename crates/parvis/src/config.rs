//! What the operator can set: by file, by environment, by flag, in that order of rising weight. Knows
//! no database and no network; `cli::doctor` looks whether the values work.

#[cfg(test)]
mod fuzz;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Everything that can be set. The text of each setting for people stands in [`SETTINGS`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen: address and port.
    pub listen: String,
    /// Address under which people reach Parvis; links in mails and sign-in at networks are made of it.
    pub public_url: String,
    /// Folder for the embedded database, the key file and media.
    pub data: PathBuf,
    /// `sqlite:FILE` or `postgresql://…`; empty for `parvis.db` in the data folder.
    pub database: String,
    /// A folder or `s3://BUCKET/PREFIX` for pictures and files; empty for `media` in the data folder.
    pub media: String,
    /// Hosts and addresses that channels may reach although they aren't public (an intranet's server).
    pub allow_hosts: Vec<String>,
    /// Addresses or networks (`10.0.0.0/8`) whose `X-Forwarded-*` headers are believed.
    pub trusted_proxies: Vec<String>,
    /// File of the encoder that reads messages a second time; empty for none.
    pub encoder: PathBuf,
    /// Seconds between two looks at a network that doesn't push.
    pub poll_seconds: u64,
    /// Seconds between two looks for silent edits and deletions.
    pub recheck_seconds: u64,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// What is logged: a level, or directives such as `info,parvis=debug`.
    pub log_level: String,
}

/// How log lines are written to standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:7700".to_owned(),
            public_url: "http://127.0.0.1:7700".to_owned(),
            data: PathBuf::from("parvis-data"),
            database: String::new(),
            media: String::new(),
            allow_hosts: Vec::new(),
            encoder: PathBuf::new(),
            trusted_proxies: vec!["127.0.0.1".to_owned(), "::1".to_owned()],
            log_format: LogFormat::Text,
            log_level: "info".to_owned(),
            poll_seconds: 20,
            recheck_seconds: 900,
        }
    }
}

/// Every key of the file with its explanation, in the order of the example file.
pub const SETTINGS: [(&str, &str); 12] = [
    ("listen", "Address and port to listen on. 0.0.0.0:7700 listens on every interface."),
    (
        "public_url",
        "The address that people type, without a final slash. Links, sign-in at networks and the\n\
         security of cookies depend on it; behind a reverse proxy it is the proxy's https:// address.\n\
         Left out: http:// and the address listened on.",
    ),
    ("data", "Folder for the embedded database, the key file (seal.key), and pictures and files (media)."),
    (
        "database",
        "Where the data is kept: sqlite:FILE or postgresql://USER:PASSWORD@HOST/NAME.\n\
         Empty: the file parvis.db in the data folder.",
    ),
    (
        "media",
        "Where pictures and files are kept: a folder, or s3://BUCKET or s3://BUCKET/PREFIX on an S3 server\n\
         (several nodes need that). Server, region and keys are taken from the variables AWS_ENDPOINT_URL,\n\
         AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Empty: the folder media in the data folder.",
    ),
    (
        "allow_hosts",
        "Hosts that channels may reach although their address isn't public, such as an intranet's\n\
         server. Everything else on private networks is refused.",
    ),
    (
        "trusted_proxies",
        "Addresses or networks (10.0.0.0/8) of reverse proxies. Only from them is X-Forwarded-For\n\
         believed; it tells who is signing in, for limits and for the list of devices.",
    ),
    (
        "encoder",
        "File of an encoder (e5-small-q4.bin, 72 MB; MODEL_CARD.md says where it is) that reads each message a\n\
         second time, a moment after it came in, and is right more often. Empty: only the model that ships reads.",
    ),
    (
        "poll_seconds",
        "Seconds between two looks at a network that doesn't push; feeds are asked 15 times less often.",
    ),
    ("recheck_seconds", "Seconds between two looks for edits and deletions that a network doesn't tell."),
    ("log_format", "\"text\" for people, \"json\" for collectors. Logs go to standard error."),
    ("log_level", "error, warn, info, debug or trace; or directives such as \"info,parvis=debug\"."),
];

/// A setting can't be used. The message says where and what to write instead.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file can't be read.
    #[error("{path}: can't be read ({reason}); name another with --config or PARVIS_CONFIG")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: std::io::Error,
    },
    /// The file doesn't say what it should.
    #[error("{path}:{line}:{column}: {message}")]
    File {
        /// The file.
        path: String,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
        /// What is wrong there and what to write.
        message: String,
    },
    /// A value is of no use, wherever it came from.
    #[error("{key}: {message}")]
    Value {
        /// The setting, variable or flag.
        key: String,
        /// What is wrong and what to write.
        message: String,
    },
}

impl Config {
    /// Reads the file (`explicit`, else `./parvis.toml` when there is one), then the environment
    /// (`PARVIS_LISTEN` …, asked through `variable`), then the flags that were given, and checks the
    /// result.
    ///
    /// # Errors
    /// The file can't be read, a key is unknown, or a value is of no use; nothing was started.
    pub fn load(
        explicit: Option<&Path>,
        variable: impl Fn(&str) -> Option<String>,
        flags: &[(&str, String)],
    ) -> Result<Self, Error> {
        let beside = Path::new("parvis.toml");
        let mut config = match explicit.or_else(|| Some(beside).filter(|path| path.exists())) {
            Some(path) => Self::read(path)?,
            None => Self::default(),
        };
        for (key, _) in SETTINGS {
            let name = format!("PARVIS_{}", key.to_uppercase());
            if let Some(text) = variable(&name) {
                config = config.with(key, &text, &name)?;
            }
        }
        for (key, text) in flags {
            config = config.with(key, text, &format!("--{}", key.replace('_', "-")))?;
        }
        config.check()?;
        let default = Self::default();
        if config.public_url == default.public_url && config.listen != default.listen {
            config.public_url = format!("http://{}", config.listen.replace("0.0.0.0:", "127.0.0.1:"));
        }
        Ok(config)
    }

    fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path)
            .map_err(|reason| Error::Unreadable { path: path.display().to_string(), reason })?;
        Self::parse(&text, &path.display().to_string())
    }

    /// Reads the text of a file called `path`.
    ///
    /// # Errors
    /// It isn't TOML, a key is unknown, or a value is of another type.
    pub fn parse(text: &str, path: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| {
            let span = error.span().unwrap_or(0..0);
            let before = text.get(..span.start).unwrap_or(text);
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            let key = text.get(span).unwrap_or_default().trim();
            let message = if error.message().starts_with("unknown field") {
                format!("unknown key “{key}”; did you mean “{}”?", nearest(key))
            } else {
                error.message().to_owned()
            };
            Error::File {
                path: path.to_owned(),
                line: before.matches('\n').count() + 1,
                column: before[line_start..].chars().count() + 1,
                message,
            }
        })
    }

    /// The same configuration with `key` set from a text; lists are separated by commas.
    fn with(&self, key: &str, text: &str, source: &str) -> Result<Self, Error> {
        let fail = |message: String| Error::Value { key: source.to_owned(), message };
        let mut table = toml::Table::try_from(self).map_err(|error| fail(error.to_string()))?;
        let value = match table.get(key) {
            Some(toml::Value::Array(_)) => text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(|part| toml::Value::String(part.to_owned()))
                .collect::<Vec<_>>()
                .into(),
            Some(toml::Value::Integer(_)) => {
                let number = text.trim().parse::<u32>();
                number.map_err(|_| fail(format!("“{text}” is no whole number; write 20")))?.into()
            }
            _ => toml::Value::String(text.to_owned()),
        };
        table.insert(key.to_owned(), value);
        table.try_into().map_err(|error: toml::de::Error| fail(error.message().to_owned()))
    }

    /// Looks at the values themselves; whether they work on this machine is `doctor`'s question.
    fn check(&self) -> Result<(), Error> {
        let fail = |key: &str, message: String| Err(Error::Value { key: key.to_owned(), message });
        if self.listen.parse::<SocketAddr>().is_err() {
            let said = &self.listen;
            return fail("listen", format!("“{said}” is no address and port; write 127.0.0.1:7700"));
        }
        let url = url::Url::parse(&self.public_url).ok();
        if !url.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
            let said = &self.public_url;
            return fail("public_url", format!("“{said}” is no web address; write https://parvis.example"));
        }
        if let Some(bad) = self.trusted_proxies.iter().find(|it| parse_network(it).is_none()) {
            return fail("trusted_proxies", format!("“{bad}” is no address; write 10.0.0.1 or 10.0.0.0/8"));
        }
        if self.media.contains("://") && !self.media.starts_with("s3://") {
            let said = &self.media;
            return fail("media", format!("“{said}” is no place for files; write a folder or s3://BUCKET"));
        }
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&self.log_level) {
            return fail("log_level", format!("{error}; write error, warn, info, debug or trace"));
        }
        Ok(())
    }

    /// The address of the database, the default filled in.
    pub fn database_address(&self) -> String {
        if self.database.is_empty() {
            format!("sqlite:{}", self.data.join("parvis.db").display())
        } else {
            self.database.clone()
        }
    }

    /// The folder of pictures and files, where they aren't in a bucket.
    pub fn media_folder(&self) -> PathBuf {
        if self.media.is_empty() { self.data.join("media") } else { PathBuf::from(&self.media) }
    }

    /// Whether forwarding headers from `address` are believed.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let bits = to_bits(address);
        self.trusted_proxies.iter().filter_map(|it| parse_network(it)).any(|(network, length)| {
            let shift = 128 - u32::from(length);
            bits.checked_shr(shift).unwrap_or(0) == network.checked_shr(shift).unwrap_or(0)
        })
    }

    /// The documented example file, generated so that it can't differ from the program.
    pub fn example() -> String {
        let defaults = toml::Table::try_from(Self::default()).unwrap_or_default();
        let mut out = String::from(
            "# Parvis: every setting with its default. Remove the # before a line to change it.\n\
             # Each can also be given as an environment variable (PARVIS_LISTEN) or a flag (--listen);\n\
             # a flag outweighs a variable, a variable outweighs this file.\n\
             # The key that seals the secrets of channels is no setting: it is the file seal.key in the\n\
             # data folder, made at the first start, or the variable PARVIS_SEAL_KEY (32 bytes, base64).\n",
        );
        for (key, about) in SETTINGS {
            out.push('\n');
            for line in about.lines() {
                out.push_str(&format!("# {}\n", line.trim_start()));
            }
            let value = defaults.get(key).map(ToString::to_string).unwrap_or_default();
            out.push_str(&format!("# {key} = {value}\n"));
        }
        out
    }
}

/// An address or network as 128 bits and a prefix length; IPv4 is mapped into IPv6 (RFC 4291, 2.5.5.2).
fn parse_network(text: &str) -> Option<(u128, u8)> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.trim().parse().ok()?;
    let (most, offset) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
    let length = length.unwrap_or(most);
    (length <= most).then(|| (to_bits(address), length + offset))
}

fn to_bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(it) => it.to_ipv6_mapped().to_bits(),
        IpAddr::V6(it) => it.to_bits(),
    }
}

/// The known key that takes the fewest edits (Levenshtein's distance, by rows).
fn nearest(key: &str) -> &'static str {
    let distance = |known: &str| {
        let mut row: Vec<usize> = (0..=known.len()).collect();
        for (i, a) in key.bytes().take(100).enumerate() {
            let mut diagonal = i;
            row[0] = i + 1;
            for (j, b) in known.bytes().enumerate() {
                let substituted = diagonal + usize::from(a != b);
                diagonal = row[j + 1];
                row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
            }
        }
        row[known.len()]
    };
    SETTINGS.iter().map(|(known, _)| *known).min_by_key(|known| distance(known)).unwrap_or("listen")
}

#[cfg(test)]
mod tests;
