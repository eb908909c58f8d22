//! Models and networks in one line of plain words.

use crate::app::widgets::words;
use crate::data::Preprocessing;
use crate::models::ModelInfo;
use crate::models::architecture;
use crate::models::head::HeadForm;
use crate::models::head::HeadLayers;
use crate::models::head::Pooling;

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

/// How the last map of a network becomes a descriptor.
pub fn head_words(head: HeadForm) -> &'static str {
    match (head.pooling, head.layers) {
        (Pooling::Gem, HeadLayers::Nothing) => "Generalized mean",
        (Pooling::Gem, _) => "Generalized mean and a linear layer",
        (Pooling::GemOne, _) => "Mean of what is positive, a linear layer, normalized",
        (Pooling::Average, HeadLayers::Nothing) => "Mean, without a layer of its own",
        (Pooling::Average, _) => "Mean and a linear layer",
        (Pooling::AverageMax, _) => "Mean plus maximum, and a linear layer",
        (Pooling::Token, HeadLayers::Nothing) => "Class token",
        (Pooling::Token, _) => "Class token and a linear layer",
        (Pooling::TokenGem | Pooling::TokenGemThree, _) => {
            "Class token and generalized mean of the patches"
        }
    }
}

/// `288 x 288 pixels, normalized as for ImageNet`
pub fn preprocessing_words(preprocessing: &Preprocessing) -> String {
    let Preprocessing { size, mean, std } = *preprocessing;
    let usual = Preprocessing::imagenet(size);
    let normalized = if *preprocessing == usual {
        "normalized as for ImageNet".to_owned()
    } else if mean == [0.5; 3] && std == [0.5; 3] {
        "from -1 to 1".to_owned()
    } else {
        format!("mean {mean:?}, deviation {std:?}")
    };
    format!("{size} x {size} pixels, {normalized}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_described_as_they_are_read() {
        let words = preprocessing_words(&Preprocessing::imagenet(288));
        assert_eq!(words, "288 x 288 pixels, normalized as for ImageNet");
        let half = Preprocessing {
            size: 512,
            mean: [0.5; 3],
            std: [0.5; 3],
        };
        assert_eq!(preprocessing_words(&half), "512 x 512 pixels, from -1 to 1");
    }
}
