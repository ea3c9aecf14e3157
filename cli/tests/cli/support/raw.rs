//! Requests written by hand, byte for byte.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, SystemTime},
};

use tower_loops::{Secret, Signer};

use super::process::SECRET;

/// The value of the signature header for this body, signed now.
pub(crate) fn signature(secret: &str, body: &[u8]) -> String {
    let signer = Signer::new(Secret::new(secret).expect("not empty"));
    let signature = signer.sign(body, SystemTime::now());
    signature.to_str().expect("ASCII").to_owned()
}

/// A signed delivery, as Loops sends it.
pub(crate) fn deliver(url: &str, body: &[u8]) -> String {
    let signature = format!("x-loops-signature: {}\r\n", signature(SECRET, body));
    request(url, "POST", "/api/webhooks/loops?x=1", &signature, body)
}

/// Sends one request to the server of this URL, and returns the whole answer.
pub(crate) fn request(url: &str, method: &str, path: &str, headers: &str, body: &[u8]) -> String {
    let address = url.trim_start_matches("http://").split('/').next();
    let address = address.expect("an address");
    let host = if headers.to_ascii_lowercase().contains("host:") {
        String::new()
    } else {
        format!("host: {address}\r\n")
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\n{host}connection: close\r\ncontent-length: {}\r\n{headers}\r\n",
        body.len()
    );
    let mut connection = TcpStream::connect(address).expect("it listens");
    let timeout = Some(Duration::from_secs(60));
    connection.set_read_timeout(timeout).expect("a timeout");
    connection
        .write_all(&[head.as_bytes(), body].concat())
        .expect("sent");
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}
