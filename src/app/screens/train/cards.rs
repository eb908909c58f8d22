//! The four cards of a run, and the frame they share.

use eframe::egui;

use super::TrainPage;
use super::computer;
use super::pictures;
use super::student;
use super::teacher;
use crate::app::command::Commands;
use crate::app::theme;
use crate::app::theme::Palette;

/// Cards are at least this wide before another one fits beside them.
const MIN_WIDTH: f32 = 320.0;
/// Cards in one row are equally high, at least this.
const MIN_HEIGHT: f32 = 132.0;

/// Whether a card has what a start needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    Working,
    Todo,
    Problem,
}

impl Readiness {
    fn word(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Working => "Looking",
            Self::Todo => "To do",
            Self::Problem => "Needs a look",
        }
    }

    fn icon(self) -> egui_material_icons::MaterialIcon {
        match self {
            Self::Ready => egui_material_icons::icons::ICON_CHECK_CIRCLE,
            Self::Working => egui_material_icons::icons::ICON_HOURGLASS_TOP,
            Self::Todo => egui_material_icons::icons::ICON_RADIO_BUTTON_UNCHECKED,
            Self::Problem => egui_material_icons::icons::ICON_ERROR,
        }
    }

    fn color(self, palette: &Palette) -> egui::Color32 {
        match self {
            Self::Ready => palette.accent,
            Self::Working | Self::Todo => palette.weak,
            Self::Problem => palette.problem,
        }
    }
}

type CardUi = fn(&mut egui::Ui, &TrainPage<'_>, &mut Commands);

/// One card: its title, whether it is ready, and its inside.
struct Card {
    title: &'static str,
    readiness: fn(&TrainPage<'_>) -> Readiness,
    ui: CardUi,
}

const CARDS: [Card; 4] = [
    Card {
        title: "Teacher",
        readiness: teacher::readiness,
        ui: teacher::ui,
    },
    Card {
        title: "Student",
        readiness: student::readiness,
        ui: student::ui,
    },
    Card {
        title: "Pictures",
        readiness: pictures::readiness,
        ui: pictures::ui,
    },
    Card {
        title: "Computer",
        readiness: computer::readiness,
        ui: computer::ui,
    },
];

/// The cards in one, two or four columns.
pub fn ui(ui: &mut egui::Ui, page: &TrainPage<'_>, commands: &mut Commands) {
    let width = ui.available_width();
    let n_columns = match (width / MIN_WIDTH) as usize {
        0 | 1 => 1,
        2 | 3 => 2,
        _ => 4,
    };
    let card_width = (width - theme::GROUP_GAP * (n_columns - 1) as f32) / n_columns as f32;
    for (row_idx, row) in CARDS.chunks(n_columns).enumerate() {
        let height_id = ui.scope_id().with(("card row", row_idx, n_columns));
        let height: f32 = ui.data(|data| data.get_temp(height_id)).unwrap_or(0.0);
        let mut tallest: f32 = MIN_HEIGHT;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GROUP_GAP;
            for card in row {
                let natural = card_ui(ui, card, [card_width, height], page, commands);
                tallest = tallest.max(natural);
            }
        });
        if (tallest - height).abs() > 0.5 {
            ui.data_mut(|data| data.insert_temp(height_id, tallest));
            ui.request_repaint();
        }
    }
}

/// Draws one card and returns the height its inside asks for.
fn card_ui(
    ui: &mut egui::Ui,
    card: &Card,
    [width, height]: [f32; 2],
    page: &TrainPage<'_>,
    commands: &mut Commands,
) -> f32 {
    let readiness = (card.readiness)(page);
    let palette = Palette::of(ui);
    let mut frame = theme::card(ui);
    if readiness == Readiness::Ready {
        frame.stroke.color = palette.accent;
    }
    let padding = frame.total_margin().sum();
    let mut natural = 0.0;
    frame.show(ui, |ui| {
        ui.set_width(width - padding.x);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP;
            header_ui(ui, card.title, readiness);
            (card.ui)(ui, page, commands);
            natural = ui.min_rect().height();
            let bottom = ui.min_rect().top() + height;
            if bottom > ui.cursor().top() {
                ui.add_space(bottom - ui.cursor().top());
            }
        });
    });
    natural
}

fn header_ui(ui: &mut egui::Ui, title: &str, readiness: Readiness) {
    let color = readiness.color(Palette::of(ui));
    ui.horizontal(|ui| {
        ui.label(egui::RichText::new(title).text_style(theme::card_title()));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = theme::GAP / 2.0;
            let word = egui::RichText::new(readiness.word()).color(color).small();
            ui.label(word);
            ui.label(
                readiness
                    .icon()
                    .rich_text()
                    .color(color)
                    .size(theme::ICON_SIZE),
            );
        });
    });
}
