//! The demonstration: an invented organisation with five weeks of messages, on an invented network that
//! lives in this process. The program itself doesn't know that it is shown: messages come in through the
//! real channel by the real client, and answers go out the same way.

pub mod asset;
pub mod calendar;
pub mod data;
mod fast;
pub mod fill;
pub mod gesture;
pub mod language;
pub mod launch;
pub mod network;
pub mod post;
pub mod request;
mod saved;
pub mod status;
pub mod taught;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use data::Data;
use network::Network;

/// Until a member says something to an answer.
const THINKING: Duration = Duration::from_secs(25);

/// Lets the messages of the shipped data arrive one after the other, and members react to answers, until
/// the program ends.
pub async fn play(app: Arc<App>, network: Arc<Network>, data: Arc<Data>) {
    let arrivals = async {
        if data.arrivals.is_empty() {
            return;
        }
        for round in 0_u32.. {
            for arrival in &data.arrivals {
                tokio::time::sleep(Duration::from_secs(arrival.after_seconds)).await;
                network.arrive(&data, arrival, round, app.now());
            }
        }
    };
    let reactions = async {
        for turn in 0_usize.. {
            let Some(answered) = network.next_answer().await else { return };
            let (app, network, data) = (app.clone(), network.clone(), data.clone());
            tokio::spawn(async move {
                tokio::time::sleep(THINKING).await;
                if let Some(reaction) = data.reactions.get(turn % data.reactions.len().max(1)) {
                    network.react(&answered, reaction, app.now());
                }
            });
        }
    };
    tokio::select! {
        () = async { tokio::join!(arrivals, reactions); } => {}
        () = app.stop.asked() => {}
    }
}
