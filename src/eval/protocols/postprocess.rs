//! What is done to descriptors before they are compared: centering, whitening, fewer dimensions,
//! negative embeddings.

use super::options;
use super::options::OptionSpec;
use super::session::Described;
use super::session::Session;
use crate::eval::EvalError;
use crate::eval::Fit;
use crate::eval::NegativeEmbeddings;
use crate::eval::Whitening;

pub(super) const WHITENING: OptionSpec = options::choice(
    "whitening",
    "Whitening",
    "Fitted on the background or whitening pictures: centering turns descriptors around their mean, \
     whitening also gives every direction the same variance (FAISS: PCA and PCAW). DINO's script \
     whitens around zero and limits small variances.",
    "none",
    &[
        ("none", "None"),
        ("center", "Center only"),
        ("whiten", "Whiten"),
        ("dino", "Whiten as DINO's script"),
    ],
);

pub(super) const DIMENSIONS: OptionSpec = options::whole(
    "dimensions",
    "Dimensions",
    "Keep so many directions of the largest variance; 0 keeps all. Needs whitening or centering.",
    [0.0, 0.0, 4096.0],
);

pub(super) const NEGATIVES: OptionSpec = options::on_or_off(
    "negatives",
    "Subtract negative embeddings",
    "Moves descriptors away from the background pictures most like them (ISC21's winner, 0.35 of the \
     mean of 10).",
    false,
);

/// Fits what the options ask for on `background` and applies it to every list.
pub(super) fn apply(
    session: &Session<'_>,
    background: &mut Described,
    lists: &mut [&mut Described],
) -> Result<(), EvalError> {
    let fit = match session.options.text("whitening") {
        "center" => Some(Fit::Pca),
        "whiten" => Some(Fit::Whitened),
        "dino" => Some(Fit::Dino),
        _ => None,
    };
    let missing = |what| EvalError::MissingPart {
        what,
        path: session.data.path(),
    };
    if let Some(fit) = fit {
        if background.rows.is_empty() {
            return Err(missing("pictures to fit a whitening on"));
        }
        let kept = match session.options.whole("dimensions") {
            0 => background.rows.dimensions(),
            kept => kept,
        };
        let whitening = Whitening::fit(&background.rows, fit, kept, session.monitor)?;
        background.rows = whitening.apply(&background.rows);
        for list in lists.iter_mut().filter(|list| !list.rows.is_empty()) {
            list.rows = whitening.apply(&list.rows);
        }
    } else {
        for list in lists.iter_mut() {
            **list = std::mem::take(*list).normalized();
        }
        *background = std::mem::take(background).normalized();
    }
    if session.options.is_on("negatives") {
        if background.rows.is_empty() {
            return Err(missing("background pictures"));
        }
        let method = NegativeEmbeddings::ISC21;
        let smoothed = method.smooth(&background.rows, session.monitor)?;
        for list in lists.iter_mut() {
            list.rows = method.subtract(&list.rows, &smoothed, session.monitor)?;
        }
    }
    Ok(())
}
