//! Published models: the list, and downloads from a server on the loopback address.

use std::collections::BTreeSet;
use std::time::Duration;
use std::time::Instant;

use copylens::models;
use copylens::weights;
use copylens::weights::Precision;
use copylens::weights::TensorFile;
use copylens::weights::TensorMap;
use copylens::weights::WeightTensor;
use serde_json::Value;

use super::Desk;
use super::fields;
use super::server::Server;
use super::server::Site;
use super::stderr;

/// The smallest network of the catalog whose files hold nothing else.
const MODEL: &str = "seed-resnet18-moco";
const ALL: usize = usize::MAX;

/// A file as SEED publishes it: student, head and teacher's queue, numbers that half precision
/// holds.
fn student(desk: &Desk) -> Vec<u8> {
    let spec = models::architecture("resnet18").unwrap();
    let shapes = models::state::read_shapes(&(spec.build)(&burn::tensor::Device::flex()));
    let tensor = |shape: &[usize]| WeightTensor {
        shape: shape.to_vec(),
        values: vec![0.5; shape.iter().product()],
    };
    let mut tensors: TensorMap = shapes
        .iter()
        .map(|(ours, shape)| {
            let name = (spec.original_key)(ours);
            (format!("state_dict.module.student.{name}"), tensor(shape))
        })
        .collect();
    tensors.insert(
        "state_dict.module.student.fc.0.weight".into(),
        tensor(&[512, 512]),
    );
    tensors.insert("state_dict.module.queue".into(), tensor(&[128, 64]));
    let path = desk.path("served.safetensors");
    let file = TensorFile {
        tensors,
        ..TensorFile::default()
    };
    weights::write(&path, &file, Precision::F16).unwrap();
    std::fs::read(path).unwrap()
}

fn site(body: Vec<u8>) -> Site {
    Site {
        body,
        etag: "\"one\"",
    }
}

#[test]
fn the_catalog_is_listed_with_everything_known() {
    let desk = Desk::new();
    let rows = desk.json(&["catalog", "--json"]).remove(0);
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), models::catalog::models().count());
    let sscd = rows
        .iter()
        .find(|row| row["id"] == "sscd-disc-mixup")
        .unwrap();
    let expected = BTreeSet::from([
        "id",
        "label",
        "method",
        "help",
        "architecture",
        "head",
        "dimensions",
        "preprocessing",
        "input",
        "obstacle",
        "licence",
        "page",
        "scores",
        "files",
        "imported",
    ]);
    assert_eq!(fields(sscd), expected);
    assert_eq!(sscd["files"][0]["bytes"], Value::Null);
    assert_eq!(sscd["files"].as_array().unwrap().len(), 3);
    let text = desk.run(&["catalog"]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(
        text.contains("dl.fbaipublicfiles.com, at least 94"),
        "{text}"
    );
}

#[test]
fn a_model_is_fetched_and_imported_as_published() {
    let desk = Desk::new();
    let served = site(student(&desk));
    let server = Server::start(move |n, request, stream| {
        served.answer(request, stream, if n == 0 { 2_000_000 } else { ALL });
    });
    let address = server.address("/seed.pth.tar");
    let words = ["get", MODEL, "--mirror", &address, "--json"];
    let model = desk.json(&words).remove(0);
    assert_eq!(
        (&model["id"], &model["dimensions"]),
        (&MODEL.into(), &512.into())
    );
    assert_eq!(
        model["report"]["published"],
        models::catalog::find(MODEL).unwrap().label
    );
    assert_eq!(server.requests()[1].range_start(), Some(2_000_000));
    // Nothing but the model stays.
    assert_eq!(
        std::fs::read_dir(desk.path("home/downloads"))
            .unwrap()
            .count(),
        0
    );
    let listed = desk.json(&["catalog", "--json"]).remove(0);
    let row = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == MODEL);
    assert_eq!(row.unwrap()["imported"], serde_json::json!([MODEL]));
    let out = desk.run(&["get", MODEL, "--mirror", &address, "--to", "kept.pth.tar"]);
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    assert!(stderr(&out).contains(&address) && stderr(&out).contains("Licence: MIT"));
    assert!(desk.path("kept.pth.tar").is_file());
}

#[test]
fn a_killed_download_goes_on() {
    let desk = Desk::new();
    let served = site(student(&desk));
    let server = Server::start(move |n, request, stream| {
        served.answer(request, stream, if n == 0 { 2_000_000 } else { ALL });
        if n == 0 {
            std::thread::sleep(Duration::from_secs(20));
        }
    });
    let address = server.address("/seed.pth.tar");
    let words = ["get", MODEL, "--mirror", &address];
    let mut child = desk.command(&words).spawn().unwrap();
    let name = models::catalog::find(MODEL).unwrap().files[0].name;
    let part = desk.path(&format!("home/downloads/{name}.part"));
    let until = Instant::now() + Duration::from_secs(20);
    while part.metadata().map_or(0, |part| part.len()) < 2_000_000 {
        assert!(Instant::now() < until, "nothing came");
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let out = desk.run(&words);
    assert_eq!(out.status.code(), Some(0), "{}", stderr(&out));
    assert_eq!(server.requests()[1].range_start(), Some(2_000_000));
    assert_eq!(String::from_utf8_lossy(&out.stdout).trim(), MODEL);
}

#[test]
fn a_download_that_is_something_else_is_refused() {
    let desk = Desk::new();
    let served = site(student(&desk));
    let server = Server::start(move |_, request, stream| served.answer(request, stream, ALL));
    let out = desk.run(&[
        "get",
        "dino-resnet50",
        "--mirror",
        &server.address("/x.pth"),
    ]);
    assert_eq!(out.status.code(), Some(1));
    assert!(
        stderr(&out).contains("it holds ResNet-18"),
        "{}",
        stderr(&out)
    );
    assert_eq!(
        std::fs::read_dir(desk.path("home/downloads"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn what_cannot_be_got_says_why() {
    let desk = Desk::new();
    let page = "https://github.com/jacobswan1/SEED";
    for (words, expected) in [
        (&["get", "no-such-model"][..], "no model called"),
        (&["get", MODEL][..], page),
        (&["get", "seed-mobilenetv3-moco"][..], "cannot run"),
        (
            &["get", "sscd-disc-large", "--format", "torchvision"][..],
            "there is classy, torchscript",
        ),
    ] {
        let out = desk.run(words);
        assert_eq!(out.status.code(), Some(1), "{words:?}");
        assert!(stderr(&out).contains(expected), "{}", stderr(&out));
    }
    // The proxy of the environment is asked; nobody answers there.
    let out = desk
        .command(&["get", "sscd-disc-mixup"])
        .env_remove("ALL_PROXY")
        .env_remove("all_proxy")
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("NO_PROXY", "")
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(1));
    assert!(
        stderr(&out).contains("cannot be reached"),
        "{}",
        stderr(&out)
    );
}
