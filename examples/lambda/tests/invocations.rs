//! The program as Lambda runs it: it asks for an invocation, and posts its response.

use std::{
    process::Stdio,
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderName, StatusCode},
    routing::{get, post},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
    sync::{Mutex, mpsc},
    time::timeout,
};
use tower_loops::{EventType, Secret, Signer, testing};

const SECRET: &str = "whsec_of_the_function";

/// Lambda's runtime interface, and the program that asks it for invocations.
struct Lambda {
    invocations: mpsc::Sender<Value>,
    responses: mpsc::Receiver<Value>,
    _program: Child,
}

impl Lambda {
    async fn start() -> Self {
        let (invocations, waiting) = mpsc::channel(1);
        let (done, responses) = mpsc::channel(1);
        let waiting = Arc::new(Mutex::new(waiting));
        let next = async |State(waiting): State<Arc<Mutex<mpsc::Receiver<Value>>>>| {
            let invocation = waiting.lock().await.recv().await;
            let invocation = invocation.ok_or(StatusCode::GONE)?;
            let deadline = SystemTime::now() + Duration::from_secs(60);
            let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).unwrap();
            let header = |name, value| (HeaderName::from_static(name), value);
            let headers = [
                header("lambda-runtime-aws-request-id", "1".to_owned()),
                header(
                    "lambda-runtime-deadline-ms",
                    deadline.as_millis().to_string(),
                ),
                header(
                    "lambda-runtime-invoked-function-arn",
                    "arn:aws:lambda:x".to_owned(),
                ),
            ];
            Ok::<_, StatusCode>((headers, Json(invocation)))
        };
        let respond = async move |response: String| {
            let response = serde_json::from_str(&response).unwrap();
            done.send(response).await.unwrap();
            StatusCode::ACCEPTED
        };
        let api = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/1/response", post(respond))
            .with_state(waiting);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let program = Command::new(env!("CARGO_BIN_EXE_lambda"))
            .env(
                "AWS_LAMBDA_RUNTIME_API",
                listener.local_addr().unwrap().to_string(),
            )
            .env("AWS_LAMBDA_FUNCTION_NAME", "loops")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("LOOPS_WEBHOOK_SECRET", SECRET)
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        tokio::spawn(axum::serve(listener, api).into_future());
        Self {
            invocations,
            responses,
            _program: program,
        }
    }

    /// The status and the body of the response.
    async fn invoke(&mut self, invocation: Value) -> (u64, String) {
        self.invocations.send(invocation).await.unwrap();
        let response = timeout(Duration::from_secs(30), self.responses.recv());
        let response = response.await.unwrap().unwrap();
        let status = response["statusCode"].as_u64().unwrap();
        (
            status,
            response["body"].as_str().unwrap_or_default().to_owned(),
        )
    }
}

/// As API Gateway sends a request to its HTTP APIs, and as function URLs do.
fn http_api(signature: &str, body: &str, is_base64: bool) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/api/webhooks/loops",
        "rawQueryString": "",
        "headers": { "content-type": "application/json", "x-loops-signature": signature },
        "requestContext": {
            "accountId": "1", "apiId": "1", "requestId": "1", "routeKey": "$default",
            "stage": "$default", "time": "01/Jan/2026:00:00:00 +0000", "timeEpoch": 0,
            "domainName": "id.execute-api.eu-west-1.amazonaws.com",
            "http": {
                "method": "POST", "path": "/api/webhooks/loops", "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1", "userAgent": "Loops",
            },
        },
        "body": body,
        "isBase64Encoded": is_base64,
    })
}

/// As API Gateway sends a request to its REST APIs.
fn rest_api(signature: &str, body: &str) -> Value {
    json!({
        "resource": "/{proxy+}",
        "path": "/api/webhooks/loops",
        "httpMethod": "POST",
        "headers": { "X-Loops-Signature": signature },
        "multiValueHeaders": { "X-Loops-Signature": [signature] },
        "requestContext": { "httpMethod": "POST", "path": "/api/webhooks/loops", "identity": {} },
        "body": body,
        "isBase64Encoded": false,
    })
}

/// As a load balancer sends a request to its target.
fn load_balancer(signature: &str, body: &str) -> Value {
    json!({
        "requestContext": { "elb": { "targetGroupArn": "arn:aws:elasticloadbalancing:x" } },
        "httpMethod": "POST",
        "path": "/api/webhooks/loops",
        "queryStringParameters": {},
        "headers": { "x-loops-signature": signature },
        "body": body,
        "isBase64Encoded": false,
    })
}

#[tokio::test]
async fn signed_events_are_handled_and_the_rest_is_rejected() {
    let body = testing::sample(&EventType::ChargeSucceeded).to_string();
    let signer = Signer::new(Secret::new(SECRET).unwrap());
    let signature = signer.sign(body.as_bytes(), SystemTime::now());
    let signature = signature.to_str().unwrap();
    let base64 = BASE64_STANDARD.encode(&body);
    let tampered = body.replace("1001", "1002");

    let mut lambda = Lambda::start().await;
    let received = (200, r#"{"received":true}"#.to_owned());
    let invalid = (401, r#"{"error":"Invalid signature"}"#.to_owned());
    for (name, invocation, expected) in [
        ("HTTP API", http_api(signature, &body, false), &received),
        (
            "HTTP API, base64",
            http_api(signature, &base64, true),
            &received,
        ),
        ("REST API", rest_api(signature, &body), &received),
        ("load balancer", load_balancer(signature, &body), &received),
        ("tampered", http_api(signature, &tampered, false), &invalid),
    ] {
        assert_eq!(&lambda.invoke(invocation).await, expected, "{name}");
    }
}
