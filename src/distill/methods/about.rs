//! A page about each method, for people who choose one: what it is for, what it needs, its formula
//! and where it comes from.
//!
//! The words are in `pages.rs`; numbers and names of losses come from their own table.

pub(super) mod pages;

use std::fmt::Write as _;

use super::METHODS;
use super::MethodSpec;
use crate::distill::losses;
use crate::distill::losses::LossSpec;
use crate::distill::presets::PRESETS;
use crate::distill::recipe::Recipe;

/// What only a person can say about a method.
pub struct About {
    /// When to take it, and when not.
    pub purpose: &'static str,
    /// Whether it learns from another model.
    pub teacher: &'static str,
    /// Which pictures, and how many.
    pub pictures: &'static str,
    /// Which networks it fits.
    pub student: &'static str,
    /// As text with line breaks; [`SYMBOLS`] says what the letters mean.
    pub formula: &'static str,
    /// Where it departs from the paper or its code, and why.
    pub deviations: &'static [&'static str],
    /// Paper or code, and its address.
    pub sources: &'static [(&'static str, &'static str)],
}

/// The letters of all formulas.
pub const SYMBOLS: &str = "z: descriptors of the student, of length 1. z': of its running mean, or \
                           of the other view. t: of the teacher. u, q: entries of a memory. A dot \
                           between two is their similarity, -1 to 1.";

/// One part of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub title: &'static str,
    pub body: Body,
}

/// What a section holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Text(String),
    /// Lines of fixed width.
    Formula(String),
    Points(Vec<String>),
    /// Titles and addresses.
    Links(Vec<(String, String)>),
}

/// The page of a method.
pub fn sections(spec: &MethodSpec) -> Vec<Section> {
    let About {
        purpose,
        teacher,
        pictures,
        student,
        formula,
        deviations,
        sources,
    } = spec.about;
    let text = |title, text: &str| Section {
        title,
        body: Body::Text(text.to_owned()),
    };
    let points = |title, points| Section {
        title,
        body: Body::Points(points),
    };
    let links = sources.iter();
    let links = links.map(|(name, address)| ((*name).to_owned(), (*address).to_owned()));
    vec![
        text("What it is for", purpose),
        text("Teacher", teacher),
        text("Pictures", pictures),
        text("Student", student),
        points("Recipes", recipes(spec)),
        Section {
            title: "Formula",
            body: Body::Formula((*formula).to_owned()),
        },
        points("Numbers that a recipe can change", numbers(spec)),
        points(
            "Where it departs from its source",
            deviations.iter().map(|point| (*point).to_owned()).collect(),
        ),
        Section {
            title: "Source",
            body: Body::Links(links.collect()),
        },
    ]
}

/// The page as Markdown.
pub fn markdown(spec: &MethodSpec) -> String {
    let mut page = format!("## {}\n\n{}\n", spec.label, spec.help);
    for Section { title, body } in sections(spec) {
        let _infallible = write!(page, "\n### {title}\n\n");
        let _infallible = match body {
            Body::Text(text) => writeln!(page, "{text}"),
            Body::Formula(text) => writeln!(page, "```text\n{text}\n```"),
            Body::Points(points) => points
                .iter()
                .try_for_each(|point| writeln!(page, "- {point}")),
            Body::Links(links) => links
                .iter()
                .try_for_each(|(name, address)| writeln!(page, "- [{name}]({address})")),
        };
    }
    page
}

/// The pages of all methods, one after the other.
pub fn all_as_markdown() -> String {
    let mut text = format!(
        "# The methods of training\n\nWritten by `copylens methods --all`; the window shows the \
         same in Train, with Details.\n\nLetters of the formulas: {SYMBOLS}\n"
    );
    for spec in METHODS {
        text.push('\n');
        text.push_str(&markdown(spec));
    }
    text
}

/// The ready-made recipes whose first stage uses the method.
fn recipes(spec: &MethodSpec) -> Vec<String> {
    let of_method = PRESETS.iter().filter(|preset| {
        let recipe = Recipe::parse(preset.toml);
        recipe.is_ok_and(|recipe| recipe.method == spec.id)
    });
    of_method
        .map(|preset| format!("{} (`{}`): {}", preset.label, preset.id, preset.help))
        .collect()
}

/// The losses of these recipes with their numbers.
fn numbers(spec: &MethodSpec) -> Vec<String> {
    let mut used: Vec<&'static LossSpec> = Vec::new();
    for preset in PRESETS {
        let recipe = Recipe::parse(preset.toml).ok();
        let recipe = recipe.filter(|recipe| recipe.method == spec.id);
        let chosen = recipe.iter().flat_map(|recipe| &recipe.losses);
        for loss in chosen.filter_map(|chosen| losses::loss(&chosen.id)) {
            if !used.iter().any(|known| known.id == loss.id) {
                used.push(loss);
            }
        }
    }
    let mut lines = Vec::new();
    for loss in used {
        lines.push(format!("`{}`, weight: {}", loss.id, loss.help));
        for known in loss.parameters {
            let [low, high] = known.range;
            lines.push(format!(
                "`{}`, `{}` ({}, {low} to {high}): {}",
                loss.id, known.id, known.default, known.help
            ));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_has_a_whole_page() {
        for spec in METHODS {
            for section in sections(spec) {
                let title = section.title;
                let is_there = match &section.body {
                    Body::Text(text) => text.ends_with('.'),
                    Body::Formula(text) => text.contains('='),
                    Body::Points(points) => !points.is_empty(),
                    Body::Links(links) => {
                        let is_address = |address: &str| address.starts_with("https://");
                        !links.is_empty() && links.iter().all(|(_, to)| is_address(to))
                    }
                };
                assert!(is_there, "{}: {title}", spec.id);
            }
            let page = markdown(spec);
            assert_eq!(page.matches("\n### ").count(), sections(spec).len());
        }
    }

    #[test]
    fn the_page_says_whether_a_teacher_is_needed() {
        for preset in PRESETS {
            let recipe = Recipe::parse(preset.toml).unwrap();
            let says_none = recipe.method_spec().about.teacher.starts_with("None");
            assert_eq!(says_none, !recipe.needs_teacher(), "{}", preset.id);
        }
    }

    #[test]
    fn the_page_in_the_repository_is_the_newest() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/methods.md");
        let kept = std::fs::read_to_string(path).unwrap();
        let is_same = kept.replace("\r\n", "\n") == all_as_markdown();
        assert!(
            is_same,
            "write it anew: copylens methods --all > assets/methods.md"
        );
    }
}
