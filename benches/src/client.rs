//! A plain HTTP/1.1 client on one kept connection, so that the measuring costs little beside what is measured.

use anyhow::{Context as _, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A kept connection to one server.
pub struct Client {
    stream: TcpStream,
    host: String,
    /// Lines sent with every request, each ending with CR LF.
    headers: String,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects to `host` (`127.0.0.1:7700`).
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn connect(host: &str, headers: &str) -> Result<Self> {
        let stream = TcpStream::connect(host).await.with_context(|| format!("nobody listens on {host}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, host: host.to_owned(), headers: headers.to_owned(), buffer: Vec::new() })
    }

    /// Asks for a page; gives how many bytes its body has as sent.
    ///
    /// # Errors
    /// The answer isn't 200, or the connection ended.
    pub async fn get(&mut self, path: &str) -> Result<usize> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{}\r\n", self.host, self.headers);
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let (head, length) = loop {
            self.more().await?;
            if let Some(end) = self.buffer.windows(4).position(|part| part == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(self.buffer.get(..end).unwrap_or_default()).to_lowercase();
                if !head.starts_with("http/1.1 200") {
                    bail!("{path}: {}", head.lines().next().unwrap_or("no answer"));
                }
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                let length = length.map(str::parse::<usize>).transpose()?;
                break (end + 4, length);
            }
        };
        let is_whole = |buffer: &[u8]| match length {
            Some(length) => buffer.len() >= head + length,
            None => buffer.ends_with(b"\r\n0\r\n\r\n"),
        };
        while !is_whole(&self.buffer) {
            self.more().await?;
        }
        Ok(self.buffer.len() - head)
    }

    async fn more(&mut self) -> Result<()> {
        self.buffer.reserve(64 * 1024);
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}
