//! Sends the running program requests that no sound client sends (`crate::input`), and looks that each is refused and that
//! nothing comes of them: no failure, no hanging, no change, no memory that isn't given back.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use axum::http::Method;
use parvis::store::Db;
use parvis_channels::{Net, NetOptions, Request};
use serde_json::Value;

use crate::input::{GROWTH, Maker, Tally};
use crate::network::Network;
use crate::process::{self, Program, Server};
use crate::random::Random;
use crate::run::Plan;
use crate::store::{self, Engine};
use crate::{house, say};

/// Tokens that take turns, so that none asks too often.
const CALLERS: usize = 24;
/// Of so many inputs, the first are for the memory that any use takes.
const WARM_UP: usize = 4;
const JOURNALLED: &str = "SELECT COUNT(*) FROM journal";

/// What is wrong after `plan.inputs` of them; empty when all is well.
///
/// # Errors
/// Something that is needed can't be had, or the program doesn't come up.
pub async fn engine(plan: &Plan, engine: Engine) -> Result<Vec<String>> {
    let began = Instant::now();
    let mut random = Random::new(plan.seed);
    let data = plan.folder.join(format!("{}-inputs", engine.as_str()));
    process::empty(&data)?;
    let network = Network::start(random.branch()).await?;
    let mut program = Program::new(&plan.program, &data, &network)?;
    program.database = store::fresh(engine, &program.data).await?;
    let callers = house::found(&program.data, &program.database, &network.base, CALLERS).await?;
    let tokens: Vec<String> = callers.into_iter().map(|it| it.own).collect();
    let mut server = program.start(None)?;
    if !server.ready().await? {
        bail!("the program doesn't come up");
    }
    let token = tokens.first().context("no token")?.clone();
    let conversation = heard(&network, &program, &token).await?;
    let document = get(&program, &token, "/openapi.json").await?;
    let mut maker = Maker::new(random, tokens, &document, conversation)?;
    let wrong = bombard(plan.inputs, &mut maker, &program, &mut server).await?;
    let seconds = began.elapsed().as_secs_f64();
    say(&format!("{} inputs, seed {}, in {seconds:.0} s: {} wrong", engine.as_str(), plan.seed, wrong.len()));
    for it in wrong.iter().take(40) {
        say(&format!("  WRONG {it}"));
    }
    server.kill()?;
    if engine == Engine::Postgres {
        store::drop_database().await?;
    }
    Ok(wrong)
}

async fn bombard(
    inputs: usize,
    maker: &mut Maker,
    program: &Program,
    server: &mut Server,
) -> Result<Vec<String>> {
    let (mut wrong, mut tally) = (Vec::new(), Tally::default());
    let (mut warm, journalled) = (server.memory()?, journalled(program).await?);
    let (mut before, mut leap) = (warm, (0, String::new()));
    for number in 0..inputs {
        let input = maker.next()?;
        let said = input.send(&program.listen).await?;
        if !input.is_refused(&said) {
            wrong.push(format!("{said:?} to {}", input.shown()));
        }
        tally.add(&input, &said);
        let now = server.memory()?;
        let grown = now.saturating_sub(before);
        if grown > leap.0 {
            leap = (grown, input.shown());
        }
        before = now;
        if number == inputs / WARM_UP {
            warm = server.memory()?;
        }
    }
    let memory = rested(server, warm + GROWTH).await?;
    say(&format!("  {}; memory {warm} KiB after the first quarter, {memory} KiB at the end", tally.line()));
    if memory > warm + GROWTH {
        wrong.push(format!("memory grew from {warm} to {memory} KiB, most ({} KiB) at {}", leap.0, leap.1));
    }
    if server.has_ended()? || !server.ready().await? {
        wrong.push("the program has ended".to_owned());
    }
    let now = self::journalled(program).await?;
    if now != journalled {
        wrong.push(format!("{} changes were made", now - journalled));
    }
    wrong.extend(program.doctor()?);
    Ok(wrong)
}

/// Its memory (KiB) as soon as that is `enough`, or after a while: what a large request took is given back with the next ones.
async fn rested(server: &mut Server, enough: u64) -> Result<u64> {
    for _ in 0..40 {
        let memory = server.memory()?;
        if memory <= enough || !server.ready().await? {
            return Ok(memory);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    server.memory()
}

/// Has somebody speak to us; the conversation that this makes, once nothing changes any more.
async fn heard(network: &Arc<Network>, program: &Program, token: &str) -> Result<String> {
    for _ in 0..20 {
        network.mention();
    }
    let began = Instant::now();
    let mut last = 0;
    loop {
        tokio::time::sleep(Duration::from_secs(3)).await;
        let now = journalled(program).await?;
        let list = get(program, token, "/conversations").await?;
        if let Some(id) = list["items"][0]["id"].as_str()
            && now == last
        {
            return Ok(id.to_owned());
        }
        if began.elapsed() > Duration::from_secs(120) {
            bail!("nothing is heard");
        }
        last = now;
    }
}

async fn journalled(program: &Program) -> Result<i64> {
    let db = Db::connect(&program.database).await?;
    let count = db.read().await?.first(JOURNALLED, &[]).await?.context("no count")?.only()?;
    db.close().await;
    Ok(count)
}

async fn get(program: &Program, token: &str, path: &str) -> Result<Value> {
    let net = Net::new(&NetOptions { allow: vec![program.listen.clone()], ..NetOptions::default() })?;
    let url = format!("http://{}/api/v1{path}", program.listen).parse()?;
    let answer = net.send(Request::new(Method::GET, url).bearer(token)).await?;
    Ok(serde_json::from_slice(&answer.body)?)
}
