//! torchvision's names for the parameters of SqueezeNet 1.1.

/// Place of each fire module in torchvision's list, which counts activations and pools too.
const PLACES: [usize; 8] = [3, 4, 6, 7, 9, 10, 11, 12];

/// `fires.2.squeeze.weight` is called `features.6.squeeze.weight` there.
pub fn torch_key(ours: &str) -> String {
    let parts: Vec<&str> = ours.split('.').collect();
    match parts.as_slice() {
        ["stem", rest] => format!("features.0.{rest}"),
        ["fires", index, rest @ ..] => {
            let index: usize = index.parse().unwrap_or(0);
            format!("features.{}.{}", PLACES[index], rest.join("."))
        }
        other => other.join("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_torchvisions() {
        let cases = [
            ("stem.bias", "features.0.bias"),
            ("fires.0.squeeze.weight", "features.3.squeeze.weight"),
            ("fires.7.expand3x3.bias", "features.12.expand3x3.bias"),
        ];
        for (ours, theirs) in cases {
            assert_eq!(torch_key(ours), theirs);
        }
    }
}
