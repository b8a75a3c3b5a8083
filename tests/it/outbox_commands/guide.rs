//! The guide to delivery: every command line in it runs and does what it is there for.

use std::process::{Command, Stdio};

use super::Stage;

/// The message id that the guide uses.
const ID: &str = "9b2d7c1e-3f64-4a5b-8c1d-2e9f0a7b6c5d";

fn guide() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/delivery.md")).unwrap()
}

/// Every command line: those of its blocks, of the unit and of the line for cron.
fn lines() -> Vec<String> {
    let guide = guide();
    let command = |line: &str| Some(format!("kosmo {}", line.split_once("kosmo ")?.1));
    let listed = guide.lines().filter(|line| line.starts_with("kosmo ")).map(str::to_owned);
    let unit = guide.lines().filter(|line| line.starts_with("ExecStart=")).filter_map(command);
    let cron = guide.split('`').filter(|text| text.starts_with("* * ")).filter_map(command);
    listed.chain(unit).chain(cron).collect()
}

#[test]
fn every_command_of_the_guide_runs() {
    let lines = lines();
    assert!(lines.len() >= 14, "the guide has lost its commands: {lines:?}");
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_kosmo")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
    for line in lines {
        let stage = Stage::new(&[]);
        stage.queue(&[ID, "another"]);
        let (mut stage, _) = stage.run("version");
        if line.contains("retry") || line.contains("--buried") {
            stage = stage.run_args(&["outbox:bury", ID, "--reason", "for the guide"]).0;
        }
        let (stage, prepared) = stage.command("version");
        let variables: Vec<_> = prepared
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .filter(|(name, _)| name != "PATH")
            .collect();
        // A sender goes on until it is told to stop.
        let shell = match line.contains("outbox:run") {
            true => format!(
                "{line} 2>log & while ! grep -q '2 sent' log; do sleep 0.05; done; kill $!; wait $!"
            ),
            false => line.clone(),
        };
        let output = Command::new("sh")
            .args(["-c", &shell])
            .env_clear()
            .envs(variables)
            .env("PATH", &path)
            .current_dir(stage.home.home())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}\n{stderr}");
    }
}
