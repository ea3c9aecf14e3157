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
    fn post(&self, signatures: &[&str], declared: usize, body: &[u8]) -> String {
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
        format!("{} {body}", &head[9..12])
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
    let event = testing::sample(&EventType::ChargeSucceeded)
        .to_string()
        .into_bytes();
    let good = sign(&event);
    let good = good.as_str();
    let tampered = [&event[..], b" "].concat();
    let over = vec![b' '; 1024 * 1024 + 1];
    let signed_over = sign(&over);
    // Rocket itself reads the first 512 bytes of a body, without a timeout.
    let long = vec![b' '; 2000];
    let signed_long = sign(&long);
    // Larger than any buffer on the way: the response arrives only if the server reads on.
    let unsigned = vec![b' '; 900_000];
    // The signature lines, the body, how much of the body is sent, and the response.
    let missing = r#"400 {"error":"Missing signature"}"#;
    let all = usize::MAX;
    #[rustfmt::skip]
    let rows: [(&[&str], &[u8], usize, &str); 7] = [
        (&[good], &event, all, r#"200 {"received":true}"#),
        (&[], &event, all, missing),
        (&[], &unsigned, all, missing),
        (&[good], &tampered, all, r#"401 {"error":"Invalid signature"}"#),
        (&[good, good], &event, all, r#"400 {"error":"Ambiguous signature"}"#),
        (&[&signed_over], &over, all, r#"413 {"error":"Payload too large"}"#),
        (&[&signed_long], &long, 1000, r#"408 {"error":"Body timed out"}"#),
    ];
    for (signatures, body, sent, expected) in rows {
        let response = server.post(signatures, body.len(), &body[..sent.min(body.len())]);
        assert_eq!(response, expected, "{} bytes, {sent} sent", body.len());
    }
}
