//! The bands that results are shown in, and the three-notch threshold between them.

use serde::Serialize;

/// How a result is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Band {
    /// The same bytes.
    SameFile,
    /// Above the threshold.
    Edited,
    /// Between the lower threshold and the threshold.
    Maybe,
    /// Below both; not shown.
    None,
}

/// Similarities at which a result changes its band; each model has its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// From here on: the same picture, edited.
    pub edited: f32,
    /// From here on: maybe.
    pub maybe: f32,
}

impl Default for Thresholds {
    /// Used while a model brings no calibrated thresholds of its own.
    ///
    /// Measured with the bundled model on a benchmark of 1,000 queries, half of them without a copy
    /// in 1,000 references, many of those the same kind of thing: of the pairs above 0.7 about nine
    /// of ten are copies; less than 1 of 1,000 unrelated pairs lies above 0.5.
    fn default() -> Self {
        Self {
            edited: 0.7,
            maybe: 0.5,
        }
    }
}

/// How much the user wants to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notch {
    Strict,
    #[default]
    Normal,
    Loose,
}

impl Notch {
    /// Order on screen.
    pub const ALL: [Self; 3] = [Self::Strict, Self::Normal, Self::Loose];

    /// What the user reads.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Normal => "Normal",
            Self::Loose => "Loose",
        }
    }

    /// The thresholds of a model, moved to this notch.
    ///
    /// Strict shows as maybe only what the model is sure of otherwise; loose goes as far below the
    /// lower threshold as half the gap between the two.
    #[must_use]
    pub fn thresholds(self, base: &Thresholds) -> Thresholds {
        let gap = (base.edited - base.maybe).max(0.0);
        match self {
            Self::Strict => Thresholds {
                edited: base.edited + (1.0 - base.edited) * 0.4,
                maybe: base.edited,
            },
            Self::Normal => *base,
            Self::Loose => Thresholds {
                edited: base.edited - gap * 0.5,
                maybe: base.maybe - gap * 0.5,
            },
        }
    }
}

/// The band of one result.
pub fn band(similarity: f32, same_hash: bool, thresholds: &Thresholds) -> Band {
    if same_hash {
        Band::SameFile
    } else if similarity >= thresholds.edited {
        Band::Edited
    } else if similarity >= thresholds.maybe {
        Band::Maybe
    } else {
        Band::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stricter_notch_never_shows_more() {
        let base = Thresholds::default();
        for i in 0..=100 {
            let similarity = i as f32 / 100.0;
            let [strict, normal, loose] =
                Notch::ALL.map(|notch| band(similarity, false, &notch.thresholds(&base)));
            assert!(strict >= normal && normal >= loose, "at {similarity}");
        }
    }

    #[test]
    fn the_same_bytes_are_the_same_file_at_any_similarity() {
        assert_eq!(band(0.1, true, &Thresholds::default()), Band::SameFile);
        assert_eq!(band(f32::NAN, false, &Thresholds::default()), Band::None);
    }
}
