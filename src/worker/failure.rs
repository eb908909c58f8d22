//! From an error of any room to what a person reads.

use super::WorkerError;
use super::request::Failure;
use crate::data::DecodeError;
use crate::data::EncodeError;
use crate::data::datasets::DatasetError;
use crate::data::demo::DemoError;
use crate::devices::DeviceError;
use crate::distill::DistillError;
use crate::download::DownloadError;
use crate::eval::EvalError;
use crate::eval::report::ExportError;
use crate::index::IndexError;
use crate::models::ModelError;
use crate::monitor::Cancelled;
use crate::persist::PersistError;
use crate::settings::SettingsError;

type Cause<'a> = &'a (dyn std::error::Error + 'static);

/// The whole chain of causes in one sentence, and the advice of the first cause that has some.
pub fn describe(err: &anyhow::Error) -> Failure {
    let mut advice = err.chain().filter_map(advice);
    Failure {
        message: message(err),
        advice: advice.find(|text| !text.is_empty()).map(str::to_owned),
    }
}

/// Causes joined by colons, without those that the message before them already quotes.
fn message(err: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in err.chain() {
        let text = cause.to_string();
        if message.is_empty() {
            message = text;
        } else if !message.contains(&text) {
            message = format!("{message}: {text}");
        }
    }
    message
}

/// Whether the work ended because somebody asked for it.
pub(super) fn is_stop(err: &anyhow::Error) -> bool {
    // Transparent errors hide `Cancelled` itself, but not its words.
    err.chain().any(|cause| cause.is::<Cancelled>())
        || err.root_cause().to_string() == Cancelled.to_string()
}

fn advice(cause: Cause<'_>) -> Option<&'static str> {
    let of_data = || Some(cause.downcast_ref::<DecodeError>()?.advice());
    let of_encoding = || Some(cause.downcast_ref::<EncodeError>()?.advice());
    let of_demo = || Some(cause.downcast_ref::<DemoError>()?.advice());
    let of_devices = || Some(cause.downcast_ref::<DeviceError>()?.advice());
    let of_distill = || Some(cause.downcast_ref::<DistillError>()?.advice());
    let of_download = || Some(cause.downcast_ref::<DownloadError>()?.advice());
    let of_data_sets = || Some(cause.downcast_ref::<DatasetError>()?.advice());
    let of_exports = || Some(cause.downcast_ref::<ExportError>()?.advice());
    let of_eval = || cause.downcast_ref::<EvalError>()?.advice();
    let of_index = || Some(cause.downcast_ref::<IndexError>()?.advice());
    let of_models = || Some(cause.downcast_ref::<ModelError>()?.advice());
    let of_persist = || Some(cause.downcast_ref::<PersistError>()?.advice());
    let of_settings = || Some(cause.downcast_ref::<SettingsError>()?.advice());
    let of_worker = || Some(cause.downcast_ref::<WorkerError>()?.advice());
    of_worker()
        .or_else(of_data)
        .or_else(of_encoding)
        .or_else(of_demo)
        .or_else(of_devices)
        .or_else(of_distill)
        .or_else(of_download)
        .or_else(of_data_sets)
        .or_else(of_eval)
        .or_else(of_exports)
        .or_else(of_index)
        .or_else(of_models)
        .or_else(of_persist)
        .or_else(of_settings)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_cause_that_the_message_quotes_is_not_said_twice() {
        let source = std::io::Error::other("the drive is gone");
        let path = PathBuf::from("a.jpg");
        let err = anyhow::Error::from(DecodeError::Open { path, source });
        let failure = describe(&err.context("Searching failed"));
        assert_eq!(
            failure.message,
            "Searching failed: Cannot open the file (the drive is gone): a.jpg"
        );
        assert!(failure.advice.is_some());
    }

    #[test]
    fn a_stop_is_recognized_however_deep_it_is() {
        assert!(is_stop(&Cancelled.into()));
        assert!(is_stop(&IndexError::from(Cancelled).into()));
        assert!(is_stop(&DistillError::from(Cancelled).into()));
        assert!(is_stop(&DownloadError::from(Cancelled).into()));
        assert!(!is_stop(&anyhow::anyhow!("something else")));
    }
}
