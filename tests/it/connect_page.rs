//! Tests of the form in a browser: filled in with a real one, and attacked by hand.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::connections::{home, segment};
use crate::peer_library::{fixture, npm};
use crate::peers::skip_or_fail;
use crate::support::{CANARY, Kosmo, kosmo};

const PUPPETEER: &str = "puppeteer-core@24.4.0";

/// A form that is open.
struct Form {
    child: Child,
    /// Kept, or the program would lose the other end.
    stderr: BufReader<std::process::ChildStderr>,
    url: String,
}

impl Form {
    fn open(home: &Kosmo, args: &[&str]) -> Self {
        let line = ["connect", "segment", "--browser", "--json"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_kosmo"));
        let mut child = command
            .args(line.iter().chain(args))
            .env_clear()
            .env("KOSMO_HOME", home.home())
            .current_dir(home.home())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut text = String::new();
        while !text.contains("http://") {
            assert_ne!(stderr.read_line(&mut text).unwrap(), 0, "{text}");
        }
        let url = text[text.find("http://").unwrap()..].trim().to_owned();
        Self { child, stderr, url }
    }

    fn host(&self) -> &str {
        self.url["http://".len()..].split('/').next().unwrap()
    }

    fn path(&self) -> &str {
        let rest = &self.url["http://".len()..];
        &rest[rest.find('/').unwrap()..]
    }

    /// Sends bytes as they are; the status and the whole answer.
    fn send(&self, request: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.host()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // A server that has heard enough may hang up before everything is said.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        (status, answer)
    }

    fn get(&self, extra: &str) -> (u16, String) {
        let (host, path) = (self.host(), self.path());
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{extra}\r\n"))
    }

    /// Opens the page as a browser does: its cookie, and the seal in the form.
    fn visit(&self) -> (String, String) {
        let (status, page) = self.get("");
        assert_eq!(status, 200, "{page}");
        let between = |from: &str, to: &str| {
            let start = page.find(from).unwrap() + from.len();
            page[start..].split(to).next().unwrap().to_owned()
        };
        (between("set-cookie: ", ";"), between("name=\"seal\" value=\"", "\""))
    }

    fn post(&self, headers: &str, body: &str) -> (u16, String) {
        let (host, path) = (self.host(), self.path());
        let length = body.len();
        self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        ))
    }

    /// What the program said at its end.
    fn end(mut self) -> (i32, Value, String) {
        let mut stdout = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        let mut stderr = String::new();
        self.stderr.read_to_string(&mut stderr).unwrap();
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        let json = serde_json::from_str(&stdout).unwrap_or_else(|why| panic!("{why}: {stdout}"));
        (code, json, stderr)
    }
}

impl Drop for Form {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a home's files hold of a text, but for the one that may.
#[track_caller]
fn only_in_credentials(home: &Path, secret: &str) {
    for file in std::fs::read_dir(home).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert_eq!(found, path.ends_with("credentials.toml"), "{}", path.display());
    }
}

/// The folder with the browser's driver; none where there is no browser.
fn browser() -> Option<std::path::PathBuf> {
    if !Path::new("/usr/bin/chromium").exists() {
        skip_or_fail("there is no /usr/bin/chromium");
        return None;
    }
    let folder = match npm("browser", &[PUPPETEER]) {
        Ok(folder) => folder,
        Err(why) => {
            skip_or_fail(&why);
            return None;
        }
    };
    std::fs::copy(fixture("connect.mjs"), folder.join("connect.mjs")).unwrap();
    Some(folder)
}

fn drive(folder: &Path, form: &Form, wish: &Value) -> Value {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new("node")
        .args(["connect.mjs", &form.url, profile.path().to_str().unwrap(), &wish.to_string()])
        .current_dir(folder)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_person_fills_the_form_in_with_a_browser() {
    let Some(folder) = browser() else { return };
    let emulator = segment(&[]);
    for script in [true, false] {
        let home = home(&emulator);
        let form = Form::open(&home, &[]);
        let fields = json!({
            "write_key": "emulator-write-key", "api_token": "emulator-api-token", "region": "us",
        });
        let wish = json!({"fields": fields, "script": script, "again": true});
        let seen = drive(&folder, &form, &wish);
        assert_eq!((&seen["status"], &seen["reloaded"]), (&json!(200), &json!(200)), "{seen}");
        assert_eq!(seen["title"], "Connect Segment");
        assert_eq!(seen["types"][0], json!(["write_key", "password", ""]));
        assert_eq!(seen["answer"], 200, "{seen}");
        let text = seen["text"].as_str().unwrap();
        assert!(text.contains("Saved write_key, api_token, region for segment."), "{text}");
        assert!(text.contains("It can be used.") && text.contains("my-workspace"), "{text}");
        assert!(text.contains("kosmo connection test segment"), "{text}");
        assert!(!text.contains("emulator-api-token"), "{text}");
        assert_eq!(seen["styled"], "576px", "the page's own style is allowed by its own policy");
        assert_eq!(seen["console"], json!([]), "no complaint of the browser");
        let host = format!(" {}", form.host());
        let requests = seen["requests"].as_array().unwrap();
        assert!(requests.iter().all(|r| r.as_str().unwrap().ends_with(&host)), "{requests:?}");
        let host = form.host().to_owned();
        let (code, answer, stderr) = form.end();
        assert_eq!((code, &answer["state"]), (0, &json!("READY")), "{answer} {stderr}");
        assert_eq!(answer["verified"], true);
        assert!(!answer.to_string().contains("emulator-api-token"));
        assert!(!stderr.contains("emulator-api-token"), "{stderr}");
        only_in_credentials(home.home(), "emulator-write-key");
        assert!(TcpStream::connect(host).is_err(), "nobody is there any more");
    }
}

#[test]
fn an_agent_hands_the_address_on_and_never_sees_the_key() {
    let emulator = segment(&[]);
    let home = home(&emulator);
    let home = home.then(["connect", "segment.work", "--browser", "--detach", "--json"]);
    let answer = home.run().code(3).json();
    let url = answer["clientAction"]["uiUrl"].as_str().unwrap().to_owned();
    assert!(answer["clientAction"]["agentInstructions"].as_str().unwrap().contains("uiUrl"));
    let home = home.then(["connection", "get", "work", "--json"]);
    assert_eq!(home.run().code(3).json()["clientAction"]["uiUrl"], url.as_str());
    let home = home.then(["connection", "get", "work", "--wait", "--timeout", "60", "--json"]);
    let waiting = home.command().stdout(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
    // The user's part; the child here only stands in for the one that serves in the background.
    let idle = Command::new("true").stderr(Stdio::piped()).spawn().unwrap();
    let mut form = Form { child: idle, stderr: quiet(), url };
    let (cookie, seal) = form.visit();
    let key = "emulator-write-key";
    let headers = format!("Origin: http://{}\r\nCookie: {cookie}\r\n", form.host());
    let body = format!("seal={seal}&write_key={key}&api_token=emulator-api-token");
    let (status, page) = form.post(&headers, &body);
    assert_eq!(status, 200, "{page}");
    assert!(!page.contains(key));
    form.child.wait().unwrap();
    let output = waiting.wait_with_output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(!String::from_utf8_lossy(&output.stdout).contains(key));
    assert!(["READY", "BUILDING"].contains(&answer["state"].as_str().unwrap()), "{answer}");
    assert!(answer["clientAction"].is_null());
    only_in_credentials(home.home(), key);
}

/// Nothing to read.
fn quiet() -> BufReader<std::process::ChildStderr> {
    let mut child = Command::new("true").stderr(Stdio::piped()).spawn().unwrap();
    let stderr = child.stderr.take().unwrap();
    child.wait().unwrap();
    BufReader::new(stderr)
}

#[test]
fn the_page_is_for_one_browser_at_one_address() {
    let home = kosmo([] as [&str; 0]);
    let form = Form::open(&home, &["--no-test"]);
    let (host, path) = (form.host().to_owned(), form.path().to_owned());
    let port = host.rsplit(':').next().unwrap();
    for (request, expected) in [
        (format!("GET {path} HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 421),
        (format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"), 421),
        (format!("GET {path} HTTP/1.1\r\nHost: {host}.evil.example\r\n\r\n"), 421),
        (format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n"), 400),
        (format!("GET {path} HTTP/1.0\r\n\r\n"), 400),
        (format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"), 404),
        (format!("GET {path}x HTTP/1.1\r\nHost: {host}\r\n\r\n"), 404),
        (format!("GET {path}/../{path} HTTP/1.1\r\nHost: {host}\r\n\r\n"), 404),
        (format!("GET {path}?x HTTP/1.1\r\nHost: {host}\r\n\r\n"), 404),
        (format!("HEAD {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"), 405),
        (format!("DELETE {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"), 405),
        ("nonsense\r\n\r\n".to_owned(), 400),
    ] {
        let (status, answer) = form.send(&request);
        assert_eq!(status, expected, "{request}\n{answer}");
        assert!(!answer.contains("seal"), "{request}");
    }
    let (cookie, _) = form.visit();
    let (status, answer) = form.get("");
    assert_eq!(status, 410, "another browser comes too late: {answer}");
    let (status, answer) = form.get(&format!("Cookie: {cookie}\r\n"));
    assert_eq!(status, 200, "the first one may come back");
    for header in [
        "content-security-policy: default-src 'none'",
        "cache-control: no-store",
        "x-frame-options: DENY",
        "referrer-policy: same-origin",
        "x-content-type-options: nosniff",
    ] {
        assert!(answer.contains(header), "{header}");
    }
    assert!(!answer.contains("<script") && answer.contains("HttpOnly; SameSite=Strict"));
}

#[test]
fn only_the_page_itself_can_send_the_form() {
    let home = kosmo([] as [&str; 0]);
    let form = Form::open(&home, &["--no-test"]);
    let (cookie, seal) = form.visit();
    let own = format!("Origin: http://{}\r\n", form.host());
    let known = format!("Cookie: {cookie}\r\n");
    let good = format!("seal={seal}&write_key={CANARY}");
    for (headers, body, expected) in [
        (known.clone(), good.clone(), 403),
        (format!("Origin: null\r\n{known}"), good.clone(), 403),
        (format!("Origin: http://evil.example\r\n{known}"), good.clone(), 403),
        (format!("{own}{known}Sec-Fetch-Site: cross-site\r\n"), good.clone(), 403),
        (own.clone(), good.clone(), 403),
        (format!("{own}Cookie: kosmo=AAAA\r\n"), good.clone(), 403),
        (format!("{own}{known}"), format!("write_key={CANARY}"), 403),
        (format!("{own}{known}"), format!("seal=x&write_key={CANARY}"), 403),
        (format!("{own}{known}"), format!("{good}&url=https://evil.example"), 403),
        (format!("{own}{known}"), format!("seal={seal}&write_key=two+words"), 422),
        (format!("{own}{known}"), format!("seal={seal}&write_key=+"), 422),
        (format!("{own}{known}"), format!("seal={seal}&region=mars&write_key={CANARY}"), 422),
        (format!("{own}{known}"), format!("{good}{}", "x".repeat(100 << 10)), 413),
    ] {
        let (status, answer) = form.post(&headers, &body);
        assert_eq!(status, expected, "{headers}{}", &body[..body.len().min(200)]);
        assert!(!answer.contains(CANARY), "{answer}");
        assert!(!home.home().join("credentials.toml").exists(), "{headers}");
    }
    let (status, page) = form.post(&format!("{own}{known}"), &good);
    assert_eq!(status, 200, "{page}");
    let (code, answer, stderr) = form.end();
    assert_eq!((code, &answer["credentials"]), (0, &json!(["write_key"])));
    assert!(!stderr.contains(CANARY));
    only_in_credentials(home.home(), CANARY);
}

#[test]
fn slow_clients_hold_nobody_up() {
    let home = kosmo([] as [&str; 0]);
    let form = Form::open(&home, &["--no-test"]);
    let (host, path) = (form.host().to_owned(), form.path().to_owned());
    let slow: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = TcpStream::connect(&host).unwrap();
            write!(stream, "POST {path} HTTP/1.1\r\nHost: {host}\r\n").unwrap();
            stream
        })
        .collect();
    let (cookie, seal) = form.visit();
    let began = Instant::now();
    let headers = format!("Origin: http://{host}\r\nCookie: {cookie}\r\n");
    let (status, _) = form.post(&headers, &format!("seal={seal}&write_key={CANARY}"));
    assert_eq!(status, 200);
    let (code, ..) = form.end();
    assert_eq!(code, 0);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    drop(slow);
}

#[test]
fn a_form_that_nobody_fills_in_ends() {
    let home = kosmo([] as [&str; 0]);
    let form = Form::open(&home, &["--timeout", "300ms"]);
    let host = form.host().to_owned();
    let (code, answer, _) = form.end();
    assert_eq!((code, &answer["error_detail"]["code"]), (9, &json!("timeout")));
    assert!(TcpStream::connect(host).is_err());
    let home = home.then(["connection", "get", "segment", "--json"]);
    assert!(home.run().code(3).json()["clientAction"]["uiUrl"].is_null());
}
