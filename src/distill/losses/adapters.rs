//! Rows of the table for formulas that are files of their own.

use burn::tensor::Tensor;

use super::Build;
use super::Formula;
use super::Loss;
use super::LossInput;
use super::LossSpec;
use super::Needs;
use super::ParameterSpec;
use super::batch_diffusion;
use super::batch_diffusion::BatchDiffusion;
use super::copy_nce;
use super::dino;
use super::direct_clr;
use super::direct_clr::DirectClr;
use super::koleo;
use super::koleo::KoLeo;
use super::margin_contrast;
use super::margin_contrast::MarginContrast;
use super::multi_similarity;
use super::multi_similarity::MultiSimilarity;
use super::patch_dino;
use super::seed;
use super::seed::Seed;
use super::seed::SeedViews;
use super::self_distillation;
use super::self_distillation::SelfDistillation;
use super::similarity;
use super::similarity::Similarity;
use super::verdicts;
use super::zero;

const fn row(formula: Formula, needs: &'static [Needs], build: Option<Build>) -> LossSpec {
    LossSpec {
        id: formula.id,
        label: formula.label,
        help: formula.help,
        needs,
        parameters: formula.parameters,
        build,
    }
}

pub(super) const SIMILARITY: LossSpec = row(
    similarity::FORMULA,
    &[Needs::Teacher],
    Some(|values| Box::new(Similarity::new(values))),
);

pub(super) const DIRECT_CLR: LossSpec = row(
    direct_clr::FORMULA,
    &[Needs::Views, Needs::Pooled],
    Some(|values| Box::new(DirectClr::new(values))),
);

pub(super) const KOLEO: LossSpec = row(
    koleo::FORMULA,
    &[Needs::Views],
    Some(|_values| Box::new(KoLeo)),
);

pub(super) const SEED: LossSpec = row(
    seed::FORMULA,
    &[Needs::Teacher],
    Some(|values| Box::new(Seed::new(values))),
);

pub(super) const MARGIN_CONTRAST: LossSpec = row(
    margin_contrast::FORMULA,
    &[Needs::Memory],
    Some(|values| Box::new(MarginContrast::new(values))),
);

pub(super) const MULTI_SIMILARITY: LossSpec = row(
    multi_similarity::FORMULA,
    &[Needs::Views],
    Some(|values| Box::new(MultiSimilarity::new(values))),
);

/// Progressive self-distillation, with the walk over the batch where `omega` is above 0.
pub(super) const SELF_DISTILLATION: LossSpec = LossSpec {
    parameters: &[
        self_distillation::TEMPERATURE,
        self_distillation::DIAGONAL,
        OMEGA,
        batch_diffusion::TEMPERATURE,
    ],
    ..row(
        self_distillation::FORMULA,
        &[Needs::Views, Needs::Snapshot],
        Some(|values| {
            Box::new(Diffused {
                plain: SelfDistillation::new(values),
                walk: BatchDiffusion {
                    omega: OMEGA.of(values),
                    ..BatchDiffusion::new(values)
                },
            })
        }),
    )
};

/// Off unless a recipe says otherwise.
const OMEGA: ParameterSpec = ParameterSpec {
    id: "omega",
    help: "How far the walk over the batch goes; 0 for none.",
    default: 0.0,
    range: [0.0, 0.999],
};

pub(super) const DINO: LossSpec = row(dino::FORMULA, &[Needs::Tokens], None);
pub(super) const PATCH_DINO: LossSpec = row(patch_dino::FORMULA, &[Needs::Tokens], None);
pub(super) const COPY_NCE: LossSpec = row(copy_nce::FORMULA, &[Needs::Tokens], None);
pub(super) const VERDICTS: LossSpec = row(verdicts::FORMULA, &[Needs::Pairs], None);

/// `1 - cosine` to the descriptors that the student began with.
pub(super) const KEEP: LossSpec = LossSpec {
    id: "keep",
    label: "Stay what it was",
    help: "Descriptors stay close to those that the student began with.",
    needs: &[Needs::Pairs],
    parameters: &[],
    build: None,
};

impl Loss for Similarity {
    fn forward(&self, input: &LossInput) -> Tensor<1> {
        match &input.teacher_bd {
            Some(teacher_bd) => Self::forward(
                self,
                input.large_bd.clone(),
                teacher_bd.clone(),
                input.teacher_queue_kd.clone(),
            ),
            None => zero(&input.large_bd),
        }
    }
}

impl Loss for DirectClr {
    fn forward(&self, input: &LossInput) -> Tensor<1> {
        match (&input.pooled_bc, &input.same_bb) {
            (Some(pooled_bc), Some(same_bb)) => {
                Self::forward(self, pooled_bc.clone(), same_bb.clone())
            }
            _ => zero(&input.descriptor_bd),
        }
    }
}

impl Loss for KoLeo {
    fn forward(&self, input: &LossInput) -> Tensor<1> {
        Self::forward(self, input.descriptor_bd.clone(), input.same_bb.clone())
    }
}

impl Loss for Seed {
    fn forward(&self, input: &LossInput) -> Tensor<1> {
        let Some(teacher_nd) = input.teacher_bd.clone() else {
            return zero(&input.large_bd);
        };
        let views = SeedViews {
            student_nd: input.large_bd.clone(),
            teacher_nd,
            queue_kd: input.teacher_queue_kd.clone(),
        };
        Self::forward(self, &views)
    }
}

impl Loss for MarginContrast {
    fn forward(&self, input: &LossInput) -> Tensor<1> {
        let rows_bd = input.descriptor_bd.clone();
        match &input.memory {
            Some(memory) => Self::forward(self, rows_bd, &input.labels, memory),
            None => zero(&rows_bd),
        }
    }
}

impl Loss for MultiSimilarity {
    fn forward(&self, input: &LossInput) -> Tensor<1> {
        let rows_bd = input.descriptor_bd.clone();
        match &input.same_bb {
            Some(same_bb) => Self::forward(self, rows_bd, same_bb.clone()).loss,
            None => zero(&rows_bd),
        }
    }
}

/// Self-distillation towards a target that walks over the batch.
struct Diffused {
    plain: SelfDistillation,
    walk: BatchDiffusion,
}

impl Loss for Diffused {
    fn forward(&self, input: &LossInput) -> Tensor<1> {
        let Some(teacher_bt) = input.teacher_bd.clone() else {
            return zero(&input.descriptor_bd);
        };
        let mut target_bb = self.plain.target(teacher_bt.clone());
        if self.walk.omega > 0.0 {
            target_bb = self.walk.target(teacher_bt, target_bb);
        }
        self.plain.forward(input.descriptor_bd.clone(), target_bb)
    }
}
