//! Vision transformers as DINO and DINOv2 define them (Dosovitskiy et al., arXiv:2010.11929; Caron
//! et al., arXiv:2104.14294; Oquab et al., arXiv:2304.07193; registers: Darcet et al.,
//! arXiv:2309.16588).
//!
//! Fields have the names of the original checkpoints, so that no key map is needed for them.
//!
//! Shape suffixes: `b` batch, `c` channels, `h` height, `w` width, `n` tokens, `d` width of a token.

mod block;
pub mod keys;
mod positions;
pub mod rows;

use burn::module::Module;
use burn::module::Param;
use burn::nn::Initializer;
use burn::nn::LayerNorm;
use burn::nn::conv::Conv2d;
use burn::nn::conv::Conv2dConfig;
use burn::tensor::Device;
use burn::tensor::Tensor;

use block::Block;
use block::NORM_EPSILON;
use block::WEIGHT_DEVIATION;
use block::layer_norm;
use positions::Resampling;

use super::graph::Builder;
use super::graph::MapNodes;
use super::graph::NodeId;
use super::graph::Operation;
use super::precision::in_f32;
use super::trunk::Maps;
use super::trunk::freeze_blocks;

/// Probability of leaving out a part of the last block while training; falls to 0 for the first
/// (DINO's student, `--drop_path_rate`).
const DROP_PATH: f64 = 0.1;
/// Standard deviation of new class tokens and registers in DINOv2.
const TOKEN_DEVIATION_V2: f64 = 1e-6;

/// Sizes of a transformer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VitConfig {
    /// Length of a token.
    pub width: usize,
    pub depth: usize,
    pub heads: usize,
    /// Side of a patch in pixels.
    pub patch: usize,
    /// Side of the square pictures that the positions belong to, in pixels.
    pub side: usize,
    /// Tokens that belong to no patch, between the class token and the patches.
    pub registers: usize,
    /// A learned factor per channel after attention and MLP.
    pub layer_scale: bool,
    /// SwiGLU for the MLP.
    pub gated: bool,
}

impl VitConfig {
    pub const TI16: Self = Self::dino(192, 3, 16);
    pub const S16: Self = Self::dino(384, 6, 16);
    pub const B16: Self = Self::dino(768, 12, 16);
    pub const S8: Self = Self::dino(384, 6, 8);
    pub const B8: Self = Self::dino(768, 12, 8);
    pub const DINOV2_S14: Self = Self::dinov2(384, 12, 6);
    pub const DINOV2_B14: Self = Self::dinov2(768, 12, 12);
    pub const DINOV2_L14: Self = Self::dinov2(1024, 24, 16);
    pub const DINOV2_G14: Self = Self {
        gated: true,
        ..Self::dinov2(1536, 40, 24)
    };

    /// 12 layers, trained at 224 pixels.
    const fn dino(width: usize, heads: usize, patch: usize) -> Self {
        Self {
            width,
            depth: 12,
            heads,
            patch,
            side: 224,
            registers: 0,
            layer_scale: false,
            gated: false,
        }
    }

    /// Patches of 14 pixels, positions for 518.
    const fn dinov2(width: usize, depth: usize, heads: usize) -> Self {
        Self {
            width,
            depth,
            heads,
            patch: 14,
            side: 518,
            registers: 0,
            layer_scale: true,
            gated: false,
        }
    }

    /// The same with the four registers of the released models.
    pub const fn with_registers(self) -> Self {
        Self {
            registers: 4,
            ..self
        }
    }
}

/// The trunk: patches in, a class token and a token per patch out, both normalized.
#[derive(Module, Debug)]
pub struct VisionTransformer {
    patch_embed: PatchEmbed,
    cls_token: Param<Tensor<3>>,
    pos_embed: Param<Tensor<3>>,
    register_tokens: Option<Param<Tensor<3>>>,
    blocks: Vec<Block>,
    norm: LayerNorm,
    #[module(skip)]
    config: VitConfig,
}

impl VisionTransformer {
    pub fn new(config: VitConfig, device: &Device) -> Self {
        let normal = |std| Initializer::Normal { mean: 0.0, std };
        let d = config.width;
        let n_patches = (config.side / config.patch).pow(2);
        let is_v2 = config.layer_scale;
        let token = normal(if is_v2 {
            TOKEN_DEVIATION_V2
        } else {
            WEIGHT_DEVIATION
        });
        let has_registers = config.registers > 0;
        Self {
            patch_embed: PatchEmbed::new(config, device),
            cls_token: token.init([1, 1, d], device),
            pos_embed: normal(WEIGHT_DEVIATION).init([1, n_patches + 1, d], device),
            register_tokens: has_registers.then(|| token.init([1, config.registers, d], device)),
            blocks: (0..config.depth)
                .map(|index| Block::new(config, drop_path(index, config.depth), device))
                .collect(),
            norm: layer_norm(d, device),
            config,
        }
    }

    /// Patches, positions, class token and the first blocks stay as they are.
    pub fn freeze_first(mut self, n_blocks: usize) -> Self {
        self.patch_embed = self.patch_embed.freeze();
        self.cls_token = self.cls_token.freeze();
        self.pos_embed = self.pos_embed.freeze();
        self.register_tokens = self.register_tokens.freeze();
        self.blocks = freeze_blocks(self.blocks, n_blocks);
        self
    }

    /// The class token, and the patches as a map with a cell per patch.
    ///
    /// Pixels beyond the last whole patch are left out, as DINO does.
    pub fn forward(&self, x_bchw: Tensor<4>) -> Maps {
        let [b, _, height, width] = x_bchw.dims();
        let [rows, cols] = [height, width].map(|side| side / self.config.patch);
        let n_patches = rows * cols;
        let mut tokens_bnd = self.embed(x_bchw);
        for block in &self.blocks {
            tokens_bnd = block.forward(tokens_bnd);
        }
        let tokens_bnd = in_f32(tokens_bnd, |tokens_bnd| self.norm.forward(tokens_bnd));
        let [_, n, d] = tokens_bnd.dims();
        let patches_bnd = tokens_bnd.clone().narrow(1, n - n_patches, n_patches);
        let deep = patches_bnd.swap_dims(1, 2).reshape([b, d, rows, cols]);
        Maps {
            fine: deep.clone(),
            deep,
            token_bc: Some(tokens_bnd.narrow(1, 0, 1).reshape([b, d])),
        }
    }

    /// Class token, registers and patches with their positions.
    fn embed(&self, x_bchw: Tensor<4>) -> Tensor<3> {
        let [b, _, height, width] = x_bchw.dims();
        let d = self.config.width;
        let positions_1nd = self.pos_embed.val();
        let class_11d = self.cls_token.val() + positions_1nd.clone().narrow(1, 0, 1);
        let patches_bnd = self.patch_embed.forward(x_bchw) + self.positions(height, width);
        let mut tokens = vec![class_11d.expand([b, 1, d])];
        // Registers have no place in the picture.
        if let Some(registers) = &self.register_tokens {
            let registers_1nd = registers.val();
            tokens.push(registers_1nd.expand([b, self.config.registers, d]));
        }
        tokens.push(patches_bnd);
        Tensor::cat(tokens, 1)
    }

    /// What [`Self::forward`] does, as a graph.
    pub fn record(&self, x: NodeId, builder: &mut Builder<'_>) -> MapNodes {
        let [height, width] = self.whole_size(x, builder);
        let [rows, cols] = [height, width].map(|side| side / self.config.patch);
        let mut tokens = self.record_embedding(x, builder);
        for block in &self.blocks {
            tokens = block.record(tokens, builder);
        }
        let tokens = builder.layer_norm(tokens, &self.norm, NORM_EPSILON as f32);
        let mut take = |start, count| builder.push(Operation::TakeRows { start, count }, &[tokens]);
        let token = take(0, 1);
        let patches = take(1 + self.config.registers, rows * cols);
        let map = Operation::RowsToMap {
            height: rows,
            width: cols,
        };
        let deep = builder.push(map, &[patches]);
        MapNodes {
            fine: deep,
            deep,
            token: Some(token),
        }
    }

    /// Height and width, of a patch at least: the builder itself refuses smaller pictures.
    fn whole_size(&self, x: NodeId, builder: &Builder<'_>) -> [usize; 2] {
        let [_, height, width] = builder.shape(x).as_map();
        let patch = self.config.patch;
        if height.min(width) < patch {
            return [patch; 2];
        }
        [height, width]
    }

    fn record_embedding(&self, x: NodeId, builder: &mut Builder<'_>) -> NodeId {
        let [height, width] = self.whole_size(x, builder);
        let patches = builder.conv(x, &self.patch_embed.proj);
        let [d, rows, cols] = builder.shape(patches).as_map();
        let patches = builder.push(Operation::MapToRows, &[patches]);
        let name = format!("{}.{rows}x{cols}", builder.name_of(&self.pos_embed));
        let positions = builder.table(&name, [rows * cols, d], || {
            values(self.positions(height, width))
        });
        let patches = builder.push(Operation::AddTable(positions), &[patches]);
        let name = builder.name_of(&self.cls_token);
        let first = builder.table(&name, [1 + self.config.registers, d], || {
            let class_11d = self.cls_token.val() + self.pos_embed.val().narrow(1, 0, 1);
            let registers = self.register_tokens.as_ref();
            let registers = registers.map_or_else(Vec::new, |rows| values(rows.val()));
            [values(class_11d), registers].concat()
        });
        builder.push(Operation::PrependRows(first), &[patches])
    }

    /// Positions of the patches of a picture, `[1, n, d]`.
    fn positions(&self, height: usize, width: usize) -> Tensor<3> {
        let table_1nd = self.pos_embed.val();
        let n_learned = table_1nd.dims()[1] - 1;
        let table_1nd = table_1nd.narrow(1, 1, n_learned);
        let grid = [height, width].map(|side| side / self.config.patch);
        if height == width && grid[0] * grid[1] == n_learned {
            return table_1nd;
        }
        let resampling = if self.config.registers > 0 {
            Resampling::Antialiased
        } else {
            Resampling::Offset
        };
        in_f32(table_1nd, |table_1nd| {
            positions::resample(table_1nd, grid, resampling)
        })
    }
}

/// The probability for a block: DINO's `linspace(0, rate, depth)`.
fn drop_path(index: usize, depth: usize) -> f64 {
    DROP_PATH * index as f64 / (depth - 1).max(1) as f64
}

/// The pixels of each patch to a token.
#[derive(Module, Debug)]
pub struct PatchEmbed {
    /// Kernel and stride are one patch.
    proj: Conv2d,
}

impl PatchEmbed {
    fn new(config: VitConfig, device: &Device) -> Self {
        let proj = Conv2dConfig::new([3, config.width], [config.patch; 2])
            .with_stride([config.patch; 2])
            .init(device);
        Self { proj }
    }

    /// `[b, 3, h, w]` to `[b, n, d]`, as a product of matrices: patches do not overlap.
    fn forward(&self, x_bchw: Tensor<4>) -> Tensor<3> {
        let weight = self.proj.weight.val();
        let [d, c, patch, _] = weight.dims();
        let [b, _, height, width] = x_bchw.dims();
        let [rows, cols] = [height, width].map(|side| side / patch);
        let whole = x_bchw
            .narrow(2, 0, rows * patch)
            .narrow(3, 0, cols * patch)
            .reshape([b, c, rows, patch, cols, patch]);
        let pixels = whole
            .permute([0, 2, 4, 1, 3, 5])
            .reshape([b * rows * cols, c * patch * patch]);
        let weight = weight.reshape([d, c * patch * patch]);
        let tokens = pixels.matmul(weight.transpose());
        let tokens_bnd = tokens.reshape([b, rows * cols, d]);
        match &self.proj.bias {
            Some(bias) => tokens_bnd + bias.val().unsqueeze::<3>(),
            None => tokens_bnd,
        }
    }
}

/// The numbers of a tensor, row-major.
fn values(tensor: Tensor<3>) -> Vec<f32> {
    let values = tensor.into_data().convert::<f32>().try_into_vec();
    values.expect("a float tensor converts to f32")
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;

    use super::*;

    /// The class tokens of two pictures.
    fn tokens(trunk: &VisionTransformer, x_bchw: Tensor<4>) -> Vec<f32> {
        let token_bc = trunk.forward(x_bchw).token_bc.unwrap();
        token_bc.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn parts_of_blocks_are_left_out_while_training_only() {
        let config = VitConfig {
            depth: 12,
            side: 32,
            ..VitConfig::dino(24, 3, 16)
        };
        let still = Device::flex();
        still.seed(5);
        let x_bchw = Tensor::random([2, 3, 32, 32], Distribution::Default, &still);
        let trunk = VisionTransformer::new(config, &still);
        let expected = tokens(&trunk, x_bchw.clone());
        assert_eq!(tokens(&trunk, x_bchw.clone()), expected);

        let training = still.clone().autodiff();
        let trunk = trunk.train();
        let x_bchw = Tensor::<4>::from_data(x_bchw.into_data(), &training);
        let runs: Vec<Vec<f32>> = (0..6).map(|_| tokens(&trunk, x_bchw.clone())).collect();
        // 24 sums with 5 % on average: a run that leaves nothing out of both pictures has a chance
        // of 8 %, all six of them one of 1 in 3 million.
        assert!(runs.iter().any(|run| run != &runs[0]));
        let after = tokens(
            &trunk.valid(),
            Tensor::from_data(x_bchw.into_data(), &still),
        );
        assert_eq!(after, expected);
    }

    #[test]
    fn the_first_block_is_always_whole() {
        assert_eq!(drop_path(0, 12), 0.0);
        assert!((drop_path(11, 12) - DROP_PATH).abs() < 1e-12);
    }
}
