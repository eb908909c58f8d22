//! Every shader is valid, which needs no graphics card to find out.

use std::path::Path;

use naga::valid::Capabilities;
use naga::valid::ValidationFlags;
use naga::valid::Validator;

#[test]
fn every_shader_is_valid() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    let mut n_shaders = 0;
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "wgsl") {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        let module = naga::front::wgsl::parse_str(&source).unwrap_or_else(|err| {
            panic!("{}: {}", path.display(), err.emit_to_string(&source));
        });
        let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
        let checked = validator.validate(&module);
        assert!(checked.is_ok(), "{}: {:?}", path.display(), checked.err());
        let entries: Vec<&str> = module
            .entry_points
            .iter()
            .map(|e| e.name.as_str())
            .collect();
        assert_eq!(entries, ["vertex", "fragment"], "{}", path.display());
        n_shaders += 1;
    }
    assert!(n_shaders >= 2, "the shaders are in {}", folder.display());
}
