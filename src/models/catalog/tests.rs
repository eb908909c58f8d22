//! What holds for every row.

use std::collections::BTreeSet;

use crate::models::head::HeadLayers;

use super::*;

#[test]
fn ids_labels_file_names_and_addresses_are_unique() {
    let unique = |values: Vec<&str>| {
        let set: BTreeSet<&str> = values.iter().copied().collect();
        assert_eq!(set.len(), values.len(), "{values:?}");
    };
    unique(models().map(|model| model.id).collect());
    unique(models().map(|model| model.label).collect());
    let files = || models().flat_map(|model| model.files);
    unique(files().map(|file| file.name).collect());
    unique(files().filter_map(|file| file.address).collect());
    for model in models() {
        unique(model.files.iter().map(|file| file.format).collect());
    }
}

#[test]
fn every_row_has_a_network_a_head_and_the_length_that_both_make() {
    for model in models() {
        let id = model.id;
        let spec = trunk::architecture(model.architecture).unwrap();
        assert_eq!(HeadForm::from_id(model.head.id()), Some(model.head), "{id}");
        if model.head.layers == HeadLayers::Nothing {
            assert_eq!(model.dimensions, model.head.pooled(spec.channels), "{id}");
        }
        let size = model.preprocessing.size;
        assert!(size.is_multiple_of(spec.multiple), "{id}");
        assert!((96..=512).contains(&size), "{id}");
    }
}

#[test]
fn texts_are_there_and_figures_are_percent() {
    let words = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    for model in models() {
        assert!(words(model.id) && !model.label.is_empty(), "{}", model.id);
        assert!(model.help.ends_with('.'), "{}", model.id);
        assert!(model.obstacle.is_none_or(|text| text.ends_with('.')));
        for score in model.scores {
            assert!((1.0..100.0).contains(&score.percent), "{}", model.id);
        }
    }
    for (publisher, models) in groups() {
        assert!(publisher.help.ends_with('.') && !publisher.licence.is_empty());
        assert!(publisher.page.starts_with("https://github.com/"));
        for model in models {
            assert_eq!(model.publisher.label, publisher.label);
        }
    }
}

#[test]
fn every_file_is_of_a_kind_that_is_read_and_comes_over_https() {
    let mut n_addresses = 0;
    for file in models().flat_map(|model| model.files) {
        assert!(file.is_readable(), "{}", file.name);
        if let Some(address) = file.address {
            assert!(address.starts_with("https://"), "{address}");
            assert!(address.ends_with(&format!("/{}", file.name)), "{address}");
            assert!(file.host().is_some_and(|host| host.contains('.')));
            n_addresses += 1;
        }
        if let Some(Checksum::Sha256(digits) | Checksum::Md5(digits)) = file.checksum {
            assert!(digits.len() >= 8 && digits.len().is_multiple_of(2));
            assert!(
                digits
                    .bytes()
                    .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
            );
        }
    }
    assert_eq!(n_addresses, 48);
}

#[test]
fn the_published_models_are_all_there() {
    let sizes: Vec<(&str, usize)> = groups()
        .map(|(publisher, models)| (publisher.label, models.len()))
        .collect();
    let expected = [
        ("SSCD", 7),
        ("ISC21", 2),
        ("DINO", 5),
        ("DINOv2", 8),
        ("SEED", 8),
        ("MoCo", 7),
        ("SimCLR", 1),
        ("SwAV", 5),
        ("OBD-SD", 9),
    ];
    assert_eq!(sizes, expected);
    let sscd = find("sscd-disc-mixup").unwrap();
    let formats: Vec<&str> = sscd.files.iter().map(|file| file.format).collect();
    assert_eq!(formats, ["torchvision", "classy", "torchscript"]);
    assert_eq!(
        sscd.file(None).unwrap().name,
        "sscd_disc_mixup.torchvision.pt"
    );
    assert_eq!(
        sscd.file(Some("classy")).unwrap().name,
        "sscd_disc_mixup.classy.pt"
    );
    assert_eq!(by_file_name("sscd_disc_mixup.classy.pt"), Some(sscd));
}

#[test]
fn a_search_looks_at_names_networks_and_help() {
    let found = |text: &str| models().filter(|model| model.matches(text)).count();
    assert_eq!(found(""), models().count());
    assert_eq!(found("dinov2 REGISTERS"), 4);
    assert_eq!(found("resnext"), 1);
    assert_eq!(found("no such thing"), 0);
}
