//! The network that learns, with what is only there while it learns.

use burn::module::Module;

use crate::models::heads::dino::DinoHead;
use crate::models::network::Network;

/// What the optimiser moves.
#[derive(Module, Debug)]
pub struct Student {
    /// What will search.
    pub network: Network,
    /// Scores over prototypes (DINO); thrown away afterwards.
    pub head: Option<DinoHead>,
}

impl Student {
    pub fn new(network: Network, head: Option<DinoHead>) -> Self {
        Self { network, head }
    }

    /// The same student with another network.
    pub fn with_network(self, network: Network) -> Self {
        Self { network, ..self }
    }
}
