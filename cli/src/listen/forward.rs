//! Passes deliveries on to an application.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderName, Response, StatusCode, header};
use http_body_util::Full;
use tower_loops::{SIGNATURE_HEADER, Secret, Signer};

use super::{Arguments, Received, gate::Checked};
use crate::{
    client::{Client, JSON, NoAnswer},
    delivery_headers::end_to_end,
    endpoint::Endpoint,
    exit::CannotRun,
};

const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

pub(super) struct Forward {
    endpoint: Endpoint,
    client: Client,
    /// Signs with the secret of the application.
    signer: Option<Signer>,
}

impl Forward {
    pub(super) fn new(arguments: &Arguments) -> Result<Option<Self>, CannotRun> {
        let Some(endpoint) = arguments.forward_to.clone() else {
            return Ok(None);
        };
        let secret = (arguments.resign_env.as_deref()).map(Secret::from_env);
        Ok(Some(Self {
            client: Client::new(arguments.timeout, endpoint.uri())?,
            signer: secret.transpose()?.map(Signer::new),
            endpoint,
        }))
    }

    /// Whether the delivery is passed on: a forgery is never signed again.
    pub(super) fn takes(&self, checked: &Checked) -> bool {
        self.signer.is_none() || checked.is_genuine()
    }

    /// The answer of the application, or 502 with the reason why there is none.
    pub(super) async fn send(
        &self,
        received: &Received,
    ) -> (Response<Full<Bytes>>, Option<NoAnswer>) {
        let mut headers = end_to_end(&received.headers);
        if let Some(host) = received.headers.get(header::HOST) {
            headers.entry(FORWARDED_HOST).or_insert(host.clone());
        }
        if let Some(signer) = &self.signer {
            let signature = signer.sign(&received.body, SystemTime::now());
            headers.insert(SIGNATURE_HEADER, signature);
        }
        let uri = self.endpoint.at(&received.path);
        let (method, body) = (received.method.clone(), received.body.clone());
        match self.client.send(method, uri, headers, body).await {
            Ok(answer) => {
                let mut response = Response::new(Full::new(answer.body));
                *response.status_mut() = answer.status;
                *response.headers_mut() = end_to_end(&answer.headers);
                (response, None)
            }
            Err(error) => {
                let mut response = Response::new(Full::from(r#"{"error":"Bad gateway"}"#));
                *response.status_mut() = StatusCode::BAD_GATEWAY;
                response.headers_mut().insert(header::CONTENT_TYPE, JSON);
                (response, Some(error))
            }
        }
    }
}
