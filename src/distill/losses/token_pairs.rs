//! Which tokens of which views a patch-wise loss compares, and how much each pair counts.

use std::collections::BTreeMap;

use super::ParameterSpec;
use super::parameter;

/// Read by [`Weighting::named`].
pub(super) const LAMBDA: ParameterSpec = ParameterSpec {
    id: "lambda",
    help: "Weight of the whole view against its patches.",
    default: 0.8,
    range: [0.0, 1.0],
};

/// How the pairs of one pair of views share its loss; `n` patches matched beside the class token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weighting {
    /// Mean over the `1 + n` tokens: the published default, in which the class token has a share of
    /// about 1/131 between global views of 16-pixel patches.
    Mean,
    /// `lambda ce(0) + (1 - lambda) mean of the patches`; `ce(0)` alone where none matches (the
    /// authors have `lambda ce(0)` there, so that the term shrinks).
    LambdaMean(f32),
    /// Sum over the tokens.
    Sum,
    /// `lambda ce(0) + (1 - lambda) sum of the patches`, summed over pictures too.
    LambdaSum(f32),
}

impl Weighting {
    /// By the name of a recipe: `mean`, `lambda-mean`, `sum` or `lambda-sum`.
    pub fn named(name: &str, values: &BTreeMap<String, f32>) -> Option<Self> {
        let lambda = parameter(values, &LAMBDA);
        match name {
            "mean" => Some(Self::Mean),
            "lambda-mean" => Some(Self::LambdaMean(lambda)),
            "sum" => Some(Self::Sum),
            "lambda-sum" => Some(Self::LambdaSum(lambda)),
            _ => None,
        }
    }

    /// Weights of the class token and of each patch of one picture.
    fn of(self, n_patches: usize, n_pictures: usize) -> [f32; 2] {
        let share = 1.0 / n_pictures as f32;
        let n = n_patches as f32;
        match self {
            Self::Mean => [share / (1.0 + n); 2],
            Self::LambdaMean(_) if n_patches == 0 => [share, 0.0],
            Self::LambdaMean(lambda) => [lambda * share, (1.0 - lambda) * share / n],
            Self::Sum => [share; 2],
            Self::LambdaSum(lambda) => [lambda, 1.0 - lambda],
        }
    }
}

/// The tokens of two views of one picture that show the same place.
#[derive(Clone, Debug)]
pub struct ViewPair {
    pub picture: usize,
    pub teacher_view: usize,
    pub student_view: usize,
    /// Token of the teacher's view, token of the student's view; the first pair is the class tokens,
    /// `[0, 0]`.
    pub tokens: Vec<[usize; 2]>,
}

/// The tokens of two views from where the middle of each patch of the student's view lies: the patch
/// of the teacher's view that holds it, if any. More exact than the published `block_pairs`, for
/// every edit that has a trace, and 7 to 19 % more pairs; several patches may share one.
pub fn center_pairs(patches: &[Option<usize>]) -> Vec<[usize; 2]> {
    let found = patches.iter().zip(1..);
    let found = found.filter_map(|(patch, token)| patch.map(|patch| [1 + patch, token]));
    std::iter::once([0, 0]).chain(found).collect()
}

/// One token of a batch of views.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenPlace {
    pub view: usize,
    pub picture: usize,
    /// 0 is the class token.
    pub token: usize,
}

/// A token of the teacher, one of the student, by their places in the packed lists.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenPair {
    pub teacher: usize,
    pub student: usize,
    pub weight: f32,
}

/// Everything that the loss of one batch compares.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenPairs {
    /// Tokens to send through the teacher's head, in the order of view, picture, token.
    pub teacher: Vec<TokenPlace>,
    /// The same for the student.
    pub student: Vec<TokenPlace>,
    pub pairs: Vec<TokenPair>,
}

impl TokenPairs {
    /// Packs the pairs of all views of `n_pictures` pictures; every two views have the same weight.
    pub fn pack(views: &[ViewPair], n_pictures: usize, weighting: Weighting) -> Self {
        let mut teacher = BTreeMap::new();
        let mut student = BTreeMap::new();
        for (pair, tokens) in tokens_of(views) {
            teacher.insert(pair.teacher_place(tokens[0]), 0);
            student.insert(pair.student_place(tokens[1]), 0);
        }
        for places in [&mut teacher, &mut student] {
            for (idx, place) in places.values_mut().enumerate() {
                *place = idx;
            }
        }
        let mut kinds: Vec<[usize; 2]> = views.iter().map(ViewPair::kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let n_terms = kinds.len().max(1) as f32;
        let pairs = tokens_of(views).map(|(pair, tokens)| {
            let n_patches = pair.tokens.len() - 1;
            let [class, patch] = weighting.of(n_patches, n_pictures);
            let is_class = tokens == [0, 0];
            TokenPair {
                teacher: teacher[&pair.teacher_place(tokens[0])],
                student: student[&pair.student_place(tokens[1])],
                weight: if is_class { class } else { patch } / n_terms,
            }
        });
        Self {
            pairs: pairs.collect(),
            teacher: teacher.into_keys().collect(),
            student: student.into_keys().collect(),
        }
    }
}

fn tokens_of(views: &[ViewPair]) -> impl Iterator<Item = (&ViewPair, [usize; 2])> {
    views
        .iter()
        .flat_map(|pair| pair.tokens.iter().map(move |tokens| (pair, *tokens)))
}

impl ViewPair {
    fn kind(&self) -> [usize; 2] {
        [self.teacher_view, self.student_view]
    }

    fn teacher_place(&self, token: usize) -> TokenPlace {
        TokenPlace {
            view: self.teacher_view,
            picture: self.picture,
            token,
        }
    }

    fn student_place(&self, token: usize) -> TokenPlace {
        TokenPlace {
            view: self.student_view,
            picture: self.picture,
            token,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn views() -> Vec<ViewPair> {
        let pair = |teacher_view, student_view, tokens: &[[usize; 2]]| ViewPair {
            picture: 0,
            teacher_view,
            student_view,
            tokens: tokens.to_vec(),
        };
        vec![pair(0, 1, &[[0, 0], [3, 1], [3, 2]]), pair(1, 0, &[[0, 0]])]
    }

    #[test]
    fn a_token_goes_through_the_head_once() {
        let packed = TokenPairs::pack(&views(), 1, Weighting::LambdaMean(0.5));
        let teacher: Vec<_> = packed.teacher.iter().map(|t| (t.view, t.token)).collect();
        assert_eq!(teacher, [(0, 0), (0, 3), (1, 0)]);
        let student: Vec<_> = packed.student.iter().map(|t| (t.view, t.token)).collect();
        assert_eq!(student, [(0, 0), (1, 0), (1, 1), (1, 2)]);
        // Two pairs of views: the class token of the first has 0.5 / 2, its two patches 0.25 / 2; the
        // second has only the class token, 1 / 2.
        let weights: Vec<f32> = packed.pairs.iter().map(|pair| pair.weight).collect();
        assert_eq!(weights, [0.25, 0.125, 0.125, 0.5]);
    }

    #[test]
    fn patches_without_a_partner_are_left_out() {
        let pairs = center_pairs(&[Some(3), None, Some(3)]);
        assert_eq!(pairs, [[0, 0], [4, 1], [4, 3]]);
    }

    #[test]
    fn weights_follow_the_published_forms() {
        assert_eq!(Weighting::Mean.of(3, 2), [0.125; 2]);
        assert_eq!(Weighting::Sum.of(3, 2), [0.5; 2]);
        assert_eq!(Weighting::LambdaSum(0.75).of(3, 2), [0.75, 0.25]);
        assert_eq!(Weighting::LambdaMean(0.5).of(2, 2), [0.25, 0.125]);
    }
}
