//! Names to addresses, with only the permitted ones let through: what reqwest connects to is
//! what was checked here, so a name that answers differently the second time gains nothing.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Host;

use super::address;
use crate::ChannelError;

/// Asks for the addresses of a name: the machine, or a test's own book of names.
pub(super) type LookUp = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// Asks the machine.
pub(super) fn machine() -> LookUp {
    Arc::new(|name| Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) }))
}

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

    /// The ports that exceptions name.
    pub(super) fn ports(&self) -> Vec<u16> {
        let mut ports: Vec<u16> = self.0.iter().filter_map(|(_, port)| *port).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// The exceptions that hold for calls to this port (`None`: to those that no exception names).
    pub(super) fn of_port(&self, port: Option<u16>) -> Self {
        let holds = |(_, named): &&(String, Option<u16>)| named.is_none() || *named == port;
        Self(self.0.iter().filter(holds).cloned().collect())
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

/// The resolver handed to the HTTP client, with the exceptions of the ports that this client calls: a resolver isn't
/// told the port.
pub(super) struct Guarded {
    allowed: Arc<Allowed>,
    look_up: LookUp,
}

impl Guarded {
    pub(super) fn new(allowed: Arc<Allowed>, look_up: LookUp) -> Arc<Self> {
        Arc::new(Self { allowed, look_up })
    }
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.allowed);
        let found = (self.look_up)(name.as_str().to_owned());
        Box::pin(async move {
            let permitted = permit(&allowed, name.as_str(), &found.await?)?;
            Ok(Box::new(permitted.into_iter()) as Addrs)
        })
    }
}

/// One private address among public ones refuses the name: no honest server has both. Where the places have a
/// port, an exception has to be for that port.
pub(super) fn permit(
    allowed: &Allowed,
    name: &str,
    found: &[SocketAddr],
) -> Result<Vec<SocketAddr>, Forbidden> {
    let name = name.trim_end_matches('.');
    let is_named = |host: &str, port: u16| {
        if port == 0 { allowed.names_host(host) } else { allowed.names(host, port) }
    };
    let is_refused = |place: &&SocketAddr| {
        !address::is_public(place.ip())
            && !is_named(name, place.port())
            && !is_named(&literal(place.ip()), place.port())
    };
    match found.iter().find(is_refused) {
        Some(place) => Err(Forbidden(format!("{name} ({})", place.ip()))),
        None => Ok(found.to_vec()),
    }
}

/// An address as it stands in the place of a host.
fn literal(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => Host::<String>::Ipv4(address).to_string(),
        IpAddr::V6(address) => Host::<String>::Ipv6(address).to_string(),
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

    #[test]
    fn an_exception_for_a_port_is_for_that_port_only() {
        let allowed = Allowed::parse(&["intranet.example:8080".into(), "[fd00::1]".into()]).unwrap();
        let at = |port| [SocketAddr::new("10.0.0.1".parse().unwrap(), port)];
        assert!(permit(&allowed, "intranet.example", &at(8080)).is_ok());
        assert!(permit(&allowed, "intranet.example", &at(443)).is_err());
        assert_eq!(allowed.ports(), [8080]);
        assert!(permit(&allowed.of_port(Some(8080)), "intranet.example", &at(0)).is_ok());
        assert!(permit(&allowed.of_port(None), "intranet.example", &at(0)).is_err());
        assert!(permit(&allowed.of_port(None), "any.example", &[place("fd00::1")]).is_ok());
        assert!(permit(&allowed, "any.example", &[place("fd00::1"), place("fd00::2")]).is_err());
    }
}
