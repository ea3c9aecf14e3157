//! Drives headless Chromium by the DevTools protocol.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tempfile::TempDir;
use tungstenite::{Message, WebSocket};

const DEADLINE: Duration = Duration::from_secs(60);

/// A page in its own browser. Dropping it ends the browser.
pub(crate) struct Browser {
    child: Child,
    socket: WebSocket<TcpStream>,
    session: String,
    next: u64,
    /// What the browser reported: exceptions, dialogs, messages of the console.
    pub(crate) reports: Vec<Value>,
    _profile: TempDir,
}

impl Browser {
    pub(crate) fn open(url: &str, width: u32, dark: bool) -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(env::var_os("CHROMIUM").unwrap_or("chromium".into()))
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--remote-debugging-port=0",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Debian's package chromium is installed");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let address = (lines.by_ref().map_while(Result::ok))
            .find_map(|line| {
                line.strip_prefix("DevTools listening on ")
                    .map(str::to_owned)
            })
            .expect("the browser says where it listens");
        // The browser must not wait for somebody to read.
        thread::spawn(move || lines.count());
        let host = address.trim_start_matches("ws://").split('/').next();
        let stream = TcpStream::connect(host.expect("an address")).expect("it listens");
        stream.set_read_timeout(Some(DEADLINE)).expect("a timeout");
        let (socket, _) = tungstenite::client(&address, stream).expect("a connection");
        let mut browser = Self {
            child,
            socket,
            session: String::new(),
            next: 0,
            reports: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", attach);
        attached["sessionId"]
            .as_str()
            .expect("a session")
            .clone_into(&mut browser.session);
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser.resize(width);
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        browser.call("Emulation.setEmulatedMedia", features);
        browser.call("Page.navigate", json!({ "url": url }));
        browser.wait("document.readyState === 'complete' && document.getElementById('connection').className === 'live'");
        browser
    }

    pub(crate) fn resize(&mut self, width: u32) {
        let metrics =
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600});
        self.call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// The value of an expression. Debugging does not obey the policy of the page: this is no
    /// script of the page.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let parameters =
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let result = self.call("Runtime.evaluate", parameters);
        assert!(
            result["exceptionDetails"].is_null(),
            "{expression}: {result}"
        );
        result["result"]["value"].clone()
    }

    pub(crate) fn text(&mut self, selector: &str) -> String {
        let expression = format!("document.querySelector({selector:?}).innerText");
        self.value(&expression).as_str().expect("text").to_owned()
    }

    /// Waits until the expression holds.
    pub(crate) fn wait(&mut self, expression: &str) {
        let start = Instant::now();
        let attempt = format!(
            "(() => {{ try {{ return Boolean({expression}) }} catch {{ return false }} }})()"
        );
        while self.value(&attempt) != true {
            assert!(start.elapsed() < DEADLINE, "never: {expression}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses and releases a key, as a person does.
    pub(crate) fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "ArrowDown" => (40, ""),
            "ArrowUp" => (38, ""),
            "ArrowRight" => (39, ""),
            " " => (32, " "),
            key => panic!("unknown key {key}"),
        };
        for kind in ["keyDown", "keyUp"] {
            let mut event =
                json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code});
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = text.into();
            }
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// Keeps a picture for reviewers, where `PAGE_SCREENSHOTS` names a folder.
    pub(crate) fn screenshot(&mut self, name: &str) {
        let Some(folder) = env::var_os("PAGE_SCREENSHOTS") else {
            return;
        };
        let picture = self.call(
            "Page.captureScreenshot",
            json!({"captureBeyondViewport": true}),
        );
        let png = BASE64_STANDARD.decode(picture["data"].as_str().expect("a picture"));
        let path = std::path::Path::new(&folder).join(format!("{name}.png"));
        fs::write(path, png.expect("Base64")).expect("written");
    }

    fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.next += 1;
        let number = self.next;
        let mut message = json!({"id": number, "method": method, "params": parameters});
        if !self.session.is_empty() {
            message["sessionId"] = self.session.clone().into();
        }
        let text = message.to_string();
        self.socket.send(Message::text(text)).expect("sent");
        loop {
            let message = self.socket.read().expect("an answer");
            let Message::Text(text) = message else {
                continue;
            };
            let mut message: Value = serde_json::from_str(&text).expect("JSON");
            if message["id"] == number {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].take();
            }
            const WATCHED: [&str; 4] = [
                "Runtime.exceptionThrown",
                "Runtime.consoleAPICalled",
                "Page.javascriptDialogOpening",
                "Log.entryAdded",
            ];
            if WATCHED.contains(&message["method"].as_str().unwrap_or_default()) {
                self.reports.push(message);
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
