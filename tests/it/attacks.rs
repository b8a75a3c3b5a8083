//! Hostile scripts: nothing a script does survives a limit. Each attack is run plainly, under
//! `pcall` and `xpcall`, in a coroutine and in a task.

#![expect(clippy::panic, reason = "a helper of a test fails as the test does")]

use std::sync::PoisonError;
use std::time::Duration;

use kosmo::error::Kind;
use kosmo::lua::{Limits, Report};

use super::lua::{script, stage};

/// Ways to run an attack that try to live on.
const SHELTERS: &[&str] = &[
    "ATTACK",
    "while true do pcall(function() ATTACK end) end",
    "while true do xpcall(function() ATTACK end, function() while true do end end) end",
    "while true do coroutine.wrap(function() pcall(function() ATTACK end) end)() end",
    "while true do pcall(task.all, {function() ATTACK end}) end",
    "setmetatable({}, {__index = function() while true do pcall(function() ATTACK end) end end}).x = nil; \
     return setmetatable({}, {__index = function() while true do pcall(function() ATTACK end) end end}).x",
];

/// Attacks on the CPU.
const CPU: &[(&str, &str)] = &[
    ("a loop", "while true do end"),
    ("a numeric loop", "for i = 1, math.huge do end"),
    ("repeat", "repeat until false"),
    ("recursion", "local function f() return f() + 1 end while true do pcall(f) end"),
    (
        "mutual recursion",
        "local g; local function f() g() end function g() f() end while true do pcall(f) end",
    ),
    (
        "an optional bomb",
        "local n = 28; local r = (('a?'):rep(n) .. ('a'):rep(n)); while true do (('a'):rep(n)):find(r) end",
    ),
    ("a lazy bomb", "while true do (('a'):rep(200)):match(('.-'):rep(10) .. 'b') end"),
    ("a greedy bomb", "while true do (('a'):rep(100)):find(('a*'):rep(20) .. 'b') end"),
    ("a balance bomb", "while true do (('('):rep(100000)):gsub('%b()', '') end"),
    ("a frontier bomb", "while true do (('a'):rep(200)):find(('%f[a]a-'):rep(10) .. 'b') end"),
    (
        "a broken comparator",
        "local t = {} for i = 1, 20000 do t[i] = i end while true do pcall(table.sort, t, function() return true end) end",
    ),
    (
        "a random comparator",
        "local t = {} for i = 1, 20000 do t[i] = i end while true do pcall(table.sort, t, function() return math.random() < 0.5 end) end",
    ),
    (
        "gsub with a function",
        "while true do (('x'):rep(10000)):gsub('.', function(c) return c end) end",
    ),
    ("gmatch", "while true do for w in (('x '):rep(10000)):gmatch('%a+') do end end"),
    ("a format bomb", "while true do local s = ('%99d'):format(1):rep(1000) end"),
    ("a concatenation bomb", "while true do local s = '' for i = 1, 1000 do s = s .. i end end"),
    ("coroutines", "while true do coroutine.wrap(function() coroutine.yield() end)() end"),
    ("a yielding loop", "while true do coroutine.yield() end"),
    ("tasks", "while true do task.all({function() end, function() end}) end"),
    ("a chain of tasks", "local function f() task.spawn(f) end f() task.wait(60)"),
    ("a wait of nothing", "while true do task.wait(0) end"),
    (
        "plain find of quadratic cost",
        "local s, n = ('a'):rep(4e6), ('a'):rep(2e6) .. 'b' while true do s:find(n, 1, true) end",
    ),
    (
        "find without specials",
        "local s, n = ('a'):rep(4e6), ('a'):rep(2e6) .. 'b' while true do s:find(n) end",
    ),
    (
        "split of quadratic cost",
        "local s, n = ('a'):rep(4e6), ('a'):rep(1e6) .. 'ba' while true do s:split(n) end",
    ),
    ("many matches", "while true do regex.gsub(('a'):rep(100000), 'a', 'b') end"),
    (
        "json",
        "local t = {} for i = 1, 10000 do t[i] = i end while true do json.decode(json.encode(t)) end",
    ),
    ("printing", "local t = {} for i = 1, 1000 do t[i] = i end while true do tostring(t) end"),
    (
        "tostring that never ends",
        "while true do pcall(tostring, setmetatable({}, {__tostring = function() while true do end end})) end",
    ),
    (
        "sorting by metamethods",
        "local m = {__lt = function() while true do end end} local t = {} for i = 1, 9 do t[i] = setmetatable({}, m) end while true do pcall(table.sort, t) end",
    ),
    ("an iterator", "for x in function() return 1 end do end"),
    ("namespaces", "while true do pcall(function() return app.integrations.nonsense end) end"),
    ("wrong calls", "while true do pcall(app.integrations.segment.track, {}) end"),
];

fn limits() -> Limits {
    Limits { cpu: Duration::from_millis(100), memory: 16 << 20, ..Limits::default() }
}

#[track_caller]
fn ends(name: &str, code: &str, expected: &[&str]) -> Report {
    let mut script = script(code);
    script.limits = limits();
    let stage = stage(&[]);
    let (report, words) = stage.run_to_any_end(script);
    let stuck = words.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(stuck.is_none(), "{name} got stuck:\n{code}");
    let fault = report.error.clone().unwrap_or_else(|| panic!("{name} ended well:\n{code}"));
    assert_eq!(fault.kind, Kind::ScriptLimit, "{name}: {fault:?}\n{code}");
    assert!(expected.contains(&&*fault.code), "{name}: {fault:?}\n{code}");
    report
}

#[test]
fn no_loop_survives_the_cpu_limit() {
    for (name, attack) in CPU {
        let report = ends(name, attack, &["cpu_limit"]);
        let fault = report.error.unwrap();
        assert_eq!(fault.message, "the script reached its CPU limit of 0.1 s");
        assert_eq!(fault.hint.unwrap(), "raise it with --cpu-limit SECONDS");
    }
}

#[test]
fn no_shelter_helps_against_the_cpu_limit() {
    let attacks =
        ["a loop", "recursion", "an optional bomb", "a broken comparator", "a chain of tasks"];
    for (name, attack) in CPU.iter().filter(|(name, _)| attacks.contains(name)) {
        for shelter in SHELTERS {
            // A chain of tasks in a place that cannot wait only fills the memory.
            let expected = &["cpu_limit", "memory_limit"];
            ends(name, &shelter.replace("ATTACK", attack), expected);
        }
    }
}

#[test]
fn no_shelter_helps_against_the_memory_limit() {
    let attacks = [
        ("doubling strings", "local s = 'x' while true do s = s .. s end"),
        ("a growing table", "local t = {} while true do t[#t + 1] = {} end"),
        ("one great string", "local s = ('x'):rep(1e9)"),
        ("one great table", "local t = table.create(5e7, 0)"),
        ("one great buffer", "local b = buffer.create(1e9)"),
        ("gsub", "local s = ('x'):rep(1e6):gsub('x', ('y'):rep(1e6))"),
        ("regex.gsub", "local s = regex.gsub(('x'):rep(1e6), 'x', ('y'):rep(1e6))"),
        (
            "concat",
            "local t = {} for i = 1, 1e3 do t[i] = ('x'):rep(1e5) end table.concat(t) table.concat(t, table.concat(t))",
        ),
        ("coroutines kept", "local t = {} while true do t[#t + 1] = coroutine.create(print) end"),
        ("tasks kept", "while true do task.spawn(function() task.wait(60) end) end"),
        ("decoded arrays", "json.decode('[' .. ('[],'):rep(4e5) .. '[]]')"),
        ("a shared tree as JSON", "local t = {} for i = 1, 40 do t = {t, t} end json.encode(t)"),
        (
            "a shared tree as an argument",
            "local t = {} for i = 1, 40 do t = {t, t} end app.integrations.segment.identify({userId = 'u', traits = {x = t}})",
        ),
        ("format", "local t = {} while true do t[#t + 1] = ('%99d'):format(#t) end"),
    ];
    for (name, attack) in attacks {
        for shelter in SHELTERS {
            // What is slow to fill the memory may meet the other limit first.
            let expected: &[&str] = if *shelter == "ATTACK" {
                &["memory_limit"]
            } else {
                &["memory_limit", "cpu_limit"]
            };
            let report =
                ends_in(Duration::from_secs(3), name, &shelter.replace("ATTACK", attack), expected);
            assert!(report.memory < 9 << 20, "{name}: {}", report.memory);
        }
    }
}

#[track_caller]
fn ends_in(cpu: Duration, name: &str, code: &str, expected: &[&str]) -> Report {
    let mut script = script(code);
    script.limits = Limits { cpu, memory: 8 << 20, ..limits() };
    let (report, _) = stage(&[]).run_to_any_end(script);
    let fault = report.error.clone().unwrap_or_else(|| panic!("{name} ended well:\n{code}"));
    assert!(expected.contains(&&*fault.code), "{name}: {fault:?}\n{code}");
    report
}

#[test]
fn printing_cannot_take_the_memory_of_the_host() {
    let code = "local t = {} for i = 1, 40 do t = {t, t} end print(t) return 'done'";
    let mut script = script(code);
    script.limits.output = 1 << 16;
    let report = stage(&[]).run(script);
    assert_eq!(report.result, "done");
    assert!(report.output.len() < 1 << 17);
}

#[test]
fn code_that_cannot_be_interrupted_is_reported_with_what_is_known() {
    // Sorting without a comparator is one long stretch of C.
    let code = "print('begun') pcall(app.integrations.segment.track, {event = 'x', userId = 'u'})\n\
                local t = table.create(4e6, 0) for i = 1, 4e6 do t[i] = (i * 7919) % 4000037 end\n\
                table.sort(t)";
    let mut script = script(code);
    script.limits =
        Limits { cpu: Duration::from_millis(300), memory: 512 << 20, ..Limits::default() };
    let (report, words) = stage(&[]).run_to_any_end(script);
    assert_eq!(report.error.unwrap().code, "cpu_limit");
    // A fast machine gets through the sort in time; then nothing was stuck.
    if let Some(last) = words.lock().unwrap().take() {
        assert_eq!((last.output.as_str(), last.calls.len()), ("begun", 1));
        assert_eq!(last.error.unwrap().code, "cpu_limit");
    }
}

#[test]
fn a_catastrophic_pattern_costs_a_bounded_time() {
    // One match is one stretch of code that cannot be interrupted, but a bounded one.
    let code = "while true do pcall(regex.match, ('a'):rep(30), '^(a|a?)+(?=b)\\\\1$') end";
    ends_in(Duration::from_millis(100), "a regular expression", code, &["cpu_limit"]);
}
