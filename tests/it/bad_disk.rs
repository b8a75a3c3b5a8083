//! Disks that are full and disks that cannot be written: nothing is accepted that cannot be kept, and
//! what was accepted before is still there.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::Command;

use kosmo::emulator::Emulator;
use serde_json::{Value, json};

use crate::emulator::{WRITE_KEY, failing};
use crate::support::{Kosmo, Ran, kosmo};

/// One of several things done in turn.
enum Step<'a> {
    Kosmo(&'a [&'a str]),
    Shell(&'a str),
}

/// A disk of 400 KB, in place of the home.
const SMALL: &str = r#"mount -t tmpfs -o size=400k tmpfs "$HOME""#;
/// The home as it is, but that nothing can be written to it.
const READ_ONLY: &str =
    r#"mount --bind "$HOME" "$HOME" && mount -o remount,ro,bind "$HOME" "$HOME""#;

/// Does these things in the home of `run`, on a disk that is mounted for them alone; none, with the
/// reason printed, where a process may not mount anything.
#[expect(clippy::print_stderr, reason = "says why nothing was tested")]
fn on_disk(run: &Kosmo, mount: &str, steps: &[Step<'_>]) -> Option<Vec<Ran>> {
    let mut may = Command::new("unshare");
    let may = may.args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    if !may.is_ok_and(|may| may.status.success()) {
        eprintln!("skipped: unshare cannot mount a disk here; a limited file is tried in any case");
        return None;
    }
    let mut script = format!("{mount} || exit 99\ncd \"$HOME\"\n");
    let out = tempfile::tempdir().unwrap();
    let at = |n: usize, what: &str| out.path().join(format!("{n}.{what}"));
    for (n, step) in steps.iter().enumerate() {
        let line = match step {
            Step::Shell(line) => (*line).to_owned(),
            Step::Kosmo(args) => args.iter().fold("\"$KOSMO\"".to_owned(), |line, arg| {
                format!("{line} '{}'", arg.replace('\'', r"'\''"))
            }),
        };
        let [out, err, code] = ["out", "err", "code"].map(|what| at(n, what).display().to_string());
        writeln!(script, "{{ {line}\n}} >{out} 2>{err} </dev/null; echo $? >{code}").unwrap();
    }
    let base = run.command();
    let mut command = Command::new("unshare");
    let envs = base.get_envs().filter_map(|(name, value)| Some((name, value?)));
    command.args(["-rm", "sh", "-c", &script]).env_clear().envs(envs);
    command.env("KOSMO", base.get_program()).current_dir(run.home());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let read = |n: usize, what: &str| std::fs::read_to_string(at(n, what)).unwrap();
    let ran = |n| Ran {
        code: read(n, "code").trim().parse().unwrap(),
        stdout: read(n, "out"),
        stderr: read(n, "err"),
    };
    Some((0..steps.len()).map(ran).collect())
}

fn at(emulator: &Emulator) -> Kosmo {
    kosmo(["version"]).env("SEGMENT_URL", emulator.url()).env("SEGMENT_WRITE_KEY", WRITE_KEY)
}

/// Queues events until no more is taken, and on: which were taken, and why others were not.
const LOOP: &str = r#"
local taken, why = {}, nil
for n = 1, 3000 do
  local event = { userId = "u" .. n % 20, event = "E", properties = { n = n, x = string.rep("x", 300) } }
  local ok, said = pcall(app.integrations.segment.track_event, event)
  if ok then taken[#taken + 1] = said.message_id else why = why or said end
end
return { taken = taken, code = why.code, effect = why.effect, hint = why.hint }"#;

const QUEUE: [&str; 7] =
    ["integrations:lua", "--force", "--json", "--delivery=outbox", "--flush-timeout=0", "-e", LOOP];

const TRACK: [&str; 7] = [
    "integrations:segment",
    "track_event",
    "--userId=u",
    "--event=E",
    "--force",
    "--json",
    "--delivery=outbox",
];

/// What a loop on a disk that became full said is all there is: no more and no less.
fn holds_what_it_said(told: &Ran, exported: &Ran) -> BTreeSet<String> {
    let told = told.json();
    let taken = told["result"]["taken"].as_array().unwrap();
    assert!((10..3_000).contains(&taken.len()), "{} were taken", taken.len());
    assert_eq!(told["meta"]["delivery"], json!({"sent": 0, "queued": taken.len(), "refused": 0}));
    assert_eq!(
        (&told["result"]["code"], &told["result"]["effect"]),
        (&json!("outbox_failed"), &json!("none"))
    );
    let taken: BTreeSet<String> = taken.iter().map(|id| id.as_str().unwrap().to_owned()).collect();
    let kept: Vec<String> = exported
        .stdout
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["messageId"].as_str().unwrap().into()
        })
        .collect();
    assert_eq!(kept.len(), taken.len());
    assert_eq!(kept.into_iter().collect::<BTreeSet<_>>(), taken);
    taken
}

fn arrived(emulator: &Emulator) -> BTreeSet<String> {
    emulator.events().iter().map(|event| event["message_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_full_disk_takes_no_more_than_it_can_hold_and_loses_none_of_that() {
    let emulator = failing(&[]);
    let run = at(&emulator);
    let steps = [
        Step::Kosmo(&QUEUE),
        Step::Kosmo(&["outbox:export"]),
        Step::Kosmo(&TRACK),
        Step::Kosmo(&["outbox:flush", "--json"]),
        Step::Kosmo(&["outbox:list", "--json"]),
        Step::Shell(r#"mount -o remount,size=8m "$HOME""#),
        Step::Kosmo(&["outbox:flush", "--rate=off", "--json"]),
        Step::Kosmo(&["outbox:list", "--json"]),
    ];
    let Some(ran) = on_disk(&run, SMALL, &steps) else { return };
    let [told, exported, refused, stuck, list, _, flushed, after] = ran.try_into().unwrap();
    let taken = holds_what_it_said(&told, &exported);
    assert_eq!(told.code, 0, "{told:?}");
    let refused = refused.code(1).json();
    assert_eq!(refused["error_detail"]["code"], "outbox_failed");
    assert_eq!(refused["error_detail"]["hint"], "make some room");
    let stuck = stuck.code(1).json();
    assert!(stuck["error"].as_str().unwrap().contains("the disk is full"), "{stuck}");
    assert_eq!(list.code(0).json()["places"][0]["queued"], taken.len());
    let flushed = flushed.code(0).json();
    assert_eq!((&flushed["sent"], &flushed["queued"]), (&json!(taken.len()), &json!(0)));
    assert_eq!(arrived(&emulator), taken, "and nothing that was refused");
    assert_eq!(after.code(0).json()["places"][0]["sent"], taken.len());
}

/// Needs no disk: no file may grow beyond 96 KB.
#[test]
fn a_file_that_may_not_grow_takes_no_more_than_it_can_hold() {
    let emulator = failing(&[]);
    let run = at(&emulator).then(QUEUE);
    let plain = run.command();
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 192; exec \"$0\" \"$@\""]);
    limited.arg(plain.get_program()).args(plain.get_args()).env_clear().current_dir(run.home());
    limited.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = limited.output().unwrap();
    let told = Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    let run = run.then(["outbox:export"]);
    let taken = holds_what_it_said(&told.code(0), &run.run().code(0));
    let run = run.then(["outbox:flush", "--rate=off", "--json"]);
    assert_eq!(run.run().code(0).json()["sent"], taken.len());
    assert_eq!(arrived(&emulator), taken);
}

#[test]
fn a_home_that_cannot_be_written_takes_nothing_and_keeps_what_it_had() {
    let emulator = failing(&[]);
    let run = at(&emulator).file("e.jsonl", r#"{"type":"track","event":"E","userId":"u"}"#);
    let queue = TRACK.iter().copied().chain(["--flush-timeout=0"]);
    let run = run.then(queue);
    run.run().code(0);
    let steps = [
        Step::Kosmo(&TRACK),
        Step::Kosmo(&["outbox:flush", "--json"]),
        Step::Kosmo(&["segment:import", "e.jsonl", "--force", "--json"]),
        Step::Kosmo(&["segment:import", "e.jsonl", "--force", "--json", "--delivery=outbox"]),
        Step::Kosmo(&["outbox:bury", "--reason=no", "--account=default", "--json"]),
    ];
    let Some(ran) = on_disk(&run, READ_ONLY, &steps) else { return };
    for ran in ran {
        let told = ran.code(1).json();
        assert_eq!(told["success"], false, "{told}");
        assert!(told["error"].as_str().unwrap().contains("Read-only file system"), "{told}");
        assert!(told["error_detail"]["hint"].as_str().unwrap().contains("KOSMO_HOME"), "{told}");
        assert_eq!(told["error_detail"]["effect"], "none");
    }
    assert!(emulator.events().is_empty());
    let run = run.then(["outbox:flush", "--json"]);
    assert_eq!(run.run().code(0).json()["sent"], 1);
}

#[test]
fn an_import_whose_progress_cannot_be_kept_stops_and_goes_on_later() {
    let emulator = failing(&[]);
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("e.jsonl");
    let rows = (0..30_000).fold(String::new(), |mut rows, n| {
        let event = json!({"type": "track", "event": "E", "userId": format!("u{n}"), "properties": {"n": n}});
        writeln!(rows, "{event}").unwrap();
        rows
    });
    std::fs::write(&file, rows).unwrap();
    let import = ["segment:import", file.to_str().unwrap(), "--force", "--rate=off", "--json"];
    let run = at(&emulator);
    let steps = [
        // The first makes the ledger, the second finds no room for what it has done.
        Step::Kosmo(&["segment:import", file.to_str().unwrap(), "--dry-run", "--force"]),
        Step::Shell(r#"head -c 340k /dev/zero > "$HOME/filler""#),
        Step::Kosmo(&import),
        Step::Shell(r#"rm "$HOME/filler""#),
        Step::Kosmo(&import),
    ];
    let Some(ran) = on_disk(&run, SMALL, &steps) else { return };
    let [_, _, stopped, _, done] = ran.try_into().unwrap();
    let stopped = stopped.code(1).json();
    assert!(stopped["error"].as_str().unwrap().contains("full"), "{stopped}");
    let done = done.code(0).json();
    assert_eq!((&done["complete"], &done["total_sent"]), (&json!(true), &json!(30_000)), "{done}");
    let mut numbers: Vec<u64> = emulator
        .events()
        .iter()
        .map(|event| event["message"]["properties"]["n"].as_u64().unwrap())
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), 30_000);
    assert_eq!(arrived(&emulator).len(), 30_000, "each under one id");
}

#[test]
fn a_file_that_does_not_fit_is_queued_as_far_as_it_does_and_later_to_its_end() {
    const ROWS: u64 = 6_000;
    let emulator = failing(&[]);
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("e.jsonl");
    let rows = (0..ROWS).fold(String::new(), |mut rows, n| {
        let event = json!({"type": "track", "event": "E", "userId": format!("u{n}"),
            "properties": {"n": n, "x": "x".repeat(300)}});
        writeln!(rows, "{event}").unwrap();
        rows
    });
    std::fs::write(&file, rows).unwrap();
    let import = ["segment:import", file.to_str().unwrap(), "--force", "--json"];
    let import = [&import[..], &["--delivery=outbox", "--flush-timeout=0"]].concat();
    let steps = [
        Step::Kosmo(&import),
        Step::Kosmo(&["outbox:export"]),
        Step::Shell(r#"mount -o remount,size=16m "$HOME""#),
        Step::Kosmo(&import),
        Step::Kosmo(&["outbox:flush", "--wait", "--rate=off", "--json"]),
    ];
    let mount = r#"mount -t tmpfs -o size=1500k tmpfs "$HOME""#;
    let Some(ran) = on_disk(&at(&emulator), mount, &steps) else { return };
    let [stopped, exported, _, done, flushed] = ran.try_into().unwrap();
    let stopped = stopped.code(1).json();
    let queued = stopped["queued"].as_u64().unwrap();
    assert!((1..ROWS).contains(&queued), "{stopped}");
    assert_eq!(stopped["error_detail"]["code"], "outbox_failed", "{stopped}");
    assert_eq!(stopped["error_detail"]["hint"], "make some room");
    assert_eq!(stopped["error_detail"]["effect"], "done", "for what came before");
    assert_eq!((&stopped["success"], &stopped["complete"]), (&json!(false), &json!(false)));
    assert_eq!(exported.code(0).stdout.lines().count() as u64, queued, "no more and no less");
    let done = done.code(0).json();
    assert_eq!((&done["resumed"], &done["complete"]), (&json!(true), &json!(true)), "{done}");
    assert_eq!(done["total_queued"], ROWS);
    assert_eq!(flushed.code(0).json()["queued"], 0);
    let ids = arrived(&emulator);
    assert_eq!(ids.len() as u64, ROWS, "each under one id");
}
