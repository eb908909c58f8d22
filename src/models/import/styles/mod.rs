//! The names that different authors give to the same parameters.
//!
//! A row of the table of architectures knows one name for each of its parameters, the original one.
//! A style turns a name of somebody else into that one. Names come without what their program put
//! in front of them (`unwrap`).

mod classy;
mod gluon;
pub(super) mod mobilenet_v2;
mod timm;
mod torchvision;
mod transformers;

/// A parameter under its original name, or one of several that are stacked to make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Original {
    pub(super) key: String,
    /// Place in the stack, from 0.
    pub(super) part: usize,
    pub(super) n_parts: usize,
}

impl Original {
    fn whole(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            part: 0,
            n_parts: 1,
        }
    }
}

/// One row of [`STYLES`].
pub(super) struct Style {
    /// Who names parameters like that, shown with the model; nobody in particular for the original
    /// names.
    pub(super) label: Option<&'static str>,
    /// The original name, `None` for a name that is not of this style.
    pub(super) original: fn(&str) -> Option<Original>,
    /// A tensor that files of this style leave out, by our name.
    pub(super) made: fn(&str) -> Option<Made>,
}

/// What stands in for a tensor that is not in a file and changes nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Made {
    /// Ones on the diagonal of a square matrix.
    Identity,
    Constant(f32),
    /// The same in a normalization that was folded into the layer before it; there are many.
    Folded(f32),
}

impl Made {
    /// The numbers of a tensor of this shape.
    pub(super) fn values(self, shape: &[usize]) -> Vec<f32> {
        let n_values = shape.iter().product();
        match self {
            Self::Constant(value) | Self::Folded(value) => vec![value; n_values],
            Self::Identity => {
                let side = shape.first().copied().unwrap_or(1);
                let is_diagonal = |index: usize| index / side == index % side;
                (0..n_values)
                    .map(|index| f32::from(u8::from(is_diagonal(index))))
                    .collect()
            }
        }
    }
}

/// Every style, the original names first.
pub(super) const STYLES: &[Style] = &[
    Style {
        label: None,
        original: |name| Some(Original::whole(name)),
        made: |_| None,
    },
    Style {
        label: Some("names of Classy Vision"),
        original: classy::resnet,
        made: |_| None,
    },
    Style {
        label: Some("names of Transformers"),
        original: transformers::vit,
        made: |_| None,
    },
    Style {
        label: Some("names of Transformers"),
        original: transformers::resnet,
        made: |_| None,
    },
    Style {
        label: Some("names of torchvision"),
        original: torchvision::vit,
        made: |_| None,
    },
    Style {
        label: Some("names of timm"),
        original: timm::efficientnet,
        made: |_| None,
    },
    Style {
        label: Some("names of timm"),
        original: timm::mobilenet_v3,
        made: |_| None,
    },
    Style {
        label: Some("names of torchvision"),
        original: mobilenet_v2::torchvision,
        made: mobilenet_v2::made,
    },
    Style {
        label: Some("names of timm"),
        original: mobilenet_v2::timm,
        made: mobilenet_v2::made,
    },
    Style {
        label: Some("names of Gluon"),
        original: gluon::squeezenet,
        made: |_| None,
    },
];

/// Compares names of a style with the original ones.
#[cfg(test)]
fn check(original: fn(&str) -> Option<Original>, cases: &[(&str, &str)]) {
    for (theirs, expected) in cases {
        let found = original(theirs).map(|found| found.key);
        assert_eq!(found.as_deref(), Some(*expected), "{theirs}");
    }
    assert_eq!(original("optimizer.state.0"), None);
}
