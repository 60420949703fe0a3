//! Names to addresses, with only the permitted ones let through: what reqwest connects to is
//! what was checked here, so a name that answers differently the second time gains nothing.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Host;

use super::address;
use crate::ChannelError;

/// The operator's exceptions.
#[derive(Debug, Default)]
pub(super) struct Allowed(Vec<(String, Option<u16>)>);

impl Allowed {
    /// Reads `host`, `host:port`, `address`, `[v6]`, `[v6]:port`.
    pub(super) fn parse(entries: &[String]) -> Result<Self, ChannelError> {
        let read = |entry: &String| {
            let wrong = || ChannelError::ForbiddenAddress { address: format!("“{entry}” (not a host)") };
            let bare: Result<IpAddr, _> = entry.parse();
            if let Ok(address @ IpAddr::V6(_)) = bare {
                return Ok((format!("[{address}]"), None));
            }
            let (host, port) = match entry.rsplit_once(':') {
                Some((host, port)) if !port.ends_with(']') => {
                    (host, Some(port.parse::<u16>().map_err(|_| wrong())?))
                }
                _ => (entry.as_str(), None),
            };
            Ok((Host::parse(host).map_err(|_| wrong())?.to_string(), port))
        };
        entries.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The host may have a private address, on some port at least.
    pub(super) fn names_host(&self, host: &str) -> bool {
        self.0.iter().any(|(name, _)| name == host)
    }

    /// The host may have a private address and be called on this port.
    pub(super) fn names(&self, host: &str, port: u16) -> bool {
        let fits = |allowed: &Option<u16>| allowed.is_none_or(|allowed| allowed == port);
        self.0.iter().any(|(name, allowed)| name == host && fits(allowed))
    }

    /// The host may be called on this unusual port.
    pub(super) fn names_port(&self, host: &str, port: u16) -> bool {
        self.0.iter().any(|(name, allowed)| name == host && *allowed == Some(port))
    }
}

/// The refusal, as it travels through the HTTP client.
#[derive(Debug, thiserror::Error)]
#[error("the address {0} isn't public")]
pub(super) struct Forbidden(pub(super) String);

/// The resolver handed to the HTTP client.
pub(super) struct Guarded {
    allowed: Arc<Allowed>,
}

impl Guarded {
    pub(super) fn new(allowed: Arc<Allowed>) -> Arc<Self> {
        Arc::new(Self { allowed })
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.allowed);
        Box::pin(async move {
            let name = name.as_str();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name, 0)).await?.collect();
            let permitted = permit(&allowed, name, &found)?;
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

/// One private address among public ones refuses the name: no honest server has both.
pub(super) fn permit(
    allowed: &Allowed,
    name: &str,
    found: &[SocketAddr],
) -> Result<Vec<SocketAddr>, Forbidden> {
    let name = name.trim_end_matches('.');
    let private = found.iter().find(|place| !address::is_public(place.ip()));
    match private {
        Some(place) if !allowed.names_host(name) && !allowed.names_host(&place.ip().to_string()) => {
            Err(Forbidden(format!("{name} ({})", place.ip())))
        }
        _ => Ok(found.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(address: &str) -> SocketAddr {
        SocketAddr::new(address.parse().unwrap(), 0)
    }

    #[test]
    fn one_private_address_refuses_the_name() {
        let found = [place("93.184.216.34"), place("10.0.0.1")];
        assert!(permit(&Allowed::default(), "rebind.example", &found).is_err());
        assert_eq!(permit(&Allowed::default(), "fine.example", &found[..1]).unwrap(), found[..1]);
    }

    #[test]
    fn an_exception_is_for_its_host_only() {
        let allowed = Allowed::parse(&["intranet.example".into(), "[fd00::1]:8080".into()]).unwrap();
        let found = [place("10.0.0.1")];
        assert!(permit(&allowed, "intranet.example", &found).is_ok());
        assert!(permit(&allowed, "other.example", &found).is_err());
        assert!(allowed.names_port("[fd00::1]", 8080));
        assert!(!allowed.names_port("intranet.example", 8080));
    }

    #[test]
    fn an_exception_that_is_no_host_is_told() {
        for wrong in ["", "a b", "host:99999", "http://host"] {
            assert!(Allowed::parse(&[wrong.into()]).is_err(), "{wrong}");
        }
    }
}
