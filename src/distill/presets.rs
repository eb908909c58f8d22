//! The recipes that come with Copylens.

use std::path::Path;

use super::DistillError;

/// One row of [`PRESETS`].
pub struct Preset {
    pub id: &'static str,
    pub label: &'static str,
    /// One sentence for someone who has never trained anything.
    pub help: &'static str,
    pub toml: &'static str,
    /// Shown to everyone; the others only with Details.
    pub simple: bool,
}

/// Every preset, in the order of the Train place.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "quick-demo",
        label: "Quick demo",
        help: "A few minutes, to see a student learn from its teacher.",
        toml: include_str!("../../assets/recipes/quick-demo.toml"),
        simple: true,
    },
    Preset {
        id: "balanced",
        label: "Balanced",
        help: "An hour or more; a clearly better student for your kind of pictures.",
        toml: include_str!("../../assets/recipes/balanced.toml"),
        simple: true,
    },
    Preset {
        id: "best",
        label: "Best",
        help: "A night on a graphics card; as good as this student can become.",
        toml: include_str!("../../assets/recipes/best.toml"),
        simple: true,
    },
    Preset {
        id: "rdcd",
        label: "RDCD, as published",
        help: "Relational distillation with the numbers of the paper.",
        toml: include_str!("../../assets/recipes/rdcd.toml"),
        simple: false,
    },
    Preset {
        id: "sscd",
        label: "SSCD, without a teacher",
        help: "Learns from pictures alone and makes a teacher.",
        toml: include_str!("../../assets/recipes/sscd.toml"),
        simple: false,
    },
    Preset {
        id: "copies",
        label: "Many edits, without a teacher",
        help: "SSCD with a wider choice of edits: the recipe of the bundled model.",
        toml: include_str!("../../assets/recipes/copies.toml"),
        simple: false,
    },
];

/// The TOML text of a preset id, or of a recipe file.
pub fn find(name: &str) -> Result<String, DistillError> {
    if let Some(preset) = PRESETS.iter().find(|preset| preset.id == name) {
        return Ok(preset.toml.to_owned());
    }
    std::fs::read_to_string(Path::new(name)).map_err(|err| {
        log::debug!("{name} is neither a preset nor a readable file: {err}");
        DistillError::UnknownRecipe {
            name: name.to_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::Recipe;
    use super::*;

    #[test]
    fn every_preset_is_a_valid_recipe_and_survives_a_round_trip() {
        let mut seen = BTreeSet::new();
        for preset in PRESETS {
            assert!(seen.insert(preset.id), "{} twice", preset.id);
            assert!(preset.help.ends_with('.'), "{}", preset.id);
            let recipe = Recipe::parse(preset.toml).unwrap();
            assert_eq!(
                Recipe::parse(&recipe.to_toml()).unwrap(),
                recipe,
                "{}",
                preset.id
            );
        }
    }

    #[test]
    fn a_wrong_recipe_names_the_line_or_the_number() {
        let sscd = PRESETS
            .iter()
            .find(|preset| preset.id == "sscd")
            .unwrap()
            .toml;
        let cases = [
            (sscd.replace("size = 224", "size = 3"), "size is 32"),
            (
                sscd.replace("id = \"entropy\"", "id = \"magic\""),
                "no loss \"magic\"",
            ),
            (
                sscd.replace("id = \"entropy\"", "id = \"relational\""),
                "does not fit",
            ),
            (sscd.replace("version = 1", "version = 99"), "version 99"),
            (sscd.replace("mixup", "mixdown"), "line "),
        ];
        for (text, expected) in cases {
            let message = Recipe::parse(&text).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
