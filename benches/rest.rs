//! The REST face under load: dry runs of one function over many connections at once, beside `/healthz`,
//! which is the server and nothing else.
//!
//! `cargo bench --bench rest [-- --connections N] [--seconds N] [--rounds N]` prints one table and, below
//! it, every target beside its figure. Client and server share the machine.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, opens its own connections, and ends at the first failure"
)]

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The program under test.
const KOSMO: &str = env!("CARGO_BIN_EXE_kosmo");

const BODY: &str =
    r#"{"userId":"user-42","event":"Order Completed","properties":{"revenue":99.99}}"#;

/// Dry runs in a second, and the longest that 99 of 100 may take.
const CALLS: f64 = 5_000.0;
const P99: Duration = Duration::from_millis(20);

/// A flag's number, or the usual one.
fn number(flag: &str, usual: u64) -> u64 {
    let args: Vec<String> = std::env::args().collect();
    let after = args.iter().position(|arg| arg == flag).and_then(|at| args.get(at + 1));
    after.map_or(usual, |value| value.parse().unwrap())
}

fn main() {
    let connections = usize::try_from(number("--connections", 32)).unwrap();
    let seconds = Duration::from_secs(number("--seconds", 5));
    let rounds = number("--rounds", 3);
    let service = Service::start();
    let call = service.request("POST /v1/call/segment.track_event?dry_run=true", BODY);
    let health = service.request("GET /healthz", "");
    println!("{connections} connections, {seconds:?} a round, the best and worst of {rounds}:\n");
    println!(
        "{:<22}{:>12}{:>12}{:>12}{:>12}{:>14}",
        "", "requests/s", "p50", "p99", "longest", "CPU/request"
    );
    let mut dry = Vec::new();
    for (name, request) in [("/healthz", &health), ("dry run", &call)] {
        // The first one warms up.
        load(&service, request, connections, Duration::from_secs(1));
        for _ in 0..rounds {
            let figures = load(&service, request, connections, seconds);
            println!(
                "{name:<22}{:>12.0}{:>9.2} ms{:>9.2} ms{:>9.2} ms{:>11.0} µs",
                figures.rate,
                figures.p50.as_secs_f64() * 1e3,
                figures.p99.as_secs_f64() * 1e3,
                figures.longest.as_secs_f64() * 1e3,
                figures.cpu_us
            );
            if name == "dry run" {
                dry.push(figures);
            }
        }
    }
    let rate = dry.iter().map(|it| it.rate).fold(f64::INFINITY, f64::min);
    let p99 = dry.iter().map(|it| it.p99).max().unwrap();
    let word = |good: bool| if good { "met" } else { "MISSED" };
    println!("\n{:<34}{:>14}{:>14}", "target", "wanted", "worst round");
    println!("{:<34}{CALLS:>12.0}/s{rate:>12.0}/s  {}", "dry runs", word(rate >= CALLS));
    println!(
        "{:<34}{:>11} ms{:>11.2} ms  {}",
        "p99 of a dry run",
        P99.as_millis(),
        p99.as_secs_f64() * 1e3,
        word(p99 < P99)
    );
    println!(
        "{:<34}{:>14}{:>11.1} MB",
        "memory of the service at the end",
        "",
        service.memory_mb()
    );
}

/// A service with a home of its own.
struct Service {
    child: Child,
    host: String,
    token: String,
    _home: tempfile::TempDir,
}

impl Service {
    fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let command = |words: &[&str]| {
            let mut command = Command::new(KOSMO);
            command.args(words).env("KOSMO_HOME", home.path()).stdin(Stdio::null());
            command.env("SEGMENT_WRITE_KEY", "benchmark-write-key");
            command
        };
        let mint =
            command(&["token", "mint", "--allow", "*", "--effects", "all"]).output().unwrap();
        let token = String::from_utf8(mint.stdout).unwrap().trim().to_owned();
        let mut serve = command(&["serve", "--port", "0", "--json"]);
        let mut child = serve.stdout(Stdio::piped()).spawn().unwrap();
        let stdout = child.stdout.as_mut().unwrap();
        let mut said = serde_json::Deserializer::from_reader(stdout).into_iter::<Value>();
        let said = said.next().unwrap().unwrap();
        let host = said["url"].as_str().unwrap()["http://".len()..].to_owned();
        Self { child, host, token, _home: home }
    }

    fn request(&self, line: &str, body: &str) -> Vec<u8> {
        let (host, token, length) = (&self.host, &self.token, body.len());
        format!(
            "{line} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{name}", self.child.id())).unwrap()
    }

    /// CPU time so far. The kernel counts it in hundredths of a second.
    fn cpu(&self) -> Duration {
        let stat = self.file("stat");
        let fields = stat.rsplit_once(')').unwrap().1.split_whitespace().skip(11).take(2);
        Duration::from_millis(fields.map(|ticks| ticks.parse::<u64>().unwrap() * 10).sum())
    }

    fn memory_mb(&self) -> f64 {
        let status = self.file("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One round.
#[derive(Debug)]
struct Figures {
    rate: f64,
    p50: Duration,
    p99: Duration,
    longest: Duration,
    cpu_us: f64,
}

fn load(service: &Service, request: &[u8], connections: usize, time: Duration) -> Figures {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cpu = service.cpu();
    let began = Instant::now();
    let mut times = runtime.block_on(async {
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..connections {
            all.spawn(converse(service.host.clone(), request.to_vec(), began + time));
        }
        all.join_all().await.concat()
    });
    let (took, cpu) = (began.elapsed(), service.cpu().saturating_sub(cpu));
    times.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    let count = times.len() as f64;
    Figures {
        rate: count / took.as_secs_f64(),
        p50: times[times.len() / 2],
        p99: times[times.len() * 99 / 100],
        longest: times[times.len() - 1],
        cpu_us: cpu.as_secs_f64() * 1e6 / count,
    }
}

/// Asks again and again over one connection; how long each answer took.
async fn converse(host: String, request: Vec<u8>, end: Instant) -> Vec<Duration> {
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut times = Vec::new();
    let mut buffer = Vec::with_capacity(16 << 10);
    while Instant::now() < end {
        let began = Instant::now();
        stream.write_all(&request).await.unwrap();
        buffer.clear();
        let length = loop {
            assert_ne!(stream.read_buf(&mut buffer).await.unwrap(), 0, "the service hung up");
            if let Some(length) = whole(&buffer) {
                break length;
            }
        };
        assert_eq!(length, buffer.len());
        assert!(buffer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&buffer));
        times.push(began.elapsed());
    }
    times
}

/// The length of an answer, once all of it is here.
fn whole(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&buffer[..head]).unwrap();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let all = head + length.parse::<usize>().unwrap();
    (buffer.len() >= all).then_some(all)
}
