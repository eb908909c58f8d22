//! `copylens methods`

use serde::Serialize;

use super::Success;
use super::output::Output;
use crate::distill::methods::METHODS;
use crate::distill::methods::about;
use crate::distill::methods::method;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show the page of this method.
    #[arg(value_name = "ID", value_parser = known_id, conflicts_with = "all")]
    id: Option<String>,
    /// Show the pages of all methods.
    #[arg(long)]
    all: bool,
    /// Print JSON: the table, without pages.
    #[arg(long, conflicts_with_all = ["id", "all"])]
    json: bool,
}

/// One method, as the contract of the command line has it.
#[derive(Serialize)]
struct Row {
    id: &'static str,
    label: &'static str,
    help: &'static str,
}

pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<Success> {
    if args.all {
        output.line(about::all_as_markdown().trim_end())?;
        return Ok(Success::Complete);
    }
    if let Some(spec) = args.id.as_deref().and_then(method) {
        output.line(about::markdown(spec).trim_end())?;
        return Ok(Success::Complete);
    }
    if args.json {
        let rows = METHODS.iter().map(|spec| Row {
            id: spec.id,
            label: spec.label,
            help: spec.help,
        });
        output.json(&rows.collect::<Vec<_>>())?;
        return Ok(Success::Complete);
    }
    for spec in METHODS {
        output.line(&format!("{:12} {}: {}", spec.id, spec.label, spec.help))?;
    }
    Ok(Success::Complete)
}

fn known_id(text: &str) -> Result<String, String> {
    if method(text).is_some() {
        return Ok(text.to_owned());
    }
    let ids: Vec<&str> = METHODS.iter().map(|spec| spec.id).collect();
    Err(format!("the methods are {}", ids.join(", ")))
}
