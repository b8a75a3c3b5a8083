//! The floor: batches prepared beforehand, posted one after the other by the bare HTTP client.

use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::shared::{bare_client, block_on};
use crate::stage::{KEY, event};

/// The first argument that makes this program the floor.
pub(crate) const FLOOR: &str = "--floor";
/// As kosmo packs, so that both send the same bytes.
pub(crate) const LEVEL: u32 = 1;
/// The largest batch that Segment's own libraries send.
const BATCH_BYTES: usize = 480 * 1024;

/// Writes the bodies, each after its length; how many bytes they have together.
pub(crate) fn prepare(path: &Path, events: u64) -> u64 {
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    let mut body = String::new();
    let mut bytes = 0;
    for n in 1..=events {
        body.push_str(if body.is_empty() { r#"{"batch":["# } else { "," });
        event(&mut body, n);
        body.pop();
        body.push_str(&format!(r#","messageId":"{}"}}"#, uuid::Uuid::new_v4()));
        if body.len() > BATCH_BYTES - 1024 || n == events {
            body.push_str(r#"],"sentAt":"2026-01-02T03:04:05.678Z"}"#);
            let mut packer = GzEncoder::new(Vec::new(), Compression::new(LEVEL));
            packer.write_all(body.as_bytes()).unwrap();
            let packed = packer.finish().unwrap();
            file.write_all(&u32::try_from(packed.len()).unwrap().to_le_bytes()).unwrap();
            file.write_all(&packed).unwrap();
            bytes += packed.len() as u64;
            body.clear();
        }
    }
    file.flush().unwrap();
    bytes
}

/// Posts them.
pub(crate) fn post(url: &str, path: &str) {
    let mut file = BufReader::new(std::fs::File::open(path).unwrap());
    block_on(async {
        let client = bare_client();
        let mut length = [0; 4];
        while file.read_exact(&mut length).is_ok() {
            let mut body = vec![0; u32::from_le_bytes(length) as usize];
            file.read_exact(&mut body).unwrap();
            let request = client.post(format!("{url}/v1/batch")).basic_auth(KEY, Some(""));
            let request = request.header("Content-Type", "application/json");
            let request = request.header("Content-Encoding", "gzip").body(body);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 200);
            answer.bytes().await.unwrap();
        }
    });
}
