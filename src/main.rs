//! Starts Copylens: the window, or its command-line twin.

use std::panic::PanicHookInfo;
use std::process::ExitCode;

use clap::Parser as _;
use copylens::app;
use copylens::cli;

/// Large tensors come and go at every step of a network. System allocators give their pages back
/// to the system each time, and fetching them again takes a quarter of the time of training.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
/// Longer than one step of training on a slow processor, so that its pages are there for the next.
const KEEP_PAGES_MS: std::ffi::c_long = 15_000;
/// `mi_option_purge_delay` of mimalloc.h, which the bindings leave out.
const PURGE_DELAY: std::ffi::c_int = 15;

/// Has to come first: it is read when memory is first given back.
#[expect(
    unsafe_code,
    reason = "the allocator has no safe way to set its options"
)]
fn keep_pages() {
    // SAFETY: writes one number into the allocator's own table of options; no other thread runs yet.
    unsafe { libmimalloc_sys::mi_option_set_default(PURGE_DELAY, KEEP_PAGES_MS) };
}

fn main() -> ExitCode {
    keep_pages();
    let args = cli::Args::parse();
    std::panic::set_hook(Box::new(log_panic));
    if args.self_test {
        start_log();
        return cli::self_test();
    }
    match args.command {
        Some(command) => {
            start_log();
            cli::run(command)
        }
        None => app::run_window(args.files, args.renderer),
    }
}

/// Warnings go to standard error; `RUST_LOG` shows more.
fn start_log() {
    let filter = env_logger::Env::default().default_filter_or("error,copylens=warn");
    env_logger::Builder::from_env(filter)
        .format_target(false)
        .init();
}

/// Panics are caught where they happen and become messages; the log keeps where that was.
///
/// Broken pictures make some decoders panic. That is expected and is reported as a picture that
/// was left out.
fn log_panic(info: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let is_decoder = thread.name().is_some_and(|name| name.starts_with("decode"));
    let level = if is_decoder {
        log::Level::Debug
    } else {
        log::Level::Warn
    };
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let text = info.payload_as_str().unwrap_or("no reason given");
    log::log!(level, "A part of Copylens gave up at {place}: {text}");
}
