//! The jobs, one file each.
//!
//! To add one: a file with a struct that implements [`Job`], a variant of `JobRequest` and of
//! `JobResult`, and an arm of [`from_request`].

mod bench;
mod bench_augmentations;
mod bench_networks;
mod bench_training;
mod check_dataset;
mod check_pictures;
mod compare;
mod describe;
mod distill;
mod download;
mod embed;
mod evaluate;
mod find;
mod index;
mod index_batch;
mod judged_pairs;
mod measure_model;
mod model_source;
mod open_demo;
mod preview;
mod rebuild_library;
mod remove_folder;
mod source;
mod torture;
mod trial;
mod views;

use super::job::Job;
use super::request::JobRequest;

/// The job that does what was asked for.
pub(super) fn from_request(request: JobRequest) -> Box<dyn Job> {
    match request {
        JobRequest::OpenDemo => Box::new(open_demo::OpenDemo),
        JobRequest::Index {
            library,
            folders,
            model,
            device,
        } => Box::new(index::IndexFolders {
            library,
            folders,
            model,
            device,
        }),
        JobRequest::Find {
            library,
            query,
            model,
            device,
            top,
        } => Box::new(find::Find {
            library,
            query,
            model,
            device,
            top,
        }),
        JobRequest::Compare {
            a,
            b,
            model,
            device,
        } => Box::new(compare::Compare {
            a,
            b,
            model,
            device,
        }),
        JobRequest::Trial(config) => Box::new(trial::Trial { config }),
        JobRequest::Preview(order) => Box::new(preview::Preview { order }),
        JobRequest::ExportVerdicts { to } => Box::new(judged_pairs::ExportVerdicts { to }),
        JobRequest::Distill(config) => Box::new(distill::Distill { config }),
        JobRequest::MeasureModel { model, device } => {
            Box::new(measure_model::MeasureModel { model, device })
        }
        JobRequest::CheckPictures { folders } => {
            Box::new(check_pictures::CheckPictures { folders })
        }
        JobRequest::Embed {
            pictures,
            model,
            device,
        } => Box::new(embed::Embed {
            pictures,
            model,
            device,
        }),
        JobRequest::Evaluate(order) => Box::new(evaluate::Evaluate { order }),
        JobRequest::CheckDataset { path } => Box::new(check_dataset::CheckDataset { path }),
        JobRequest::Torture(order) => Box::new(torture::Torture { order }),
        JobRequest::Bench { device } => Box::new(bench::Bench { device }),
        JobRequest::BenchAugmentations { pictures } => {
            Box::new(bench_augmentations::BenchAugmentations { pictures })
        }
        JobRequest::BenchNetworks {
            networks,
            batch_sizes,
            measured,
            device,
        } => Box::new(bench_networks::BenchNetworks {
            networks,
            batch_sizes,
            measured,
            device,
        }),
        JobRequest::BenchTraining(order) => {
            Box::new(bench_training::BenchTraining { order: *order })
        }
        JobRequest::RemoveFolder { library, folder } => {
            Box::new(remove_folder::RemoveFolder { library, folder })
        }
        JobRequest::RebuildLibrary { library } => {
            Box::new(rebuild_library::RebuildLibrary { library })
        }
        JobRequest::Download(order) => Box::new(download::Download { order }),
    }
}
