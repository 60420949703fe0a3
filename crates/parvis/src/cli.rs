//! The command line: one file per command. Text for people goes to standard output in English; logs
//! go to standard error. Knows no SQL and no route.

mod backup;
mod classify;
mod config;
mod demo;
mod detect;
mod doctor;
mod export;
mod import;
mod matching;
mod openapi;
mod progress;
mod relocate;
mod restore;
mod secret;
mod serve;
mod user;

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Community management for an organisation, in one self-hosted binary.
#[derive(Debug, Parser)]
#[command(name = "parvis", version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

/// Settings as flags; each outweighs its environment variable and the file.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
struct Settings {
    /// Configuration file [default: parvis.toml in this folder, when there is one]
    #[arg(long, global = true, env = "PARVIS_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port to listen on
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Address that people type
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// Folder for the embedded database, the key file, pictures and files
    #[arg(long, global = true, value_name = "FOLDER")]
    data: Option<String>,
    /// sqlite:FILE or postgresql://…
    #[arg(long, global = true, value_name = "ADDRESS")]
    database: Option<String>,
    /// Folder or s3://BUCKET/PREFIX for pictures and files
    #[arg(long, global = true, value_name = "PLACE")]
    media: Option<String>,
    /// Hosts on private networks that channels may reach, separated by commas
    #[arg(long, global = true, value_name = "HOSTS")]
    allow_hosts: Option<String>,
    /// Reverse proxies whose X-Forwarded-For is believed, separated by commas
    #[arg(long, global = true, value_name = "NETWORKS")]
    trusted_proxies: Option<String>,
    /// File of an encoder that reads messages a second time (e5-small-q4.bin)
    #[arg(long, global = true, value_name = "FILE")]
    encoder: Option<String>,
    /// Seconds between two looks at a network that doesn't push
    #[arg(long, global = true, value_name = "SECONDS")]
    poll_seconds: Option<String>,
    /// Seconds between two looks for silent edits and deletions
    #[arg(long, global = true, value_name = "SECONDS")]
    recheck_seconds: Option<String>,
    /// text or json
    #[arg(long, global = true, value_name = "FORMAT")]
    log_format: Option<String>,
    /// error, warn, info, debug, trace, or directives
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
}

impl Settings {
    fn load(&self) -> Result<Config, crate::config::Error> {
        let flags: Vec<(&str, String)> = [
            ("listen", &self.listen),
            ("public_url", &self.public_url),
            ("data", &self.data),
            ("database", &self.database),
            ("media", &self.media),
            ("allow_hosts", &self.allow_hosts),
            ("trusted_proxies", &self.trusted_proxies),
            ("encoder", &self.encoder),
            ("poll_seconds", &self.poll_seconds),
            ("recheck_seconds", &self.recheck_seconds),
            ("log_format", &self.log_format),
            ("log_level", &self.log_level),
        ]
        .into_iter()
        .filter_map(|(key, value)| value.clone().map(|value| (key, value)))
        .collect();
        Config::load(self.config.as_deref(), |name| std::env::var(name).ok(), &flags)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs Parvis until Ctrl-C or SIGTERM
    Serve,
    /// Shows Parvis with an invented organisation; nothing leaves this machine
    Demo(demo::Demo),
    /// Says what is wrong with this installation and how to mend it; exit code 1 on problems
    Doctor(doctor::Doctor),
    /// Who may sign in
    #[command(subcommand)]
    User(user::User),
    /// The key that seals the secrets of channels
    #[command(subcommand)]
    Secret(secret::Secret),
    /// Copies everything into another, empty database (SQLite or PostgreSQL), and compares
    Move(relocate::Move),
    /// Writes everything into a new folder, while Parvis runs: database, media, checksums
    Backup(backup::Backup),
    /// Makes an installation of a backup again, on either engine, and looks at it deeply
    Restore(restore::Restore),
    /// Writes everything as lines of JSON
    Export(export::Export),
    /// Reads an export of Parvis (.jsonl), messages (.csv) or mail (.mbox)
    Import(import::Import),
    /// Reads a series of counts (CSV), writes what was expected and where to be alarmed; needs no database
    Detect(detect::Detect),
    /// Reads posts as lines of JSON, writes which queries each matches; needs no database
    Match(matching::Match),
    /// Says what texts say: lines of JSON {"id","text"} in, language, sentiment, intent, abuse out
    Classify(classify::Classify),
    /// Prints the description of the API (OpenAPI 3.1)
    Openapi,
    /// Shows or checks the configuration
    #[command(subcommand)]
    Config(config::Config),
}

/// Runs the command line of this process and gives its exit code: 0 done, 1 failed, 2 not understood.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // These stand in a pipe: neither runtime nor configuration, they begin at once.
    match &cli.command {
        Command::Match(it) => return matching::run(it).unwrap_or_else(|error| fail(&error)),
        Command::Detect(it) => return detect::run(it),
        Command::Classify(it) => return classify::run(it).unwrap_or_else(|error| fail(&error)),
        _ => {}
    }
    // A second provider is refused; the one that is installed serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(run(cli)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    if let Command::Config(command) = &cli.command {
        return config::run(command, cli.settings.load());
    }
    if let Command::Openapi = cli.command {
        return openapi::run();
    }
    if let Command::Doctor(it) = &cli.command {
        return doctor::run(it, cli.settings.load()).await;
    }
    let config = cli.settings.load()?;
    // Those that move whole tables have statements of a thousand values: that one of them is slow is no news.
    let bulk = matches!(
        cli.command,
        Command::Move(_) | Command::Backup(_) | Command::Restore(_) | Command::Import(_)
    );
    log_to_stderr(&config, if bulk { "error" } else { "warn" });
    match cli.command {
        Command::Serve => serve::run(config).await,
        Command::Demo(it) => demo::run(&it, config).await,
        Command::Secret(it) => secret::run(&config, &it).await,
        Command::Move(it) => relocate::run(&it).await,
        Command::Backup(it) => backup::run(config, &it).await,
        Command::Restore(it) => restore::run(config, &it).await,
        Command::Export(it) => export::run(config, &it).await,
        Command::Import(it) => import::run(config, &it).await,
        Command::User(it) => user::run(config, &it).await,
        Command::Classify(_)
        | Command::Config(_)
        | Command::Detect(_)
        | Command::Doctor(_)
        | Command::Match(_)
        | Command::Openapi => Ok(ExitCode::SUCCESS),
    }
}

fn log_to_stderr(config: &Config, sqlx: &str) {
    // The level was checked when the configuration was loaded.
    // What PostgreSQL remarks (“relation already exists, skipping”) helps nobody, unless asked for.
    let filter = EnvFilter::try_new(format!("sqlx={sqlx},{}", config.log_level)).unwrap_or_default();
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let lines = lines.with_ansi(std::io::stderr().is_terminal());
    match config.log_format {
        LogFormat::Text => lines.with_target(false).init(),
        LogFormat::Json => lines.json().init(),
    }
}

/// Prints the chain of an error, outermost first, leaving out what was said already.
fn fail(error: &anyhow::Error) -> ExitCode {
    let mut said = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !said.contains(&cause) {
            said = if said.is_empty() { cause } else { format!("{said}: {cause}") };
        }
    }
    eprintln!("parvis: {said}");
    ExitCode::FAILURE
}

/// Writes one line for people.
fn say(line: impl std::fmt::Display) -> std::io::Result<()> {
    use std::io::Write as _;
    writeln!(std::io::stdout(), "{line}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_setting_has_its_flag() {
        let command = Cli::command();
        for (key, _) in crate::config::SETTINGS {
            let flag = key.replace('_', "-");
            assert!(command.get_arguments().any(|it| it.get_long() == Some(&flag)), "--{flag}");
        }
    }
}
