//! `copylens devices`

use super::Success;
use super::output::Output;
use crate::devices;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Success> {
    let found = devices::probe();
    if args.json {
        output.json(&found)?;
        return Ok(Success::Complete);
    }
    let fastest = devices::fastest();
    for device in found {
        let mut line = format!("{:8} {}", device.id, device.name);
        if !device.usable {
            line += " - not usable";
        }
        if let Some(reason) = &device.reason {
            line = format!("{line} ({reason})");
        }
        if device.id == fastest {
            line += " - used unless told otherwise";
        }
        output.line(&line)?;
    }
    Ok(Success::Complete)
}
