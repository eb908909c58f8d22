//! What a network does to one picture of a known size, as a list of plain operations.
//!
//! A graph is the network in evaluation: batch normalization is folded into the convolution before
//! it, layer scales into the layer they scale, and branches that can be added up are one convolution
//! (re-parameterization). Nothing in it refers to Burn, so that a processor can run it with kernels
//! of its own, and a file of another format can be written from it.
//!
//! Numbers lie row-major: `[channels, height, width]` for a map and `[rows, channels]` for rows. The
//! batch is implicit: an operation does the same to every picture.
//!
//! A new operation is one variant of [`Operation`], its line in `shape.rs`, one method of the
//! builder, and what runs or writes graphs.

mod builder;
mod constant;
mod fold;
mod operation;
mod shape;

use std::collections::BTreeMap;

pub use builder::Builder;
pub use constant::Constant;
pub use constant::Weights;
pub use fold::Kernel;
pub use operation::Activation;
pub use operation::Border;
pub use operation::Conv;
pub use operation::Linear;
pub use operation::Operation;
pub use operation::Window;
pub use shape::Shape;

/// A node by its place in [`Graph::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub usize);

/// One operation, what it is applied to, and the shape of its result.
#[derive(Clone, Debug)]
pub struct Node {
    pub operation: Operation,
    /// Earlier nodes, in the order the operation names them.
    pub inputs: Vec<NodeId>,
    pub shape: Shape,
}

/// What can be taken out of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Output {
    /// `Maps::fine`.
    Fine,
    /// `Maps::deep`.
    Deep,
    /// The class token of a transformer, one row.
    Token,
    /// The head applied to every cell of the deep map, a row per cell; not of a transformer.
    Cells,
    /// One row of length 1.
    Descriptor,
}

impl Output {
    /// How it is called in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Deep => "deep",
            Self::Token => "token",
            Self::Cells => "cells",
            Self::Descriptor => "descriptors",
        }
    }
}

/// Where the maps of a trunk are in its graph; see `Maps`.
#[derive(Clone, Copy, Debug)]
pub struct MapNodes {
    pub fine: NodeId,
    pub deep: NodeId,
    pub token: Option<NodeId>,
}

/// A network in evaluation, for pictures of one size.
#[derive(Clone, Debug)]
pub struct Graph {
    /// Every node comes after its inputs; the first is [`Operation::Input`].
    pub nodes: Vec<Node>,
    pub outputs: BTreeMap<Output, NodeId>,
}

impl Graph {
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0]
    }

    /// How often each node is used, by other nodes and as an output.
    pub fn uses(&self) -> Vec<usize> {
        let mut uses = vec![0; self.nodes.len()];
        let inputs = self.nodes.iter().flat_map(|node| &node.inputs);
        for id in inputs.chain(self.outputs.values()) {
            uses[id.0] += 1;
        }
        uses
    }

    /// The same graph with only these of its outputs, and only what they need.
    pub fn keep(&self, outputs: &[Output]) -> Self {
        let kept = self
            .outputs
            .iter()
            .filter(|(name, _)| outputs.contains(name));
        let kept: BTreeMap<Output, NodeId> = kept.map(|(name, id)| (*name, *id)).collect();
        let mut is_needed = vec![false; self.nodes.len()];
        is_needed[0] = true;
        for id in kept.values() {
            is_needed[id.0] = true;
        }
        for (idx, node) in self.nodes.iter().enumerate().rev() {
            if is_needed[idx] {
                for id in &node.inputs {
                    is_needed[id.0] = true;
                }
            }
        }
        let mut places = vec![NodeId(0); self.nodes.len()];
        let mut nodes = Vec::new();
        for (idx, node) in self
            .nodes
            .iter()
            .enumerate()
            .filter(|(idx, _)| is_needed[*idx])
        {
            places[idx] = NodeId(nodes.len());
            let mut node = node.clone();
            for id in &mut node.inputs {
                *id = places[id.0];
            }
            nodes.push(node);
        }
        let outputs = kept.into_iter().map(|(name, id)| (name, places[id.0]));
        Self {
            nodes,
            outputs: outputs.collect(),
        }
    }
}
