// Lays a heat map over a picture: one value per cell, drawn smoothly with a fixed color ramp.

struct Params {
    // Rows of an affine map from the rectangle (0 to 1) to cells of the grid.
    cell_from_spot: array<vec4<f32>, 2>,
    // Colors of the ramp from cold to hot, evenly spaced, sRGB-encoded.
    ramp: array<vec4<f32>, 6>,
    // Columns and rows of the grid, opacity, and 1 when the target wants linear light.
    control: vec4<f32>,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var cells: texture_2d<f32>;

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

fn value(column: i32, row: i32) -> f32 {
    let last = vec2<i32>(params.control.xy) - vec2<i32>(1, 1);
    let cell = clamp(vec2<i32>(column, row), vec2<i32>(0, 0), last);
    return textureLoad(cells, cell, 0).r;
}

// Catmull-Rom: passes through the values, smooth between them.
fn weights(share: f32) -> vec4<f32> {
    let s = share;
    return vec4<f32>(
        s * (-0.5 + s * (1.0 - 0.5 * s)),
        1.0 + s * s * (-2.5 + 1.5 * s),
        s * (0.5 + s * (2.0 - 1.5 * s)),
        s * s * (-0.5 + 0.5 * s),
    );
}

fn smooth_value(place: vec2<f32>) -> f32 {
    let start = place - vec2<f32>(0.5);
    let corner = floor(start);
    let x = weights(start.x - corner.x);
    let y = weights(start.y - corner.y);
    var sum = 0.0;
    for (var row = 0; row < 4; row++) {
        for (var column = 0; column < 4; column++) {
            let cell = vec2<i32>(corner) + vec2<i32>(column - 1, row - 1);
            sum += y[row] * x[column] * value(cell.x, cell.y);
        }
    }
    return clamp(sum, 0.0, 1.0);
}

fn linear_light(color: vec3<f32>) -> vec3<f32> {
    let low = color / 12.92;
    let high = pow((color + 0.055) / 1.055, vec3<f32>(2.4));
    return select(high, low, color <= vec3<f32>(0.04045));
}

@fragment
fn fragment(corner: Corner) -> @location(0) vec4<f32> {
    let position = vec3<f32>(corner.spot, 1.0);
    let place = vec2<f32>(
        dot(params.cell_from_spot[0].xyz, position),
        dot(params.cell_from_spot[1].xyz, position),
    );
    let heat = smooth_value(place) * 5.0;
    let stop = min(i32(heat), 4);
    var color = mix(params.ramp[stop].rgb, params.ramp[stop + 1].rgb, heat - f32(stop));
    if params.control.w > 0.5 {
        color = linear_light(color);
    }
    let inside = all(place >= vec2<f32>(0.0)) && all(place <= params.control.xy);
    let alpha = select(0.0, params.control.z, inside);
    return vec4<f32>(color * alpha, alpha);
}
