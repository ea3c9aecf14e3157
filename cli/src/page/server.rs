//! The routes of the page.

use std::{future::pending, net::SocketAddr, sync::Arc};

use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use serde_json::json;
use tokio::net::TcpListener;
use tower_loops::Signer;

use super::{
    guard::Guard,
    live,
    replay::Replay,
    responses::{PageBody, asset, error, json, respond},
};
use crate::{
    exit::CannotRun,
    listen::{Journal, serve},
};

pub(crate) struct Page {
    journal: Arc<Journal>,
    replay: Replay,
    guard: Guard,
}

impl Page {
    pub(crate) fn new(
        journal: Arc<Journal>,
        signer: Signer,
        receiver: SocketAddr,
        own: SocketAddr,
    ) -> Result<Self, CannotRun> {
        Ok(Self {
            journal,
            replay: Replay::new(signer, receiver)?,
            guard: Guard::new(own),
        })
    }

    pub(crate) async fn serve(self, listener: TcpListener) {
        let page = Arc::new(self);
        let answer = move |request| Arc::clone(&page).answer(request);
        serve(listener, answer, pending::<()>()).await;
    }

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<PageBody> {
        if !self.guard.admits(request.headers()) {
            return error(StatusCode::FORBIDDEN, "This page is for this machine only");
        }
        let path: Vec<&str> = request.uri().path().split('/').skip(1).collect();
        match (request.method(), &path[..]) {
            (&Method::GET, [""]) => asset("text/html", include_str!("assets/page.html")),
            (&Method::GET, ["page.css"]) => asset("text/css", include_str!("assets/page.css")),
            (&Method::GET, [name @ ("page.js" | "body.js")]) => {
                let (page, body) = (
                    include_str!("assets/page.js"),
                    include_str!("assets/body.js"),
                );
                asset(
                    "text/javascript",
                    if *name == "page.js" { page } else { body },
                )
            }
            (&Method::GET, ["icon.svg"]) => asset("image/svg+xml", include_str!("assets/icon.svg")),
            (&Method::GET, ["events"]) => {
                let events = live::events(&self.journal);
                respond(StatusCode::OK, "text/event-stream", events)
            }
            (method, ["deliveries", number, what]) => {
                let found = (number.parse().ok()).and_then(|number| self.journal.find(number));
                match (method, *what, found) {
                    (&Method::GET, "headers", Some((_, received))) => headers(&received.headers),
                    (&Method::GET, "body", Some((_, received))) => {
                        let body = Full::from(received.body).boxed();
                        respond(StatusCode::OK, "application/octet-stream", body)
                    }
                    (&Method::POST, "replay", Some((shown, received))) => {
                        match self.replay.send(&shown, received).await {
                            Ok(status) => json(StatusCode::OK, &json!({"status": status.as_u16()})),
                            Err(reason) => error(StatusCode::BAD_GATEWAY, &reason.to_string()),
                        }
                    }
                    _ => error(StatusCode::NOT_FOUND, "Not found"),
                }
            }
            _ => error(StatusCode::NOT_FOUND, "Not found"),
        }
    }
}

/// Names and values in order; what is not UTF-8 is replaced.
fn headers(headers: &HeaderMap) -> Response<PageBody> {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = headers
        .iter()
        .map(|(name, value)| json!([name.as_str(), text(value)]));
    json(StatusCode::OK, &headers.collect())
}
