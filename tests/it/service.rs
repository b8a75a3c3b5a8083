//! A service that answers as a test says, and an account that believes it to be the real one.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use kosmo::engine::{Args, Call, Options, Run};
use kosmo::runtime::{Opening, Runtime};
use kosmo::settings::{Environment, Surroundings};
use serde_json::Value;

/// A request as the service saw it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// `POST /sources HTTP/1.1`.
    pub line: String,
    /// The header.
    pub authorization: String,
    /// The body, unpacked.
    pub body: String,
    /// The header lines.
    pub head: Vec<String>,
}

impl Seen {
    /// `POST /sources?x=1`.
    pub fn what(&self) -> &str {
        self.line.strip_suffix(" HTTP/1.1").unwrap()
    }

    /// A header's value; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        header(&self.head, name)
    }

    /// The body, which is JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// What a request is answered with.
pub enum Reply {
    /// A status and JSON.
    Json(u16, Value),
    /// The same with headers, each `Name: value`.
    With(u16, Vec<String>, Value),
    /// A status, a media type and bytes of any kind.
    Raw(u16, &'static str, Vec<u8>),
    /// The connection is closed without an answer.
    Nothing,
}

impl From<(u16, Value)> for Reply {
    fn from((status, body): (u16, Value)) -> Self {
        Self::Json(status, body)
    }
}

/// A running service.
pub struct Service {
    /// Its base URL.
    pub address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Service {
    /// Answers each request by `answer(number, request)`.
    pub fn start<R: Into<Reply>>(answer: impl Fn(usize, &Seen) -> R + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&stream) else { continue };
                let number = log.lock().unwrap().len();
                let reply = answer(number, &request).into();
                log.lock().unwrap().push(request);
                let json = |body: Value| body.to_string().into_bytes();
                let (status, headers, body) = match reply {
                    Reply::Json(status, body) => (status, Vec::new(), json(body)),
                    Reply::With(status, headers, body) => (status, headers, json(body)),
                    Reply::Raw(status, kind, body) => {
                        (status, vec![format!("Content-Type: {kind}")], body)
                    }
                    Reply::Nothing => continue,
                };
                let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{headers}Connection: close\r\n\r\n",
                    body.len()
                );
                // A client that has gone away is the test's business.
                let _ = stream.write_all(&[head.as_bytes(), &body].concat());
            }
        });
        Self { address, seen }
    }

    /// What came in so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// The method and path of each request so far.
    pub fn lines(&self) -> Vec<String> {
        self.seen().iter().map(|seen| seen.what().to_owned()).collect()
    }

    /// The environment of an account whose services are all this one.
    pub fn account(&self) -> Vec<(&str, &str)> {
        vec![
            ("SEGMENT_WRITE_KEY", "the-write-key"),
            ("SEGMENT_API_TOKEN", "the-api-token"),
            ("SEGMENT_CONFIG_URL", &self.address),
            ("SEGMENT_PROFILE_URL", &self.address),
            ("SEGMENT_API_URL", &self.address),
            ("SEGMENT_URL", &self.address),
        ]
    }

    /// A runtime with this account.
    pub fn runtime(&self) -> Arc<Runtime> {
        runtime(&self.account(), None)
    }
}

fn read(stream: &TcpStream) -> Option<Seen> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        head.push(line.trim().to_owned());
    }
    let mut body = vec![0; header(&head, "content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    if header(&head, "content-encoding") == "gzip" {
        let packed = std::mem::take(&mut body);
        flate2::read::GzDecoder::new(&*packed).read_to_end(&mut body).unwrap();
    }
    Some(Seen {
        line: head.first()?.clone(),
        authorization: header(&head, "authorization").to_owned(),
        body: String::from_utf8(body).unwrap(),
        head,
    })
}

fn header<'a>(head: &'a [String], name: &str) -> &'a str {
    let mut found = head.iter().filter_map(|line| line.split_once(':'));
    let found = found.find(|(have, _)| have.eq_ignore_ascii_case(name));
    found.map_or("", |(_, value)| value.trim())
}

/// A runtime with these variables and no others, and a home when there is one.
pub fn runtime(variables: &[(&str, &str)], home: Option<&Path>) -> Arc<Runtime> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), value.into()));
    let home = home.map(|home| ("KOSMO_HOME".to_owned(), home.into()));
    let environment = Environment::Fixed(variables.chain(home).collect());
    let surroundings = Surroundings { environment, ..Surroundings::default() };
    let opening = Opening { surroundings: Some(surroundings), ..Opening::default() };
    Runtime::open(opening).unwrap()
}

/// Performs a call to its end.
pub fn call(runtime: &Runtime, function: &str, args: &Value, options: Options) -> Run {
    let args = Args::Named(args.as_object().cloned().unwrap());
    let function = format!("segment.{function}");
    run(runtime, Call { function, args, options, ..Call::default() })
}

/// Performs a call to its end.
pub fn run(runtime: &Runtime, call: Call) -> Run {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio.block_on(runtime.engine().call(call))
}

/// What may be changed without asking.
pub fn forced() -> Options {
    Options { force: true, ..Options::default() }
}
