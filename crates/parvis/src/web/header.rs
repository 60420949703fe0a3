//! Headers of every answer: what browsers may load, and the reference of the request. The policy is
//! strict because messages come from strangers: no inline script, no inline style, nothing from
//! another host.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::session::is_https;
use crate::app::App;
use crate::seal;

/// The reference that a reader can quote and that the log has.
#[derive(Clone, Debug, Default)]
pub struct RequestId(pub String);

const POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const PERMISSIONS: &str = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

const ALWAYS: [(HeaderName, HeaderValue); 7] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Middleware: gives the request its reference and the answer its headers. A header that a handler has
/// set already (the policy of a downloaded file) stays.
pub async fn dress(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let id = reference();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));
    let began = std::time::Instant::now();
    let mut response = next.run(request).await;
    let took_ms = began.elapsed().as_millis();
    tracing::debug!(%method, path, status = response.status().as_u16(), took_ms, request = id, "answered");
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    if is_https(&app) {
        let year = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(year);
    }
    response
}

/// Eight hexadecimal digits in two groups, as `7f3a-91c2`: short enough to be read out on the phone.
fn reference() -> String {
    let bytes = seal::random::<4>().unwrap_or_default();
    format!("{:02x}{:02x}-{:02x}{:02x}", bytes[0], bytes[1], bytes[2], bytes[3])
}
