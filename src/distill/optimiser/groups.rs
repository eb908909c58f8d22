//! Which parameters of a network are treated apart.

/// Some parameters of a network, by the start of their names.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// `trunk.` means everything of the trunk. Empty: every parameter.
    pub prefix: String,
    /// On the rate of the step.
    pub rate_factor: f64,
    /// On the weight decay of the step.
    pub decay_factor: f64,
}

/// Groups of parameters, and what holds for vectors (biases, normalisation) in all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    /// The first one whose prefix fits counts; none means a factor of 1.
    pub groups: Vec<Group>,
    /// Tensors with one axis and biases do not decay (DINO, ISC21).
    pub no_decay_on_vectors: bool,
    /// They do not adapt either (LARS in DINO).
    pub no_adaptation_on_vectors: bool,
}

/// What holds for one parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Applied {
    pub rate_factor: f64,
    pub decay_factor: f64,
    pub adapts: bool,
}

impl Groups {
    /// For a parameter of this name and number of axes.
    pub(super) fn of(&self, name: &str, n_axes: usize) -> Applied {
        let is_vector = n_axes == 1 || name.rsplit('.').next() == Some("bias");
        let group = self
            .groups
            .iter()
            .find(|group| name.starts_with(&group.prefix));
        let decay_factor = group.map_or(1.0, |group| group.decay_factor);
        let decays = !(is_vector && self.no_decay_on_vectors);
        Applied {
            rate_factor: group.map_or(1.0, |group| group.rate_factor),
            decay_factor: if decays { decay_factor } else { 0.0 },
            adapts: !(is_vector && self.no_adaptation_on_vectors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fitting_group_counts_and_vectors_do_not_decay() {
        let group = |prefix: &str, rate_factor| Group {
            prefix: prefix.to_owned(),
            rate_factor,
            decay_factor: 0.5,
        };
        let groups = Groups {
            groups: vec![group("trunk.patch_embed", 0.2), group("trunk.", 0.1)],
            no_decay_on_vectors: true,
            no_adaptation_on_vectors: false,
        };
        let of = |name, n_axes| {
            let applied = groups.of(name, n_axes);
            (applied.rate_factor, applied.decay_factor)
        };
        assert_eq!(of("trunk.patch_embed.proj.weight", 4), (0.2, 0.5));
        assert_eq!(of("trunk.blocks.0.norm1.weight", 1), (0.1, 0.0));
        assert_eq!(of("fc.weight", 2), (1.0, 1.0));
        assert_eq!(of("fc.bias", 1), (1.0, 0.0));
        assert!(groups.of("fc.bias", 1).adapts);
    }
}
