//! `capability …`: files that say which APIs are called and what is shown of them. What such a file
//! means, the catalogue knows; here it is looked at, kept and served.

pub(super) mod import;
pub(super) mod keep;
pub(super) mod lint;
mod sarif;
pub(super) mod serve;

use std::io::Read as _;
use std::path::Path;

use crate::error::Fault;

/// Command lines for the help.
pub(super) const LINT_EXAMPLES: &str = "\
kosmo capability lint segment-capability.yaml
kosmo capability lint segment-capability.yaml --strict
curl -s https://example.com/capability.yaml | kosmo capability lint - --format agent
kosmo capability lint *.yaml --format sarif > findings.sarif";

/// Command lines for the help.
pub(super) const ADD_EXAMPLES: &str = "\
kosmo capability add segment-capability.yaml
kosmo capability add shop.yaml --name shop --replace
kosmo capability add shop.yaml --project";

/// Command lines for the help.
pub(super) const IMPORT_EXAMPLES: &str = "\
kosmo capability import openapi shop.json
kosmo capability import openapi shop.yaml --namespace shop --server https://api.shop.invalid/v1
curl -s https://api.shop.invalid/openapi.json | kosmo capability import openapi - --name shop";

/// Command lines for the help.
pub(super) const REMOVE_EXAMPLES: &str = "kosmo capability remove segment-capability";

/// Command lines for the help.
pub(super) const SERVE_EXAMPLES: &str = "\
kosmo capability serve segment-capability.yaml
kosmo capability serve segment-capability.yaml --emulator --rest-port 0 --mcp-port 0 --json
curl http://127.0.0.1:8080/workspaces/my-workspace/sources";

/// The largest file that is read, in bytes.
const LARGEST: u64 = 8 << 20;

/// A file's text, or that of standard input.
///
/// # Errors
/// When it cannot be read, or is no text.
fn text(file: &Path) -> Result<String, Fault> {
    let unreadable = |why: std::io::Error| match why.kind() {
        std::io::ErrorKind::NotFound => Fault::not_found(format!("there is no {}", file.display())),
        _ => Fault::io(format!("cannot read {}", file.display()), &why),
    };
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    } else {
        let open = std::fs::File::open(file).map_err(unreadable)?;
        open.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    }
    if bytes.len() as u64 > LARGEST {
        return Err(Fault::usage(format!("{} is larger than {LARGEST} bytes", file.display())));
    }
    String::from_utf8(bytes).map_err(|why| {
        let line = why.as_bytes()[..why.utf8_error().valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        Fault::usage(format!("{}:{line}: not UTF-8 text", file.display())).code("not_text")
    })
}
