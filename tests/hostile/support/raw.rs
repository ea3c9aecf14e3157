//! An HTTP/1.1 client that sends exactly the bytes it is given, when it is given them.

use std::{io::ErrorKind, net::SocketAddr};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use super::{Answer, PATH, forgery, signature, within_reason};

pub(crate) const CHUNKED: &str = "transfer-encoding: chunked";

pub(crate) struct Raw {
    pub(crate) incoming: Incoming,
    pub(crate) outgoing: OwnedWriteHalf,
}

/// What the server sends, to be read on its own while something else sends.
pub(crate) struct Incoming(BufReader<OwnedReadHalf>);

impl Raw {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = within_reason(TcpStream::connect(address)).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (read, outgoing) = stream.into_split();
        let incoming = Incoming(BufReader::new(read));
        Self { incoming, outgoing }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let sent = self.outgoing.write_all(bytes.as_ref());
        within_reason(sent).await.unwrap();
    }

    /// Sends as much of it as the server takes before it closes the connection. Whether that was all of it.
    pub(crate) async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        let sent = self.outgoing.write_all(bytes.as_ref());
        within_reason(sent).await.is_ok()
    }

    /// Sends no more, but still listens.
    pub(crate) async fn finish(&mut self) {
        self.outgoing.shutdown().await.unwrap();
    }

    /// The next response. Without one, the test fails.
    pub(crate) async fn answer(&mut self) -> Answer {
        self.incoming.next().await.expect("closed, not answered")
    }

    /// Every response until the server closes the connection.
    pub(crate) async fn rest(&mut self) -> Vec<Answer> {
        let mut answers = Vec::new();
        while let Some(answer) = self.incoming.next().await {
            answers.push(answer);
        }
        answers
    }
}

impl Incoming {
    /// The next response, or `None` when the server has closed the connection.
    pub(crate) async fn next(&mut self) -> Option<Answer> {
        within_reason(self.read()).await
    }

    async fn read(&mut self) -> Option<Answer> {
        let status_line = self.line().await?;
        let status = status_line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut length = 0;
        loop {
            let line = self.line().await?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.unwrap();
        Some((status, String::from_utf8(body).unwrap()))
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.0.read_line(&mut line).await {
            // A connection that is closed with something still unread is reset.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return None,
            read => read.unwrap(),
        };
        if line.is_empty() {
            return None;
        }
        assert!(line.ends_with("\r\n"), "cut off after {line:?}");
        Some(line.trim_end().to_owned())
    }
}

/// Whether the server rejected by itself, before anything of ours was called, and then closed the connection.
pub(crate) fn by_the_server(answers: &[Answer]) -> bool {
    matches!(answers, [(400..=499, text)] if text.is_empty())
}

/// The head of a request with these header lines.
pub(crate) fn head(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    format!("POST {PATH} HTTP/1.1\r\nhost: localhost\r\n{lines}\r\n")
}

pub(crate) fn content_length(length: usize) -> String {
    format!("content-length: {length}")
}

/// A header line with this signature.
pub(crate) fn signed(value: &str) -> String {
    format!("x-loops-signature: {value}")
}

/// A request with this body and these header lines beside its length.
pub(crate) fn request(lines: &[&str], body: &str) -> String {
    let length = content_length(body.len());
    head(&[lines, &[&*length]].concat()) + body
}

/// A genuine delivery.
pub(crate) fn delivery(body: &str) -> String {
    request(&[&signed(&signature(body))], body)
}

/// The same request from an attacker.
pub(crate) fn forged(body: &str) -> String {
    request(&[&signed(&forgery())], body)
}

/// A body in chunks of this size, without the chunk that ends it.
pub(crate) fn chunks(body: &str, size: usize) -> String {
    let chunk = |piece: &[u8]| {
        let text = str::from_utf8(piece).unwrap();
        format!("{:x}\r\n{text}\r\n", piece.len())
    };
    body.as_bytes().chunks(size).map(chunk).collect()
}
