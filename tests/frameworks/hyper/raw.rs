//! An HTTP/1.1 client that sends exactly the bytes it is given, when it is given them.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use crate::support::{PATH, sign, wire::within_reason};

pub(super) struct Raw(BufReader<TcpStream>);

impl Raw {
    pub(super) async fn connect(address: SocketAddr) -> Self {
        Self(BufReader::new(TcpStream::connect(address).await.unwrap()))
    }

    pub(super) async fn send(&mut self, bytes: &str) {
        self.0.get_mut().write_all(bytes.as_bytes()).await.unwrap();
    }

    /// Sends no more, but still listens.
    pub(super) async fn finish(&mut self) {
        self.0.get_mut().shutdown().await.unwrap();
    }

    /// Status and body of the next response.
    pub(super) async fn answer(&mut self) -> (u16, String) {
        within_reason(self.read_answer()).await
    }

    async fn read_answer(&mut self) -> (u16, String) {
        let status_line = self.line().await;
        let status = status_line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut length = 0;
        loop {
            let line = self.line().await.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.unwrap();
        (status, String::from_utf8(body).unwrap())
    }

    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.unwrap();
        assert!(line.ends_with("\r\n"), "cut off after {line:?}");
        line.trim_end().to_owned()
    }
}

/// The head of a request with these header lines.
pub(super) fn head(lines: &[&str]) -> String {
    let lines = lines.join("\r\n");
    format!("POST {PATH} HTTP/1.1\r\nhost: localhost\r\n{lines}\r\n\r\n")
}

/// The header line that signs this body.
pub(super) fn signature(body: &str) -> String {
    format!("x-loops-signature: {}", sign(body).to_str().unwrap())
}

pub(super) fn content_length(length: usize) -> String {
    format!("content-length: {length}")
}
