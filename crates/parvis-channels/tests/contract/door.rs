//! A way to a server on which answers to what is published get lost, and an address where nobody answers.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Method, Request, Response};
use parvis_channels::{Net, NetOptions};
use url::Url;

/// Gives the address of a door to `to`. What comes by it is handed on; of a POST to an address that ends with `lost`
/// the answer is cut off.
pub async fn lossy(to: &Url, lost: &'static str) -> (Net, Url) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let door: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let app = Router::new().fallback(pass).with_state((to.clone(), lost));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (net_for(&door), door)
}

/// An address where nothing listens.
pub async fn nowhere() -> (Net, Url) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    (net_for(&url), url)
}

fn net_for(url: &Url) -> Net {
    let allow = vec![format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())];
    Net::new(&NetOptions { allow, ..NetOptions::default() }).unwrap()
}

async fn pass(State((to, lost)): State<(Url, &'static str)>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 22).await.unwrap();
    let url = to.join(head.uri.path_and_query().unwrap().as_str()).unwrap();
    let is_lost = head.method == Method::POST && head.uri.path().ends_with(lost);
    let mut headers = head.headers;
    headers.remove("host");
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let answer = client.request(head.method, url).headers(headers).body(body).send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    for name in ["content-type", "date"] {
        if let Some(value) = answer.headers().get(name) {
            response = response.header(name, value);
        }
    }
    let bytes = answer.bytes().await.unwrap();
    let body = if is_lost {
        Body::from_stream(futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("lost"))]))
    } else {
        Body::from(bytes)
    };
    response.body(body).unwrap()
}
