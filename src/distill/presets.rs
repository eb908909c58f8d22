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
    /// For people who have judged pairs.
    pub learns_from_verdicts: bool,
}

/// Every preset, in the order of the Train place.
pub const PRESETS: &[Preset] = &[
    Preset {
        id: "quick-demo",
        label: "Quick demo",
        help: "A few minutes, to see a student learn from its teacher.",
        toml: include_str!("../../assets/recipes/quick-demo.toml"),
        simple: true,
        learns_from_verdicts: false,
    },
    Preset {
        id: "balanced",
        label: "Balanced",
        help: "An hour or more; a clearly better student for your kind of pictures.",
        toml: include_str!("../../assets/recipes/balanced.toml"),
        simple: true,
        learns_from_verdicts: false,
    },
    Preset {
        id: "best",
        label: "Best",
        help: "A night on a graphics card; as good as this student can become.",
        toml: include_str!("../../assets/recipes/best.toml"),
        simple: true,
        learns_from_verdicts: false,
    },
    Preset {
        id: "rdcd",
        label: "RDCD, as published",
        help: "Relational distillation with the numbers of the paper.",
        toml: include_str!("../../assets/recipes/rdcd.toml"),
        simple: false,
        learns_from_verdicts: false,
    },
    Preset {
        id: "sscd",
        label: "SSCD, without a teacher",
        help: "Learns from pictures alone and makes a teacher.",
        toml: include_str!("../../assets/recipes/sscd.toml"),
        simple: false,
        learns_from_verdicts: false,
    },
    Preset {
        id: "copies",
        label: "Many edits, without a teacher",
        help: "SSCD with a wider choice of edits: the recipe of the bundled model.",
        toml: include_str!("../../assets/recipes/copies.toml"),
        simple: false,
        learns_from_verdicts: false,
    },
    Preset {
        id: "icd",
        label: "ICD, the first version of RDCD",
        help: "A student learns from a teacher and from two versions of each picture.",
        toml: include_str!("../../assets/recipes/icd.toml"),
        simple: false,
        learns_from_verdicts: false,
    },
    Preset {
        id: "seed",
        label: "SEED",
        help: "A student sees a memory of pictures as its teacher does.",
        toml: include_str!("../../assets/recipes/seed.toml"),
        simple: false,
        learns_from_verdicts: false,
    },
    Preset {
        id: "seed-relational",
        label: "SEED, relational",
        help: "The same, with all neighbors counting and not only the nearest.",
        toml: include_str!("../../assets/recipes/seed-relational.toml"),
        simple: false,
        learns_from_verdicts: false,
    },
    Preset {
        id: "seed-patches",
        label: "SEED, small patches",
        help: "The same, with six small parts of each picture beside the large one.",
        toml: include_str!("../../assets/recipes/seed-patches.toml"),
        simple: false,
        learns_from_verdicts: false,
    },
    Preset {
        id: "dino",
        label: "DINO, without a teacher",
        help: "A transformer learns from parts of pictures alone.",
        toml: include_str!("../../assets/recipes/dino.toml"),
        simple: false,
        learns_from_verdicts: false,
    },
    Preset {
        id: "patch-dino",
        label: "Patch-Wise DINO, without a teacher",
        help: "DINO, and patches that show the same place agree too.",
        toml: include_str!("../../assets/recipes/patch-dino.toml"),
        simple: false,
        learns_from_verdicts: false,
    },
    Preset {
        id: "isc21",
        label: "ISC21, without a teacher",
        help: "The winner of a contest for finding copies: three stages, larger and harder.",
        toml: include_str!("../../assets/recipes/isc21.toml"),
        simple: false,
        learns_from_verdicts: false,
    },
    Preset {
        id: "obd-sd",
        label: "OBD-SD, for folders of kinds",
        help: "Each folder is a kind of pictures; finds pictures of the same kind.",
        toml: include_str!("../../assets/recipes/obd-sd.toml"),
        simple: false,
        learns_from_verdicts: false,
    },
    Preset {
        id: "copy-nce",
        label: "CopyNCE, without a teacher",
        help: "Two versions of a picture find each other, whole and patch by patch.",
        toml: include_str!("../../assets/recipes/copy-nce.toml"),
        simple: false,
        learns_from_verdicts: false,
    },
    Preset {
        id: "verdicts",
        label: "Your verdicts",
        help: "Learns from the results that you marked as copies or not in Find.",
        toml: include_str!("../../assets/recipes/verdicts.toml"),
        simple: false,
        learns_from_verdicts: true,
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
            assert_eq!(preset.learns_from_verdicts, recipe.is_all_pairs());
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
