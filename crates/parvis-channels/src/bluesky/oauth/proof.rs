//! Keys, and what is signed with them: a proof with each call that whoever calls holds the key to which the access is
//! bound (DPoP, RFC 9449), and the word of Parvis as a client that it is itself (`private_key_jwt`, RFC 7523). The time
//! in both is the server's own, as it said it last.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::{AUTHORIZATION, HeaderName, WWW_AUTHENTICATE};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::mastodon::oauth::random;
use crate::{Answer, ChannelError, Net, Request, Secret, json as reading};

/// A call is signed anew as often as that, when the server says that the nonce is another by now.
const ATTEMPTS: usize = 3;
/// How long the word of a client is good, in seconds.
const GOOD_FOR: i64 = 60;

/// A key on the curve P-256.
pub(super) struct Key {
    pair: EcdsaKeyPair,
    kept: Secret,
}

impl Key {
    /// A new one.
    pub(super) fn make() -> Result<Self, ChannelError> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let made = made.map_err(|_| ChannelError::Unreachable {
            message: "the system has no randomness to give".to_owned(),
        })?;
        Self::read(&Secret::new(URL_SAFE_NO_PAD.encode(made)))
    }

    /// One that was kept.
    pub(super) fn read(kept: &Secret) -> Result<Self, ChannelError> {
        let unusable =
            || ChannelError::Unauthorized { message: "no usable key is kept for this account".to_owned() };
        let bytes = URL_SAFE_NO_PAD.decode(kept.expose()).map_err(|_| unusable())?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &bytes, &SystemRandom::new());
        Ok(Self { pair: pair.map_err(|_| unusable())?, kept: kept.clone() })
    }

    /// To be kept, sealed.
    pub(super) fn kept(&self) -> &Secret {
        &self.kept
    }

    /// Its public half (RFC 7518, 6.2.1).
    pub(super) fn public(&self) -> Value {
        // One byte that says "uncompressed", then both coordinates.
        let point = self.pair.public_key().as_ref();
        let half = |from: usize| URL_SAFE_NO_PAD.encode(point.get(from..from + 32).unwrap_or_default());
        json!({ "kty": "EC", "crv": "P-256", "x": half(1), "y": half(33) })
    }

    /// The name by which its public half is known (RFC 7638).
    pub(super) fn name(&self) -> String {
        let public = self.public();
        let text = format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#, public["x"], public["y"]);
        URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
    }

    fn sign(&self, head: &Value, content: &Value) -> Result<String, ChannelError> {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(head), part(content));
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes());
        let signature =
            signature.map_err(|_| ChannelError::Unreachable { message: "the key can't sign".to_owned() })?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The word of a client for a server, at `seconds` of its time.
    pub(super) fn word(&self, client: &str, server: &str, seconds: i64) -> Result<String, ChannelError> {
        let head = json!({ "alg": "ES256", "typ": "JWT", "kid": self.name() });
        let content = json!({
            "iss": client, "sub": client, "aud": server, "jti": random()?, "iat": seconds, "exp": seconds + GOOD_FOR,
        });
        self.sign(&head, &content)
    }

    fn proof(&self, request: &Request, token: Option<&str>, net: &Net) -> Result<String, ChannelError> {
        let said = net.said(request.url()).ok_or_else(timeless)?;
        let mut place = request.url().clone();
        place.set_query(None);
        place.set_fragment(None);
        let head = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.public() });
        let mut content = json!({
            "jti": random()?, "htm": request.method().as_str(), "htu": place.as_str(), "iat": said.seconds,
        });
        if let Some(nonce) = said.nonce {
            content["nonce"] = json!(nonce);
        }
        if let Some(token) = token {
            content["ath"] = json!(URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes())));
        }
        self.sign(&head, &content)
    }
}

/// What time it is for a server; asks it if it hasn't said so yet.
pub(super) async fn time_at(net: &Net, url: &Url) -> Result<i64, ChannelError> {
    if net.said(url).is_none() {
        let page = url.join("/.well-known/oauth-protected-resource");
        let page = page.map_err(|_| ChannelError::ForbiddenAddress { address: "(no address)".to_owned() })?;
        net.remember(&net.send(Request::get(page)).await?);
    }
    net.said(url).map(|said| said.seconds).ok_or_else(timeless)
}

fn timeless() -> ChannelError {
    ChannelError::Malformed { message: "the server doesn't say what time it is".to_owned() }
}

/// Sends a call with a proof, in the name of `token` where there is access already. A server that wants another nonce
/// has done nothing yet: it is sent again.
pub(super) async fn send(
    net: &Net,
    key: &Key,
    token: Option<&str>,
    request: Request,
) -> Result<Answer, ChannelError> {
    net.check_secret(request.url())?;
    time_at(net, request.url()).await?;
    // A proof is for one address.
    let mut request = request.stay();
    if let Some(token) = token {
        request = request.secret_header(AUTHORIZATION, &format!("DPoP {token}"));
    }
    for _ in 1..ATTEMPTS {
        let Some(same) = request.again() else { break };
        let answer = signed(net, key, token, same).await?;
        if !wants_another(&answer) {
            return Ok(answer);
        }
    }
    signed(net, key, token, request).await
}

async fn signed(net: &Net, key: &Key, token: Option<&str>, request: Request) -> Result<Answer, ChannelError> {
    let proof = key.proof(&request, token, net)?;
    let answer = net.send(request.secret_header(HeaderName::from_static("dpop"), &proof)).await?;
    net.remember(&answer);
    Ok(answer)
}

/// The server refused the proof for its nonce or its time, and has told both anew.
fn wants_another(answer: &Answer) -> bool {
    #[derive(Default, Deserialize)]
    struct Failure {
        #[serde(default)]
        error: String,
    }
    let wanted = |text: &str| text.contains("use_dpop_nonce") || text.contains("invalid_dpop_proof");
    if !matches!(answer.status, 400 | 401) || answer.header(&HeaderName::from_static("dpop-nonce")).is_none()
    {
        return false;
    }
    let failure: Failure = reading::read(answer).unwrap_or_default();
    wanted(&failure.error) || answer.header(&WWW_AUTHENTICATE).is_some_and(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    #[test]
    fn what_is_signed_is_proved_by_the_public_half() {
        let key = Key::make().unwrap();
        let word =
            Key::read(key.kept()).unwrap().word("https://p.example/c", "https://as.example", 7).unwrap();
        let parts: Vec<&str> = word.split('.').collect();
        let [head, content, signature] = parts[..] else { panic!("{word}") };
        let read =
            |part: &str| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
        assert_eq!(
            (read(head)["alg"].clone(), read(head)["kid"].clone()),
            (json!("ES256"), json!(key.name()))
        );
        assert_eq!((read(content)["iat"].clone(), read(content)["exp"].clone()), (json!(7), json!(67)));
        let public = key.public();
        let half = |name: &str| URL_SAFE_NO_PAD.decode(public[name].as_str().unwrap()).unwrap();
        let point = [vec![4], half("x"), half("y")].concat();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
        public.verify(format!("{head}.{content}").as_bytes(), &signature).unwrap();
        assert!(public.verify(format!("{head}.{head}").as_bytes(), &signature).is_err());
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        for text in ["", "x", "AAAA", "not base64!"] {
            assert!(
                Key::read(&Secret::new(text)).is_err_and(|error| error.code() == "unauthorized"),
                "{text}"
            );
        }
    }
}
