//! A program that pushes messages to a webhook of the house, signed. What isn't taken is pushed again.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use parvis::app::App;
use parvis::clock::{Clock, SECOND};
use parvis::command::channel::connect::{Step, connect};
use parvis::config::Config;
use parvis::rules::permission::{Actor, Role, Scope};
use parvis::store::{colleague, desk, organisation};
use parvis_channels::ChannelKind;
use ring::hmac;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::process::Program;
use crate::random::Random;

/// The one who pushes.
pub struct Hook {
    listen: String,
    path: String,
    secret: Vec<u8>,
    clock: Clock,
}

impl Hook {
    /// Connects a webhook to the house of `program`, which must not run.
    ///
    /// # Errors
    /// There is no house, or its database can't be used.
    pub async fn connect(program: &Program) -> Result<Self> {
        let config =
            Config { data: program.data.clone(), database: program.database.clone(), ..Config::default() };
        let app = App::open(config, Clock::System).await?;
        let mut conn = app.db.read().await?;
        let house = organisation::first(&mut conn).await?.context("no house")?.id;
        let desk = desk::list(&mut conn, house).await?.first().context("no desk")?.id;
        let who = colleague::list(&mut conn, house).await?.first().context("nobody")?.id;
        drop(conn);
        let actor = Actor {
            organisation: house,
            colleague: who,
            role: Role::Administrator,
            scope: Scope::Every,
            token: None,
            pass: None,
        };
        let typed = BTreeMap::from([("address".to_owned(), String::new())]);
        let step = connect(&app, &actor, ChannelKind::Webhook, typed, "Pushed", desk).await?;
        let Step::Connected { id, secret: Some(secret) } = step else { bail!("no secret is shown") };
        app.db.close().await;
        let secret = STANDARD.decode(secret.expose().trim_start_matches("whsec_"))?;
        Ok(Self {
            listen: program.listen.clone(),
            path: format!("/hooks/{id}"),
            secret,
            clock: Clock::System,
        })
    }

    /// Pushes one message after the other; what isn't taken is pushed again.
    pub async fn push_on(self, mut random: Random) {
        let mut number = 0_u64;
        loop {
            tokio::time::sleep(Duration::from_millis(random.between(20, 200))).await;
            let id = format!("w{number}");
            number += u64::from(self.push(&id).await.unwrap_or(false));
        }
    }

    /// Pushes a message whose id is that of its delivery; whether it was taken.
    async fn push(&self, id: &str) -> Result<bool> {
        let now = self.clock.now();
        let at = jiff::Timestamp::from_microsecond(now)?.to_string();
        let data =
            json!({ "id": id, "author": { "id": "9", "name": "Pushed" }, "text": format!("pushed {id}") });
        let body = json!({ "type": "message.created", "timestamp": at, "data": data }).to_string();
        let seconds = now / SECOND;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.secret);
        let tag = STANDARD.encode(hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes()));
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nwebhook-id: {id}\r\nwebhook-timestamp: {seconds}\r\n\
             webhook-signature: v1,{tag}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.path,
            self.listen,
            body.len()
        );
        let mut stream = TcpStream::connect(&self.listen).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut head = [0_u8; 12];
        let answered = tokio::time::timeout(Duration::from_secs(20), stream.read_exact(&mut head));
        answered.await.context("no answer in time")??;
        Ok(head.ends_with(b"200"))
    }
}
