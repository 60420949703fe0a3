//! Requests that no sound client sends, from a seed: each has to be refused (4xx), none may hang, fail the program or
//! change anything. Bad by construction: what might be taken for good isn't made here.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::random::Random;

/// How long an answer may take before the request counts as hanging.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most that memory may grow while they come (KiB); some is the allocator's.
pub const GROWTH: u64 = 16 * 1024;

/// A request as it goes over the wire.
pub struct Input {
    /// Which kind of nonsense.
    what: &'static str,
    bytes: Vec<u8>,
    /// It ends in the middle and nobody waits for an answer: there may be none.
    is_cut: bool,
}

/// What the program said.
#[derive(Debug)]
pub struct Said {
    /// The status; `None` when the connection was closed without one.
    pub status: Option<u16>,
    /// How long it took.
    pub time: Duration,
}

/// Makes them.
pub struct Maker {
    random: Random,
    tokens: Vec<String>,
    operations: Vec<Operation>,
    conversation: String,
}

/// One endpoint of the API.
struct Operation {
    method: String,
    path: String,
    /// Properties of its body.
    body: Vec<String>,
    /// Parameters of its address that are numbers or ids.
    strict: Vec<String>,
}

impl Maker {
    /// Learns the endpoints from the program's own description of them.
    ///
    /// # Errors
    /// The description can't be read.
    pub fn new(random: Random, tokens: Vec<String>, document: &Value, conversation: String) -> Result<Self> {
        let mut operations = Vec::new();
        let server = document["servers"][0]["url"].as_str().unwrap_or_default();
        for (path, all) in document["paths"].as_object().context("the document has no paths")? {
            for (method, it) in all.as_object().context("a path without methods")? {
                let schema = &it["requestBody"]["content"]["application/json"]["schema"];
                let parameters = it["parameters"].as_array().cloned().unwrap_or_default();
                let is_strict = |it: &&Value| {
                    let schema = it["schema"].to_string();
                    it["in"] == "query" && (schema.contains("integer") || schema.contains("uuid"))
                };
                operations.push(Operation {
                    method: method.to_uppercase(),
                    path: format!("{server}{path}"),
                    body: properties(document, schema),
                    strict: parameters
                        .iter()
                        .filter(is_strict)
                        .filter_map(|it| it["name"].as_str().map(str::to_owned))
                        .collect(),
                });
            }
        }
        Ok(Self { random, tokens, operations, conversation })
    }

    /// The next one.
    ///
    /// # Errors
    /// There are no endpoints.
    pub fn next(&mut self) -> Result<Input> {
        match self.random.between(0, 100) {
            0..22 => self.bad_id(),
            22..34 => self.bad_parameter(),
            34..62 => self.bad_body(),
            62..72 => Ok(self.bad_form()),
            72..80 => Ok(self.bad_caller()),
            _ => Ok(self.bad_http()),
        }
    }

    fn choose<T: Copy>(&mut self, all: &[T]) -> Result<T> {
        self.random.pick(all).copied().context("nothing to choose from")
    }

    fn operation(
        &mut self,
        fits: impl Fn(&Operation) -> bool,
    ) -> Result<(String, String, Vec<String>, Vec<String>)> {
        let all: Vec<&Operation> = self.operations.iter().filter(|it| fits(it)).collect();
        let it = self.random.pick(&all).context("no such endpoint")?;
        Ok((it.method.clone(), it.path.clone(), it.body.clone(), it.strict.clone()))
    }

    fn token(&mut self) -> String {
        self.random.pick(&self.tokens).cloned().unwrap_or_default()
    }

    fn request(&mut self, what: &'static str, method: &str, path: &str, kind: &str, body: &[u8]) -> Input {
        let token = self.token();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        Input { what, bytes: [head.as_bytes(), body].concat(), is_cut: false }
    }

    /// An id that can't be one, or that nobody has.
    fn bad_id(&mut self) -> Result<Input> {
        let long = "a".repeat(3_000);
        let stranger = format!("018f0000-0000-7000-8000-{:012x}", self.random.between(0, 1 << 40));
        let ids = [
            "0",
            "-1",
            "9223372036854775808",
            "%00",
            "a%00b",
            "%E2%80%AE",
            "%ff%fe",
            "..%2f..%2fetc%2fpasswd",
            "null",
            "'%20OR%201=1--",
            "%0d%0aX:%20y",
            "9999-12-31T23:59:59Z",
            "00000000-0000-0000-0000-000000000000",
            stranger.as_str(),
            long.as_str(),
        ];
        let id = self.choose(&ids)?.to_owned();
        let (method, path, ..) = self.operation(|it| it.path.contains('{'))?;
        let path = fill(&path, &id);
        Ok(self.request("id", &method, &path, "application/json", b"{}"))
    }

    /// A number or id of the address that isn't one.
    fn bad_parameter(&mut self) -> Result<Input> {
        let (method, path, _, strict) =
            self.operation(|it| !it.path.contains('{') && it.method == "GET" && !it.strict.is_empty())?;
        let name = self.random.pick(&strict).cloned().unwrap_or_default();
        let values = [
            "-99999999999999999999",
            "1e999",
            "NaN",
            "0x10",
            "%00",
            "%ff",
            "%E2%80%AE1",
            "1;2",
            "[]",
            "9999-99-99",
            "%",
        ];
        let value = self.choose(&values)?;
        Ok(self.request("parameter", &method, &format!("{path}?{name}={value}"), "application/json", b""))
    }

    /// JSON that is none, or of the wrong shape.
    fn bad_body(&mut self) -> Result<Input> {
        let (method, path, names, _) = self.operation(|it| !it.body.is_empty())?;
        let path = fill(&path, &self.conversation);
        let name = self.random.pick(&names).cloned().unwrap_or_default();
        let deep = usize::try_from(self.random.between(200, 60_000))?;
        let wrong = [json!([[{}]]), json!({ "a": { "b": [] } }), json!([-1, null, [true]])];
        let wrong = self.random.pick(&wrong).cloned().unwrap_or_default();
        let (what, kind, body): (_, _, Vec<u8>) = match self.random.between(0, 12) {
            0 => ("empty body", "application/json", Vec::new()),
            1 => ("half a body", "application/json", format!("{{\"{name}\": \"Bonj").into()),
            2 => (
                "not UTF-8",
                "application/json",
                [b"{\"text\": \"", &[0xFF, 0xC3, 0x28, 0xED, 0xA0, 0x80][..], b"\"}"].concat(),
            ),
            3 => ("deep JSON", "application/json", format!("{{\"{name}\": {}", "[".repeat(deep)).into()),
            4 => (
                "deep JSON",
                "application/json",
                format!("{}1{}", "{\"a\":".repeat(deep), "}".repeat(deep)).into(),
            ),
            5 => ("half a character", "application/json", format!("{{\"{name}\": \"\\ud800\"}}").into()),
            6 => ("huge number", "application/json", format!("{{\"{name}\": 1{}}}", "0".repeat(500)).into()),
            7 => ("NUL", "application/json", format!("{{\"{name}\": \"a\0b\"}}").into()),
            8 => ("no JSON type", "text/plain", b"{}".to_vec()),
            9 => ("not an object", "application/json", wrong.to_string().into()),
            10 => {
                ("too large", "application/json", format!("{{\"{name}\": \"{}", "a".repeat(41 << 20)).into())
            }
            _ => ("wrong type", "application/json", json!({ name: wrong }).to_string().into()),
        };
        Ok(self.request(what, &method, &path, kind, &body))
    }

    /// A form with files that is none.
    fn bad_form(&mut self) -> Input {
        let path = format!("/api/v1/conversations/{}/replies", self.conversation);
        let kind = "multipart/form-data; boundary=limit";
        let part = |name: &str, value: &[u8]| {
            let head = format!("--limit\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            [head.as_bytes(), value, b"\r\n"].concat()
        };
        let end = b"--limit--\r\n";
        let (kind, body) = match self.random.between(0, 8) {
            0 => ("multipart/form-data", part("text", b"a")),
            1 => (kind, b"--other\r\n\r\n".to_vec()),
            2 => (kind, part("text", b"half")),
            3 => (kind, [part("text", b"\xff\xfe"), end.to_vec()].concat()),
            4 => (kind, [part("nonsense", b"a"), end.to_vec()].concat()),
            5 => (kind, [part("alt", b"of nothing"), end.to_vec()].concat()),
            6 => (kind, [part("text", b"a\0b"), end.to_vec()].concat()),
            _ => (kind, [part(&"n".repeat(70_000), b"a"), end.to_vec()].concat()),
        };
        self.request("form with files", "POST", &path, kind, &body)
    }

    /// Somebody who isn't one, or who comes from another site.
    fn bad_caller(&mut self) -> Input {
        let who = match self.random.between(0, 6) {
            0 => "GET /api/v1/me HTTP/1.1\r\nAuthorization: Bearer \r\n".to_owned(),
            1 => format!("GET /api/v1/me HTTP/1.1\r\nAuthorization: Bearer parvis_{}\r\n", "A".repeat(5_000)),
            2 => "GET /api/v1/me HTTP/1.1\r\nAuthorization: Basic ///\r\n".to_owned(),
            3 => "GET /api/v1/conversations HTTP/1.1\r\nCookie: session=%00; session=\u{202E}\r\n".to_owned(),
            4 => "POST /login HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\nOrigin: https://evil.example\r\n"
                .to_owned(),
            _ => "POST /inbox HTTP/1.1\r\nSec-Fetch-Site: cross-site\r\nOrigin: null\r\n".to_owned(),
        };
        let bytes = format!("{who}Host: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").into_bytes();
        Input { what: "caller", bytes, is_cut: false }
    }

    /// What isn't HTTP.
    fn bad_http(&mut self) -> Input {
        let end = "Host: a\r\nConnection: close\r\n\r\n";
        let text = |what, text: String| Input { what, bytes: text.into_bytes(), is_cut: false };
        match self.random.between(0, 14) {
            0 => text("method", format!("G\0T / HTTP/1.1\r\n{end}")),
            1 => text("method", format!("{} /api/v1/me HTTP/1.1\r\n{end}", "X".repeat(20_000))),
            2 => text("version", format!("GET / HTTP/9.9\r\n{end}")),
            3 => text("path", format!("GET /{} HTTP/1.1\r\n{end}", "a".repeat(80_000))),
            4 => text("path", format!("GET /a b c HTTP/1.1\r\n{end}")),
            5 => text("header", format!("GET / HTTP/1.1\r\nX: a\0b\r\n{end}")),
            6 => text("header", format!("GET / HTTP/1.1\r\nX y: z\r\n{end}")),
            7 => text("header", format!("GET / HTTP/1.1\r\nX: {}\r\n{end}", "a".repeat(600_000))),
            8 => text("headers", format!("GET / HTTP/1.1\r\n{}{end}", "X: y\r\n".repeat(5_000))),
            9 => text("length", format!("POST /login HTTP/1.1\r\nContent-Length: -1\r\n{end}")),
            10 => text(
                "length",
                format!("POST /login HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n{end}a"),
            ),
            11 => text(
                "chunks",
                format!("POST /api/v1/tokens HTTP/1.1\r\nTransfer-Encoding: chunked\r\n{end}zz\r\n"),
            ),
            12 => Input {
                is_cut: true,
                ..text("cut", "POST /login HTTP/1.1\r\nHost: a\r\nContent-Le".to_owned())
            },
            _ => {
                let noise = (0..300).map(|_| u8::try_from(self.random.between(128, 256)).unwrap_or(128));
                Input { what: "noise", bytes: noise.chain(*b"\r\n\r\n").collect(), is_cut: false }
            }
        }
    }
}

impl Input {
    /// Whether this is how it has to be answered.
    pub fn is_refused(&self, said: &Said) -> bool {
        match said.status {
            Some(status) => (400..500).contains(&status),
            None => self.is_cut && said.time < PATIENCE,
        }
    }

    /// Its beginning, for people.
    pub fn shown(&self) -> String {
        let beginning = self.bytes.get(..300).unwrap_or(&self.bytes);
        format!("{}: {:?}", self.what, String::from_utf8_lossy(beginning))
    }

    /// Sends it to `listen` (`host:port`) and waits for the answer.
    ///
    /// # Errors
    /// Nobody listens there.
    pub async fn send(&self, listen: &str) -> Result<Said> {
        let began = Instant::now();
        let mut stream = TcpStream::connect(listen).await.context("nobody listens any more")?;
        let mut head = Vec::new();
        let talk = async {
            let (mut from, mut to) = stream.split();
            let write = async {
                // It may hang up before all is said: what it answered can be read all the same.
                let _ = to.write_all(&self.bytes).await;
                if self.is_cut {
                    let _ = to.shutdown().await;
                }
            };
            let read = async {
                let mut part = [0; 4096];
                while let Ok(count @ 1..) = from.read(&mut part).await {
                    head.extend_from_slice(part.get(..count).unwrap_or_default());
                }
            };
            tokio::join!(write, read)
        };
        let _ = tokio::time::timeout(PATIENCE, talk).await;
        let line = String::from_utf8_lossy(head.get(..12).unwrap_or_default()).into_owned();
        let status = line.strip_prefix("HTTP/1.1 ").and_then(|it| it.parse().ok());
        Ok(Said { status, time: began.elapsed() })
    }
}

/// What was said, by kind of nonsense and status, and how long it took.
#[derive(Default)]
pub struct Tally {
    counts: BTreeMap<(&'static str, Option<u16>), usize>,
    times: Vec<Duration>,
}

impl Tally {
    /// Counts one.
    pub fn add(&mut self, input: &Input, said: &Said) {
        *self.counts.entry((input.what, said.status)).or_default() += 1;
        self.times.push(said.time);
    }

    /// The statuses with their numbers, and the median, 99th percentile and longest time.
    pub fn line(&mut self) -> String {
        let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
        for ((_, status), count) in &self.counts {
            let name = status.map_or("closed".to_owned(), |it| it.to_string());
            *statuses.entry(name).or_default() += count;
        }
        self.times.sort();
        let at = |share: usize| self.times.get(self.times.len() * share / 100).copied().unwrap_or_default();
        let (half, most, last) = (at(50), at(99), self.times.last().copied().unwrap_or_default());
        format!(
            "{} inputs {statuses:?}, half within {half:.1?}, 99 % within {most:.1?}, the longest {last:.1?}",
            self.times.len()
        )
    }
}

/// The path with every `{…}` filled in.
fn fill(path: &str, with: &str) -> String {
    let parts: Vec<&str> = path.split('/').map(|it| if it.starts_with('{') { with } else { it }).collect();
    parts.join("/")
}

/// The names of a schema's properties, those that it refers to included.
fn properties(document: &Value, schema: &Value) -> Vec<String> {
    let named = schema["$ref"].as_str().and_then(|it| it.rsplit('/').next());
    let schema = named.map_or(schema, |name| &document["components"]["schemas"][name]);
    schema["properties"].as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_not_refused_in_time_is_seen() {
        let input = |is_cut| Input { what: "test", bytes: Vec::new(), is_cut };
        let said = |status, seconds| Said { status, time: Duration::from_secs(seconds) };
        for (input, said, is_refused) in [
            (input(false), said(Some(404), 0), true),
            (input(false), said(Some(500), 0), false),
            (input(false), said(Some(200), 0), false),
            (input(false), said(None, 0), false),
            (input(true), said(None, 0), true),
            (input(true), said(None, 10), false),
        ] {
            assert_eq!(input.is_refused(&said), is_refused, "{said:?}");
        }
    }
}
