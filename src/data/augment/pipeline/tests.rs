use super::super::AUGMENTATIONS;
use super::super::Span;
use super::super::canvas;
use super::testing::apply_alone;
use super::testing::checkered;
use super::testing::gradient;
use super::*;

fn is_kebab_case(id: &str) -> bool {
    id.split('-').all(|word| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    })
}

#[test]
fn the_table_keeps_its_promises() {
    for (idx, spec) in AUGMENTATIONS.iter().enumerate() {
        assert!(is_kebab_case(spec.id), "{}", spec.id);
        assert!(!spec.label.ends_with('.'), "{}", spec.id);
        assert!(
            spec.help.ends_with('.') && spec.help.len() > 15,
            "{}",
            spec.id
        );
        assert!((0.0..=1.0).contains(&spec.probability), "{}", spec.id);
        let is_unique = AUGMENTATIONS[..idx].iter().all(|other| other.id != spec.id);
        assert!(is_unique, "{}", spec.id);
        for parameter in spec.parameters {
            assert!(is_kebab_case(parameter.id), "{} {}", spec.id, parameter.id);
            assert!(
                parameter.limits.holds(parameter.default),
                "{} {}",
                spec.id,
                parameter.id
            );
        }
    }
}

#[test]
fn every_augmentation_repeats_itself_for_a_seed_and_differs_between_seeds() {
    let picture = checkered(90, 60);
    for spec in AUGMENTATIONS {
        let outcomes: Vec<Picture> = (0..6)
            .map(|seed| apply_alone(spec, &picture, seed))
            .collect();
        for (seed, outcome) in outcomes.iter().enumerate() {
            assert!(
                *outcome == apply_alone(spec, &picture, seed as u64),
                "{}",
                spec.id
            );
        }
        assert!(
            outcomes.iter().any(|outcome| *outcome != picture),
            "{}",
            spec.id
        );
        let is_fixed = [
            "horizontal-flip",
            "vertical-flip",
            "grayscale",
            "pad-square",
            "solarize",
            "squash",
        ];
        if !is_fixed.contains(&spec.id) {
            assert!(
                outcomes[1..].iter().any(|other| *other != outcomes[0]),
                "{}",
                spec.id
            );
        }
    }
}

#[test]
fn no_augmentation_minds_pictures_of_odd_shapes() {
    for (width, height) in [(1, 1), (1, 200), (200, 1), (7, 3)] {
        let picture = checkered(width, height);
        for spec in AUGMENTATIONS {
            for seed in 0..8 {
                let changed = apply_alone(spec, &picture, seed);
                assert!(changed.width > 0 && changed.height > 0, "{}", spec.id);
            }
        }
    }
}

#[test]
fn every_preset_builds_and_gives_squares() {
    let picture = gradient(120, 80);
    for preset in PRESETS {
        assert!(
            is_kebab_case(preset.id) && preset.help.ends_with('.'),
            "{}",
            preset.id
        );
        let pipeline = Pipeline::preset(preset.id, 48).unwrap();
        for seed in 0..15 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let view = pipeline.apply(&picture, &mut rng);
            assert_eq!((view.width, view.height), (48, 48), "{}", preset.id);
            let again = pipeline.apply(&picture, &mut ChaCha8Rng::seed_from_u64(seed));
            assert!(view == again, "{}", preset.id);
        }
    }
}

#[test]
fn a_step_happens_as_often_as_it_says() {
    let mirror = super::super::find("horizontal-flip").unwrap();
    for probability in [0.0, 0.05, 0.2, 0.8, 1.0] {
        let steps = vec![Step::new(mirror, probability, &[]).unwrap()];
        let pipeline = Pipeline::new(2, steps);
        let picture = Picture::new(2, 2, [1, 1, 1, 2, 2, 2].repeat(2));
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let n_mirrored = (0..10_000)
            .filter(|_| pipeline.apply(&picture, &mut rng).rgb[0] == 2)
            .count();
        let share = n_mirrored as f32 / 10_000.0;
        // Four standard deviations of the mean of 10,000 draws are at most 0.02.
        assert!(
            (share - probability).abs() <= 0.02,
            "{probability}: {share}"
        );
    }
}

#[test]
fn the_advanced_preset_is_the_one_of_the_paper() {
    let pipeline = Pipeline::preset("advanced", 224).unwrap();
    let steps: Vec<(&str, f32)> = pipeline
        .steps()
        .iter()
        .map(|step| (step.spec().id, step.probability()))
        .collect();
    let expected = [
        ("horizontal-flip", 0.5),
        ("right-angle-rotation", 0.05),
        ("text-overlay", 0.1),
        ("emoji-overlay", 0.2),
        ("free-rotation", 0.05),
        ("random-resized-crop", 1.0),
        ("color-jitter", 0.8),
        ("grayscale", 0.2),
        ("gaussian-blur", 0.5),
        ("jpeg", 0.2),
    ];
    assert_eq!(steps, expected);
}

#[test]
fn unknown_presets_parameters_and_spans_are_refused() {
    assert!(Pipeline::preset("no-such", 64).is_none());
    let blur = super::super::find("gaussian-blur").unwrap();
    assert!(Step::new(blur, 0.5, &[("radius", Span::new(1.0, 2.0))]).is_none());
    assert!(Step::new(blur, 0.5, &[("sigma", Span::new(2.0, 1.0))]).is_none());
    assert!(Step::new(blur, 1.5, &[]).is_none());
}

#[test]
fn no_changes_means_only_resized() {
    let picture = gradient(30, 20);
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let view = Pipeline::preset("none", 16)
        .unwrap()
        .apply(&picture, &mut rng);
    assert!(view == canvas::resize(&picture, 16, 16));
}
