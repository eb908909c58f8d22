//! The network that is the example.

use burn::tensor::Device;

use crate::models::ArchitectureSpec;
use crate::models::network::HeadConfig;
use crate::models::network::Network;
use crate::models::state;
use crate::weights::TensorMap;

/// A frozen network whose descriptors are the example.
#[derive(Clone)]
pub struct Teacher {
    pub network: Network,
    pub dimensions: usize,
    pub spec: &'static ArchitectureSpec,
    pub head: HeadConfig,
}

/// A teacher as plain numbers, for another device.
pub struct TeacherPlan {
    spec: &'static ArchitectureSpec,
    head: HeadConfig,
    tensors: TensorMap,
}

impl Teacher {
    pub fn plan(&self) -> TeacherPlan {
        TeacherPlan {
            spec: self.spec,
            head: self.head,
            tensors: state::read_state(&self.network),
        }
    }

    /// A teacher that knows nothing, to measure with.
    pub fn random(spec: &'static ArchitectureSpec, dimensions: usize, device: &Device) -> Self {
        let head = HeadConfig {
            form: spec.head,
            dimensions,
            large: None,
        };
        Self {
            network: Network::new(spec, head, device),
            dimensions,
            spec,
            head,
        }
    }

    /// The same teacher on a device without autodiff.
    pub fn on(plan: &TeacherPlan, device: &Device) -> Self {
        let network = Network::new(plan.spec, plan.head, device);
        let network = state::load_state(network, &plan.tensors);
        Self {
            network: network.expect("these are all the tensors of this very network"),
            dimensions: plan.head.dimensions,
            spec: plan.spec,
            head: plan.head,
        }
    }
}
