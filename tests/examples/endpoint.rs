//! An endpoint that keeps what it is sent and answers what it is told, and knows nothing of this crate.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread::{self, JoinHandle},
};

/// One request: its lines down to the empty one, and its body.
pub(crate) struct Received {
    pub(crate) head: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// The value of the one header line of this name.
    pub(crate) fn header(&self, name: &str) -> &str {
        let values: Vec<&str> = self
            .head
            .iter()
            .filter_map(|line| value(line, name))
            .collect();
        assert_eq!(values.len(), 1, "{name} in {:?}", self.head);
        values[0]
    }
}

/// Answers one request after the other with these status lines, each on a connection of its own.
pub(crate) fn answer(status_lines: &'static [&str]) -> (String, JoinHandle<Vec<Received>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let serving = thread::spawn(move || {
        let exchange = |status_line: &&str| {
            let (connection, _) = listener.accept().expect("a connection");
            receive(connection, status_line)
        };
        status_lines.iter().map(exchange).collect()
    });
    (format!("http://{address}/hook?of=mine"), serving)
}

fn receive(connection: TcpStream, status_line: &str) -> Received {
    let mut reader = BufReader::new(&connection);
    let lines = reader
        .by_ref()
        .lines()
        .map(|line| line.expect("the head is text"));
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let mut received = Received {
        head,
        body: Vec::new(),
    };
    let length = received.header("content-length").parse().expect("a number");
    received.body.resize(length, 0);
    reader
        .read_exact(&mut received.body)
        .expect("the whole body");
    let answer =
        format!("HTTP/1.1 {status_line}\r\nconnection: close\r\ncontent-length: 5\r\n\r\nok\x1b[m");
    (&connection)
        .write_all(answer.as_bytes())
        .expect("the answer");
    received
}

fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (key, value) = line.split_once(':')?;
    key.eq_ignore_ascii_case(name).then_some(value.trim())
}
