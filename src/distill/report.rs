//! How a run went, in words: for the run folder and for the model's card.

use std::fmt::Write as _;
use std::path::Path;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

use super::RunConfig;
use super::RunSummary;
use super::checkpoint::Position;
use super::recipe::Recipe;

/// Where a model comes from, in one line.
pub fn source(config: &RunConfig, recipe: &Recipe, position: &Position) -> String {
    let folders: Vec<String> = config
        .pictures
        .iter()
        .map(|path| folder_name(path))
        .collect();
    let mut text = format!("Taught by Copylens with the recipe {}", recipe.name);
    if let Some(teacher) = &config.teacher {
        let _infallible = write!(text, ", teacher {teacher}");
    }
    if let Some(start) = &config.start_from {
        let _infallible = write!(text, ", starting from {}", folder_name(start));
    }
    let _infallible = write!(
        text,
        ", on {} ({} pictures seen)",
        folders.join(", "),
        position.pictures
    );
    text
}

/// The report of a finished run.
pub fn text(config: &RunConfig, recipe: &Recipe, summary: &RunSummary) -> String {
    let folders: Vec<String> = config
        .pictures
        .iter()
        .map(|path| folder_name(path))
        .collect();
    let percent =
        |value: Option<f32>| value.map_or("not measured".to_owned(), |value| format!("{value:.3}"));
    let how_it_ended = if summary.complete {
        "went through all its steps"
    } else {
        "was finished early"
    };
    let rows = [
        ("Student", config.student.clone()),
        ("Teacher", config.teacher.clone().unwrap_or("none".into())),
        (
            "Started from",
            config
                .start_from
                .as_deref()
                .map_or("random weights".into(), folder_name),
        ),
        ("Pictures", folders.join(", ")),
        ("Steps", summary.steps.to_string()),
        ("Pictures seen", summary.pictures.to_string()),
        (
            "Minutes of training",
            format!("{:.1}", summary.seconds / 60.0),
        ),
        ("Held-out micro-AP before", percent(summary.quality_before)),
        ("Held-out micro-AP, best", percent(summary.quality_best)),
    ];
    let mut rows = rows.to_vec();
    if let Some(judged) = &summary.judged {
        let n_pairs = judged.best.n_pairs;
        rows.push(("Judged pairs held out", n_pairs.to_string()));
        let right = |value: f32| format!("{value:.3}");
        rows.push(("Of these right before", right(judged.before.right)));
        rows.push(("Of these right, best", right(judged.best.right)));
        rows.push((
            "Area under their ROC curve before",
            right(judged.before.auc),
        ));
        rows.push(("Area under their ROC curve, best", right(judged.best.auc)));
    }
    let mut text = format!(
        "# {}\n\nThis run {how_it_ended}.\n\n| what | value |\n|---|---|\n",
        recipe.name
    );
    for (what, value) in rows {
        let _infallible = writeln!(text, "| {what} | {value} |");
    }
    let version = env!("CARGO_PKG_VERSION");
    let _infallible = write!(
        text,
        "\nThe recipe is in `recipe.toml`, every point of the curves in `curve.jsonl`, the best \
         student in `best.safetensors`.\nMade by Copylens {version} on {}.\n",
        today()
    );
    text
}

/// The date as `YYYY-MM-DD`, in UTC.
pub fn today() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_secs());
    date_of_day((seconds / 86_400) as i64)
}

/// Days since 1970-01-01 as a date (Howard Hinnant's `civil_from_days`).
fn date_of_day(day: i64) -> String {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 {
        month_index + 3
    } else {
        month_index - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The last part of a path: reports travel with models and keep no private folders.
fn folder_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || "pictures".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        assert_eq!(date_of_day(0), "1970-01-01");
        assert_eq!(date_of_day(11_016), "2000-02-29");
        assert_eq!(date_of_day(20_777), "2026-11-20");
    }
}
