//! The `parvis` program: reads the command line, runs it, and ends with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    parvis::cli::main()
}
