//! The program: parse → open → run → print → exit code. Each step is a name in [`kosmo::cli`].

use std::process::ExitCode;

use kosmo::cli;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let argv: Vec<_> = std::env::args_os().skip(1).collect();
    let printer = cli::printer(&argv);
    let code = cli::guarded(&printer, || {
        let Some(command) = cli::parse(&printer, argv)? else { return Ok(0) };
        let invocation = cli::open(&printer, &command)?;
        let code = command.run(&invocation)?;
        invocation.close();
        Ok(code)
    });
    ExitCode::from(printer.finish(code))
}
