//! The API as its callers see it: whole requests through the program's own router, on a house of either
//! engine.

mod access;
mod admin;
mod asset;
mod fast;
mod hostile;
mod listen;
mod pass;
mod reach;
mod room;
mod story;
mod writes;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::id::TokenId;
use crate::rules::permission::{Actor, TokenScope};
use crate::seal;
use crate::store;
use crate::store::token::Token;
use crate::testing::{House, START};

const EVERYTHING: [TokenScope; 3] = [TokenScope::Read, TokenScope::Write, TokenScope::Admin];

/// An answer, read to its end.
struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Got {
    /// The body, when the status is the one expected.
    #[track_caller]
    fn be(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }
}

/// A caller with a token of its own.
struct Client {
    router: Router,
    secret: String,
}

impl Client {
    async fn new(house: &House, owner: &Actor, scopes: &[TokenScope]) -> Self {
        let secret = format!("parvis_{}", seal::secret().unwrap());
        let token = Token {
            organisation: house.id,
            id: TokenId::new(START),
            colleague: owner.colleague,
            name: "test".to_owned(),
            digest: seal::digest(&secret),
            scopes: scopes.to_vec(),
            created_at: START,
            expires_at: None,
            used_at: None,
            revoked_at: None,
        };
        let mut conn = house.app.db.write().await.unwrap();
        store::token::insert(&mut conn, &token).await.unwrap();
        conn.commit().await.unwrap();
        Self { router: crate::web::router(house.app.clone()), secret }
    }

    /// A request as this caller makes it, not yet sent.
    fn request(&self, method: &Method, path: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.secret))
    }

    async fn open(&self, request: Request<Body>) -> axum::http::Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn send(&self, request: Request<Body>) -> Got {
        let response = self.open(request).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Got { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    async fn get(&self, path: &str) -> Got {
        self.send(self.request(&Method::GET, path).body(Body::empty()).unwrap()).await
    }

    async fn call(&self, method: Method, path: &str, body: impl Into<Bytes>) -> Got {
        let request = self.request(&method, path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.into())).unwrap()).await
    }

    async fn post(&self, path: &str, body: Value) -> Got {
        self.call(Method::POST, path, body.to_string()).await
    }
}

/// The path with every `{…}` filled in.
fn fill(path: &str, with: &str) -> String {
    let parts: Vec<&str> =
        path.split('/').map(|part| if part.starts_with('{') { with } else { part }).collect();
    parts.join("/")
}
