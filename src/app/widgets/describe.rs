//! Models and networks in one line of plain words.

use crate::app::widgets::words;
use crate::models::ModelInfo;
use crate::models::architecture;

/// `Small and fast, about 17 MB`: a network by its number of weights.
pub fn size_words(parameters: usize) -> String {
    let manner = match parameters {
        0..7_000_000 => "Small and fast",
        7_000_000..16_000_000 => "Medium",
        16_000_000..40_000_000 => "Large and slower",
        _ => "Very large and slow",
    };
    let size = words::file_size(parameters as u64 * 4);
    format!("{manner}, about {size}")
}

/// `ResNet-18, finds 81 % of edited copies`.
pub fn model_line(model: &ModelInfo) -> String {
    let name = architecture_label(&model.architecture);
    match model.quality {
        Some(quality) => format!("{name}, quality {}", words::percent(quality)),
        None => format!("{name}, quality not measured yet"),
    }
}

/// The label of an architecture, or its id where this version does not know it.
pub fn architecture_label(id: &str) -> &str {
    architecture(id).map_or(id, |spec| spec.label)
}
