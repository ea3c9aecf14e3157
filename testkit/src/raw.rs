//! An HTTP/1.1 client that sends exactly the bytes it is given.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
};

use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use crate::{delivery::PATH, poll::within_reason};

pub const CHUNKED: &str = "transfer-encoding: chunked";

/// Status and body of a response.
pub type Reply = (u16, String);

/// One connection.
pub struct Raw {
    pub incoming: Incoming,
    pub outgoing: OwnedWriteHalf,
}

impl Raw {
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = within_reason(TcpStream::connect(address)).await;
        Self::of(stream.expect("a connection"))
    }

    /// Opens a connection with bytes that are there before a server of this thread can accept it:
    /// on a machine that is busy, no timeout passes in between.
    pub fn connect_with(address: SocketAddr, bytes: impl AsRef<[u8]>) -> Self {
        let mut stream = std::net::TcpStream::connect(address).expect("a connection");
        io::Write::write_all(&mut stream, bytes.as_ref()).expect("the kernel takes it");
        stream.set_nonblocking(true).expect("an option");
        Self::of(TcpStream::from_std(stream).expect("inside a runtime"))
    }

    fn of(stream: TcpStream) -> Self {
        stream.set_nodelay(true).expect("an option");
        let (read, outgoing) = stream.into_split();
        let incoming = Incoming(BufReader::new(read));
        Self { incoming, outgoing }
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        assert!(self.try_send(bytes).await, "the server has disconnected");
    }

    /// Sends the bytes. Returns whether all were sent before the server disconnected.
    pub async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        let sent = self.outgoing.write_all(bytes.as_ref());
        within_reason(sent).await.is_ok()
    }

    /// Closes the sending half.
    pub async fn finish(&mut self) {
        self.outgoing.shutdown().await.expect("a shutdown");
    }

    pub async fn answer(&mut self) -> Reply {
        let response = self.incoming.next().await;
        response.expect("disconnected without a response")
    }

    /// Every response until the server disconnects.
    pub async fn rest(&mut self) -> Vec<Reply> {
        let mut responses = Vec::new();
        while let Some(response) = self.incoming.next().await {
            responses.push(response);
        }
        responses
    }
}

/// The reading half of a connection.
pub struct Incoming(BufReader<OwnedReadHalf>);

impl Incoming {
    /// The next response, or `None` when the server has disconnected.
    pub async fn next(&mut self) -> Option<Reply> {
        within_reason(read_response(&mut self.0)).await
    }
}

/// Reads a response; `None` at the end of the stream.
pub async fn read_response(stream: &mut (impl AsyncBufRead + Unpin)) -> Option<Reply> {
    let status_line = read_line(stream).await?;
    let status = status_line.split(' ').nth(1)?.parse().expect("a status");
    let mut length = 0;
    loop {
        let line = read_line(stream).await?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.expect("the whole body");
    Some((status, String::from_utf8(body).expect("text")))
}

async fn read_line(stream: &mut (impl AsyncBufRead + Unpin)) -> Option<String> {
    let mut line = String::new();
    match stream.read_line(&mut line).await {
        // The kernel resets a connection that is closed with bytes unread.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => return None,
        read => read.expect("text"),
    };
    if line.is_empty() {
        return None;
    }
    assert!(line.ends_with("\r\n"), "cut off after {line:?}");
    Some(line.trim_end().to_owned())
}

/// The head of a POST to the endpoint with these header lines.
pub fn head(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    format!("POST {PATH} HTTP/1.1\r\nhost: localhost\r\n{lines}\r\n")
}

pub fn content_length(length: usize) -> String {
    format!("content-length: {length}")
}

pub fn signature_line(value: &str) -> String {
    format!("x-loops-signature: {value}")
}

/// A POST of this body, with these header lines and its length.
pub fn request(lines: &[&str], body: &str) -> String {
    let length = content_length(body.len());
    head(&[lines, &[&*length]].concat()) + body
}

/// A body in chunks of this size, without the last, empty one.
pub fn chunks(body: &str, size: usize) -> String {
    let chunk = |piece: &[u8]| {
        let text = str::from_utf8(piece).expect("ASCII");
        format!("{:x}\r\n{text}\r\n", piece.len())
    };
    body.as_bytes().chunks(size).map(chunk).collect()
}
