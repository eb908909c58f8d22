//! The functions and classes that a model file may name.
//!
//! None of them is ever called. The list keeps out what only an attack names, and says which file
//! was made for what.

/// Modules and the names in them that files of PyTorch need.
const ALLOWED: &[(&str, &[&str])] = &[
    (
        "torch._utils",
        &[
            "_rebuild_tensor",
            "_rebuild_tensor_v2",
            "_rebuild_tensor_v3",
            "_rebuild_parameter",
            "_rebuild_parameter_with_state",
        ],
    ),
    ("torch._tensor", &["_rebuild_from_type_v2"]),
    ("torch.nn.parameter", &["Parameter", "Buffer"]),
    ("torch.serialization", &["_get_layout"]),
    ("torch.storage", &["TypedStorage", "UntypedStorage"]),
    (
        "torch.jit._pickle",
        &[
            "build_intlist",
            "build_tensorlist",
            "build_doublelist",
            "build_boollist",
            "restore_type_tag",
        ],
    ),
    (
        "torch",
        &[
            "FloatStorage",
            "HalfStorage",
            "BFloat16Storage",
            "DoubleStorage",
            "LongStorage",
            "IntStorage",
            "ShortStorage",
            "CharStorage",
            "ByteStorage",
            "BoolStorage",
            "ComplexFloatStorage",
            "ComplexDoubleStorage",
            "QInt8Storage",
            "QUInt8Storage",
            "QInt32Storage",
            "Size",
            "device",
            "Tensor",
            "float16",
            "float32",
            "float64",
            "bfloat16",
            "int8",
            "int16",
            "int32",
            "int64",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "bool",
            "complex64",
            "complex128",
            "strided",
            "contiguous_format",
        ],
    ),
    (
        "collections",
        &["OrderedDict", "defaultdict", "Counter", "deque"],
    ),
    // What a training script leaves beside its weights: settings, dates, single numbers.
    (
        "builtins",
        &[
            "set",
            "frozenset",
            "list",
            "dict",
            "tuple",
            "int",
            "float",
            "str",
            "bool",
            "bytes",
            "bytearray",
            "complex",
            "slice",
            "range",
            "object",
        ],
    ),
    ("argparse", &["Namespace"]),
    ("types", &["SimpleNamespace"]),
    ("_codecs", &["encode"]),
    ("copyreg", &["_reconstructor"]),
    (
        "datetime",
        &["date", "datetime", "time", "timedelta", "timezone"],
    ),
    (
        "pathlib",
        &[
            "Path",
            "PosixPath",
            "WindowsPath",
            "PurePosixPath",
            "PureWindowsPath",
        ],
    ),
    (
        "numpy",
        &[
            "dtype", "ndarray", "float64", "float32", "int64", "int32", "bool_",
        ],
    ),
    ("numpy.core.multiarray", &["scalar", "_reconstruct"]),
    ("numpy._core.multiarray", &["scalar", "_reconstruct"]),
];

/// Packages whose classes hold the layers of a network or the settings of its training. TorchScript
/// names every class of a model by its path below `__torch__`.
const ALLOWED_PACKAGES: &[&str] = &[
    "__torch__",
    "classy_vision",
    "easydict",
    "fvcore.common.config",
    "omegaconf",
    "pytorch_lightning.callbacks",
    "pytorch_lightning.utilities.parsing",
    "lightning.pytorch.callbacks",
    "lightning.pytorch.utilities.parsing",
    "timm.layers",
    "timm.models",
    "torch.nn.modules",
    "torch.optim",
    "torchvision.models",
    "torchvision.ops",
    "typing",
    "yacs.config",
];

/// Python 2's names of the same modules.
const OLD_NAMES: &[(&str, &str)] = &[("__builtin__", "builtins"), ("copy_reg", "copyreg")];

/// Longest `module name`: names are noted down again and again.
const MAX_NAME_BYTES: usize = 400;

/// The name under which an allowed function or class is noted, `None` for every other.
pub(super) fn allowed(module: &str, name: &str) -> Option<String> {
    let old = OLD_NAMES.iter().find(|(old, _)| *old == module);
    let module = old.map_or(module, |(_, new)| new);
    let in_table = ALLOWED
        .iter()
        .any(|(known, names)| *known == module && names.contains(&name));
    // A dotted name would reach from an allowed package to whatever that imports.
    let in_package = !name.contains('.')
        && ALLOWED_PACKAGES.iter().any(|package| {
            let rest = module.strip_prefix(package);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
    let is_short = module.len() + name.len() < MAX_NAME_BYTES;
    (is_short && (in_table || in_package)).then(|| format!("{module} {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_models_need_is_allowed() {
        assert_eq!(
            allowed("torch._utils", "_rebuild_tensor_v2").as_deref(),
            Some("torch._utils _rebuild_tensor_v2")
        );
        assert_eq!(
            allowed("__builtin__", "set").as_deref(),
            Some("builtins set")
        );
        assert!(allowed("torch.nn.modules.conv", "Conv2d").is_some());
        for (module, name) in [
            ("os", "system"),
            ("posix", "system"),
            ("builtins", "eval"),
            ("builtins", "getattr"),
            ("torch", "load"),
            ("torch.storage", "_load_from_bytes"),
            ("torch.hub", "load"),
            ("torch.nn.modulesx", "Conv2d"),
            ("torch.nn.modules.module", "torch.os.system"),
            ("subprocess", "Popen"),
            ("runpy", "_run_code"),
            ("__main__", "Model"),
        ] {
            assert_eq!(allowed(module, name), None, "{module} {name}");
        }
    }
}
