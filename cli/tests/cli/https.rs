//! https, with the certificates of the system.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::Arc,
    thread,
};

use rcgen::{CertificateParams, KeyPair};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{PrivateKeyDer, pem::PemObject},
};

use crate::support::process::{run, tower_loops};

/// An https server for `localhost`, and its certificate.
fn start() -> (String, String) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("a certificate");
    let private = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).expect("a key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .expect("they belong together");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let config = Arc::new(config);
    thread::spawn(move || {
        for connection in listener.incoming().map_while(Result::ok) {
            let tls = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut stream = StreamOwned::new(tls, connection);
            // The whole request is small. A client that trusts nobody disconnects.
            let mut request = vec![0; 16 * 1024];
            let read = stream.read(&mut request).unwrap_or(0);
            if request[..read].starts_with(b"POST /hook HTTP/1.1\r\n") {
                let answer =
                    b"HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
                let _ = stream.write_all(answer).and_then(|()| stream.flush());
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    (format!("https://localhost:{port}/hook"), certificate.pem())
}

#[test]
fn a_server_with_a_trusted_certificate_is_spoken_to() {
    let (url, certificate) = start();
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(&file, certificate).expect("written");
    for command in ["send", "check"] {
        let mut arguments = tower_loops([command, &url, "--json"]);
        let ran = run(arguments
            .env("SSL_CERT_FILE", file.path())
            .env_remove("SSL_CERT_DIR"));
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stdout.contains("401"), "{ran:?}");
    }
}

#[test]
fn a_server_with_another_certificate_is_not() {
    let (url, _) = start();
    for command in ["send", "check"] {
        let ran = run(&mut tower_loops([command, &url]));
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains("certificate"), "{ran:?}");
    }
}
