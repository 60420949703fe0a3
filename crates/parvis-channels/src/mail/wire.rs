//! The line that IMAP and SMTP speak on: bounded reading, patience, and the change to TLS. It knows neither
//! protocol beyond the few words before that change.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use url::Host;

use super::server::{Protocol, Security, Server};
use crate::{ChannelError, Net};

/// How long a server may be silent when it ought to speak.
const PATIENCE: Duration = Duration::from_secs(30);

trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for T {}

/// A connection to a server.
pub(super) struct Wire {
    stream: BufReader<Box<dyn Stream>>,
    patience: Duration,
}

/// A connection that still has to speak a few words in the clear before TLS.
pub(super) struct Clear<'a> {
    stream: BufReader<TcpStream>,
    net: &'a Net,
    host: Host,
}

/// How a connection begins.
pub(super) enum Opened<'a> {
    /// The greeting comes next.
    Ready(Wire),
    /// STARTTLS comes first.
    Clear(Clear<'a>),
}

/// Connects, as securely as the settings say.
pub(super) async fn open<'a>(
    net: &'a Net,
    server: &Server,
    protocol: Protocol,
) -> Result<Opened<'a>, ChannelError> {
    let host = server.check(net, protocol)?;
    let stream = net.dial(&host, server.port, protocol.ports()).await?;
    Ok(match server.security {
        Security::Tls => Opened::Ready(Wire::new(Box::new(net.secure(stream, &host).await?))),
        Security::Plain => Opened::Ready(Wire::new(Box::new(stream))),
        Security::Starttls => Opened::Clear(Clear { stream: BufReader::new(stream), net, host }),
    })
}

impl Clear<'_> {
    pub(super) async fn line(&mut self) -> Result<String, ChannelError> {
        let line = patient(PATIENCE, line(&mut self.stream, 8192)).await?;
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    pub(super) async fn say(&mut self, words: &str) -> Result<(), ChannelError> {
        let stream = self.stream.get_mut();
        patient(PATIENCE, async { stream.write_all(words.as_bytes()).await.map_err(|error| lost(&error)) })
            .await
    }

    /// Begins TLS. What somebody slipped in behind the server's last word in the clear is refused.
    pub(super) async fn secure(self) -> Result<Wire, ChannelError> {
        if !self.stream.buffer().is_empty() {
            return Err(ChannelError::Malformed { message: "words in the clear after STARTTLS".to_owned() });
        }
        let secured = self.net.secure(self.stream.into_inner(), &self.host).await?;
        Ok(Wire::new(Box::new(secured)))
    }
}

impl Wire {
    fn new(stream: Box<dyn Stream>) -> Self {
        Self { stream: BufReader::new(stream), patience: PATIENCE }
    }

    /// How long the server may be silent from now on.
    pub(super) fn patience(&mut self, patience: Option<Duration>) {
        self.patience = patience.unwrap_or(PATIENCE);
    }

    /// The next line without its end.
    pub(super) async fn line(&mut self, max: usize) -> Result<Vec<u8>, ChannelError> {
        patient(self.patience, line(&mut self.stream, max)).await
    }

    /// The next `count` bytes.
    pub(super) async fn exactly(&mut self, count: usize) -> Result<Vec<u8>, ChannelError> {
        let mut bytes = Vec::new();
        while bytes.len() < count {
            let mut piece = vec![0; (count - bytes.len()).min(65_536)];
            let stream = &mut self.stream;
            let read = async { stream.read(&mut piece).await.map_err(|error| lost(&error)) };
            let got = patient(self.patience, read).await?;
            if got == 0 {
                return Err(ended());
            }
            bytes.extend_from_slice(piece.get(..got).unwrap_or_default());
        }
        Ok(bytes)
    }

    /// Sends bytes, all of them; a large mail may take a while, but not stand still.
    pub(super) async fn say(&mut self, words: &[u8]) -> Result<(), ChannelError> {
        for piece in words.chunks(65_536) {
            let stream = self.stream.get_mut();
            patient(self.patience, async {
                stream.write_all(piece).await.map_err(|error| lost(&error))?;
                stream.flush().await.map_err(|error| lost(&error))
            })
            .await?;
        }
        Ok(())
    }
}

async fn line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>, max: usize) -> Result<Vec<u8>, ChannelError> {
    let mut line = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX);
    stream.take(limit).read_until(b'\n', &mut line).await.map_err(|error| lost(&error))?;
    if line.pop_if(|last| *last == b'\n').is_none() {
        return Err(if line.len() < max {
            ended()
        } else {
            ChannelError::Malformed { message: format!("a line of more than {max} bytes") }
        });
    }
    line.pop_if(|last| *last == b'\r');
    Ok(line)
}

async fn patient<T>(
    patience: Duration,
    what: impl Future<Output = Result<T, ChannelError>>,
) -> Result<T, ChannelError> {
    let silent = || ChannelError::Unreachable { message: "no answer in time".to_owned() };
    tokio::time::timeout(patience, what).await.unwrap_or_else(|_| Err(silent()))
}

fn lost(error: &std::io::Error) -> ChannelError {
    ChannelError::Unreachable { message: error.to_string().chars().take(200).collect() }
}

fn ended() -> ChannelError {
    ChannelError::Unreachable { message: "the server ended the connection".to_owned() }
}
