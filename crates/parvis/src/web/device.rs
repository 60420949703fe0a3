//! What is asking: browser and address. Behind a reverse proxy that the operator trusts, the address
//! is the one that the proxy tells (`X-Forwarded-For`); nobody else is believed.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::app::App;

/// Browser and address.
#[derive(Clone, Debug)]
pub struct Device {
    /// `User-Agent`, at most 300 characters.
    pub agent: String,
    /// Address, empty where unknown.
    pub address: String,
}

impl FromRequestParts<Arc<App>> for Device {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let agent = parts.headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|it| it.0.ip().to_canonical());
        let address = peer.map(|peer| behind_proxies(peer, &parts.headers, &app.config.trusted_proxies));
        let address = address.map(|it| it.to_string()).unwrap_or_default();
        Ok(Self { agent: agent.chars().take(300).collect(), address })
    }
}

/// Walks back along `X-Forwarded-For` as long as the teller is trusted.
fn behind_proxies(peer: IpAddr, headers: &HeaderMap, trusted: &[String]) -> IpAddr {
    let lines = headers.get_all("x-forwarded-for");
    let told: Vec<&str> =
        lines.iter().filter_map(|it| it.to_str().ok()).flat_map(|line| line.split(',')).collect();
    let mut address = peer;
    for earlier in told.into_iter().rev() {
        if !trusted.iter().any(|network| holds(network, address)) {
            break;
        }
        let Ok(earlier) = earlier.trim().parse::<IpAddr>() else { break };
        address = earlier.to_canonical();
    }
    address
}

/// Whether `network` (`10.0.0.0/8`, or one address) holds `address`.
fn holds(network: &str, address: IpAddr) -> bool {
    let (base, length) = network.split_once('/').unwrap_or((network, ""));
    let Ok(base) = base.trim().parse::<IpAddr>() else { return false };
    let bits = |it: IpAddr| match it {
        IpAddr::V4(it) => (u128::from(it.to_bits()) << 96, 32_u32),
        IpAddr::V6(it) => (it.to_bits(), 128),
    };
    let ((base, width), (address, other)) = (bits(base), bits(address));
    let length = if length.is_empty() { width } else { length.trim().parse().unwrap_or(u32::MAX) };
    if width != other || length > width {
        return false;
    }
    length == 0 || (base ^ address) >> (128 - length) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let trusted = ["127.0.0.1".to_owned(), "10.0.0.0/8".to_owned(), "nonsense/99".to_owned()];
        behind_proxies(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(seen("127.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen("203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(seen("127.0.0.1", &["198.51.100.1, 203.0.113.9, 10.1.2.3"]), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["198.51.100.1", "203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen("127.0.0.1", &["<script>"]), "127.0.0.1");
        assert_eq!(seen("11.0.0.1", &["203.0.113.9"]), "11.0.0.1");
    }
}
