//! The losses that a recipe combines, built.

use super::Loss;
use super::LossInput;
use crate::distill::methods::Place;
use crate::distill::methods::Term;
use crate::distill::recipe::LossRecipe;
use crate::distill::recipe::Recipe;

/// One loss of a recipe with its weight.
pub struct Chosen {
    id: &'static str,
    recipe: LossRecipe,
    loss: Box<dyn Loss>,
}

impl Chosen {
    /// Every loss of the recipe that looks at a [`LossInput`].
    pub fn all(recipe: &Recipe) -> Vec<Self> {
        let build = |chosen: &LossRecipe| {
            let spec = super::loss(&chosen.id)?;
            let build = spec.build?;
            Some(Self {
                id: spec.id,
                recipe: chosen.clone(),
                loss: build(&chosen.parameters),
            })
        };
        recipe.losses.iter().filter_map(build).collect()
    }

    /// The loss of some rows, with its weight at this place.
    pub fn term(&self, input: &LossInput, place: Place) -> Term {
        Term {
            id: self.id,
            weight: self.recipe.weight_at(place),
            value: self.loss.forward(input),
        }
    }
}
