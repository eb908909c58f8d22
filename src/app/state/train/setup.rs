//! The choices before a run.

use std::path::Path;
use std::path::PathBuf;

use crate::distill::FEWEST_OF_A_KIND;
use crate::distill::FEWEST_PAIRS;
use crate::distill::Recipe;
use crate::distill::RunConfig;
use crate::verdicts::Judgement;
use crate::verdicts::Verdicts;
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
    /// The recipe improves a model, and none was chosen.
    Start,
    /// The recipe learns from judged pairs, of which there are too few.
    Pairs(JudgedCounts),
}

/// How many pairs a person has judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JudgedCounts {
    pub copies: usize,
    pub others: usize,
}

impl JudgedCounts {
    pub fn of(verdicts: &Verdicts) -> Self {
        Self {
            copies: verdicts.count(Judgement::Copy),
            others: verdicts.count(Judgement::NotACopy),
        }
    }

    fn is_enough(self) -> bool {
        self.copies + self.others >= FEWEST_PAIRS
            && self.copies.min(self.others) >= FEWEST_OF_A_KIND
    }

    fn advice(self) -> String {
        let more = |found: usize, needed: usize| needed.saturating_sub(found);
        let copies = more(self.copies, FEWEST_OF_A_KIND);
        let others = more(self.others, FEWEST_OF_A_KIND);
        let pairs = more(self.copies + self.others, FEWEST_PAIRS).max(copies + others);
        let total = format!(
            "Judge {pairs} more {} in Find with the keys Y and N",
            if pairs == 1 { "result" } else { "results" }
        );
        match (copies, others) {
            (0, 0) => total,
            (copies, 0) => format!("{total}, at least {copies} of them copies"),
            (0, others) => format!("{total}, at least {others} of them not copies"),
            (copies, others) => {
                format!("{total}, at least {copies} of them copies and {others} not")
            }
        }
    }
}

impl Missing {
    /// What to do about it.
    pub fn advice(self) -> String {
        let text = match self {
            Self::Teacher => "Choose a teacher first",
            Self::Student => "Choose a student first",
            Self::Folder => "Choose a folder of pictures first",
            Self::Count => "The pictures are being counted",
            Self::Pictures => "There are too few pictures: at least 16 are needed",
            Self::Computer => "Choose a computer that can be used",
            Self::Recipe => "Put the recipe right first",
            Self::Start => "Choose the model that the student starts from first",
            Self::Pairs(counts) => return counts.advice(),
        };
        text.to_owned()
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
        judged: JudgedCounts,
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
        if self.recipe_problem.is_some() {
            return Some(Missing::Recipe);
        }
        let is_all_pairs = self.parsed.as_ref().is_some_and(Recipe::is_all_pairs);
        if is_all_pairs && self.start_from.is_none() {
            return Some(Missing::Start);
        }
        (is_all_pairs && !judged.is_enough()).then_some(Missing::Pairs(judged))
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

    fn missing(setup: &Setup, pictures: &Asked<PictureCheck>, is_usable: bool) -> Option<Missing> {
        setup.missing(pictures, is_usable, JudgedCounts::default())
    }

    #[test]
    fn verdicts_that_are_missing_are_counted_by_kind() {
        let mut setup = Setup {
            parsed: recipe("verdicts"),
            student: "mobilenet-v2".to_owned(),
            folders: vec![PathBuf::from("pictures")],
            ..Setup::default()
        };
        let judged = |copies, others| JudgedCounts { copies, others };
        let advice = |setup: &Setup, judged| {
            let missing = setup.missing(&ready(900), true, judged);
            missing.map(Missing::advice)
        };
        let start = "Choose the model that the student starts from first";
        assert_eq!(advice(&setup, judged(90, 90)).as_deref(), Some(start));
        setup.start_from = Some("bundled".to_owned());
        for (counts, expected) in [
            (
                judged(0, 0),
                "Judge 20 more results in Find with the keys Y and N, at least 4 of them copies and 4 not",
            ),
            (
                judged(8, 8),
                "Judge 4 more results in Find with the keys Y and N",
            ),
            (
                judged(40, 3),
                "Judge 1 more result in Find with the keys Y and N, at least 1 of them not copies",
            ),
        ] {
            assert_eq!(advice(&setup, counts).as_deref(), Some(expected));
        }
        assert_eq!(advice(&setup, judged(16, 4)), None);
    }

    #[test]
    fn the_first_missing_thing_is_named_in_the_order_of_the_cards() {
        let mut setup = Setup {
            parsed: recipe("quick-demo"),
            ..Setup::default()
        };
        assert_eq!(missing(&setup, &Asked::None, true), Some(Missing::Teacher));
        setup.teacher = Some("bundled".to_owned());
        assert_eq!(missing(&setup, &Asked::None, true), Some(Missing::Student));
        setup.student = "resnet-18".to_owned();
        assert_eq!(missing(&setup, &Asked::None, true), Some(Missing::Folder));
        setup.folders.push(PathBuf::from("pictures"));
        let counting = Asked::Waiting(JobId(1));
        assert_eq!(missing(&setup, &counting, true), Some(Missing::Count));
        assert_eq!(missing(&setup, &ready(3), true), Some(Missing::Pictures));
        assert_eq!(missing(&setup, &ready(900), false), Some(Missing::Computer));
        assert_eq!(missing(&setup, &ready(900), true), None);
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
