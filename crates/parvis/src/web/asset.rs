//! Style, fonts, icons and scripts: embedded in the program, served under one address per build, so
//! that browsers may keep them for ever. Knows no page.

use std::fmt;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets"]
struct Assets;

/// One digest over every file: what one file asks of another (`@import`, `url()`, `import`) is relative
/// and stays within the same build.
static BUILD: LazyLock<String> = LazyLock::new(|| {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for path in Assets::iter() {
        context.update(path.as_bytes());
        if let Some(file) = Assets::get(&path) {
            context.update(&file.metadata.sha256_hash());
        }
    }
    context.finish().as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
});

/// Address of the icons, which a page names some two hundred times.
static ICONS: LazyLock<String> = LazyLock::new(|| url("icons.svg"));

/// Address of the asset `path`, such as `parvis.css`.
pub fn url(path: &str) -> String {
    format!("/assets/{}/{path}", *BUILD)
}

/// `GET /assets/{build}/{*path}`. An address of another build gets today's file, not to be kept.
pub async fn serve(Path((build, path)): Path<(String, String)>) -> Response {
    let Some(file) = Assets::get(&path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let keep = if build == *BUILD { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mime = if path.ends_with(".js") { "text/javascript" } else { file.metadata.mimetype() };
    let mime = if mime.starts_with("text/") { format!("{mime}; charset=utf-8") } else { mime.to_owned() };
    let headers = [(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, keep.to_owned())];
    (headers, Body::from(file.data.into_owned())).into_response()
}

/// An icon of `icons.svg`, drawn in the colour of the text around it.
pub struct Icon<'a> {
    name: &'a str,
    class: &'static str,
}

impl<'a> Icon<'a> {
    /// The icon `i-{name}`; `class` is `""` (16 px), `"s"` (14 px), `"l"` (20 px) or `"xl"` (24 px).
    pub fn new(name: &'a str, class: &'static str) -> Self {
        Self { name, class }
    }
}

impl fmt::Display for Icon<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A name is one of ours; should another ever come here, none of it gets into the markup.
        let is_plain = self.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let name = if is_plain { self.name } else { "globe" };
        for part in
            ["<svg class=\"i ", self.class, "\" aria-hidden=\"true\"><use href=\"", &ICONS, "#i-", name]
        {
            f.write_str(part)?;
        }
        f.write_str("\"/></svg>")
    }
}

impl askama::filters::HtmlSafe for Icon<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_asset_is_kept_for_ever_under_the_address_of_its_build_only() {
        let own = serve(Path((BUILD.clone(), "parvis.css".to_owned()))).await;
        assert_eq!(own.headers()["content-type"], "text/css; charset=utf-8");
        assert_eq!(own.headers()["cache-control"], "public, max-age=31536000, immutable");
        let other = serve(Path(("000000000000".to_owned(), "parvis.css".to_owned()))).await;
        assert_eq!(other.headers()["cache-control"], "no-cache");
        let font = serve(Path((BUILD.clone(), "fonts/inter.woff2".to_owned()))).await;
        assert_eq!(font.headers()["content-type"], "font/woff2");
        let outside = serve(Path((BUILD.clone(), "../Cargo.toml".to_owned()))).await;
        assert_eq!(outside.status(), StatusCode::NOT_FOUND);
    }
}
