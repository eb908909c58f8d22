//! Draws with wgpu inside the window's own render pass.

use std::sync::Arc;

use eframe::egui;
use eframe::egui_wgpu;
use egui_wgpu::CallbackResources;
use egui_wgpu::CallbackTrait;
use egui_wgpu::RenderState;
use wgpu::util::DeviceExt as _;

use super::mips::Mips;
use super::params::HeatParams;
use super::params::PairParams;
use crate::matching::HeatMap;

/// The compiled shaders, made once per window and shared by every comparison.
struct Pipelines {
    pair: wgpu::RenderPipeline,
    heat: wgpu::RenderPipeline,
    smoothly: wgpu::Sampler,
}

/// One pair of pictures on the graphics card.
pub struct Gpu {
    device: wgpu::Device,
    pipelines: Arc<Pipelines>,
    pictures: [wgpu::TextureView; 2],
    heats: [wgpu::TextureView; 2],
    /// 1 when the target wants linear light.
    linear_target: f32,
}

impl Gpu {
    pub fn new(state: &RenderState, pictures: [&Mips; 2], heats: [&HeatMap; 2]) -> Self {
        let pipelines = {
            let mut renderer = state.renderer.write();
            let resources = &mut renderer.callback_resources;
            let shared = resources
                .entry::<Arc<Pipelines>>()
                .or_insert_with(|| Arc::new(Pipelines::new(&state.device, state.target_format)));
            Arc::clone(shared)
        };
        Self {
            pictures: pictures.map(|mips| upload_picture(state, mips)),
            heats: heats.map(|map| upload_heat(state, map)),
            device: state.device.clone(),
            linear_target: f32::from(u8::from(state.target_format.is_srgb())),
            pipelines,
        }
    }

    /// `shown` and `other` are 0 for A and 1 for B.
    pub fn pair(
        &self,
        rect: egui::Rect,
        [shown, other]: [usize; 2],
        mut params: PairParams,
    ) -> egui::Shape {
        params.output[0] = self.linear_target;
        let views = [&self.pictures[shown], &self.pictures[other]];
        let mut entries: Vec<wgpu::BindingResource<'_>> =
            views.map(wgpu::BindingResource::TextureView).to_vec();
        entries.push(wgpu::BindingResource::Sampler(&self.pipelines.smoothly));
        let bytes = bytemuck::bytes_of(&params);
        self.callback(rect, &self.pipelines.pair, bytes, entries)
    }

    /// `which` is 0 for A and 1 for B.
    pub fn heat(&self, rect: egui::Rect, which: usize, mut params: HeatParams) -> egui::Shape {
        params.control[3] = self.linear_target;
        let entries = vec![wgpu::BindingResource::TextureView(&self.heats[which])];
        let bytes = bytemuck::bytes_of(&params);
        self.callback(rect, &self.pipelines.heat, bytes, entries)
    }

    fn callback(
        &self,
        rect: egui::Rect,
        pipeline: &wgpu::RenderPipeline,
        params: &[u8],
        resources: Vec<wgpu::BindingResource<'_>>,
    ) -> egui::Shape {
        let buffer = self
            .device
            .create_buffer_init(&wgpu::util::BufferInitDescriptor {
                label: Some("comparison"),
                contents: params,
                usage: wgpu::BufferUsages::UNIFORM,
            });
        let all = std::iter::once(buffer.as_entire_binding()).chain(resources);
        let entries: Vec<wgpu::BindGroupEntry<'_>> = (0..)
            .zip(all)
            .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
            .collect();
        let bind_group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("comparison"),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &entries,
        });
        let quad = Quad {
            pipeline: pipeline.clone(),
            bind_group,
        };
        egui_wgpu::Callback::new_paint_callback(rect, quad).into()
    }
}

/// One rectangle filled by one shader.
struct Quad {
    pipeline: wgpu::RenderPipeline,
    bind_group: wgpu::BindGroup,
}

impl CallbackTrait for Quad {
    fn paint(
        &self,
        _info: egui::PaintCallbackInfo,
        render_pass: &mut wgpu::RenderPass<'static>,
        _callback_resources: &CallbackResources,
    ) {
        render_pass.set_pipeline(&self.pipeline);
        render_pass.set_bind_group(0, &self.bind_group, &[]);
        render_pass.draw(0..4, 0..1);
    }
}

impl Pipelines {
    fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        let pair = include_str!("../../shaders/pair.wgsl");
        let heat = include_str!("../../shaders/heat_map.wgsl");
        Self {
            pair: pipeline(device, target, "pair", pair),
            heat: pipeline(device, target, "heat map", heat),
            smoothly: device.create_sampler(&wgpu::SamplerDescriptor {
                label: Some("smoothly"),
                mag_filter: wgpu::FilterMode::Linear,
                min_filter: wgpu::FilterMode::Linear,
                mipmap_filter: wgpu::MipmapFilterMode::Linear,
                ..Default::default()
            }),
        }
    }
}

/// A quad over the viewport, blended like everything else in the window.
fn pipeline(
    device: &wgpu::Device,
    target: wgpu::TextureFormat,
    label: &str,
    source: &str,
) -> wgpu::RenderPipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(label),
        source: wgpu::ShaderSource::Wgsl(source.into()),
    });
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(label),
        layout: None,
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: Some("vertex"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState {
            topology: wgpu::PrimitiveTopology::TriangleStrip,
            ..Default::default()
        },
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: Some("fragment"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(wgpu::ColorTargetState {
                format: target,
                blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
                write_mask: wgpu::ColorWrites::ALL,
            })],
        }),
        multiview_mask: None,
        cache: None,
    })
}

fn upload_picture(state: &RenderState, mips: &Mips) -> wgpu::TextureView {
    let top = &mips.levels[0];
    let texture = state.device.create_texture(&wgpu::TextureDescriptor {
        label: Some("picture"),
        size: extent(top.width, top.height),
        mip_level_count: mips.levels.len() as u32,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    for (mip_level, level) in (0..).zip(&mips.levels) {
        let size = extent(level.width, level.height);
        write(state, &texture, mip_level, &level.rgba, size);
    }
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}

fn upload_heat(state: &RenderState, map: &HeatMap) -> wgpu::TextureView {
    // A picture without cells still needs a texture; it is never drawn.
    let (size, values) = if map.values.is_empty() {
        (extent(1, 1), vec![0.0])
    } else {
        (extent(map.cols as u32, map.rows as u32), map.values.clone())
    };
    let texture = state.device.create_texture(&wgpu::TextureDescriptor {
        label: Some("heat map"),
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::R32Float,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    });
    write(state, &texture, 0, bytemuck::cast_slice(&values), size);
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}

/// Both formats have four bytes per texel.
fn write(
    state: &RenderState,
    texture: &wgpu::Texture,
    mip_level: u32,
    bytes: &[u8],
    size: wgpu::Extent3d,
) {
    state.queue.write_texture(
        wgpu::TexelCopyTextureInfo {
            texture,
            mip_level,
            origin: wgpu::Origin3d::ZERO,
            aspect: wgpu::TextureAspect::All,
        },
        bytes,
        wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(4 * size.width),
            rows_per_image: Some(size.height),
        },
        size,
    );
}

fn extent(width: u32, height: u32) -> wgpu::Extent3d {
    wgpu::Extent3d {
        width,
        height,
        depth_or_array_layers: 1,
    }
}
