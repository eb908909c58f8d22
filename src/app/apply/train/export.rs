//! Curves on the way out: as a table and as a picture.

use std::path::PathBuf;

use crate::app::chart_picture;
use crate::app::chart_picture::ChartPicture;
use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::curves;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::app::state::Notice;
use crate::app::state::NoticeAction;
use crate::app::widgets::words;
use crate::data;
use crate::distill::RunPoint;
use crate::persist;

/// Saves the curves of the run on screen, and of those beside it, as CSV.
pub fn csv(state: &AppState, services: &Services) {
    let Some(run) = &state.train.run else {
        return;
    };
    let mut runs: Vec<(String, Vec<RunPoint>)> = vec![(run.name.clone(), run.points.clone())];
    for past in &state.train.past {
        if let Some(points) = past
            .points
            .as_ref()
            .filter(|_| state.train.overlaid.contains(&past.dir))
        {
            runs.push((past.name.clone(), points.clone()));
        }
    }
    let name = format!("{}.csv", words::plain_file_name(&run.name));
    let desktop = services.desktop.clone();
    services.background("export-csv", move || {
        let Some(path) = desktop.choose_save_path("Save the curves", &name) else {
            return Commands::new();
        };
        let borrowed: Vec<(&str, &[RunPoint])> = runs
            .iter()
            .map(|(name, points)| (name.as_str(), points.as_slice()))
            .collect();
        vec![saved(path, &curves::curves_csv(&borrowed))]
    });
}

/// Saves charts as a picture.
pub fn picture(state: &AppState, services: &Services, charts: Vec<ChartPicture>) {
    let Some(run) = &state.train.run else {
        return;
    };
    let name = format!("{}.png", words::plain_file_name(&run.name));
    let desktop = services.desktop.clone();
    services.background("export-charts", move || {
        let Some(path) = desktop.choose_save_path("Save the charts", &name) else {
            return Commands::new();
        };
        match data::encode_png(&chart_picture::draw(&charts)) {
            Ok(png) => vec![saved(path, &png)],
            Err(err) => {
                let notice = Notice::problem("The charts could not be drawn into a picture")
                    .with_details(vec![err.to_string()]);
                vec![Command::Tell(notice)]
            }
        }
    });
}

fn saved(path: PathBuf, bytes: &[u8]) -> Command {
    Command::Tell(match persist::save(&path, bytes) {
        Ok(()) => Notice::note(format!("Saved {:?}", words::file_name(&path)))
            .with_action(NoticeAction::RevealFile(path)),
        Err(err) => Notice::problem("The curves could not be saved")
            .with_advice(err.advice())
            .with_details(vec![err.to_string()]),
    })
}
