//! Every command that the guide prints runs, against a service as the guide starts it.

use std::path::Path;
use std::process::Command;

use super::Service;
use crate::support::kosmo;

/// Where the guide says that it listens.
const THERE: &str = "127.0.0.1:8787";

#[test]
fn every_command_of_the_guide_runs() {
    let text = include_str!("../../../docs/rest.md");
    let blocks = text.split("\n```").filter_map(|part| part.strip_prefix("bash\n"));
    let home = kosmo([] as [&str; 0]).env("KOSMO_EMULATOR", "1");
    let service = Service::within(home, &[]);
    let binary = Path::new(env!("CARGO_BIN_EXE_kosmo")).parent().unwrap();
    let run = |script: &str| {
        Command::new("sh")
            .args(["-ec", script])
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", binary.display()))
            .env("HOME", service.home.home())
            .env("KOSMO_HOME", service.home.home())
            .env("KOSMO_EMULATOR", "1")
            .current_dir(service.home.home())
            .output()
            .unwrap()
    };
    let mut commands = 0;
    for block in blocks {
        if block.starts_with("kosmo serve") {
            for line in block.lines() {
                // A free port, and a moment.
                let line = line.replace(" --port 8787", "");
                let output = run(&format!(
                    "timeout -s INT 1 {line} --port 0 || [ $? = 124 ] || [ $? = 130 ]"
                ));
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(said.contains("listening on http://127.0.0.1:"), "{line}: {said}");
                commands += 1;
            }
            continue;
        }
        assert!(block.contains(THERE), "{block}");
        let output = run(&block.replace(THERE, &service.host));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{block}: {said}");
        commands += block.lines().filter(|line| line.starts_with("curl")).count();
    }
    assert!(commands > 12, "{commands}");
    let sent = service.get("/v1/runs?function=track&limit=10").json();
    assert_eq!(sent["runs"].as_array().unwrap().len(), 2, "one, and one under its key: {sent:#}");
}
