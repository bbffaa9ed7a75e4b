//! The pages people see: embedded files, served with their checksum as `ETag`.
//!
//! `/` and `/party/{id}` are one page; its script reads the address. Nothing is built and nothing is fetched from
//! elsewhere but the media that a party's people name, and the policy forbids inline script and style.

use crate::problem::Problem;
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderValue},
    web::{self, Path, ServiceConfig},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::borrow::Cow;

/// What the pages may load: their own scripts and styles, no inline script, media from anywhere, and YouTube's public
/// player in a frame of its own, so that none of its scripts runs in the page.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; \
    media-src 'self' blob: https: http:; connect-src 'self'; frame-src https://www.youtube-nocookie.com; \
    object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/pages"]
struct Files;

/// Adds the pages and what they load.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(web::resource("/").route(web::get().to(party_page)).route(web::head().to(party_page)))
        .service(
            web::resource("/party/{id}").route(web::get().to(party_page)).route(web::head().to(party_page)),
        )
        .service(web::resource("/favicon.ico").route(web::get().to(icon)))
        .service(web::resource("/pages/{file}").route(web::get().to(file)));
}

async fn party_page(req: HttpRequest) -> Result<HttpResponse, Problem> {
    send(&req, "party.html")
}

async fn icon(req: HttpRequest) -> Result<HttpResponse, Problem> {
    send(&req, "icon.svg")
}

async fn file(req: HttpRequest, name: Path<String>) -> Result<HttpResponse, Problem> {
    send(&req, &name)
}

fn send(req: &HttpRequest, name: &str) -> Result<HttpResponse, Problem> {
    let found = Files::get(name).ok_or_else(|| Problem::new("not-found", "there is no such file"))?;
    let EmbeddedFile { data, metadata } = found;
    let tag = format!(
        "\"{}\"",
        metadata.sha256_hash()[..12].iter().map(|b| format!("{b:02x}")).collect::<String>()
    );
    let known = req.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut response = if known.is_some_and(|known| known.contains(&tag)) {
        HttpResponse::NotModified().finish()
    } else {
        let body = match data {
            Cow::Borrowed(bytes) => web::Bytes::from_static(bytes),
            Cow::Owned(bytes) => bytes.into(),
        };
        HttpResponse::Ok().content_type(media_type(name)).body(body)
    };
    let headers = response.headers_mut();
    // Asked again every time, answered with 304 as long as nothing changed.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        // Types for editors; no browser runs them.
        Some("ts") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where YouTube's public player lives; the only address that a page names.
    const YOUTUBE: &str = "https://www.youtube-nocookie.com";

    /// Files are served under one flat folder, so every import of every module must stand there.
    #[test]
    fn every_file_that_a_page_names_is_there() {
        for name in Files::iter() {
            let file = Files::get(&name).unwrap();
            let text = std::str::from_utf8(&file.data).unwrap();
            let absolute = text.split("/pages/").skip(1);
            let relative = text.split("from './").skip(1);
            for named in absolute.chain(relative) {
                let end = named.find(|c: char| !c.is_ascii_alphanumeric() && !"-.".contains(c));
                let named = &named[..end.unwrap_or(named.len())];
                assert!(Files::get(named).is_some(), "{name} names {named}");
            }
        }
    }

    #[test]
    fn every_file_has_a_type_and_no_page_has_inline_code() {
        assert!(Files::iter().count() >= 4);
        for name in Files::iter() {
            assert_ne!(media_type(&name), "application/octet-stream", "{name}");
            let file = Files::get(&name).unwrap();
            let text = std::str::from_utf8(&file.data).unwrap();
            for forbidden in ["http://", "https://", "innerHTML", "<style", " style=", "onclick="] {
                let allowed = text.replace("http://www.w3.org/", "").replace(YOUTUBE, "");
                assert!(!allowed.contains(forbidden), "{name} has {forbidden}");
            }
        }
        assert!(POLICY.contains(&format!("frame-src {YOUTUBE};")));
        let page = Files::get("party.html").unwrap();
        let page = std::str::from_utf8(&page.data).unwrap();
        assert_eq!(
            page.matches("<script").count(),
            page.matches("<script type=\"module\" src=\"/pages/").count()
        );
    }
}
