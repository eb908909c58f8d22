//! The command-line twin: every job of the window without the window.
//!
//! - Owns: the arguments, what is printed, the exit code.
//! - Invariant: jobs are those of `worker`, so that both twins do the same.
//! - Invariant: names of subcommands and fields of JSON are a contract; they stay.
//! - Invariant: standard output holds results only; progress and errors go to standard error.
//! - Not here: the jobs themselves (`worker`), the window (`app`).
//! - To add a subcommand: one file with its `Args` and `run`, one variant of [`Command`], one arm
//!   of [`run`].

mod bench;
mod bench_augmentations;
mod bench_networks;
mod bench_training;
mod catalog;
mod compare;
mod devices;
mod distill;
mod embed;
mod evaluate;
mod find;
mod get;
mod index;
mod methods;
mod model_files;
mod models;
mod output;
mod preview;
mod self_test;
mod session;
mod torture;
mod verdicts;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::Subcommand;

use output::Output;

/// Finds copies of pictures, and teaches small fast models to find them better.
///
/// Without a subcommand the window opens and searches for the pictures that are named.
#[derive(Debug, Parser)]
#[command(name = "copylens", version, args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Pictures to search for in the window.
    pub files: Vec<PathBuf>,
    /// Check this installation and print what was found.
    #[arg(long)]
    pub self_test: bool,
    /// How the window is drawn, for graphics drivers that fail.
    #[arg(long, value_name = "NAME")]
    pub renderer: Option<String>,
}

/// What can be done without the window.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the processors and graphics cards that can be used.
    Devices(devices::Args),
    /// List the models.
    Models(models::Args),
    /// List the models that the methods publish.
    Catalog(catalog::Args),
    /// Download a published model and import it; nothing else uses the network.
    Get(get::Args),
    /// Read folders of pictures into a library.
    Index(index::Args),
    /// Search a library for copies of pictures.
    Find(find::Args),
    /// Compare two pictures and show what connects them.
    Compare(compare::Args),
    /// Write the descriptors of pictures to a file.
    Embed(embed::Args),
    /// List the methods of training, or show the page of one.
    Methods(methods::Args),
    /// Show what a recipe makes of a picture.
    Preview(preview::Args),
    /// Teach a student model.
    Distill(distill::Args),
    /// List, write or take over the pairs that were judged copies or not.
    Verdicts(verdicts::Args),
    /// Measure a model on a published task.
    Evaluate(evaluate::Args),
    /// Make copies of your own pictures and see which of them are still found.
    Torture(torture::Args),
    /// Measure how fast this computer decodes, embeds and searches.
    Bench(bench::Args),
    /// Add a model file to the models.
    Import(model_files::ImportArgs),
    /// Write a model to a file.
    Export(model_files::ExportArgs),
}

/// Runs a subcommand. The exit code is 0 for success, 1 for failure; clap exits with 2 by itself
/// when the arguments are wrong.
pub fn run(command: Command) -> ExitCode {
    finish(|output| match command {
        Command::Devices(args) => devices::run(&args, output),
        Command::Models(args) => models::run(&args, output),
        Command::Catalog(args) => catalog::run(&args, output),
        Command::Get(args) => get::run(args, output),
        Command::Index(args) => index::run(args, output),
        Command::Find(args) => find::run(args, output),
        Command::Compare(args) => compare::run(args, output),
        Command::Embed(args) => embed::run(args, output),
        Command::Methods(args) => methods::run(&args, output),
        Command::Preview(args) => preview::run(args, output),
        Command::Distill(args) => distill::run(args, output),
        Command::Verdicts(args) => verdicts::run(args, output),
        Command::Evaluate(args) => evaluate::run(args, output),
        Command::Torture(args) => torture::run(args, output),
        Command::Bench(args) => bench::run(args, output),
        Command::Import(args) => model_files::import(&args, output),
        Command::Export(args) => model_files::export(&args, output),
    })
}

/// Runs the checks of `--self-test`.
pub fn self_test() -> ExitCode {
    finish(self_test::run)
}

/// Whether everything that was asked for was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Success {
    Complete,
    /// Results were printed, but something failed; it has been said.
    Partial,
}

fn finish(work: impl FnOnce(&Output) -> anyhow::Result<Success>) -> ExitCode {
    let output = Output::new();
    match work(&output) {
        Ok(Success::Complete) => ExitCode::SUCCESS,
        Ok(Success::Partial) => ExitCode::FAILURE,
        Err(err) => {
            output.error(&crate::worker::describe_error(&err));
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn pictures_without_a_subcommand_are_for_the_window() {
        let args = Args::try_parse_from(["copylens", "a.jpg", "b.png"]).unwrap();
        assert!(args.command.is_none());
        assert_eq!(args.files.len(), 2);
    }

    #[test]
    fn the_contract_of_the_command_line_parses() {
        for line in [
            "devices --json",
            "models --json",
            "catalog --json",
            "get sscd-disc-mixup --format classy --to a.pt --mirror https://b.example/a.pt --json",
            "index --library L --model m --device cpu A B --json",
            "find --library L --top 3 --json a.jpg b.jpg",
            "compare a.jpg b.jpg --json --out c.png",
            "embed --model m --device cpu --out d.npy a.jpg",
            "distill --recipe balanced --student mobilenet-v3-large --teacher t --pictures A B \
             --device cpu --out R --resume --json",
            "preview --recipe dino --others b.jpg c.jpg --seed 2 --stage 1 --out D --json a.jpg",
            "methods --json",
            "methods --all",
            "methods rdcd",
            "verdicts list --json",
            "verdicts export pairs.csv --json",
            "verdicts import pairs.csv",
            "evaluate disc21 --data D --model m --json",
            "evaluate copydays --data D --model a --model b --option whitening=dino --report r.html",
            "evaluate --data D --json",
            "evaluate --list",
            "torture --model m --among D --json a.jpg B",
            "bench --device cpu --json",
            "bench --networks resnet18,squeezenet --batch 1,32 --seconds 0.5",
            "bench --networks all --json",
            "bench --training rdcd,sscd --student resnet18 --precision f32,bf16 --size 64 --steps 2",
            "bench --augmentations pictures --json",
            "import a.pth --architecture resnet50 --name N --json",
            "export m --to a.safetensors --half",
            "export m a.safetensors",
        ] {
            let words = std::iter::once("copylens").chain(line.split_whitespace());
            let parsed = Args::try_parse_from(words);
            assert!(parsed.is_ok_and(|args| args.command.is_some()), "{line}");
        }
    }

    #[test]
    fn wrong_arguments_are_refused() {
        for line in [
            "find a.jpg",
            "index --library L",
            "compare a.jpg",
            "embed a.jpg",
            "bench --batch 4",
            "bench --networks all --batch 0",
            "bench --networks all --seconds -1",
            "bench --training rdcd --networks all",
            "bench --precision f32",
            "export m",
            "evaluate disc21",
            "evaluate disc21 --data D --option whitening",
            "torture --model m",
            "methods nothing",
            "preview --recipe sscd a.jpg",
            "verdicts",
            "get",
        ] {
            let words = std::iter::once("copylens").chain(line.split_whitespace());
            assert!(Args::try_parse_from(words).is_err(), "{line}");
        }
    }
}
