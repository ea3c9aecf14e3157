//! An endpoint that keeps what it receives, and gives the answers of the test. It does not use the
//! crate.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::SystemTime,
};

use tower_loops::{Rejection, Secret, VerifiedEvent, Verifier};

/// One request: its lines down to the empty one, and its body.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) head: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// The value of the one header line of this name.
    pub(crate) fn header(&self, name: &str) -> &str {
        let values: Vec<&str> = (self.head.iter())
            .filter_map(|line| line.split_once(':'))
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .collect();
        assert_eq!(values.len(), 1, "{name} in {:?}", self.head);
        values[0]
    }

    pub(crate) fn verify(&self, secret: &str) -> Result<VerifiedEvent, Rejection> {
        let header = self.header("x-loops-signature").as_bytes();
        let verifier = Verifier::new(Secret::new(secret).expect("not empty"));
        verifier.verify(header, self.body.clone().into(), SystemTime::now())
    }
}

/// What one request gets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Status(&'static str),
    /// 200 with this body.
    Body(&'static str),
    Hang,
    Reset,
    Garbage,
    Endless,
    DieMidway,
}

pub(crate) struct Endpoint {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Endpoint {
    /// Answers one request after the other; the last answer repeats. Each request has a connection
    /// of its own.
    pub(crate) fn start(answers: &'static [Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!(
            "http://{}/hook?of=mine",
            listener.local_addr().expect("bound")
        );
        let received = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&received);
        thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let keep = Arc::clone(&keep);
                thread::spawn(move || exchange(&connection, answers, &keep));
            }
        });
        Self { url, received }
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no panic").clone()
    }

    /// The only request that came.
    pub(crate) fn only(&self) -> Received {
        let received = self.received();
        assert_eq!(received.len(), 1, "{received:?}");
        received[0].clone()
    }
}

fn exchange(connection: &TcpStream, answers: &[Answer], keep: &Mutex<Vec<Received>>) {
    let Some(received) = receive(connection) else {
        return;
    };
    let number = {
        let mut keep = keep.lock().expect("no panic");
        keep.push(received);
        keep.len() - 1
    };
    // A client may go away.
    let _ = answer(connection, answers[number.min(answers.len() - 1)]);
}

fn receive(connection: &TcpStream) -> Option<Received> {
    let mut reader = BufReader::new(connection);
    let mut head = Vec::new();
    loop {
        let mut line = Vec::new();
        reader
            .read_until(b'\n', &mut line)
            .ok()
            .filter(|read| *read > 0)?;
        match String::from_utf8_lossy(&line).trim_end() {
            "" => break,
            line => head.push(line.to_owned()),
        }
    }
    let length = (head.iter())
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse().ok());
    let mut body = Vec::new();
    // A declared length reserves no memory.
    reader.take(length?).read_to_end(&mut body).ok()?;
    Some(Received { head, body })
}

fn answer(mut connection: &TcpStream, answer: Answer) -> std::io::Result<()> {
    match answer {
        Answer::Status(status) => {
            let head = "connection: close\r\ncontent-length: 5\r\nx-own: yes";
            write!(connection, "HTTP/1.1 {status}\r\n{head}\r\n\r\nok\x1b[m")
        }
        Answer::Body(body) => {
            let length = body.len();
            write!(
                connection,
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
            )
        }
        Answer::Hang => {
            // Until the client disconnects.
            connection.read(&mut [0]).map(|_| ())
        }
        Answer::Reset => Ok(()),
        Answer::Garbage => connection.write_all(b"\x00\xffSSH-2.0-no\r\n\r\n"),
        Answer::Endless => {
            connection.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
            loop {
                connection.write_all(b"1000\r\n")?;
                connection.write_all(&[b'x'; 0x1000])?;
                connection.write_all(b"\r\n")?;
            }
        }
        Answer::DieMidway => {
            connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
        }
    }
}
