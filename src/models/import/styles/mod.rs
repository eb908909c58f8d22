//! The names that different authors give to the same parameters.
//!
//! A row of the table of architectures knows one name for each of its parameters, the original one.
//! A style turns a name of somebody else into that one. Names come without what their program put
//! in front of them (`unwrap`).

mod classy;
mod gluon;
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
}

/// Every style, the original names first.
pub(super) const STYLES: &[Style] = &[
    Style {
        label: None,
        original: |name| Some(Original::whole(name)),
    },
    Style {
        label: Some("names of Classy Vision"),
        original: classy::resnet,
    },
    Style {
        label: Some("names of Transformers"),
        original: transformers::vit,
    },
    Style {
        label: Some("names of Transformers"),
        original: transformers::resnet,
    },
    Style {
        label: Some("names of torchvision"),
        original: torchvision::vit,
    },
    Style {
        label: Some("names of timm"),
        original: timm::efficientnet,
    },
    Style {
        label: Some("names of timm"),
        original: timm::mobilenet_v3,
    },
    Style {
        label: Some("names of Gluon"),
        original: gluon::squeezenet,
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
