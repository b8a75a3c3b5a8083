//! The page in a real browser, walked through without a mouse, with scripts allowed and without, on a
//! screen and on a phone.

use std::process::Command;

use serde_json::{Value, json};

use super::Service;
use crate::peer_library::{fixture, npm};
use crate::peers::skip_or_fail;

const PUPPETEER: &str = "puppeteer-core@24.4.0";

#[test]
fn a_person_walks_through_the_page_without_a_mouse() {
    if !std::path::Path::new("/usr/bin/chromium").exists() {
        return skip_or_fail("there is no /usr/bin/chromium");
    }
    let folder = match npm("browser", &[PUPPETEER]) {
        Ok(folder) => folder,
        Err(why) => return skip_or_fail(&why),
    };
    std::fs::copy(fixture("page.mjs"), folder.join("page.mjs")).unwrap();
    for (script, width) in [(false, 1100), (true, 360)] {
        let service = Service::start(&["--emulator"]);
        let url = format!("http://{}{}", service.host, service.page);
        let profile = tempfile::tempdir().unwrap();
        let output = Command::new("node")
            .args(["page.mjs", &url, profile.path().to_str().unwrap()])
            .arg(json!({"script": script, "width": width}).to_string())
            .current_dir(&folder)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&seen["title"], &seen["path"]), (&json!("Overview · kosmo"), &json!("/")));
        assert_eq!(seen["skip"]["text"], "Skip to the content", "{seen:#}");
        for step in ["found", "opened", "dry", "real", "run", "out"] {
            assert_eq!(seen[step], 200, "{step}: {seen:#}");
        }
        assert_eq!(seen["outline"], "solid", "where one is can be seen: {seen:#}");
        assert_eq!(seen["heading"], "segment.track_event");
        let text = |name: &str| seen[name].as_str().unwrap().to_owned();
        assert!(text("dryText").contains("Nothing was sent"), "{seen:#}");
        assert!(text("dryText").contains("Typed By Hand"), "{seen:#}");
        assert_eq!((&seen["mode"], &seen["chosen"]), (&json!("dry"), &json!("real")), "{seen:#}");
        assert!(text("realText").contains("Done."), "{seen:#}");
        assert_eq!(seen["kept"], "Typed By Hand");
        assert!(text("reloaded").contains("not sent again"), "{seen:#}");
        assert!(text("runText").contains("Typed By Hand"), "{seen:#}");
        assert_eq!((&seen["outbox"], &seen["last"]), (&json!("Outbox"), &json!("Log in")));
        assert_eq!(seen["styled"], "960px", "the page's own style is allowed by its own policy");
        assert_eq!(seen["console"], json!([]), "no complaint of the browser");
        assert_eq!(seen["unlabelled"], json!([]), "every field has a label");
        let wide = seen["wide"].as_array().unwrap();
        assert!(wide.iter().all(|more| more.as_i64() <= Some(0)), "nothing sticks out: {seen:#}");
        let hosts = seen["hosts"].as_array().unwrap();
        assert!(hosts.iter().all(|host| *host == service.host.as_str()), "{hosts:?}");
        let sent = service.get("/v1/runs?function=track").json();
        assert_eq!(sent["runs"].as_array().unwrap().len(), 1, "{sent:#}");
    }
}
