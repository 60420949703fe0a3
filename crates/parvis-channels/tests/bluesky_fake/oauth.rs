//! A server that gives access and a server of accounts, apart, each with nonces of its own that change at every call: what
//! Parvis signs is verified here by the rules of the standards (RFC 7523, 7636, 9126, 9449), without the room under test.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parvis_channels::{
    Account, CapabilitySet, ChannelKind, Client, ConnectError, Net, NetOptions, Returned, SignIn, Typed,
};
use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::fake::{ME, bluesky};

#[derive(Default)]
struct World {
    /// Addresses of the server that gives access, and of the one of accounts.
    giver: String,
    home: String,
    /// The public half of Parvis' own key, as it describes itself.
    client: Value,
    /// Nonces told so far, by server.
    told: HashMap<String, u64>,
    seen: HashSet<String>,
    /// The key that the walk began with, and its challenge.
    key: Option<Value>,
    challenge: String,
    /// Calls that were taken, and those that were asked for another nonce.
    taken: Vec<String>,
    asked_again: usize,
    /// Said instead of what is true.
    lies: BTreeMap<&'static str, Value>,
}

fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).unwrap()
}

/// Head and content of a token whose signature is right by `key`, or by the key in its head.
fn verified(token: &str, key: Option<&Value>) -> (Value, Value) {
    let parts: Vec<&str> = token.split('.').collect();
    let [head, content, signature] = parts[..] else { panic!("{token}") };
    let read = |part: &str| -> Value { serde_json::from_slice(&decode(part)).unwrap() };
    let head_read = read(head);
    let public = key.unwrap_or(&head_read["jwk"]);
    let half = |name: &str| decode(public[name].as_str().unwrap());
    let point = [vec![4], half("x"), half("y")].concat();
    let signed = format!("{head}.{content}");
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    public.verify(signed.as_bytes(), &decode(signature)).unwrap();
    assert_eq!(head_read["alg"], "ES256");
    (head_read, read(content))
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

fn answer(status: u16, nonce: Option<u64>, body: &Value) -> Response<Body> {
    let mut response = Response::builder().status(status);
    if let Some(nonce) = nonce {
        response = response.header("dpop-nonce", nonce.to_string());
    }
    response.body(Body::from(body.to_string())).unwrap()
}

/// Looks at a proof; gives the key that it was made with, or that another nonce is wanted.
#[expect(clippy::disallowed_methods, reason = "a server has a clock of its own")]
fn proved(
    world: &mut World,
    at: &str,
    (method, path): (&Method, &str),
    headers: &HeaderMap,
) -> Option<Value> {
    let proof = headers["dpop"].to_str().unwrap();
    let (head, content) = verified(proof, None);
    assert_eq!(head["typ"], "dpop+jwt");
    assert_eq!(
        (content["htm"].as_str(), content["htu"].as_str()),
        (Some(method.as_str()), Some(format!("{at}{path}").as_str()))
    );
    assert!(world.seen.insert(content["jti"].to_string()), "a proof was used twice");
    let token = headers.get("authorization").map(|it| it.to_str().unwrap().strip_prefix("DPoP ").unwrap());
    assert_eq!(content["ath"].as_str().map(str::to_owned), token.map(hash));
    let now = jiff::Timestamp::now().as_second();
    assert!((now - content["iat"].as_i64().unwrap()).abs() < 10, "{content}");
    let nonce = world.told.get(at).map(u64::to_string);
    if nonce.is_some() && content["nonce"].as_str().map(str::to_owned) == nonce {
        Some(head["jwk"].clone())
    } else {
        None
    }
}

/// What both say of themselves, and of the account, to everybody.
fn described(world: &World, is_giver: bool, path: &str) -> Option<Response<Body>> {
    let at = if is_giver { &world.giver } else { &world.home };
    Some(match path {
        "/.well-known/oauth-protected-resource" if !is_giver => {
            answer(200, None, &json!({ "resource": at, "authorization_servers": [world.giver] }))
        }
        "/.well-known/oauth-protected-resource" => answer(404, None, &json!({})),
        "/.well-known/oauth-authorization-server" => answer(
            200,
            None,
            &json!({
                "issuer": at, "authorization_endpoint": format!("{at}/authorize"), "token_endpoint": format!("{at}/token"),
                "pushed_authorization_request_endpoint": format!("{at}/par"), "revocation_endpoint": format!("{at}/revoke"),
                "code_challenge_methods_supported": ["S256"], "dpop_signing_alg_values_supported": ["ES256"],
                "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
                "authorization_response_iss_parameter_supported": true, "client_id_metadata_document_supported": true,
            }),
        ),
        "/xrpc/com.atproto.identity.resolveHandle" => answer(200, None, &json!({ "did": ME })),
        "/did:plc:me" => {
            let service =
                json!({ "id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": at });
            answer(
                200,
                None,
                &json!({ "id": ME, "alsoKnownAs": ["at://brand.example"], "service": [service] }),
            )
        }
        _ => return None,
    })
}

async fn serve(
    State((world, is_giver)): State<(Arc<Mutex<World>>, bool)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let mut world = world.lock().unwrap();
    let at = if is_giver { world.giver.clone() } else { world.home.clone() };
    if let Some(lie) = world.lies.get(uri.path()) {
        return answer(200, None, lie);
    }
    if let Some(said) = described(&world, is_giver, uri.path()) {
        return said;
    }
    let key = proved(&mut world, &at, (&method, uri.path()), &headers);
    // Each nonce is good for one call.
    let next = world.told.get(&at).map_or(if is_giver { 1_000 } else { 2_000 }, |nonce| nonce + 1);
    world.told.insert(at.clone(), next);
    let Some(key) = key else {
        world.asked_again += 1;
        let status = if is_giver { 400 } else { 401 };
        return answer(status, Some(next), &json!({ "error": "use_dpop_nonce" }));
    };
    world.taken.push(format!("{method} {}", uri.path()));
    if !is_giver {
        assert_eq!(Some(key), world.key);
        assert_eq!(headers["authorization"], "DPoP access");
        return answer(200, Some(next), &json!({ "notifications": [] }));
    }
    let fields: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    assert_eq!(fields["client_id"], "https://parvis.example/oauth-client-metadata.json");
    let client = world.client["jwks"]["keys"][0].clone();
    let (head, said) = verified(&fields["client_assertion"], Some(&client));
    assert_eq!(head["kid"], client["kid"]);
    assert_eq!(
        (&said["aud"], &said["iss"], &said["sub"]),
        (&json!(at), &json!(fields["client_id"]), &json!(fields["client_id"]))
    );
    assert!(world.seen.insert(said["jti"].to_string()), "a word was said twice");
    match uri.path() {
        "/par" => {
            world.key = Some(key);
            world.challenge.clone_from(&fields["code_challenge"]);
            assert_eq!((fields["state"].as_str(), fields["login_hint"].as_str()), ("state", "brand.example"));
            answer(201, Some(next), &json!({ "request_uri": "urn:x", "expires_in": 60 }))
        }
        "/token" => {
            assert_eq!(Some(key), world.key, "the same key all the way");
            if fields["grant_type"] == "authorization_code" {
                assert_eq!(
                    (fields["code"].as_str(), hash(&fields["code_verifier"])),
                    ("code", world.challenge.clone())
                );
            } else {
                assert_eq!(fields["refresh_token"], "refresh");
            }
            answer(
                200,
                Some(next),
                &json!({
                    "access_token": "access", "refresh_token": "refresh", "token_type": "DPoP", "expires_in": 3600,
                    "scope": "atproto transition:generic", "sub": ME,
                }),
            )
        }
        _ => answer(200, Some(next), &json!({})),
    }
}

struct Two {
    net: Net,
    world: Arc<Mutex<World>>,
    client: Client,
}

impl Two {
    async fn start() -> Self {
        let world = Arc::new(Mutex::new(World::default()));
        let mut places = Vec::new();
        for is_giver in [true, false] {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            places.push(listener.local_addr().unwrap().to_string());
            let app = Router::new().fallback(serve).with_state((Arc::clone(&world), is_giver));
            tokio::spawn(async move { axum::serve(listener, app).await });
        }
        let net = Net::new(&NetOptions { allow: places.clone(), ..NetOptions::default() }).unwrap();
        let client = Client {
            site: "https://parvis.example/".parse().unwrap(),
            back: "https://parvis.example/channels/oauth/callback".parse().unwrap(),
            key: parvis_channels::bluesky::client_key().unwrap(),
        };
        {
            let mut world = world.lock().unwrap();
            (world.giver, world.home) = (format!("http://{}", places[0]), format!("http://{}", places[1]));
            world.client = parvis_channels::bluesky::description(&client).unwrap();
        }
        Self { net, world, client }
    }

    async fn begin(&self) -> Result<SignIn, ConnectError> {
        let home = self.world.lock().unwrap().home.clone();
        let typed = [("handle", "brand.example".to_owned()), ("server", home.clone()), ("directory", home)];
        let typed = BTreeMap::from(typed.map(|(name, value)| (name.to_owned(), value)));
        let typed = Typed::new(bluesky().fields(), typed).unwrap();
        Ok(bluesky().begin(&self.net, &typed, &self.client, "state").await?.unwrap())
    }
}

#[tokio::test]
async fn parvis_proves_itself_and_its_key_to_each_server_with_that_servers_own_nonces() {
    let two = Two::start().await;
    let begun = two.begin().await.unwrap();
    let giver = two.world.lock().unwrap().giver.clone();
    let address = begun.address.as_str();
    assert!(
        address.starts_with(&format!("{giver}/authorize?")) && address.ends_with("&request_uri=urn%3Ax"),
        "{address}"
    );
    let returned = Returned { code: "code".into(), issuer: Some(giver) };
    let connection = bluesky().finish(&two.net, &begun.kept, &returned).await.unwrap();
    let account = Account {
        kind: ChannelKind::Bluesky,
        base_url: connection.base_url,
        handle: "brand.example".into(),
        remote_id: ME.into(),
        secret: connection.access.secret,
        settings: connection.settings,
        capabilities: CapabilitySet::default(),
    };
    for _ in 0..3 {
        bluesky().pull(&two.net, &account, "notifications", None).await.unwrap();
    }
    bluesky().renew(&two.net, &account).await.unwrap();
    bluesky().revoke(&two.net, &account).await.unwrap();
    let world = two.world.lock().unwrap();
    let list = "GET /xrpc/app.bsky.notification.listNotifications";
    assert_eq!(world.taken, ["POST /par", "POST /token", list, list, list, "POST /token", "POST /revoke"]);
    // Asked once for a first nonce by each; from then on each answer brought the next.
    assert_eq!(world.asked_again, 2);
}

#[tokio::test]
async fn a_server_cannot_lead_us_into_the_house_nor_be_another_than_it_was_named() {
    let two = Two::start().await;
    let refused = async |path: &'static str, lie: Value| {
        two.world.lock().unwrap().lies = BTreeMap::from([(path, lie)]);
        match two.begin().await.unwrap_err() {
            ConnectError::Channel(error) => error.code().to_owned(),
            ConnectError::Field { name, code } => format!("{name} {code}"),
        }
    };
    let resource = "/.well-known/oauth-protected-resource";
    for (named, code) in [
        ("http://169.254.169.254", "forbidden_address"),
        ("http://127.0.0.1", "forbidden_address"),
        ("https://[::1]", "forbidden_address"),
        ("https://as.example/elsewhere", "malformed"),
        ("file:///etc/passwd", "malformed"),
        ("", "malformed"),
    ] {
        assert_eq!(refused(resource, json!({ "authorization_servers": [named] })).await, code, "{named}");
    }
    assert_eq!(refused(resource, json!({ "authorization_servers": [] })).await, "password passwords_only");
    assert_eq!(refused(resource, json!({ "authorization_servers": 7 })).await, "malformed");
    let giver = two.world.lock().unwrap().giver.clone();
    let doors = |authorize: &str, token: &str| {
        json!({
            "issuer": giver, "authorization_endpoint": authorize, "token_endpoint": token,
            "pushed_authorization_request_endpoint": format!("{giver}/par"),
            "code_challenge_methods_supported": ["S256"], "dpop_signing_alg_values_supported": ["ES256"],
            "authorization_response_iss_parameter_supported": true, "client_id_metadata_document_supported": true,
        })
    };
    let metadata = "/.well-known/oauth-authorization-server";
    let inside = "http://10.0.0.1/token";
    assert_eq!(refused(metadata, doors(&giver, inside)).await, "forbidden_address");
    assert_eq!(refused(metadata, doors("javascript:alert(1)", &giver)).await, "forbidden_address");
    assert!(two.world.lock().unwrap().taken.is_empty(), "nothing was sent to anybody");
}
