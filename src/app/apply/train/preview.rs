//! The strip of draws: asks for new ones whenever the recipe or the picture has changed.

use crate::app::command::Command;
use crate::app::command::Commands;
use crate::app::command::PreviewCommand;
use crate::app::command::TrainCommand;
use crate::app::services::Services;
use crate::app::state::AppState;
use crate::app::state::Place;
use crate::worker::JobRequest;

/// Does what one command asks for.
pub fn apply(state: &mut AppState, services: &Services, command: PreviewCommand) {
    let preview = &mut state.train.preview;
    match command {
        PreviewCommand::DrawAgain => preview.seed += 1,
        PreviewCommand::ShowAnother => {
            preview.sample += usize::from(preview.chosen.take().is_none());
        }
        PreviewCommand::AskForPicture => ask_for_picture(services),
        PreviewCommand::Choose(picture) => preview.chosen = Some(picture),
        PreviewCommand::ShowStage(stage) => preview.stage = stage,
    }
}

/// Keeps the strip in step with the setup while it is on screen.
pub fn every_frame(state: &mut AppState, services: &Services) {
    let train = &mut state.train;
    let is_seen = state.place == Place::Train && train.run.is_none();
    if !is_seen || train.setup.recipe_problem.is_some() {
        return;
    }
    let samples = train
        .pictures
        .ready()
        .map_or(&[][..], |check| &check.samples);
    let preview = &mut train.preview;
    let Some(wanted) = preview.wanted(&train.setup.recipe, samples) else {
        preview.report = None;
        preview.order = None;
        return;
    };
    if preview.order.as_ref() == Some(&wanted) {
        return;
    }
    if let Some(job) = preview.job {
        services.jobs.stop(job);
    }
    let request = JobRequest::Preview(Box::new(wanted.clone()));
    preview.job = Some(services.jobs.submit(request));
    preview.order = Some(wanted);
}

fn ask_for_picture(services: &Services) {
    let desktop = services.desktop.clone();
    services.background("choose-preview-picture", move || {
        let filter = ("Pictures", super::super::find::PICTURE_ENDINGS);
        let chosen = desktop.choose_files("A picture to draw views of", filter);
        let first = chosen.into_iter().next();
        first.map_or(Commands::new(), |picture| {
            let command = PreviewCommand::Choose(picture);
            vec![Command::Train(TrainCommand::Preview(command))]
        })
    });
}
