//! `parvis config`: the documented example, and whether the configuration that would be used is good.

use std::process::ExitCode;

use super::say;
use crate::config;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Config {
    /// Prints the documented example file
    Example,
    /// Reads the configuration as `serve` would, and prints what results
    Check,
}

pub(super) fn run(
    command: &Config,
    loaded: Result<config::Config, config::Error>,
) -> anyhow::Result<ExitCode> {
    match command {
        Config::Example => say(config::Config::example().trim_end())?,
        Config::Check => {
            let mut config = loaded?;
            config.database = crate::app::without_password(&config.database_address());
            say("# The configuration is good. It comes to:")?;
            say(toml::to_string(&config)?.trim_end())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
