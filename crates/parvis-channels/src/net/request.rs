//! What to send, put together piece by piece.

use std::time::Duration;

use base64::Engine as _;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;

/// Bytes of an answer kept at most, unless the request says otherwise.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// What to send.
#[derive(Debug)]
pub struct Request {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
    pub(super) max_bytes: usize,
    pub(super) once: bool,
    pub(super) follow: bool,
    pub(super) time: Option<Duration>,
}

#[derive(Debug)]
pub(super) enum Body {
    None,
    Form(Vec<(String, String)>),
    Json(serde_json::Value),
    Multipart(reqwest::multipart::Form),
    Bytes(String, Vec<u8>),
}

impl Request {
    /// Asks for something; redirects are followed.
    #[must_use]
    pub fn get(url: Url) -> Self {
        Self { follow: true, ..Self::new(Method::GET, url) }
    }

    /// Any other method; redirects are not followed.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Body::None,
            max_bytes: MAX_BYTES,
            once: false,
            follow: false,
            time: None,
        }
    }

    /// Signs with a bearer token, which is not handed on to another host.
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {token}")) {
            value.set_sensitive(true);
            self.headers.insert(AUTHORIZATION, value);
        }
        self
    }

    /// Signs with a name and a password (RFC 7617), which aren't handed on to another host.
    #[must_use]
    pub fn basic(mut self, user: &str, password: &str) -> Self {
        let sign = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
        if let Ok(mut value) = HeaderValue::from_str(&format!("Basic {sign}")) {
            value.set_sensitive(true);
            self.headers.insert(AUTHORIZATION, value);
        }
        self
    }

    /// Adds a header that no log shows; a value that can't stand in one is left out.
    #[must_use]
    pub(crate) fn secret_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(mut value) = HeaderValue::from_str(value) {
            value.set_sensitive(true);
            self.headers.insert(name, value);
        }
        self
    }

    /// Follows no redirect.
    #[must_use]
    pub(crate) fn stay(mut self) -> Self {
        self.follow = false;
        self
    }

    /// Where it goes.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// What it does there.
    pub(crate) fn method(&self) -> &Method {
        &self.method
    }

    /// The same once more; `None` where what is sent can be read once only.
    pub(crate) fn again(&self) -> Option<Self> {
        let body = match &self.body {
            Body::None => Body::None,
            Body::Form(fields) => Body::Form(fields.clone()),
            Body::Json(value) => Body::Json(value.clone()),
            Body::Bytes(mime, bytes) => Body::Bytes(mime.clone(), bytes.clone()),
            Body::Multipart(_) => return None,
        };
        let (method, url, headers) = (self.method.clone(), self.url.clone(), self.headers.clone());
        let Self { max_bytes, once, follow, time, .. } = *self;
        Some(Self { method, url, headers, body, max_bytes, once, follow, time })
    }

    /// Adds a header; a value that can't stand in one is left out.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Sends form fields.
    #[must_use]
    pub fn form(mut self, fields: Vec<(String, String)>) -> Self {
        self.body = Body::Form(fields);
        self
    }

    /// Sends JSON.
    #[must_use]
    pub fn json(mut self, value: serde_json::Value) -> Self {
        self.body = Body::Json(value);
        self
    }

    /// Sends files.
    #[must_use]
    pub fn multipart(mut self, form: reqwest::multipart::Form) -> Self {
        self.body = Body::Multipart(form);
        self
    }

    /// Sends a file as it is, with its media type.
    #[must_use]
    pub fn bytes(mut self, mime: &str, bytes: Vec<u8>) -> Self {
        self.body = Body::Bytes(mime.to_owned(), bytes);
        self
    }

    /// Cuts the answer at so many bytes (an answer that is longer is an error).
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Gives the whole of the call this time, whatever others have: some answers are long in the making.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.time = Some(time);
        self
    }

    /// Says that the request has an effect which must not happen twice: a lost answer is then
    /// [`ChannelError::Unknown`] rather than [`ChannelError::Unreachable`].
    #[must_use]
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }
}
