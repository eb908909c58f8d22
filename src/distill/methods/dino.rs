//! DINO (Caron et al., arXiv:2104.14294) and Patch-Wise DINO (arXiv:2310.18651): a student agrees
//! with its own running mean across large and small views, without a teacher from outside.

use std::collections::BTreeMap;

use burn::module::Module as _;
use burn::tensor::Device;
use burn::tensor::Tensor;

use crate::models::ArchitectureSpec;
use crate::models::head::HeadForm;
use crate::models::heads::dino::DinoHead;
use crate::models::state;

use super::Building;
use super::Method;
use super::MethodSpec;
use super::Part;
use super::Place;
use super::Saved;
use super::Term;
use super::about::pages;
use super::network_state::copy_without_gradient;
use super::network_state::filled;
use super::network_state::follow;
use crate::distill::learner::prototype_head;
use crate::distill::losses::Needs;
use crate::distill::losses::dino::Center;
use crate::distill::losses::dino::Dino;
use crate::distill::losses::dino::KEPT_EPOCHS;
use crate::distill::losses::dino::TEACHER_TEMPERATURE;
use crate::distill::losses::dino::WARMUP_EPOCHS;
use crate::distill::losses::dino::WARMUP_TEMPERATURE;
use crate::distill::losses::patch_dino::PatchDino;
use crate::distill::losses::token_centers::TokenCenters;
use crate::distill::losses::token_pairs::TokenPairs;
use crate::distill::losses::token_pairs::TokenPlace;
use crate::distill::methods::patches;
use crate::distill::recipe::Recipe;
use crate::distill::student::Student;
use crate::weights::WeightTensor;

pub(super) const DINO: MethodSpec = MethodSpec {
    id: "dino",
    label: "DINO",
    help: "Large and small parts of a picture give the same answer, without any teacher.",
    about: &pages::DINO,
    provides: &[Needs::Tokens],
    has_prototypes: true,
    copies_length: false,
    head: |spec| Some(bare_head(spec)),
    is_traced: false,
    needs_pairs: false,
    spreads: false,
    build: |building| Box::new(SelfTeaching::new(building, "dino")),
};

pub(super) const PATCH_DINO: MethodSpec = MethodSpec {
    id: "patch-dino",
    label: "Patch-Wise DINO",
    help: "As DINO, and patches that show the same place give the same answer too.",
    about: &pages::PATCH_DINO,
    is_traced: true,
    build: |building| Box::new(SelfTeaching::new(building, "patch-dino")),
    ..DINO
};

/// What is searched with is what the trunk sees, without layers of its own.
fn bare_head(spec: &ArchitectureSpec) -> HeadForm {
    if spec.multiple > 1 {
        HeadForm::TOKEN_GEM
    } else {
        HeadForm::GEM
    }
}

struct SelfTeaching {
    teacher: Option<Student>,
    numbers: Numbers,
    form: Form,
    weight: f32,
    recipe: Recipe,
    /// Scores of the teacher for the centers, after the step.
    pending: Vec<(Tensor<2>, Vec<TokenPlace>)>,
    device: Device,
}

/// Which tokens are compared.
#[expect(clippy::large_enum_variant, reason = "there is one in a run")]
enum Form {
    Views {
        loss: Dino,
        center: Center,
    },
    Patches {
        loss: PatchDino,
        centers: TokenCenters,
        rule: patches::Rule,
    },
}

/// What a recipe may change beside the formula's own numbers.
struct Numbers {
    temperature: f32,
    warmup_temperature: f32,
    warmup_epochs: f32,
    kept_epochs: f32,
}

impl Numbers {
    fn new(values: &BTreeMap<String, f32>) -> Self {
        Self {
            temperature: TEACHER_TEMPERATURE.of(values),
            warmup_temperature: WARMUP_TEMPERATURE.of(values),
            warmup_epochs: WARMUP_EPOCHS.of(values),
            kept_epochs: KEPT_EPOCHS.of(values),
        }
    }

    /// Linear over the epochs of the warm-up, in steps of an epoch.
    fn temperature(&self, place: Place) -> f32 {
        let epoch = place.epoch() as f32;
        if epoch >= self.warmup_epochs {
            return self.temperature;
        }
        let share = epoch / (self.warmup_epochs - 1.0).max(1.0);
        self.warmup_temperature + (self.temperature - self.warmup_temperature) * share.min(1.0)
    }
}

impl SelfTeaching {
    fn new(building: &Building<'_>, id: &str) -> Self {
        let Building {
            recipe,
            student,
            device,
            ..
        } = building;
        let chosen = recipe.losses.iter().find(|chosen| chosen.id == id);
        let values = chosen.map_or_else(BTreeMap::new, |chosen| chosen.parameters.clone());
        let plain = (*device).clone().inner();
        let center = || Tensor::<2>::zeros([1, recipe.network.prototypes], &plain);
        let form = if id == "dino" {
            Form::Views {
                loss: Dino::new(&values),
                center: Center::new(&values, center()),
            }
        } else {
            Form::Patches {
                loss: PatchDino::new(&values),
                centers: TokenCenters::shared(&values, center(), center()),
                rule: patches::Rule::new(&values),
            }
        };
        Self {
            teacher: Some(twin(building, student)),
            numbers: Numbers::new(&values),
            form,
            weight: chosen.map_or(1.0, |chosen| chosen.weight),
            recipe: (*recipe).clone(),
            pending: Vec::new(),
            device: (*device).clone(),
        }
    }

    /// Scores of the packed tokens of the teacher, without gradient.
    fn views(&mut self, student: &Student, part: &Part, place: Place) -> Tensor<1> {
        let temperature = self.numbers.temperature(place);
        let n_global = n_global(&part.views);
        let Form::Views { loss, center } = &self.form else {
            return Tensor::zeros([1], &self.device);
        };
        let student_scores = class_scores(student, &part.views);
        let global: Vec<Tensor<4>> = part.views[..n_global]
            .iter()
            .map(|view| view.clone().inner())
            .collect();
        let Some(teacher) = self.teacher.as_ref().map(|teacher| teacher.valid()) else {
            return Tensor::zeros([1], &self.device);
        };
        let teacher_scores = class_scores(&teacher, &global);
        let on_tape: Vec<Tensor<2>> = teacher_scores
            .iter()
            .map(|scores| Tensor::from_inner(scores.clone()))
            .collect();
        let center = Center {
            value_1k: Tensor::from_inner(center.value_1k.clone()),
            momentum: center.momentum,
        };
        let value = loss.forward(&student_scores, &on_tape, &center, temperature);
        for scores in teacher_scores {
            self.pending.push((scores, Vec::new()));
        }
        value
    }

    fn patches(&mut self, student: &Student, part: &Part, place: Place) -> Tensor<1> {
        let temperature = self.numbers.temperature(place);
        let n_global = n_global(&part.views);
        let nothing = || Tensor::zeros([1], &self.device);
        let (
            Form::Patches {
                loss,
                centers,
                rule,
            },
            Some(teacher),
        ) = (&self.form, &self.teacher)
        else {
            return nothing();
        };
        let teacher = teacher.valid();
        let global: Vec<Tensor<4>> = part.views[..n_global]
            .iter()
            .map(|view| view.clone().inner())
            .collect();
        let student_tokens = patches::tokens_of_views(&student.network, &part.views);
        let teacher_tokens = patches::tokens_of_views(&teacher.network, &global);
        let pairs = rule.pairs(&part.traces, n_global, &student_tokens, &part.views);
        let packed = TokenPairs::pack(&pairs, part.ids.len(), rule.weighting);
        let student_nk = head_scores(student, patches::gather(&student_tokens, &packed.student));
        let teacher_mk = head_scores(&teacher, patches::gather(&teacher_tokens, &packed.teacher));
        let on_tape = Tensor::from_inner(teacher_mk.clone());
        let value = loss.forward(
            student_nk,
            &on_tape,
            &patches::on_tape(centers),
            temperature,
            &packed,
        );
        self.pending.push((teacher_mk, packed.teacher));
        value
    }
}

impl Method for SelfTeaching {
    fn begin(&mut self, student: &Student, place: Place) {
        follow(&mut self.teacher, student, self.recipe.queue.at(place));
    }

    fn part(&mut self, student: &Student, part: Part, place: Place) -> Vec<Term> {
        let (id, value) = match &self.form {
            Form::Views { .. } => ("dino", self.views(student, &part, place)),
            Form::Patches { .. } => ("patch-dino", self.patches(student, &part, place)),
        };
        vec![Term {
            id,
            weight: self.weight,
            value,
        }]
    }

    fn end(&mut self, applied: bool) {
        let pending = std::mem::take(&mut self.pending);
        if !applied || pending.is_empty() {
            return;
        }
        let scores = Tensor::cat(pending.iter().map(|(rows, _)| rows.clone()).collect(), 0);
        match &mut self.form {
            Form::Views { center, .. } => center.update(&[scores]),
            Form::Patches { centers, .. } => {
                let places: Vec<TokenPlace> =
                    pending.into_iter().flat_map(|(_, places)| places).collect();
                centers.update(scores, &places);
            }
        }
    }

    fn reset(&mut self, student: &Student) {
        if let Some(teacher) = &self.teacher {
            self.teacher = filled(teacher, &state::read_state(&student.valid()));
        }
    }

    fn kept(&self, place: Place) -> Option<&'static str> {
        let epoch = place.in_stage as f32 / place.steps_per_epoch as f32;
        (epoch < self.numbers.kept_epochs).then_some("head.last_layer")
    }

    fn save(&self) -> Saved {
        let mut saved = Saved::default();
        if let Some(teacher) = &self.teacher {
            saved.put_module("teacher", teacher);
        }
        for (name, center) in self.centers() {
            saved.tensors.insert(name.to_owned(), as_weight(center));
        }
        saved
    }

    fn restore(&mut self, mut saved: Saved) -> bool {
        let plain = self.device.clone().inner();
        let n_prototypes = self.recipe.network.prototypes;
        let mut center = |name: &str| {
            let weight = saved.tensors.remove(name)?;
            let data = burn::tensor::TensorData::new(weight.values, [1, n_prototypes]);
            (weight.shape == [1, n_prototypes]).then(|| Tensor::<2>::from_data(data, &plain))
        };
        let (class, patch) = (center("class_center"), center("patch_center"));
        let fits = match (&mut self.form, class, patch) {
            (Form::Views { center, .. }, Some(class_1k), _) => {
                center.value_1k = class_1k;
                true
            }
            (
                Form::Patches {
                    centers: TokenCenters::Shared { class, patch },
                    ..
                },
                Some(class_1k),
                Some(patch_1k),
            ) => {
                class.value_1k = class_1k;
                patch.value_1k = patch_1k;
                true
            }
            _ => false,
        };
        saved.take_module("teacher", &mut self.teacher) && fits
    }
}

impl SelfTeaching {
    fn centers(&self) -> Vec<(&'static str, &Tensor<2>)> {
        match &self.form {
            Form::Views { center, .. } => vec![("class_center", &center.value_1k)],
            Form::Patches { centers, .. } => match centers {
                TokenCenters::Shared { class, patch } => vec![
                    ("class_center", &class.value_1k),
                    ("patch_center", &patch.value_1k),
                ],
                TokenCenters::PerToken { .. } => Vec::new(),
            },
        }
    }
}

fn as_weight(tensor: &Tensor<2>) -> WeightTensor {
    let data = tensor.clone().into_data().convert::<f32>();
    WeightTensor {
        shape: tensor.dims().to_vec(),
        values: data.try_into_vec().expect("a float tensor converts to f32"),
    }
}

/// A student of the same weights that no gradient moves.
fn twin(building: &Building<'_>, student: &Student) -> Student {
    let Building {
        recipe,
        spec,
        head,
        device,
        ..
    } = building;
    let network = copy_without_gradient(&student.network, spec, *head, device);
    let blank = prototype_head(recipe, spec, device);
    let own = student.head.as_ref();
    let twin_head = own.and_then(|own| filled(&blank, &state::read_state(&own.valid())));
    Student::new(network, twin_head.or_else(|| Some(blank.no_grad())))
}

/// Views as large as the first one.
fn n_global(views: &[Tensor<4>]) -> usize {
    let side = |view: &Tensor<4>| view.dims()[3];
    let largest = views.first().map_or(0, side);
    views
        .iter()
        .take_while(|view| side(view) == largest)
        .count()
}

/// Scores of the class token of every view.
fn class_scores(student: &Student, views: &[Tensor<4>]) -> Vec<Tensor<2>> {
    let tokens = patches::class_tokens(&student.network, views);
    let n: Vec<usize> = tokens.iter().map(|rows| rows.dims()[0]).collect();
    let scores = head_scores(student, Tensor::cat(tokens, 0));
    let [_, k] = scores.dims();
    let mut first = 0;
    n.into_iter()
        .map(|n| {
            let rows = scores.clone().slice([first..first + n, 0..k]);
            first += n;
            rows
        })
        .collect()
}

fn head_scores(student: &Student, tokens_nd: Tensor<2>) -> Tensor<2> {
    let head: Option<&DinoHead> = student.head.as_ref();
    match head {
        Some(head) => head.forward(tokens_nd),
        None => tokens_nd,
    }
}
