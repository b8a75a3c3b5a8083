//! Bodies that are a list, one element a line: from a script, from a file, compressed or not, and
//! what is refused before a byte is sent.

use std::io::Write as _;
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::emulator::{WRITE_KEY, started};
use super::service::{Seen, Service};
use super::support::{Kosmo, kosmo};
use kosmo::emulator::{Emulator, Setup};

const ROOMS: &str = "\u{feff}{\"id\": 1, \"collection\": \"rooms\", \"properties\": {\"name\": \"Beach\", \"beds\": 2}}\n\n\
                     {\"id\": \"2\", \"collection\": \"rooms\", \"properties\": {\"name\": \"Garden\"}}";

fn packed(text: &str) -> Vec<u8> {
    let mut into = GzEncoder::new(Vec::new(), Compression::fast());
    into.write_all(text.as_bytes()).unwrap();
    into.finish().unwrap()
}

fn on(emulator: &Emulator, words: &[&str]) -> Kosmo {
    kosmo([&["integrations:segment"][..], words, &["--force", "--json"]].concat())
        .env("SEGMENT_WRITE_KEY", WRITE_KEY)
        .env("SEGMENT_OBJECTS_URL", emulator.url())
        .file("rooms.jsonl", ROOMS)
        .file("rooms.jsonl.gz", packed(ROOMS))
}

#[test]
fn a_file_of_objects_is_loaded_when_its_sync_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data.json");
    let emulator = started(Setup { data: Some(data.clone()), ..Setup::default() });
    let start = || {
        let begun = on(&emulator, &["start_object_sync"]).run().code(0).json();
        format!("--syncId={}", begun["data"]["sync_id"].as_str().unwrap())
    };
    let sync = start();
    for file in ["--objects=@rooms.jsonl", "--objects=@rooms.jsonl.gz", "--objects=@-"] {
        let more = r#"{"id": "2", "collection": "rooms", "properties": {"beds": 4}}"#;
        let sent = on(&emulator, &["upload_objects", &sync, file]).stdin(more).run().code(0).json();
        assert!(sent["data"]["part_id"].is_string(), "{sent}");
    }
    on(&emulator, &["finish_object_sync", &sync]).run().code(0);
    on(&emulator, &["upload_objects", &sync, "--objects=@rooms.jsonl"]).run().code(5);

    let failed = start();
    let other = r#"--objects={"id": "9", "collection": "rooms", "properties": {}}"#;
    on(&emulator, &["upload_objects", &failed, other]).run().code(0);
    on(&emulator, &["finish_object_sync", &failed, "--error=out of rooms"]).run().code(0);

    emulator.close().unwrap();
    let kept: Value = serde_json::from_slice(&std::fs::read(data).unwrap()).unwrap();
    let room = |id: &str, properties: Value| json!({"collection": "rooms", "id": id, "properties": properties});
    assert_eq!(
        kept["collections"]["objects"],
        json!([
            room("1", json!({"name": "Beach", "beds": 2})),
            room("2", json!({"name": "Garden", "beds": 4})),
        ]),
    );
}

#[test]
fn a_script_sends_a_list_and_can_read_no_file() {
    let code = r#"
        local segment = app.integrations.segment
        local sync = segment.start_object_sync({}).sync_id
        local rooms = {}
        for n = 1, 500 do
            rooms[n] = { id = n, collection = "rooms", properties = { name = "Room " .. n } }
        end
        assert(segment.upload_objects({ syncId = sync, objects = rooms }).part_id)
        segment.finish_object_sync({ syncId = sync })
        local ok, why = pcall(segment.upload_objects, { syncId = sync, objects = "@/etc/hostname" })
        return { ok, why.code }
    "#;
    let ran = kosmo(["integrations:lua", "--emulator", "--json", "-e", code]).run().code(0);
    assert_eq!(ran.json()["result"], json!([false, "wrong_type"]));
}

#[test]
fn nothing_is_sent_of_a_file_that_is_wrong_anywhere() {
    let emulator = started(Setup::default());
    let large =
        format!(r#"{{"id":"1","collection":"c","properties":{{"t":"{}"}}}}"#, "x".repeat(410_000));
    let good = r#"{"id":"1","collection":"c","properties":{}}"#;
    for (second, code, part) in [
        ("{\"id\":", "invalid_json", "line 2 is not JSON"),
        ("[1]", "wrong_type", "`line 2` must be an object"),
        (r#"{"id":"1","properties":{}}"#, "missing_parameter", "line 2.collection"),
        (r#"{"id":"1","colection":"c"}"#, "unknown_parameter", "has no field `colection`"),
        (
            r#"{"id":"1","collection":"c","properties":{"a":[1]}}"#,
            "invalid_argument",
            "line 2.properties.a",
        ),
        (&*large, "too_long", "line 2 is longer than 409600 bytes"),
    ] {
        let words = ["upload_objects", "--syncId=hT4kWq8ZyR2vLb6", "--objects=@mixed.jsonl"];
        let ran = on(&emulator, &words).file("mixed.jsonl", format!("{good}\n{second}\n{good}\n"));
        let said = ran.run().code(2).json();
        assert_eq!(said["error_detail"]["code"], code, "{said}");
        assert!(said["error"].as_str().unwrap().contains(part), "{said}");
        assert_eq!(
            (&said["meta"]["attempts"], &said["error_detail"]["effect"]),
            (&json!(0), &json!("none"))
        );
    }
    for (file, code) in
        [("@nowhere", "file_not_found"), ("@.", "file_unreadable"), ("[]", "missing_parameter")]
    {
        let words = ["upload_objects", "--syncId=s", &format!("--objects={file}")];
        assert_eq!(
            on(&emulator, &words).run().code(2).json()["error_detail"]["code"],
            code,
            "{file}"
        );
    }
    let twice = ["upload_objects", r#"{"syncId": "s", "objects": []}"#, "--objects=@rooms.jsonl"];
    assert!(
        on(&emulator, &twice).run().code(2).json()["error"].as_str().unwrap().contains("twice")
    );
    let broken = on(&emulator, &["upload_objects", "--syncId=s", "--objects=@cut.gz"]);
    let half = packed(ROOMS);
    let said = broken.file("cut.gz", &half[..half.len() / 2]).run().code(2).json();
    assert_eq!(said["error_detail"]["code"], "file_unreadable");
}

/// An upload may be repeated, and is sent from its beginning then.
#[test]
fn a_file_whose_answer_was_lost_is_sent_again_whole() {
    let faults = vec!["POST /v0/upload/*=drop:before,next:1".to_owned()];
    let emulator = started(Setup { faults, ..Setup::default() });
    let words = ["upload_objects", "--syncId=hT4kWq8ZyR2vLb6", "--objects=@rooms.jsonl"];
    let sent = on(&emulator, &words).run().code(0).json();
    assert_eq!(sent["meta"]["attempts"], 2);
}

#[test]
fn a_dry_run_tells_the_size_and_a_curl_line_does_the_same() {
    let emulator = started(Setup::default());
    let words = ["upload_objects", "--syncId=hT4kWq8ZyR2vLb6", "--objects=@rooms.jsonl"];
    let shown = on(&emulator, &[&words[..], &["--dry-run"]].concat()).run().code(0).json();
    assert_eq!(shown["data"]["body"]["lines"], 2, "{shown}");
    assert_eq!(shown["data"]["headers"]["Content-Encoding"], "gzip");
    for objects in [
        "--objects=@rooms.jsonl",
        "--objects=@rooms.jsonl.gz",
        r#"--objects=[{"id":"it's","collection":"c","properties":{}}]"#,
    ] {
        let run = on(&emulator, &[words[0], words[1], objects, "--curl"]);
        let line = run.run().code(0).json()["data"].as_str().unwrap().to_owned();
        // What curl would be given is what the service takes.
        let script = format!("curl() {{ cat >sent; }}; {line}");
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &script]).current_dir(run.home()).stdin(Stdio::null());
        assert!(shell.status().unwrap().success(), "{script}");
        let sent = std::fs::read(run.home().join("sent")).unwrap();
        let answer = crate::emulator::wire::ask("POST", "/v0/upload/hT4kWq8ZyR2vLb6")
            .basic(WRITE_KEY)
            .header("content-encoding", "gzip")
            .body(sent);
        // A byte order mark is ours to take away; the rest is as it stands in the file.
        let status = if objects.contains('@') { 400 } else { 201 };
        answer.send(&emulator).status(status);
    }
}

#[test]
fn raw_data_may_be_any_bytes() {
    let service = Service::start(|_, _: &Seen| (200, json!({})));
    let words =
        ["request", "default", "/x", "-X", "POST", "--rawData", "@b.bin", "--force", "--dry-run"];
    let run = super::lists::with(&service, &words).file("b.bin", [0xff, 0xfe, 0, 1]);
    assert_eq!(run.run().code(0).json()["body"], json!({"bytes": 4}));
    let text = ["request", "default", "/x", "-X", "POST", "--data", "@b.bin", "--force"];
    let said = super::lists::with(&service, &text).file("b.bin", [0xff, 0xfe, 0, 1]).run().code(2);
    assert!(said.stderr.contains("not UTF-8"), "{said:#?}");
}
