//! The one doorway to the outside.
//!
//! Addresses are given by people (a server, a feed) or by other servers (a redirect, a
//! picture), so none is trusted: only http and https, only the usual ports, only public
//! addresses ([`address`]), checked at every hop and pinned: the connection goes to the very
//! address that was checked. Answers are cut at a size, everything has a time-out, no proxy
//! is taken from the environment, and no secret ever stands in an address or a message.
//! What isn't HTTP gets its connections here too ([`dial`]).

mod address;
mod answer;
mod dial;
mod memory;
mod request;
mod resolve;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use reqwest::{ClientBuilder, redirect};
use tokio::sync::OnceCell;
use url::{Host, Url};

pub use answer::Answer;
pub(crate) use answer::http_date;
use memory::{Memory, Said};
use request::Body;
pub use request::Request;
use resolve::{Allowed, Forbidden, Guarded, LookUp};

use crate::ChannelError;

/// Redirects followed at most.
const MAX_HOPS: usize = 5;
/// Files may take longer than other calls.
const UPLOAD_TIME: Duration = Duration::from_secs(300);
/// Servers send a sign of life on a stream every 15 s or so; after this silence it is dead.
const STREAM_SILENCE: Duration = Duration::from_secs(90);

/// How the doorway is set up.
#[derive(Debug, Clone)]
pub struct NetOptions {
    /// Exceptions by the operator's configuration: a host name or an address, with or without
    /// a port (`127.0.0.2`, `intranet.example:8080`, `[fd00::1]:80`). A host allowed may have
    /// a private address; an unusual port needs to be named.
    pub allow: Vec<String>,
    /// How we present ourselves.
    pub user_agent: String,
    /// For the whole of a call, but for streams.
    pub timeout: Duration,
}

impl Default for NetOptions {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            user_agent: concat!("Parvis/", env!("CARGO_PKG_VERSION")).to_owned(),
            timeout: Duration::from_secs(30),
        }
    }
}

/// The HTTP client of every channel. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Net {
    /// The first for all ports but those that an exception names; each of these has its own.
    doors: Arc<[Door]>,
    allowed: Arc<Allowed>,
    /// For getting through to a server.
    connect_time: Duration,
    /// Whom connections that aren't HTTP trust; read once, when the first of them is made.
    tls: Arc<OnceCell<Arc<rustls::ClientConfig>>>,
    /// What servers said that the next call needs.
    memory: Arc<Memory>,
}

/// The clients for some ports, with the exceptions that hold there.
#[derive(Debug)]
struct Door {
    port: Option<u16>,
    /// For answers that end.
    calls: reqwest::Client,
    /// For streams: silence, not length, ends them.
    streams: reqwest::Client,
}

impl Net {
    /// Sets the doorway up.
    ///
    /// # Errors
    /// When the TLS library can't be set up or an exception can't be read.
    pub fn new(options: &NetOptions) -> Result<Self, ChannelError> {
        Self::with_names(options, &resolve::machine())
    }

    fn with_names(options: &NetOptions, look_up: &LookUp) -> Result<Self, ChannelError> {
        // Another part of the program may have chosen a provider already: that one serves.
        let _chosen_before = rustls::crypto::ring::default_provider().install_default();
        let allowed = Arc::new(Allowed::parse(&options.allow)?);
        let ports = [None].into_iter().chain(allowed.ports().into_iter().map(Some));
        let doors =
            ports.map(|port| Door::new(options, port, &allowed, look_up)).collect::<Result<_, _>>()?;
        let connect_time = connect_time(options);
        Ok(Self { doors, allowed, connect_time, tls: Arc::default(), memory: Arc::default() })
    }

    /// The clients for the port of this address.
    fn door(&self, url: &Url) -> Option<&Door> {
        let port = url.port_or_known_default();
        self.doors.iter().find(|door| door.port.is_some() && door.port == port).or(self.doors.first())
    }

    /// Sends a request and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// `ForbiddenAddress`, `Unreachable`, `Unknown` (see [`Request::once`]), `Malformed` (too
    /// long, too many redirects).
    pub async fn send(&self, request: Request) -> Result<Answer, ChannelError> {
        let (once, max) = (request.once, request.max_bytes);
        let (response, hops) = self.travel(|door| &door.calls, request).await?;
        answer::read(response, hops, max, once).await
    }

    /// Opens a stream: the answer's head is there, its body is still to be read.
    ///
    /// # Errors
    /// As for [`Net::send`].
    pub(crate) async fn open(&self, request: Request) -> Result<reqwest::Response, ChannelError> {
        Ok(self.travel(|door| &door.streams, request).await?.0)
    }

    /// Whether the policy lets us call this address; host names are checked again, with all
    /// their addresses, when calling.
    ///
    /// # Errors
    /// `ForbiddenAddress`.
    pub fn check(&self, url: &Url) -> Result<(), ChannelError> {
        let refuse = |what: &str| Err(ChannelError::ForbiddenAddress { address: what.to_owned() });
        if !matches!(url.scheme(), "http" | "https") {
            return refuse(&format!("{}:", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("(with a user name or password inside)");
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return refuse("(without a host)");
        };
        let name = host.to_string();
        if !matches!(port, 80 | 443) && !self.allowed.names_port(&name, port) {
            return refuse(&format!("{name}:{port}"));
        }
        let address = match host {
            Host::Ipv4(address) => address.into(),
            Host::Ipv6(address) => address.into(),
            Host::Domain(_) => return Ok(()),
        };
        if address::is_public(address) || self.allowed.names(&name, port) { Ok(()) } else { refuse(&name) }
    }

    /// Whether a secret may travel to this address: over https, or inside the operator's own
    /// network.
    ///
    /// # Errors
    /// `ForbiddenAddress`.
    pub fn check_secret(&self, url: &Url) -> Result<(), ChannelError> {
        let host = url.host_str().unwrap_or_default();
        if url.scheme() == "https" || self.allowed.names_host(host) {
            return Ok(());
        }
        let address = format!("http://{host} (a secret only travels over https)");
        Err(ChannelError::ForbiddenAddress { address })
    }

    /// What the server behind this address said last of its nonce and its time.
    pub(crate) fn said(&self, url: &Url) -> Option<Said> {
        self.memory.said(url)
    }

    /// Keeps what an answer says of both.
    pub(crate) fn remember(&self, answer: &Answer) {
        self.memory.remember(answer);
    }

    /// Sends, following redirects; gives the permanent ones followed from the start.
    async fn travel(
        &self,
        client: fn(&Door) -> &reqwest::Client,
        request: Request,
    ) -> Result<(reqwest::Response, answer::Hops), ChannelError> {
        let Request { method, mut url, mut headers, mut body, once, follow, time, .. } = request;
        let mut hops = answer::Hops::new(url.clone());
        for _ in 0..=MAX_HOPS {
            self.check(&url)?;
            if headers.contains_key(AUTHORIZATION) {
                self.check_secret(&url)?;
            }
            let door = self
                .door(&url)
                .ok_or_else(|| ChannelError::Unreachable { message: "no client".to_owned() })?;
            let mut call = client(door).request(method.clone(), url.clone()).headers(headers.clone());
            call = match std::mem::replace(&mut body, Body::None) {
                Body::None => call,
                Body::Form(fields) => call.form(&fields),
                Body::Json(value) => call.json(&value),
                Body::Multipart(form) => call.multipart(form).timeout(UPLOAD_TIME),
                Body::Bytes(mime, bytes) => call.header(CONTENT_TYPE, mime).body(bytes).timeout(UPLOAD_TIME),
            };
            if let Some(time) = time {
                call = call.timeout(time);
            }
            let response = call.send().await.map_err(|error| failure(&error, once))?;
            let status = response.status();
            let target = response
                .headers()
                .get(LOCATION)
                .filter(|_| follow && matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308))
                .and_then(|place| url.join(place.to_str().ok()?).ok());
            let Some(next) = target else {
                return Ok((response, hops));
            };
            if next.origin() != url.origin() {
                headers.remove(AUTHORIZATION);
            }
            hops.add(status.as_u16(), &next);
            url = next;
        }
        Err(ChannelError::Malformed { message: format!("more than {MAX_HOPS} redirects") })
    }
}

impl Door {
    fn new(
        options: &NetOptions,
        port: Option<u16>,
        allowed: &Allowed,
        look_up: &LookUp,
    ) -> Result<Self, ChannelError> {
        let allowed = Arc::new(allowed.of_port(port));
        let client = |last: fn(ClientBuilder, Duration) -> ClientBuilder| {
            let base = || {
                let builder = reqwest::Client::builder()
                    .user_agent(&options.user_agent)
                    .redirect(redirect::Policy::none())
                    .no_proxy()
                    // A kept connection may have died unseen: what is sent on it has an unknown
                    // fate, which costs far more than a new connection.
                    .pool_max_idle_per_host(0)
                    .dns_resolver(Guarded::new(Arc::clone(&allowed), Arc::clone(look_up)))
                    .connect_timeout(connect_time(options));
                last(builder, options.timeout)
            };
            // A bare machine has no certificate roots: plain http still works, and every
            // https call then says that the certificate isn't trusted.
            base().build().or_else(|_| base().tls_certs_only([]).build()).map_err(setup)
        };
        // One connection each; what becomes a WebSocket can't be HTTP/2.
        let streams = client(|builder, _| builder.read_timeout(STREAM_SILENCE).http1_only())?;
        Ok(Self { port, calls: client(ClientBuilder::timeout)?, streams })
    }
}

/// For getting through to a server.
fn connect_time(options: &NetOptions) -> Duration {
    options.timeout.min(Duration::from_secs(10))
}

fn setup(error: reqwest::Error) -> ChannelError {
    ChannelError::Unreachable { message: format!("TLS can't be set up: {}", error.without_url()) }
}

/// Sorts a failure of the transport. Addresses are left out: they may hold what isn't ours
/// to log.
pub(crate) fn failure(error: &reqwest::Error, once: bool) -> ChannelError {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    let mut message = String::from("no answer");
    while let Some(inner) = cause {
        if let Some(forbidden) = inner.downcast_ref::<Forbidden>() {
            return ChannelError::ForbiddenAddress { address: forbidden.0.clone() };
        }
        if inner.source().is_none() && !inner.is::<reqwest::Error>() {
            message = inner.to_string().chars().take(200).collect();
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        message = "no answer in time".to_owned();
    }
    if once && !error.is_connect() && !error.is_builder() {
        ChannelError::Unknown { message }
    } else {
        ChannelError::Unreachable { message }
    }
}

#[cfg(test)]
mod hostile;

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(net: &Net, url: &str) -> bool {
        let url = url.parse().unwrap();
        matches!(net.check(&url), Err(ChannelError::ForbiddenAddress { .. }))
    }

    #[test]
    fn addresses_written_oddly_are_seen_through() {
        let net = Net::new(&NetOptions::default()).unwrap();
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://0x7f.1/",
            "http://017700000001/",
            "http://[::1]/",
            "http://[::ffff:7f00:1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://127。0。0。1/",
            "http://①②⑦.0.0.1/",
            "http://[64:ff9b::7f00:1]/",
            "http://3232235521/",
            "http://169.254.169.254/latest/meta-data/",
            "http://0/",
            "ftp://a.example/",
            "file:///etc/passwd",
            "http://a.example:22/",
            "http://a.example:6379/",
            "https://a.example:8443/",
            "http://user:password@a.example/",
            "gopher://a.example/",
            "data:text/plain,x",
            "http://user@a.example/",
        ] {
            assert!(refused(&net, url), "{url}");
        }
        for url in ["http://a.example/", "https://a.example/x", "https://a.example:80/", "http://1.1.1.1/"] {
            assert!(!refused(&net, url), "{url}");
        }
    }

    #[test]
    fn the_operator_can_let_a_host_through() {
        let allow = vec!["127.0.0.2".to_owned(), "127.0.0.1:8080".to_owned(), "::1".to_owned()];
        let net = Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap();
        assert!(!refused(&net, "http://127.0.0.2/"));
        assert!(!refused(&net, "http://127.0.0.1:8080/"));
        assert!(!refused(&net, "http://[::1]/"));
        assert!(refused(&net, "http://127.0.0.2:8080/"));
        assert!(refused(&net, "http://127.0.0.1/"));
        assert!(refused(&net, "http://127.0.0.3/"));
    }

    #[tokio::test]
    async fn a_token_does_not_travel_in_the_clear() {
        let net = Net::new(&NetOptions::default()).unwrap();
        let request = Request::get("http://1.1.1.1/".parse().unwrap()).bearer("token");
        let error = net.send(request).await.unwrap_err();
        assert!(error.to_string().contains("only travels over https"), "{error}");
        let allow = vec!["127.0.0.2".to_owned()];
        let net = Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap();
        assert!(net.check_secret(&"http://127.0.0.2/".parse().unwrap()).is_ok());
        assert!(net.check_secret(&"https://a.example/".parse().unwrap()).is_ok());
    }

    #[tokio::test]
    async fn a_name_for_a_private_address_is_refused_when_calling() {
        let net = Net::new(&NetOptions::default()).unwrap();
        let error = net.send(Request::get("http://localhost/".parse().unwrap())).await.unwrap_err();
        assert_eq!(error.code(), "forbidden_address", "{error}");
    }
}
