//! Numbers, sizes, times and paths as a person reads them.

use std::path::Path;
use std::time::Duration;

/// `1 picture`, `12,400 pictures`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    let word = if n == 1 { one } else { many };
    format!("{} {word}", grouped(n))
}

/// `1 picture`, `12,400 pictures`.
pub fn pictures(n: usize) -> String {
    count(n, "picture", "pictures")
}

/// `81 %`; anything above nothing and below everything says so.
pub fn percent(share: f32) -> String {
    let share = share.clamp(0.0, 1.0);
    match (share * 100.0).round() as u32 {
        0 if share > 0.0 => "under 1 %".to_owned(),
        100 if share < 1.0 => "over 99 %".to_owned(),
        value => format!("{value} %"),
    }
}

/// `41`, `0.6`: something a second.
pub fn rate(per_second: f32) -> String {
    if per_second >= 9.95 {
        grouped(per_second.round() as usize)
    } else {
        format!("{per_second:.1}")
    }
}

/// Letters, digits and dashes only: safe as a file name everywhere.
pub fn plain_file_name(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| {
            if c.is_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        return "copylens".to_owned();
    }
    words.join("-")
}

/// `12400` becomes `12,400`.
pub fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `812 KB`, `3.4 MB`.
pub fn file_size(bytes: u64) -> String {
    let bytes = bytes as f64;
    let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "KB")];
    for (size, unit) in units {
        let value = bytes / size;
        if value >= 10.0 {
            return format!("{value:.0} {unit}");
        }
        if value >= 1.0 {
            return format!("{value:.1} {unit}");
        }
    }
    format!("{bytes:.0} bytes")
}

/// Rounded to what a person needs: `8 s`, `3 min`, `2 h 10 min`.
pub fn duration(duration: Duration) -> String {
    let secs = duration.as_secs_f64().round() as u64;
    let mins = (secs + 30) / 60;
    match (secs, mins) {
        (0..=9, _) => format!("{} s", secs.max(1)),
        (10..=89, _) => format!("{} s", (secs + 2) / 5 * 5),
        (_, 0..=59) => format!("{mins} min"),
        _ if mins.is_multiple_of(60) => format!("{} h", mins / 60),
        _ => format!("{} h {} min", mins / 60, mins % 60),
    }
}

/// How alike two pictures are, in words; the number itself belongs to Details.
pub fn likeness(similarity: f32) -> &'static str {
    match similarity {
        s if s >= 0.95 => "Nearly identical",
        s if s >= 0.80 => "Very alike",
        s if s >= 0.60 => "Alike",
        s if s >= 0.45 => "Somewhat alike",
        _ => "Slightly alike",
    }
}

/// The name of a file, without its folder.
pub fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

/// The last two folders of a file: enough to recognize the place.
pub fn folder(path: &Path) -> String {
    let Some(parent) = path.parent() else {
        return String::new();
    };
    let names: Vec<_> = parent
        .components()
        .filter_map(|part| match part {
            std::path::Component::Normal(name) => Some(name.to_string_lossy()),
            std::path::Component::Prefix(_)
            | std::path::Component::RootDir
            | std::path::Component::CurDir
            | std::path::Component::ParentDir => None,
        })
        .collect();
    let tail = names.len().saturating_sub(2);
    names[tail..].join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_rates_are_readable() {
        assert_eq!(percent(0.814), "81 %");
        assert_eq!(percent(0.002), "under 1 %");
        assert_eq!(percent(0.999), "over 99 %");
        assert_eq!(rate(0.44), "0.4");
        assert_eq!(rate(1204.3), "1,204");
    }

    #[test]
    fn any_name_becomes_a_file_name() {
        assert_eq!(plain_file_name("Balanced, ResNet-18"), "balanced-resnet-18");
        assert_eq!(plain_file_name("../../etc"), "etc");
        assert_eq!(plain_file_name("///"), "copylens");
    }

    #[test]
    fn numbers_are_grouped() {
        for (n, text) in [
            (0, "0"),
            (999, "999"),
            (12400, "12,400"),
            (1_000_000, "1,000,000"),
        ] {
            assert_eq!(grouped(n), text);
        }
        assert_eq!(count(1, "picture", "pictures"), "1 picture");
    }

    #[test]
    fn times_are_rounded_to_what_a_person_needs() {
        for (secs, text) in [
            (0, "1 s"),
            (8, "8 s"),
            (47, "45 s"),
            (95, "2 min"),
            (3600, "1 h"),
            (7800, "2 h 10 min"),
        ] {
            assert_eq!(duration(Duration::from_secs(secs)), text);
        }
    }

    #[test]
    fn sizes_have_two_digits_that_matter() {
        for (bytes, text) in [(12, "12 bytes"), (3_400_000, "3.4 MB"), (812_000, "812 KB")] {
            assert_eq!(file_size(bytes), text);
        }
    }

    #[test]
    fn a_folder_is_named_by_its_last_two_parts() {
        assert_eq!(folder(Path::new("/a/b/c/d.jpg")), "b / c");
        assert_eq!(folder(Path::new("d.jpg")), "");
    }
}
