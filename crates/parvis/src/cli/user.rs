//! `parvis user`: who may sign in, for the operator who has the machine but no account.

use std::io::BufRead as _;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::json;

use super::say;
use crate::app::App;
use crate::clock::{Clock, DAY};
use crate::command::factor;
use crate::config::Config;
use crate::rules::permission::Role;
use crate::seal;
use crate::store::colleague::{self, Colleague};
use crate::store::journal::{self, By, Entry};
use crate::store::link::{self, Link};
use crate::store::organisation::{self, Organisation};
use crate::store::{Conn, desk, session};
use crate::web::{form, password};

/// How long a sign-in link made here works (µs).
const LINK: i64 = DAY;

#[derive(Debug, clap::Subcommand)]
pub(super) enum User {
    /// Lets somebody in: makes the colleague and prints a one-time sign-in link
    Add(Add),
    /// Lists everybody, with role and access
    List,
    /// Prints a new one-time sign-in link; older ones end
    Link {
        /// Address they sign in with
        email: String,
    },
    /// Sets a password, read from standard input; every session ends
    Password {
        /// Address they sign in with
        email: String,
    },
    /// Takes somebody's second factor away (a lost phone); every session ends
    RemoveFactor {
        /// Address they sign in with
        email: String,
    },
    /// Ends somebody's access and every session of theirs; nothing they wrote is deleted
    Deactivate {
        /// Address they sign in with
        email: String,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Add {
    /// Address they sign in with
    email: String,
    /// Name or role as the others see it
    #[arg(long)]
    name: String,
    /// community_manager, specialist, expert, external, creative, referent, direction or administrator
    #[arg(long)]
    role: String,
    /// A desk they belong to, by name (may be given several times)
    #[arg(long)]
    desk: Vec<String>,
}

pub(super) async fn run(config: Config, command: &User) -> anyhow::Result<ExitCode> {
    let app = App::open(config, Clock::System).await?;
    let said = carry_out(&app, command, &mut std::io::stdin().lock()).await?;
    app.db.close().await;
    say(said)?;
    Ok(ExitCode::SUCCESS)
}

/// Does it in one transaction and says what came of it.
async fn carry_out(app: &App, command: &User, input: &mut impl std::io::BufRead) -> anyhow::Result<String> {
    let mut conn = app.db.write().await?;
    let house = organisation::first(&mut conn).await?;
    let house = house.context("nobody has set Parvis up yet: start `parvis serve` and open its address")?;
    let said = match command {
        User::Add(it) => add(app, &mut conn, &house, it).await?,
        User::List => list(&mut conn, &house, app.now()).await?,
        User::Link { email } => {
            let who = find(&mut conn, email).await?;
            sign_in_link(app, &mut conn, &who).await?
        }
        User::Password { email } => {
            let who = find(&mut conn, email).await?;
            set_password(app, &mut conn, who, input).await?
        }
        User::RemoveFactor { email } => {
            let who = find(&mut conn, email).await?;
            if !factor::take_off(&mut conn, &who, By::System, app.now()).await? {
                bail!("{} has no second factor", who.email);
            }
            format!("{} has no second factor any more; every session was ended.", who.email)
        }
        User::Deactivate { email } => {
            let who = find(&mut conn, email).await?;
            deactivate(app, &mut conn, who).await?
        }
    };
    conn.commit().await?;
    Ok(said)
}

async fn find(conn: &mut Conn, email: &str) -> anyhow::Result<Colleague> {
    let found = colleague::by_email(conn, email).await?;
    found.with_context(|| format!("nobody signs in with {email}; `parvis user list` shows who does"))
}

async fn add(app: &App, conn: &mut Conn, house: &Organisation, it: &Add) -> anyhow::Result<String> {
    let Ok(email) = form::email(&it.email) else { bail!("“{}” is no mail address", it.email) };
    let Ok(name) = form::line(&it.name, 80) else { bail!("--name is empty or too long") };
    let role = Role::parse(&it.role).with_context(|| {
        let roles: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("there is no role “{}”; there are: {}", it.role, roles.join(", "))
    })?;
    if colleague::by_email(conn, &email).await?.is_some() {
        bail!("{email} is there already; `parvis user link {email}` makes a new sign-in link");
    }
    let mut all = desk::list(conn, house.id).await?;
    all.retain(desk::Desk::is_open);
    let mut desks = Vec::new();
    for wanted in &it.desk {
        let found = all.iter().find(|desk| desk.name.to_lowercase() == wanted.to_lowercase());
        let names: Vec<&str> = all.iter().map(|desk| desk.name.as_str()).collect();
        let found =
            found.with_context(|| format!("there is no desk “{wanted}”; there are: {}", names.join(", ")))?;
        desks.push(found.id);
    }
    let who = Colleague {
        email,
        initials: form::initials(&name),
        name,
        ..Colleague::blank(house.id, role, app.now())
    };
    colleague::insert(conn, &who).await?;
    colleague::set_desks(conn, house.id, who.id, &desks).await?;
    note(app, conn, "colleague.invited", &who).await?;
    sign_in_link(app, conn, &who).await
}

async fn sign_in_link(app: &App, conn: &mut Conn, who: &Colleague) -> anyhow::Result<String> {
    if !who.active {
        bail!(
            "the access of {} has ended; an administrator can give it back on the organisation page",
            who.email
        );
    }
    let secret = seal::secret()?;
    let it = Link {
        organisation: who.organisation,
        digest: seal::digest(&secret),
        colleague: who.id,
        created_at: app.now(),
        expires_at: app.now() + LINK,
        used_at: None,
    };
    link::revoke(conn, who.organisation, who.id).await?;
    link::insert(conn, &it).await?;
    note(app, conn, "link.made", who).await?;
    let url = app.config.public_url.trim_end_matches('/');
    Ok(format!("{} signs in once with this address, within 24 hours:\n  {url}/link/{secret}", who.email))
}

async fn list(conn: &mut Conn, house: &Organisation, now: i64) -> anyhow::Result<String> {
    let mut lines = vec![format!("{:32} {:18} {:8} NAME", "E-MAIL", "ROLE", "ACCESS")];
    for it in colleague::list(conn, house.id).await? {
        let open = it.has_access(now);
        let access = if open { "yes" } else { "ended" };
        lines.push(format!("{:32} {:18} {access:8} {}", it.email, it.role.as_str(), it.name));
    }
    Ok(lines.join("\n"))
}

async fn set_password(
    app: &App,
    conn: &mut Conn,
    mut who: Colleague,
    input: &mut impl std::io::BufRead,
) -> anyhow::Result<String> {
    eprintln!("New password of {} (at least {} characters), then Enter:", who.email, password::SHORTEST);
    let mut line = String::new();
    std::io::Read::take(input, 4_096).read_line(&mut line).context("the password can't be read")?;
    let chosen = line.trim_end_matches(['\r', '\n']);
    let house = organisation::first(conn).await?.map(|it| it.name).unwrap_or_default();
    match password::objection(chosen, &[&who.name, &who.email, &house]) {
        None => {}
        Some("password-guessable") => bail!("that is too easy to guess; nothing was changed"),
        Some(_) => {
            let (from, to) = (password::SHORTEST, password::LONGEST);
            bail!("a password has {from} to {to} characters; nothing was changed");
        }
    }
    who.password_hash = Some(password::digest(chosen).map_err(|error| anyhow::anyhow!("{error}"))?);
    colleague::update(conn, &who).await?;
    session::remove_others(conn, who.organisation, who.id, "").await?;
    note(app, conn, "password.changed", &who).await?;
    Ok(format!("{} has a new password; every session was ended.", who.email))
}

async fn deactivate(app: &App, conn: &mut Conn, mut who: Colleague) -> anyhow::Result<String> {
    let all = colleague::list(conn, who.organisation).await?;
    let others = all.iter().any(|it| it.role == Role::Administrator && it.active && it.id != who.id);
    if who.role == Role::Administrator && !others {
        bail!("{} is the last administrator; let another in first. Nothing was changed", who.email);
    }
    who.active = false;
    colleague::update(conn, &who).await?;
    session::remove_others(conn, who.organisation, who.id, "").await?;
    link::revoke(conn, who.organisation, who.id).await?;
    note(app, conn, "colleague.ended", &who).await?;
    Ok(format!("{} can no longer sign in; every session was ended, nothing was deleted.", who.email))
}

async fn note(app: &App, conn: &mut Conn, verb: &str, who: &Colleague) -> anyhow::Result<()> {
    let after = json!({ "name": who.name, "email": who.email, "role": who.role, "active": who.active });
    let entry = Entry {
        organisation: who.organisation,
        at: app.now(),
        by: By::System,
        verb,
        subject: who.id.0,
        conversation: None,
        before: None,
        after: Some(after),
    };
    journal::write(conn, entry).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
