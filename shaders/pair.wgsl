// Draws one picture, or two pictures laid on each other, into a rectangle of the window.
//
// Colors stay as they are stored (sRGB-encoded), which is also how egui blends.

struct Params {
    // Rows of an affine map from the rectangle (0 to 1) to pixels of the shown picture.
    picture_from_spot: array<vec4<f32>, 2>,
    // Rows of an affine map from pixels of the shown picture to pixels of the other one.
    other_from_picture: array<vec4<f32>, 2>,
    // Width and height in pixels: shown picture, other picture.
    sizes: vec4<f32>,
    // What makes the other picture's colors look like the shown one's, per channel.
    contrast: vec4<f32>,
    brightness: vec4<f32>,
    ground: vec4<f32>,
    hatch: vec4<f32>,
    // Mode, its amount, and the size of the rectangle in points.
    control: vec4<f32>,
    // x: 1 when the target wants linear light.
    output: vec4<f32>,
}

const MODE_ALONE: i32 = 0;
const MODE_LAID_OVER: i32 = 1;
const MODE_WIPE: i32 = 2;
const MODE_DIFFERENCE: i32 = 3;

// Distance between two hatch lines and their thickness, in points.
const HATCH_STEP: f32 = 9.0;
const HATCH_LINE: f32 = 2.0;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var shown: texture_2d<f32>;
@group(0) @binding(2) var other: texture_2d<f32>;
@group(0) @binding(3) var smoothly: sampler;

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) spot: vec2<f32>,
}

@vertex
fn vertex(@builtin(vertex_index) index: u32) -> Corner {
    let spot = vec2<f32>(f32(index & 1u), f32(index >> 1u));
    var corner: Corner;
    corner.position = vec4<f32>(spot.x * 2.0 - 1.0, 1.0 - spot.y * 2.0, 0.0, 1.0);
    corner.spot = spot;
    return corner;
}

fn map(rows: array<vec4<f32>, 2>, place: vec2<f32>) -> vec2<f32> {
    let position = vec3<f32>(place, 1.0);
    return vec2<f32>(dot(rows[0].xyz, position), dot(rows[1].xyz, position));
}

fn is_inside(place: vec2<f32>, size: vec2<f32>) -> bool {
    return all(place >= vec2<f32>(0.0)) && all(place <= size);
}

// What stands where the copy has nothing to show.
fn hatched(point: vec2<f32>) -> vec3<f32> {
    let along = fract((point.x + point.y) / HATCH_STEP) * HATCH_STEP;
    let middle = abs(along - HATCH_STEP * 0.5);
    let cover = clamp(HATCH_LINE * 0.5 + 0.5 - middle, 0.0, 1.0);
    return mix(params.ground.rgb, params.hatch.rgb, cover);
}

fn linear_light(color: vec3<f32>) -> vec3<f32> {
    let low = color / 12.92;
    let high = pow((color + 0.055) / 1.055, vec3<f32>(2.4));
    return select(high, low, color <= vec3<f32>(0.04045));
}

@fragment
fn fragment(corner: Corner) -> @location(0) vec4<f32> {
    let place = map(params.picture_from_spot, corner.spot);
    let other_place = map(params.other_from_picture, place);
    let color = textureSample(shown, smoothly, place / params.sizes.xy).rgb;
    let other_color = textureSample(other, smoothly, other_place / params.sizes.zw).rgb;

    let both = is_inside(other_place, params.sizes.zw);
    let point = corner.spot * params.control.zw;
    let laid_over = select(hatched(point), other_color, both);
    let amount = params.control.y;
    var result = color;
    switch i32(params.control.x) {
        case MODE_LAID_OVER: {
            result = mix(color, laid_over, amount);
        }
        case MODE_WIPE: {
            result = select(color, laid_over, corner.spot.x > amount);
        }
        case MODE_DIFFERENCE: {
            let matched = params.contrast.rgb * other_color + params.brightness.rgb;
            result = select(hatched(point), abs(color - matched) * amount, both);
        }
        default: {}
    }
    result = clamp(result, vec3<f32>(0.0), vec3<f32>(1.0));
    if params.output.x > 0.5 {
        result = linear_light(result);
    }
    let alpha = select(0.0, 1.0, is_inside(place, params.sizes.xy));
    return vec4<f32>(result * alpha, alpha);
}
