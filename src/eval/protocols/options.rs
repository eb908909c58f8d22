//! What can be chosen about a protocol, as rows that the window and the command line read.

use std::collections::BTreeMap;

use crate::data::Filter;
use crate::eval::error::EvalError;
use crate::eval::input::Fit;
use crate::eval::input::Input;

/// One thing that can be chosen.
#[derive(Debug)]
pub struct OptionSpec {
    /// The name on the command line and in reports; never renamed.
    pub id: &'static str,
    pub label: &'static str,
    /// One or two sentences.
    pub help: &'static str,
    pub kind: OptionKind,
}

/// Its values.
#[derive(Debug)]
pub enum OptionKind {
    Switch {
        default: bool,
    },
    /// Between `low` and `high`, both included.
    Number {
        default: f64,
        low: f64,
        high: f64,
        is_whole: bool,
    },
    /// One of `(value, label)`.
    Choice {
        default: &'static str,
        choices: &'static [(&'static str, &'static str)],
    },
    /// How pictures become network input (see [`Fit`]).
    Input {
        default: &'static str,
    },
}

impl OptionSpec {
    /// The value that is used where nothing is chosen.
    pub fn default_value(&self) -> String {
        match self.kind {
            OptionKind::Switch { default } => switch_text(default).to_owned(),
            OptionKind::Number { default, .. } => default.to_string(),
            OptionKind::Choice { default, .. } | OptionKind::Input { default } => {
                default.to_owned()
            }
        }
    }

    /// What may be chosen, in words.
    pub fn values(&self) -> String {
        match self.kind {
            OptionKind::Switch { .. } => "on or off".to_owned(),
            OptionKind::Number {
                low,
                high,
                is_whole,
                ..
            } => {
                let kind = if is_whole {
                    "a whole number"
                } else {
                    "a number"
                };
                format!("{kind} from {low} to {high}")
            }
            OptionKind::Choice { choices, .. } => {
                let ids: Vec<&str> = choices.iter().map(|(id, _)| *id).collect();
                format!("one of {}", ids.join(", "))
            }
            OptionKind::Input { .. } => {
                "model, crop, or square:N, short:N, long:N, within:N with N pixels from 32 to 2048"
                    .to_owned()
            }
        }
    }

    fn accepts(&self, value: &str) -> bool {
        match self.kind {
            OptionKind::Switch { .. } => switch(value).is_some(),
            OptionKind::Number {
                low,
                high,
                is_whole,
                ..
            } => {
                let number = value.parse::<f64>();
                number.is_ok_and(|n| (low..=high).contains(&n) && (!is_whole || n.fract() == 0.0))
            }
            OptionKind::Choice { choices, .. } => choices.iter().any(|(id, _)| *id == value),
            OptionKind::Input { .. } => Fit::from_name(value).is_some(),
        }
    }
}

/// On or off, as text.
pub const fn switch_text(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}

fn switch(value: &str) -> Option<bool> {
    match value {
        "on" | "true" | "yes" => Some(true),
        "off" | "false" | "no" => Some(false),
        _ => None,
    }
}

/// A value for every option of a protocol; all of them are valid.
#[derive(Clone, Debug)]
pub struct Options {
    values: BTreeMap<&'static str, String>,
}

impl Options {
    /// The defaults, with what was chosen in their place.
    pub fn new(
        specs: &'static [OptionSpec],
        chosen: &BTreeMap<String, String>,
    ) -> Result<Self, EvalError> {
        if let Some(id) = chosen
            .keys()
            .find(|id| specs.iter().all(|spec| spec.id != **id))
        {
            let known: Vec<&str> = specs.iter().map(|spec| spec.id).collect();
            return Err(EvalError::UnknownOption {
                id: id.clone(),
                known: known.join(", "),
            });
        }
        let mut values = BTreeMap::new();
        for spec in specs {
            let value = chosen.get(spec.id).cloned();
            let value = value.unwrap_or_else(|| spec.default_value());
            if !spec.accepts(&value) {
                return Err(EvalError::OptionValue {
                    id: spec.id,
                    value,
                    expected: spec.values(),
                });
            }
            values.insert(spec.id, value);
        }
        Ok(Self { values })
    }

    /// Every option and its value, for reports.
    pub fn all(&self) -> BTreeMap<String, String> {
        let all = self.values.iter();
        all.map(|(id, value)| ((*id).to_owned(), value.clone()))
            .collect()
    }

    pub(super) fn text(&self, id: &str) -> &str {
        self.values.get(id).map_or("", String::as_str)
    }

    pub(super) fn is_on(&self, id: &str) -> bool {
        switch(self.text(id)).unwrap_or_default()
    }

    pub(super) fn number(&self, id: &str) -> f64 {
        self.text(id).parse().unwrap_or_default()
    }

    pub(super) fn whole(&self, id: &str) -> usize {
        self.number(id) as usize
    }

    /// The input of the source has `filter`; that of the model is as it is deployed.
    pub(super) fn input(&self, filter: Filter) -> Input {
        match Fit::from_name(self.text(INPUT)) {
            Some(Fit::Model) | None => Input::MODEL,
            Some(fit) => Input::new(fit, filter),
        }
    }
}

/// The id of the option that all protocols have.
const INPUT: &str = "input";

/// How pictures become network input.
pub(super) const fn input(default: &'static str) -> OptionSpec {
    OptionSpec {
        id: INPUT,
        label: "Size of pictures",
        help: "What the network sees: model is the square it was made for; crop its middle; \
               square:320, short:288, long:800 and within:512 are sizes of the sources.",
        kind: OptionKind::Input { default },
    }
}

pub(super) const fn whole(
    id: &'static str,
    label: &'static str,
    help: &'static str,
    [default, low, high]: [f64; 3],
) -> OptionSpec {
    OptionSpec {
        id,
        label,
        help,
        kind: OptionKind::Number {
            default,
            low,
            high,
            is_whole: true,
        },
    }
}

pub(super) const fn number(
    id: &'static str,
    label: &'static str,
    help: &'static str,
    [default, low, high]: [f64; 3],
) -> OptionSpec {
    OptionSpec {
        id,
        label,
        help,
        kind: OptionKind::Number {
            default,
            low,
            high,
            is_whole: false,
        },
    }
}

pub(super) const fn on_or_off(
    id: &'static str,
    label: &'static str,
    help: &'static str,
    default: bool,
) -> OptionSpec {
    OptionSpec {
        id,
        label,
        help,
        kind: OptionKind::Switch { default },
    }
}

pub(super) const fn choice(
    id: &'static str,
    label: &'static str,
    help: &'static str,
    default: &'static str,
    choices: &'static [(&'static str, &'static str)],
) -> OptionSpec {
    OptionSpec {
        id,
        label,
        help,
        kind: OptionKind::Choice { default, choices },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPECS: &[OptionSpec] = &[
        input("model"),
        whole("k", "Neighbors", "How many.", [20.0, 1.0, 200.0]),
        on_or_off("fast", "Fast", "Whether.", true),
        choice("kind", "Kind", "Which.", "a", &[("a", "A"), ("b", "B")]),
    ];

    fn with(id: &str, value: &str) -> Result<Options, EvalError> {
        Options::new(SPECS, &[(id.to_owned(), value.to_owned())].into())
    }

    #[test]
    fn what_is_not_chosen_has_its_default() {
        let options = with("k", "7").unwrap();
        assert_eq!((options.whole("k"), options.is_on("fast")), (7, true));
        assert_eq!(options.text("kind"), "a");
        assert_eq!(options.all().len(), 4);
    }

    #[test]
    fn wrong_values_say_what_is_right() {
        for (id, value) in [
            ("k", "0"),
            ("k", "2.5"),
            ("k", "many"),
            ("fast", "perhaps"),
            ("kind", "c"),
            ("input", "short"),
        ] {
            let error = with(id, value).unwrap_err().to_string();
            assert!(error.contains(id) && error.contains(value), "{error}");
        }
        let error = with("n", "1").unwrap_err().to_string();
        assert!(error.contains("input, k, fast, kind"), "{error}");
    }
}
