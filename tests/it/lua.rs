//! Scripts run through the library: what a report says of results, errors, limits and calls. What a
//! script itself can observe is tested in `tests/lua`, one behaviour a file.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails as the test does")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kosmo::catalogue::Catalogue;
use kosmo::emulator::{Emulator, Setup};
use kosmo::error::{Kind, SideEffect};
use kosmo::lua::{Limits, Report, Script, Session, Sink, Stuck};
use kosmo::runtime::{Opening, Runtime};
use kosmo::settings::{Environment, Surroundings};
use serde_json::{Value, json};

/// A runtime whose accounts all point at an emulator of its own.
pub(crate) struct Stage {
    runtime: Arc<Runtime>,
    pub(crate) emulator: Emulator,
}

/// A stage with scripted faults.
pub(crate) fn stage(faults: &[&str]) -> Stage {
    let faults = faults.iter().map(|&spec| spec.to_owned()).collect();
    let setup = Setup { faults, ..Setup::default() };
    let emulator = Emulator::start(Arc::new(Catalogue::new(Vec::new())), setup).unwrap();
    let opening = Opening {
        surroundings: Some(Surroundings {
            environment: Environment::fixed([]),
            ..Surroundings::default()
        }),
        emulator: Some(emulator.url()),
        ..Opening::default()
    };
    Stage { runtime: Runtime::open(opening).unwrap(), emulator }
}

/// A script called `test.lua` with the usual limits.
pub(crate) fn script(code: &str) -> Script {
    Script {
        code: code.to_owned(),
        name: "test.lua".to_owned(),
        integrations: true,
        ..Script::default()
    }
}

/// What a script that cannot be stopped left behind.
pub(crate) type LastWords = Arc<Mutex<Option<Report>>>;

impl Stage {
    /// Runs to the end; a script that got stuck fails the test.
    #[track_caller]
    pub(crate) fn run(&self, script: Script) -> Report {
        let (report, stuck) = self.run_to_any_end(script);
        assert!(stuck.lock().unwrap().is_none(), "the script got stuck: {report:#?}");
        report
    }

    /// Runs to the end, whatever the watchdog thinks of it.
    pub(crate) fn run_to_any_end(&self, script: Script) -> (Report, LastWords) {
        let (stuck, words) = last_words();
        let future = kosmo::lua::run(Arc::clone(&self.runtime), script, None, stuck);
        (tokio().block_on(future), words)
    }

    /// Runs code and returns what it returned; an error fails the test.
    #[track_caller]
    pub(crate) fn value(&self, code: &str) -> Value {
        let report = self.run(script(code));
        assert!(report.error.is_none(), "{report:#?}");
        report.result
    }

    fn session(&self, sink: Option<Sink>) -> Session {
        let (stuck, _) = last_words();
        Session::new(Arc::clone(&self.runtime), script(""), sink, stuck).unwrap()
    }
}

pub(crate) fn last_words() -> (Stuck, LastWords) {
    let words = LastWords::default();
    let told = Arc::clone(&words);
    (Box::new(move |report| *told.lock().unwrap() = Some(report)), words)
}

fn tokio() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// The text of the error a script ends with.
#[track_caller]
fn error(code: &str) -> String {
    let report = stage(&[]).run(script(code));
    report.error_text().unwrap_or_else(|| panic!("no error: {report:#?}"))
}

#[test]
fn a_script_returns_what_it_returns() {
    let stage = stage(&[]);
    assert_eq!(stage.value("local x = 1"), Value::Null);
    assert_eq!(stage.value("return nil"), Value::Null);
    assert_eq!(stage.value("return 42"), json!(42));
    assert_eq!(
        stage.value("return {a = {1, 2}, b = json.object{}}"),
        json!({"a": [1, 2], "b": {}})
    );
    assert_eq!(stage.value("return 1, nil, 'x'"), json!([1, null, "x"]));
}

#[test]
fn an_error_of_the_vm_has_its_place_and_keeps_the_output() {
    let report = stage(&[]).run(script("print('before')\nlocal x = nil\nreturn x.y"));
    assert_eq!(report.output, "before");
    assert_eq!(report.result, Value::Null);
    let fault = report.error.clone().unwrap();
    assert_eq!((fault.kind, &*fault.code), (Kind::Script, "script_error"));
    assert_eq!(fault.extra.at.as_deref(), Some("test.lua:3"));
    assert_eq!(report.error_text().unwrap(), "test.lua:3: attempt to index nil with 'y'");
}

#[test]
fn a_script_that_does_not_compile_says_where() {
    let fault = stage(&[]).run(script("local x =\nlocal")).error.unwrap();
    assert_eq!((fault.kind, &*fault.code), (Kind::Script, "syntax_error"));
    assert_eq!(fault.extra.at.as_deref(), Some("test.lua:2"));
    assert!(fault.message.starts_with("test.lua:2: "), "{}", fault.message);
    let binary = stage(&[]).run(script("\u{3}\u{1}bytecode")).error.unwrap();
    assert_eq!(binary.code, "syntax_error");
}

#[test]
fn an_uncaught_fault_stays_what_it_is() {
    let code = "local segment = app.integrations.segment\n\
                local ok, e = pcall(segment.get_source, 'my-workspace', 'nope')\n\
                coroutine.wrap(function() error(e) end)()";
    for code in [code, "\n\napp.integrations.segment.get_source('my-workspace', 'nope')"] {
        let report = stage(&[]).run(script(code));
        let fault = report.error.clone().unwrap();
        assert_eq!((fault.kind, fault.exit(), &*fault.code), (Kind::NotFound, 5, "not_found"));
        assert_eq!(fault.extra.http_status, Some(404));
        assert_eq!(fault.extra.run_id.as_deref(), Some(&*report.calls.last().unwrap().run_id));
        let line = if code.starts_with('\n') { 3 } else { 2 };
        let text = format!("test.lua:{line}: {}", fault.message);
        assert_eq!(report.error_text().unwrap(), text);
    }
}

#[test]
fn a_table_of_the_script_is_its_error() {
    let report = stage(&[]).run(script("\nerror({code = 'quota', message = 'too many', n = 3})"));
    assert_eq!(report.error_text().unwrap(), "test.lua:2: too many");
    let fault = report.error.unwrap();
    assert_eq!((&*fault.code, fault.extra.detail.unwrap()["n"].as_u64()), ("quota", Some(3)));
    assert_eq!(error("error({1})"), "test.lua:1: [\n  1\n]");
    assert_eq!(error("error('bare', 0)"), "bare");
    assert_eq!(error("error()"), "nil");
}

#[test]
fn a_result_that_is_not_json_is_an_error_with_its_path() {
    let fault = stage(&[]).run(script("return {a = {print}}")).error.unwrap();
    assert_eq!((fault.kind, &*fault.code), (Kind::Script, "invalid_value"));
    assert_eq!(fault.message, "`a[1]` is a function, which JSON cannot hold");
    assert!(error("return print").contains("the returned value is a function"));
}

#[test]
fn lines_come_as_they_are_printed_and_are_kept() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&lines);
    let sink: Sink = Box::new(move |line| seen.lock().unwrap().push(line.to_owned()));
    let session = stage(&[]).session(Some(sink));
    let report = tokio().block_on(session.run("print('a', 1, nil) print() dump({1})"));
    assert_eq!(report.output, "a\t1\tnil\n\n[\n  1\n]");
    assert_eq!(*lines.lock().unwrap(), ["a\t1\tnil", "", "[\n  1\n]"]);
}

#[test]
fn output_is_cut_and_the_script_goes_on() {
    let mut script = script("for i = 1, 1000 do print(('x'):rep(99)) end return 'done'");
    script.limits.output = 5000;
    let report = stage(&[]).run(script);
    assert_eq!(report.result, "done");
    assert!(report.output.ends_with("x\n[output cut after 5000 bytes]"), "{}", report.output);
    assert!(report.output.len() < 5100);
}

#[test]
fn every_call_is_in_the_log() {
    let code = "local segment = app.integrations.segment\n\
                segment.production.track({event = 'x', userId = 'u'})\n\
                pcall(segment.get_source, 'my-workspace', 'nope')\n\
                pcall(segment.identify, {nonsense = 1})";
    let report = stage(&[]).run(script(code));
    let lines: Vec<_> = report
        .calls
        .iter()
        .map(|call| (&*call.function, call.tool.as_deref(), &*call.account, call.status))
        .collect();
    let expected = [
        ("app.integrations.segment.track_event", Some("segment_track"), "production", "ok"),
        ("app.integrations.segment.get_source", Some("segment_get_source"), "default", "error"),
        ("app.integrations.segment.identify_user", Some("segment_identify"), "default", "error"),
    ];
    assert_eq!(lines, expected);
    assert!(report.calls.iter().all(|call| call.run_id.len() == 36));
    assert!(report.calls[2].error.as_ref().unwrap().contains("nonsense"));
}

#[test]
fn the_account_of_the_script_is_the_default_one() {
    let mut script = script("app.integrations.segment.track({event = 'x', userId = 'u'})");
    script.account = Some("staging".to_owned());
    assert_eq!(&*stage(&[]).run(script).calls[0].account, "staging");
}

#[test]
fn a_dry_run_sends_nothing() {
    let stage = stage(&[]);
    let mut script = script("return app.integrations.segment.track({event = 'x', userId = 'u'})");
    script.dry_run = true;
    let report = stage.run(script);
    assert_eq!(report.result["method"], "POST", "{report:#?}");
    assert!(stage.emulator.events().is_empty());
}

#[test]
fn without_integrations_there_are_none() {
    let mut script = script("return app.integrations");
    script.integrations = false;
    let report = stage(&[]).run(script);
    assert_eq!(report.error.unwrap().code, "unknown_namespace");
}

#[test]
fn the_call_limit_ends_the_script() {
    let code =
        "while true do pcall(app.integrations.segment.track, {event = 'x', userId = 'u'}) end";
    let mut script = script(code);
    script.limits.calls = Some(3);
    let stage = stage(&[]);
    let report = stage.run(script);
    let fault = report.error.unwrap();
    assert_eq!((fault.kind, &*fault.code), (Kind::ScriptLimit, "call_limit"));
    assert_eq!(fault.message, "the script reached its limit of 3 calls");
    assert_eq!(stage.emulator.events().len(), 3);
}

#[test]
fn the_time_limit_ends_a_wait_and_a_loop() {
    for code in ["task.wait(60)", "while true do end", "task.all{function() task.wait(60) end}"] {
        let mut script = script(code);
        script.limits.wall = Some(Duration::from_millis(50));
        let fault = stage(&[]).run(script).error.unwrap();
        assert_eq!((&*fault.code, fault.exit()), ("time_limit", 11), "{code}");
        assert_eq!(fault.message, "the script reached its time limit of 0.05 s");
    }
}

#[test]
fn waiting_for_an_answer_is_not_cpu_time() {
    let stage = stage(&["*=delay:400"]);
    let mut script =
        script("return app.integrations.segment.track({event = 'x', userId = 'u'}).success");
    script.limits = Limits { cpu: Duration::from_millis(300), ..Limits::default() };
    assert_eq!(stage.run(script).result, true);
}

#[test]
fn a_stop_from_outside_ends_a_wait_and_a_loop() {
    for code in ["task.wait(60)", "while true do pcall(error) end"] {
        let mut script = script(&format!("print('begun') {code}"));
        let stop = script.stop.clone();
        let sink: Sink = Box::new(move |_| stop.stop());
        script.limits.cpu = Duration::from_secs(20);
        let code = std::mem::take(&mut script.code);
        let (stuck, _) = last_words();
        let stage = stage(&[]);
        let session = Session::new(Arc::clone(&stage.runtime), script, Some(sink), stuck).unwrap();
        let report = tokio().block_on(session.run(&code));
        assert_eq!(report.output, "begun");
        assert_eq!(report.error.unwrap().kind, Kind::Interrupted);
    }
}

#[test]
fn requests_are_in_flight_together() {
    // One at a time, eight answers of half a second take four seconds, which the limit of wall time
    // does not allow; together they leave plenty for a slow machine.
    let stage = stage(&["*=delay:500"]);
    let code = "local sent = task.map({1, 2, 3, 4, 5, 6, 7, 8}, function(i)\n\
                return app.integrations.segment.track({event = 'x', userId = 'u' .. i}).success\n\
                end)\n\
                return #sent";
    let mut script = script(code);
    script.limits.wall = Some(Duration::from_millis(3500));
    let report = stage.run(script);
    assert_eq!(report.result, 8, "{:?}", report.error);
}

#[test]
fn tasks_nobody_waits_for_belong_to_the_script() {
    let stage = stage(&[]);
    let code =
        "task.spawn(function() app.integrations.segment.track({event = 'x', userId = 'u'}) end)";
    assert!(stage.run(script(code)).error.is_none());
    assert_eq!(stage.emulator.events().len(), 1);
    let text =
        error("task.spawn(function() error('lost') end)\ntask.spawn(function() task.wait(60) end)");
    assert_eq!(text, "test.lua:1: lost");
}

#[test]
fn a_session_keeps_its_globals_and_outlives_its_errors() {
    let stage = stage(&[]);
    let session = stage.session(None);
    let tokio = tokio();
    let eval = |line: &str| tokio.block_on(session.eval(line));
    assert_eq!(eval("x = 20").result, Value::Null);
    assert_eq!(eval("x + 1").result, 21);
    assert_eq!(eval("print(x)").output, "20");
    assert_eq!(eval("error('no')").error_text().unwrap(), "test.lua:1: no");
    assert_eq!(eval("x +").error.unwrap().code, "syntax_error");
    assert_eq!(eval("x, x").result, json!([20, 20]));
    let sent = eval("app.integrations.segment.track{event = 'x', userId = 'u'}.success");
    assert_eq!((sent.result, sent.calls.len()), (json!(true), 1));
}

#[test]
fn a_session_outlives_its_limits() {
    let stage = stage(&[]);
    let mut script = script("");
    script.limits.cpu = Duration::from_millis(100);
    let (stuck, _) = last_words();
    let session = Session::new(Arc::clone(&stage.runtime), script, None, stuck).unwrap();
    let tokio = tokio();
    let eval = |line: &str| tokio.block_on(session.eval(line));
    assert_eq!(eval("while true do end").error.unwrap().code, "cpu_limit");
    assert_eq!(
        eval("local t = {} while true do t[#t + 1] = ('x'):rep(1e6) .. #t end").error.unwrap().code,
        "memory_limit"
    );
    assert_eq!(eval("1 + 1").result, 2);
}

#[test]
fn an_ended_script_says_what_it_may_have_changed() {
    let sent = "app.integrations.segment.track({event = 'x', userId = 'u'})";
    let effect = |stage: &Stage, code: &str, limits: Limits| {
        stage.run(Script { limits, ..script(code) }).error.unwrap().extra.effect
    };
    let usual = Limits::default;
    let cpu = Limits { cpu: Duration::from_millis(100), ..usual() };
    let wall = Limits { wall: Some(Duration::from_millis(200)), ..usual() };
    assert_eq!(effect(&stage(&[]), "error('no')", usual()), SideEffect::None);
    assert_eq!(effect(&stage(&[]), &format!("{sent} error('no')"), usual()), SideEffect::Done);
    assert_eq!(effect(&stage(&[]), &format!("{sent} while true do end"), cpu), SideEffect::Done);
    assert_eq!(effect(&stage(&["*=delay:60000"]), sent, wall), SideEffect::Unknown);
}
