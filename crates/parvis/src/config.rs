//! What the operator can set: by file, by environment, by flag, in that order of rising weight.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Everything that can be set.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    pub listen: String,
    /// Address under which people reach Parvis; links in mails and sign-in at networks are made of it.
    pub public_url: String,
    /// Folder for the embedded database, the key file and media.
    pub data: PathBuf,
    /// `sqlite:FILE` or `postgresql://…`; empty for `parvis.db` in the data folder.
    pub database: String,
    /// Hosts and addresses that channels may reach although they aren't public (an intranet's server).
    pub allow_hosts: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:7700".to_owned(),
            public_url: "http://127.0.0.1:7700".to_owned(),
            data: PathBuf::from("parvis-data"),
            database: String::new(),
            allow_hosts: Vec::new(),
        }
    }
}
