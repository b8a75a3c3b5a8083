//! What the benchmarks have in common: measuring a finished process, and the bare HTTP client.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

/// The program under test.
pub(crate) const KOSMO: &str = env!("CARGO_BIN_EXE_kosmo");
/// The first argument that makes a benchmark measure what follows, instead of comparing.
pub(crate) const MEASURE: &str = "--measure";

/// One finished process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) wall_us: f64,
    pub(crate) cpu_us: f64,
    pub(crate) peak_kb: f64,
}

/// The middle one of some figures.
pub(crate) fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Measures through a process of its own: what finished children used is only known in sum.
pub(crate) fn measured(command: &Command) -> Usage {
    let mut through = Command::new(std::env::current_exe().unwrap());
    through.arg(MEASURE).arg(command.get_program()).args(command.get_args());
    for (key, value) in command.get_envs() {
        through.env(key, value.unwrap_or_default());
    }
    if let Some(folder) = command.get_current_dir() {
        through.current_dir(folder);
    }
    let output = through.stdin(Stdio::null()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let figures: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && figures.len() == 3, "{command:?}: {text}{said}");
    Usage { wall_us: figures[0], cpu_us: figures[1], peak_kb: figures[2] }
}

/// The process that measures: runs a command to its end and prints what it used.
#[expect(clippy::print_stdout, reason = "the figures go to the process that asked for them")]
pub(crate) fn measure_child(command: &[String]) {
    let start = Instant::now();
    let output = Command::new(&command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let wall = start.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let used = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let cpu = used.user_time().num_microseconds() + used.system_time().num_microseconds();
    println!("{} {cpu} {}", wall.as_micros(), used.max_rss());
}

/// The floor: the HTTP client that kosmo is built on, and nothing else.
pub(crate) fn bare_client() -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let client = reqwest::Client::builder().no_proxy().tcp_nodelay(true);
    client.tls_backend_preconfigured(tls).build().unwrap()
}

/// Runs on one thread, as kosmo does.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(work)
}
