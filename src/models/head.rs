//! The forms of a head: how the last map of a trunk becomes a descriptor.

/// How the cells of the last map become one vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// Generalised mean with p = 3 (SSCD).
    Gem,
    /// Generalised mean with p = 1, that is the mean of what is positive (ISC21).
    GemOne,
    /// Mean of all cells.
    Average,
    /// Mean of all cells plus the largest value of each channel (`double` of OBD-SD).
    AverageMax,
    /// The class token of a transformer.
    Token,
    /// The class token and the generalised mean of all patches with p = 4, one after the other
    /// (DINO's `eval_copy_detection.py`).
    TokenGem,
    /// The same with p = 3 (the teacher of RDCD).
    TokenGemThree,
}

/// What follows the pooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadLayers {
    /// The pooled vector is the descriptor.
    Nothing,
    /// A linear layer, and a hidden one before it where the architecture has one.
    Linear,
    /// A linear layer without bias, and batch normalisation (ISC21).
    LinearNorm,
    /// A hidden layer as wide as the pooled vector, ReLU, and a linear layer (SEED).
    Mlp,
}

/// Pooling and layers together, by one name in model files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadForm {
    pub pooling: Pooling,
    pub layers: HeadLayers,
}

/// Every form and its name in files. Names are never changed or reused.
const FORMS: &[(&str, HeadForm)] = &[
    ("gem+linear", HeadForm::GEM_LINEAR),
    ("gem1+linear+norm", HeadForm::GEM_LINEAR_NORM),
    ("gem", HeadForm::GEM),
    ("average", HeadForm::AVERAGE),
    ("average+linear", HeadForm::AVERAGE_LINEAR),
    ("average+max+linear", HeadForm::AVERAGE_MAX_LINEAR),
    ("token", HeadForm::TOKEN),
    ("token+gem", HeadForm::TOKEN_GEM),
    ("token+gem3", HeadForm::TOKEN_GEM_THREE),
    ("token+linear", HeadForm::TOKEN_LINEAR),
    ("average+mlp", HeadForm::AVERAGE_MLP),
    ("token+mlp", HeadForm::TOKEN_MLP),
];

impl HeadForm {
    pub const GEM_LINEAR: Self = Self::new(Pooling::Gem, HeadLayers::Linear);
    /// ISC21's winner of the descriptor track; every published run has p = 1.
    pub const GEM_LINEAR_NORM: Self = Self::new(Pooling::GemOne, HeadLayers::LinearNorm);
    pub const GEM: Self = Self::new(Pooling::Gem, HeadLayers::Nothing);
    pub const AVERAGE: Self = Self::new(Pooling::Average, HeadLayers::Nothing);
    /// OBD-SD without `double` in the name of its network.
    pub const AVERAGE_LINEAR: Self = Self::new(Pooling::Average, HeadLayers::Linear);
    /// OBD-SD with `double`.
    pub const AVERAGE_MAX_LINEAR: Self = Self::new(Pooling::AverageMax, HeadLayers::Linear);
    pub const TOKEN: Self = Self::new(Pooling::Token, HeadLayers::Nothing);
    pub const TOKEN_GEM: Self = Self::new(Pooling::TokenGem, HeadLayers::Nothing);
    pub const TOKEN_GEM_THREE: Self = Self::new(Pooling::TokenGemThree, HeadLayers::Nothing);
    pub const TOKEN_LINEAR: Self = Self::new(Pooling::Token, HeadLayers::Linear);

    /// A student of SEED (arXiv:2101.04731).
    pub const AVERAGE_MLP: Self = Self::new(Pooling::Average, HeadLayers::Mlp);
    pub const TOKEN_MLP: Self = Self::new(Pooling::Token, HeadLayers::Mlp);

    const fn new(pooling: Pooling, layers: HeadLayers) -> Self {
        Self { pooling, layers }
    }

    pub fn from_id(id: &str) -> Option<Self> {
        let row = FORMS.iter().find(|(name, _)| *name == id);
        row.map(|(_, form)| *form)
    }

    pub fn id(self) -> &'static str {
        let row = FORMS.iter().find(|(_, form)| *form == self);
        row.map_or("gem+linear", |(name, _)| name)
    }

    /// Length of the pooled vector for a map of so many channels.
    pub const fn pooled(self, channels: usize) -> usize {
        match self.pooling {
            Pooling::TokenGem | Pooling::TokenGemThree => 2 * channels,
            Pooling::Gem
            | Pooling::GemOne
            | Pooling::Average
            | Pooling::AverageMax
            | Pooling::Token => channels,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_has_a_name_of_its_own() {
        for (name, form) in FORMS {
            assert_eq!(HeadForm::from_id(name), Some(*form));
            assert_eq!(form.id(), *name);
        }
        assert_eq!(HeadForm::from_id("cls"), None);
    }
}
