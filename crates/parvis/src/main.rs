//! The `parvis` program: reads the command line, runs it, and ends with its exit code.

use std::process::ExitCode;

/// Rows are made on SQLite's own threads and dropped on others, the worst case of the system's allocator: a
/// third of an inbox page went into it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    parvis::cli::main()
}
