//! The choices before a run.

use std::path::Path;
use std::path::PathBuf;

use crate::distill::Recipe;
use crate::distill::RunConfig;
use crate::worker::PictureCheck;

use super::Asked;

/// Fewer pictures than this teach nothing.
pub const FEWEST_PICTURES: usize = 16;

/// What the four cards and the recipe say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setup {
    /// The preset the recipe comes from; `None` once it was edited.
    pub preset: Option<&'static str>,
    /// TOML.
    pub recipe: String,
    /// The recipe when it can be used.
    pub parsed: Option<Recipe>,
    /// Why the recipe cannot be used, after an edit.
    pub recipe_problem: Option<String>,
    /// A model id.
    pub teacher: Option<String>,
    /// An architecture id.
    pub student: String,
    /// Id of the model the student starts from; `None` starts from nothing.
    pub start_from: Option<String>,
    pub folders: Vec<PathBuf>,
    /// A device id; `None` is the fastest.
    pub device: Option<String>,
}

/// What still stands in the way of a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    Teacher,
    Student,
    Folder,
    /// The pictures are still being counted.
    Count,
    Pictures,
    Computer,
    Recipe,
}

impl Missing {
    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Teacher => "Choose a teacher first",
            Self::Student => "Choose a student first",
            Self::Folder => "Choose a folder of pictures first",
            Self::Count => "The pictures are being counted",
            Self::Pictures => "There are too few pictures: at least 16 are needed",
            Self::Computer => "Choose a computer that can be used",
            Self::Recipe => "Put the recipe right first",
        }
    }
}

impl Setup {
    /// The recipe compares the student with a teacher.
    pub fn needs_teacher(&self) -> bool {
        self.parsed.as_ref().is_some_and(Recipe::needs_teacher)
    }

    /// The first thing that is missing, in the order of the cards.
    pub fn missing(
        &self,
        pictures: &Asked<PictureCheck>,
        is_device_usable: bool,
    ) -> Option<Missing> {
        if self.needs_teacher() && self.teacher.is_none() {
            return Some(Missing::Teacher);
        }
        if self.student.is_empty() {
            return Some(Missing::Student);
        }
        if self.folders.is_empty() {
            return Some(Missing::Folder);
        }
        match pictures {
            Asked::Waiting(_) => return Some(Missing::Count),
            Asked::Ready(check) if check.readable >= FEWEST_PICTURES => {}
            Asked::Ready(_) | Asked::None | Asked::Failed(_) => return Some(Missing::Pictures),
        }
        if !is_device_usable {
            return Some(Missing::Computer);
        }
        self.recipe_problem.is_some().then_some(Missing::Recipe)
    }

    /// The run these choices describe.
    pub fn config(&self, run_dir: PathBuf, models_dir: &Path) -> RunConfig {
        RunConfig {
            recipe: self.recipe.clone(),
            student: self.student.clone(),
            teacher: self.teacher.clone().filter(|_| self.needs_teacher()),
            start_from: self.start_from.as_ref().map(PathBuf::from),
            pairs: None,
            pictures: self.folders.clone(),
            device: self.device.clone(),
            run_dir,
            models_dir: models_dir.to_owned(),
            resume: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::JobId;

    fn recipe(preset: &str) -> Option<Recipe> {
        Recipe::parse(&crate::distill::presets::find(preset).unwrap()).ok()
    }

    fn ready(readable: usize) -> Asked<PictureCheck> {
        Asked::Ready(PictureCheck {
            readable,
            ..PictureCheck::default()
        })
    }

    #[test]
    fn the_first_missing_thing_is_named_in_the_order_of_the_cards() {
        let mut setup = Setup {
            parsed: recipe("quick-demo"),
            ..Setup::default()
        };
        assert_eq!(setup.missing(&Asked::None, true), Some(Missing::Teacher));
        setup.teacher = Some("bundled".to_owned());
        assert_eq!(setup.missing(&Asked::None, true), Some(Missing::Student));
        setup.student = "resnet-18".to_owned();
        assert_eq!(setup.missing(&Asked::None, true), Some(Missing::Folder));
        setup.folders.push(PathBuf::from("pictures"));
        let counting = Asked::Waiting(JobId(1));
        assert_eq!(setup.missing(&counting, true), Some(Missing::Count));
        assert_eq!(setup.missing(&ready(3), true), Some(Missing::Pictures));
        assert_eq!(setup.missing(&ready(900), false), Some(Missing::Computer));
        assert_eq!(setup.missing(&ready(900), true), None);
    }

    #[test]
    fn a_method_from_scratch_gets_no_teacher() {
        let setup = Setup {
            teacher: Some("bundled".to_owned()),
            parsed: recipe("sscd"),
            ..Setup::default()
        };
        let config = setup.config(PathBuf::from("run"), Path::new("models"));
        assert_eq!(config.teacher, None);
    }
}
