//! Where the README's numbers come from: kosmo and its peers, measured in one run on one machine.
//!
//! `cargo bench` prints one table. It needs `lua5.4` and `curl`; everything else it brings along: a
//! local server that answers every event, the floor (a bare loop of the same HTTP client), and its
//! own clock. Each command is run several times in turn with its peers; medians are printed, and
//! ratios, which hold where absolute times do not.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a benchmark prints, opens its own connections, and ends at the first failure"
)]

mod shared;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

use shared::{KOSMO, MEASURE, Usage, bare_client, block_on, measure_child, measured, median};

const CALLS: u32 = 1_000;
const BODY: &str =
    r#"{"userId":"user-42","event":"Order Completed","properties":{"revenue":99.99}}"#;
const TRACK: &str = r#"app.integrations.segment.track_event{userId="user-42",event="Order Completed",properties={revenue=99.99}}"#;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some(MEASURE) => measure_child(&args[1..]),
        Some("--floor") => floor(&args[1], args[2].parse().unwrap()),
        _ => compare(),
    }
}

/// A command by name, and what it is measured for.
struct Contender {
    name: &'static str,
    words: Vec<String>,
    env: Vec<(String, String)>,
    used: Vec<Usage>,
}

impl Contender {
    fn new(name: &'static str, command: &[&str]) -> Self {
        let words = command.iter().map(|&part| part.to_owned()).collect();
        Self { name, words, env: Vec::new(), used: Vec::new() }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]).envs(self.env.iter().cloned());
        command
    }

    fn env(mut self, key: &str, value: &str) -> Self {
        self.env.push((key.to_owned(), value.to_owned()));
        self
    }

    fn median(&self, figure: fn(&Usage) -> f64) -> f64 {
        median(self.used.iter().map(figure))
    }

    fn wall(&self) -> f64 {
        self.median(|used| used.wall_us)
    }

    fn cpu(&self) -> f64 {
        self.median(|used| used.cpu_us)
    }

    fn peak(&self) -> f64 {
        self.median(|used| used.peak_kb)
    }
}

/// Runs each contender once a round, in turn, so that a slow moment hits all of them.
fn race(rounds: usize, contenders: &mut [Contender]) {
    for round in 0..=rounds {
        for contender in contenders.iter_mut() {
            let used = measured(&contender.command());
            // The first round warms the caches.
            if round > 0 {
                contender.used.push(used);
            }
        }
    }
    for contender in contenders {
        println!(
            "  {:<34} {:>10.2} ms wall {:>10.2} ms CPU {:>8.1} MB peak",
            contender.name,
            contender.wall() / 1e3,
            contender.cpu() / 1e3,
            contender.peak() / 1024.0
        );
    }
}

/// The floor: the same client, the same body, nothing else.
fn floor(url: &str, calls: u32) {
    block_on(async {
        let client = bare_client();
        for _ in 0..calls {
            let answer = client.post(url).header("Content-Type", "application/json").body(BODY);
            answer.send().await.unwrap().bytes().await.unwrap();
        }
    });
}

/// A server that answers every event after `delay`, on a thread of its own.
fn sink(delay: Duration) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                stream.set_nodelay(true).unwrap();
                let answer =
                    service_fn(move |request: Request<hyper::body::Incoming>| async move {
                        request.into_body().collect().await.ok();
                        // Even a sleep of nothing takes the timer's millisecond.
                        if !delay.is_zero() {
                            tokio::time::sleep(delay).await;
                        }
                        let body = Full::new(Bytes::from_static(br#"{"success":true}"#));
                        Ok::<_, Infallible>(Response::new(body))
                    });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), answer),
                );
            }
        });
    });
    address
}

fn compare() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path().display().to_string();
    let fast = format!("http://{}", sink(Duration::ZERO));
    let slow = format!("http://{}", sink(Duration::from_millis(5)));
    let kosmo = |name, url: &str, code: &str| {
        Contender::new(name, &[KOSMO, "integrations:lua", "--force", "--json", "--eval", code])
            .env("KOSMO_HOME", &home)
            .env("SEGMENT_WRITE_KEY", "bench-write-key")
            .env("SEGMENT_URL", url)
    };

    println!("(a) cold start");
    let mut start = [
        Contender::new("true", &["true"]),
        Contender::new("lua5.4 -e ''", &["lua5.4", "-e", ""]),
        kosmo("kosmo --eval 'return 1' --json", &fast, "return 1"),
    ];
    race(41, &mut start);
    let ratio = start[2].wall() / start[1].wall();
    println!("    kosmo / lua5.4, wall: {ratio:.2} (target: at most 3)");
    println!("    kosmo, peak memory: {:.1} MB (target: under 12)", start[2].peak() / 1024.0);

    looking(&home);

    println!("(b) one event");
    let url = format!("{fast}/v1/track");
    let curl = [
        "curl",
        "-s",
        "-u",
        "bench-write-key:",
        "-H",
        "Content-Type: application/json",
        "-d",
        BODY,
        &url,
    ];
    let mut one = [Contender::new("curl", &curl), kosmo("kosmo track_event", &fast, TRACK)];
    race(31, &mut one);
    println!("    kosmo / curl, wall: {:.2} (target: at most 1)", one[1].wall() / one[0].wall());

    println!("(c) {CALLS} calls, one after the other");
    let this = std::env::current_exe().unwrap().display().to_string();
    let many = format!("for i = 1, {CALLS} do {TRACK} end");
    let mut serial = [
        Contender::new("floor: the bare HTTP client", &[&this, "--floor", &url, "1000"]),
        kosmo("kosmo, a loop", &fast, &many),
    ];
    race(5, &mut serial);
    let calls = f64::from(CALLS);
    let each = (serial[1].cpu() - start[2].cpu()) / calls;
    let bare = serial[0].cpu() / calls;
    println!("    CPU a call: kosmo {each:.0} µs, floor {bare:.0} µs");
    println!("    kosmo beyond the network: {:.0} µs (target: under 60)", each - bare);

    overlap(&kosmo, &slow, &many);

    println!("(e) peak memory: the last column of each table above");
}

/// What people and agents ask before they do anything.
fn looking(home: &str) {
    let looks = |name, words: &[&str]| {
        let command: Vec<&str> = std::iter::once(KOSMO).chain(words.iter().copied()).collect();
        Contender::new(name, &command).env("KOSMO_HOME", home)
    };
    let mut look = [
        Contender::new("lua5.4 -e ''", &["lua5.4", "-e", ""]),
        looks("kosmo --help", &["--help"]),
        looks("kosmo integrations:search", &["integrations:search", "log a conversion"]),
    ];
    race(41, &mut look);
    for asked in &look[1..] {
        let ratio = asked.wall() / look[0].wall();
        println!("    {} / lua5.4, wall: {ratio:.2} (target: under 4)", asked.name);
    }
}

/// Many calls at once against one after the other.
fn overlap(kosmo: &dyn Fn(&'static str, &str, &str) -> Contender, slow: &str, many: &str) {
    println!("(d) {CALLS} calls to a server that takes 5 ms");
    let mapped = format!(
        "local n = {{}} for i = 1, {CALLS} do n[i] = i end \
         task.map(n, function() return {TRACK} end, {{concurrency = 32}})"
    );
    let mut overlap =
        [kosmo("kosmo, a loop", slow, many), kosmo("kosmo, task.map, 32 in flight", slow, &mapped)];
    race(3, &mut overlap);
    let gain = overlap[0].wall() / overlap[1].wall();
    println!("    task.map / loop, throughput: {gain:.1} (target: at least 6)");
}
