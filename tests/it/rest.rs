//! Tests of `kosmo serve`: the real program on a free port, spoken to over plain sockets.

mod browser;
mod calls;
mod described;
mod guide;
mod looks;
mod page;
mod replays;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Kosmo, kosmo};

/// A service that runs.
pub struct Service {
    child: Child,
    pub home: Kosmo,
    /// Where it is, without the scheme.
    pub host: String,
    pub token: String,
    /// The page's address for one browser, from its path on.
    pub page: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|why| panic!("{why}: {self:#?}"))
    }

    /// The problem it is, with this status and code.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{self:#?}");
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:#?}");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem:#}");
        assert_eq!(problem["status"], status, "{problem:#}");
        assert_eq!(problem["type"], format!("urn:kosmo:problem:{code}"), "{problem:#}");
        problem
    }
}

/// One request to a host, said as it is; the answer.
pub fn send(host: &str, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // A server that has heard enough may hang up before everything is said.
    let _ = stream.write_all(request);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers =
        headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    Answer { status, headers, body: body.to_owned() }
}

impl Service {
    /// In a fresh home, with these flags.
    pub fn start(flags: &[&str]) -> Self {
        Self::within(kosmo([] as [&str; 0]), flags)
    }

    /// In this home.
    pub fn within(home: Kosmo, flags: &[&str]) -> Self {
        let mut line = vec!["serve", "--port", "0", "--json"];
        line.extend(flags);
        let home = home.then(line);
        let mut child = home.command().stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = child.stdout.as_mut().unwrap();
        // The object is printed over several lines, and the program goes on after it.
        let mut objects = serde_json::Deserializer::from_reader(stdout).into_iter::<Value>();
        let said = objects.next().unwrap().unwrap();
        let host = said["url"].as_str().unwrap()["http://".len()..].to_owned();
        let page = said["page"].as_str().unwrap()["http://".len() + host.len()..].to_owned();
        let mut service = Self { child, home, host, token: String::new(), page };
        service.token = service.mint(&["--allow", "*", "--effects", "all"]);
        service
    }

    /// Another token of this machine.
    pub fn mint(&mut self, flags: &[&str]) -> String {
        let mut line = vec!["token", "mint"];
        line.extend(flags);
        let home = std::mem::replace(&mut self.home, kosmo(["version"]));
        self.home = home.then(line);
        self.home.run().code(0).stdout.trim().to_owned()
    }

    /// A request with a token of its own.
    pub fn ask_as(&self, token: &str, line: &str, headers: &str, body: &str) -> Answer {
        let (host, length) = (&self.host, body.len());
        let bearer = match token {
            "" => String::new(),
            token => format!("Authorization: Bearer {token}\r\n"),
        };
        let request = format!(
            "{line} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n\
             {bearer}{headers}\r\n{body}"
        );
        let answer = send(host, request.as_bytes());
        assert!(!answer.body.contains(crate::support::CANARY), "{answer:#?}");
        answer
    }

    pub fn ask(&self, line: &str, headers: &str, body: &str) -> Answer {
        self.ask_as(&self.token, line, headers, body)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), "", "")
    }

    pub fn post(&self, path: &str, body: &str) -> Answer {
        self.ask(&format!("POST {path}"), "Content-Type: application/json\r\n", body)
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for its end; the status.
    pub fn end(&mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
