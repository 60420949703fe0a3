//! Connections for what isn't HTTP (mail), under the same rule: only public addresses, all of a name's
//! addresses checked, the connection made to the very address that was checked; TLS by the machine's own
//! certificate roots, as the HTTP client has them.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::Host;

use super::resolve::permit;
use super::{Net, address};
use crate::ChannelError;

impl Net {
    /// Whether a host may be called on a port: one of `usual`, or one that the operator named.
    ///
    /// # Errors
    /// `ForbiddenAddress`.
    pub(crate) fn check_host(&self, host: &Host, port: u16, usual: &[u16]) -> Result<(), ChannelError> {
        let name = host.to_string();
        if !usual.contains(&port) && !self.allowed.names_port(&name, port) {
            return Err(ChannelError::ForbiddenAddress { address: format!("{name}:{port}") });
        }
        match literal(host) {
            Some(ip) if !address::is_public(ip) && !self.allowed.names(&name, port) => {
                Err(ChannelError::ForbiddenAddress { address: name })
            }
            _ => Ok(()),
        }
    }

    /// Whether the operator lets words travel to this host in the clear.
    pub(crate) fn may_be_plain(&self, host: &Host, port: u16) -> bool {
        self.allowed.names(&host.to_string(), port)
    }

    /// Connects to a host under [`Net::check_host`]; to the first of its addresses that answers.
    ///
    /// # Errors
    /// `ForbiddenAddress`, `Unreachable`.
    pub(crate) async fn dial(
        &self,
        host: &Host,
        port: u16,
        usual: &[u16],
    ) -> Result<TcpStream, ChannelError> {
        self.check_host(host, port, usual)?;
        let name = host.to_string();
        let places = match literal(host) {
            Some(ip) => vec![SocketAddr::new(ip, port)],
            None => {
                let found = tokio::net::lookup_host((name.as_str(), port)).await;
                let found: Vec<SocketAddr> = found.map_err(|error| away(&error))?.collect();
                permit(&self.allowed, &name, &found)
                    .map_err(|refused| ChannelError::ForbiddenAddress { address: refused.0 })?
            }
        };
        let mut last = ChannelError::Unreachable { message: "the name has no address".to_owned() };
        for place in places {
            match tokio::time::timeout(self.connect_time, TcpStream::connect(place)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => last = away(&error),
                Err(_) => last = ChannelError::Unreachable { message: "no answer in time".to_owned() },
            }
        }
        Err(last)
    }

    /// Wraps a connection in TLS; the certificate has to be good for the host.
    ///
    /// # Errors
    /// `Unreachable`, with what is wrong with the certificate.
    pub(crate) async fn secure(
        &self,
        stream: TcpStream,
        host: &Host,
    ) -> Result<TlsStream<TcpStream>, ChannelError> {
        let failed = |message: String| ChannelError::Unreachable { message };
        let name = match literal(host) {
            Some(ip) => ServerName::from(ip),
            None => ServerName::try_from(host.to_string())
                .map_err(|error| failed(format!("no name for a certificate: {error}")))?,
        };
        let config = self.tls.get_or_try_init(async || trust()).await;
        let config = config.map_err(|error| failed(format!("TLS can't be set up: {error}")))?;
        let handshake = TlsConnector::from(Arc::clone(config)).connect(name, stream);
        match tokio::time::timeout(self.connect_time, handshake).await {
            Ok(secured) => secured.map_err(|error| away(&error)),
            Err(_) => Err(failed("no TLS handshake in time".to_owned())),
        }
    }
}

/// The machine's own certificate roots.
fn trust() -> Result<Arc<ClientConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn literal(host: &Host) -> Option<IpAddr> {
    match host {
        Host::Domain(_) => None,
        Host::Ipv4(ip) => Some((*ip).into()),
        Host::Ipv6(ip) => Some((*ip).into()),
    }
}

fn away(error: &std::io::Error) -> ChannelError {
    ChannelError::Unreachable { message: error.to_string().chars().take(200).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NetOptions;

    fn net(allow: &[&str]) -> Net {
        let allow = allow.iter().map(|&it| it.to_owned()).collect();
        Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap()
    }

    fn check(net: &Net, host: &str, port: u16) -> bool {
        net.check_host(&Host::parse(host).unwrap(), port, &[993, 143]).is_ok()
    }

    #[test]
    fn a_host_is_judged_as_for_http_on_the_ports_of_its_protocol() {
        let net = net(&[]);
        assert!(check(&net, "mail.example", 993) && check(&net, "1.1.1.1", 143));
        for host in ["127.0.0.1", "127.1", "0x7f000001", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1"] {
            assert!(!check(&net, host, 993), "{host}");
        }
        for port in [22, 80, 6379, 18_143] {
            assert!(!check(&net, "mail.example", port), "{port}");
        }
    }

    #[test]
    fn the_operator_lets_a_host_through_on_the_port_named() {
        let net = net(&["127.0.0.1:18143", "intranet.example"]);
        assert!(check(&net, "127.0.0.1", 18_143) && !check(&net, "127.0.0.1", 993));
        assert!(net.may_be_plain(&Host::parse("intranet.example").unwrap(), 143));
        assert!(!net.may_be_plain(&Host::parse("mail.example").unwrap(), 143));
    }

    #[tokio::test]
    async fn a_name_for_a_private_address_is_refused_when_dialling() {
        let host = Host::parse("localhost").unwrap();
        let error = net(&[]).dial(&host, 993, &[993]).await.unwrap_err();
        assert_eq!(error.code(), "forbidden_address", "{error}");
    }
}
