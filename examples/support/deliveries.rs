// The test of both adapters, `actix` and `rocket`: the program itself, and clients on its socket.
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread,
    time::SystemTime,
};

use tower_loops::{EventType, Secret, Signer, testing};

const SECRET: &str = "whsec_of_the_examples";

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(program: &str) -> Self {
        let mut child = Command::new(program)
            .arg("127.0.0.1:0")
            .env("LOOPS_WEBHOOK_SECRET", SECRET)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        // What it prints afterwards is read, so that it never waits for a reader.
        thread::spawn(move || stdout.lines().for_each(drop));
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.and_then(|rest| rest.strip_suffix("/api/webhooks/loops"));
        let address = address.unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { child, address }
    }

    /// The response to a request with these signature lines, this declared length and this body.
    fn post(&self, signatures: &[&str], declared: usize, body: &[u8]) -> (String, String) {
        let mut head = format!(
            "POST /api/webhooks/loops HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n",
            self.address
        );
        for signature in signatures {
            head += &format!("x-loops-signature: {signature}\r\n");
        }
        head += &format!("content-length: {declared}\r\n\r\n");
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        (head[9..12].to_owned(), body.to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_loops_signed_is_received_and_the_rest_is_rejected() {
    let server = Server::start(PROGRAM);
    let signer = Signer::new(Secret::new(SECRET).unwrap());
    let sign = |body: &[u8]| {
        let value = signer.sign(body, SystemTime::now());
        value.to_str().unwrap().to_owned()
    };
    let event = testing::sample(&EventType::ChargeSucceeded).to_string();
    let good = sign(event.as_bytes());
    let good = good.as_str();
    let tampered = event.replace("evt_", "evt-");
    let limit = 1024 * 1024;
    let over = vec![b' '; limit + 1];
    let signed_over = sign(&over);
    // Rocket itself reads the first 512 bytes of a body, without a timeout.
    let long = vec![b' '; 2000];
    let signed_long = sign(&long);
    // Larger than any buffer on the way: the response arrives only if the server reads on.
    let unsigned = vec![b' '; 900_000];
    let rows: [Row<'_>; 7] = [
        (
            "signed",
            &[good],
            event.len(),
            event.as_bytes(),
            "200",
            r#"{"received":true}"#,
        ),
        (
            "unsigned",
            &[],
            event.len(),
            event.as_bytes(),
            "400",
            r#"{"error":"Missing signature"}"#,
        ),
        (
            "unsigned and long",
            &[],
            unsigned.len(),
            &unsigned,
            "400",
            r#"{"error":"Missing signature"}"#,
        ),
        (
            "tampered",
            &[good],
            tampered.len(),
            tampered.as_bytes(),
            "401",
            r#"{"error":"Invalid signature"}"#,
        ),
        (
            "two lines",
            &[good, good],
            event.len(),
            event.as_bytes(),
            "400",
            r#"{"error":"Ambiguous signature"}"#,
        ),
        (
            "over the limit",
            &[&signed_over],
            over.len(),
            &over,
            "413",
            r#"{"error":"Payload too large"}"#,
        ),
        (
            "stalled",
            &[&signed_long],
            long.len(),
            &long[..1000],
            "408",
            r#"{"error":"Body timed out"}"#,
        ),
    ];
    for (name, signatures, declared, body, status, text) in rows {
        let response = server.post(signatures, declared, body);
        assert_eq!(response, (status.to_owned(), text.to_owned()), "{name}");
    }
}

/// A name, the signature lines, the declared length, the body, the status and text expected.
type Row<'a> = (&'a str, &'a [&'a str], usize, &'a [u8], &'a str, &'a str);
