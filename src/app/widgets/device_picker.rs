//! Chooses what computes, and says why some of it cannot.

use eframe::egui;

use crate::app::theme;
use crate::devices::DeviceInfo;

/// The device a choice stands for: `None` is the fastest.
pub fn effective<'a>(found: &'a [DeviceInfo], chosen: Option<&str>) -> Option<&'a DeviceInfo> {
    match chosen {
        Some(id) => found.iter().find(|device| device.id == id),
        None => found
            .iter()
            .filter(|device| device.usable)
            .min_by_key(|device| device.kind),
    }
}

/// A list to choose from; returns the new choice. What cannot be used stands below with its
/// reason.
pub fn ui(
    ui: &mut egui::Ui,
    label: &str,
    found: &[DeviceInfo],
    chosen: Option<&str>,
) -> Option<Option<String>> {
    if found.is_empty() {
        ui.weak("Looking for processors and graphics cards");
        return None;
    }
    let mut picked = None;
    let fastest = effective(found, None).map_or("", |device| device.name.as_str());
    let fastest_label = format!("Fastest ({fastest})");
    let selected = match chosen {
        None => fastest_label.as_str(),
        Some(id) => effective(found, chosen).map_or(id, |device| device.name.as_str()),
    };
    egui::ComboBox::from_id_salt(label)
        .selected_text(selected)
        .width(ui.available_width().min(theme::READING_WIDTH))
        .truncate()
        .show_ui(ui, |ui| {
            if ui
                .selectable_label(chosen.is_none(), &fastest_label)
                .clicked()
            {
                picked = Some(None);
            }
            for device in found {
                let is_chosen = chosen == Some(device.id.as_str());
                let row = egui::Button::selectable(is_chosen, &device.name);
                if ui.add_enabled(device.usable, row).clicked() {
                    picked = Some(Some(device.id.clone()));
                }
            }
        })
        .response
        .accessible_name(format!("{label}, {selected}"));
    reasons_ui(ui, found, chosen);
    picked
}

fn reasons_ui(ui: &mut egui::Ui, found: &[DeviceInfo], chosen: Option<&str>) {
    let current = effective(found, chosen);
    match current {
        Some(device) => {
            if let Some(reason) = &device.reason {
                ui.weak(reason);
            }
        }
        None => {
            ui.weak("This device is no longer there. Choose another one.");
        }
    }
    for device in found.iter().filter(|device| !device.usable) {
        if current.is_some_and(|current| current.id == device.id) {
            continue;
        }
        let reason = device.reason.as_deref().unwrap_or("it did not answer");
        ui.add(
            egui::Label::new(
                egui::RichText::new(format!("{} cannot be used: {reason}", device.name))
                    .weak()
                    .small(),
            )
            .wrap(),
        );
    }
}
