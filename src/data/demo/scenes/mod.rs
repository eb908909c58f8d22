//! What the originals of the demo library show.
//!
//! To add a picture, write its function in the file it belongs to and add its row in
//! [`SCENES`]. Its chance numbers come from its name, so that no other picture changes.

mod animals;
mod charts;
mod country;
mod faces;
mod fields;
mod food;
mod home;
mod print;
mod space;
mod tiles;
mod town;
mod travel;
mod water;
mod wild;

use crate::data::Picture;

use super::canvas::Canvas;

/// One row of [`SCENES`].
pub(super) struct Scene {
    /// The file name without its extension.
    pub(super) name: &'static str,
    width: u32,
    height: u32,
    draw: fn(&mut Canvas),
}

const fn scene(name: &'static str, width: u32, height: u32, draw: fn(&mut Canvas)) -> Scene {
    Scene {
        name,
        width,
        height,
        draw,
    }
}

impl Scene {
    pub(super) fn draw(&self) -> Picture {
        let mut canvas = Canvas::new(self.width, self.height, seed_of(self.name));
        (self.draw)(&mut canvas);
        canvas.finish()
    }
}

/// A number for a name (FNV-1a), small enough to be added to.
fn seed_of(name: &str) -> u32 {
    let mix = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    name.bytes().fold(2_166_136_261, mix) >> 4
}

/// Every original of the demo library.
pub(super) const SCENES: &[Scene] = &[
    scene("alpine-dawn", 720, 450, wild::alpine_dawn),
    scene("desert-dunes", 640, 480, wild::desert_dunes),
    scene("red-canyon", 640, 480, wild::red_canyon),
    scene("volcano", 640, 480, wild::volcano),
    scene("iceberg", 540, 680, wild::iceberg),
    scene("northern-lights", 640, 480, water::northern_lights),
    scene("sailing-sunset", 640, 480, water::sailing_sunset),
    scene("palm-beach", 640, 480, water::palm_beach),
    scene("moonlit-reeds", 560, 640, water::moonlit_reeds),
    scene("birch-wood", 560, 640, country::birch_wood),
    scene("lavender-field", 680, 480, country::lavender_field),
    scene("winter-village", 640, 480, country::winter_village),
    scene("thunderstorm", 640, 480, country::thunderstorm),
    scene("tulip-windmill", 640, 520, country::tulip_windmill),
    scene("night-skyline", 640, 480, town::night_skyline),
    scene("canal-houses", 720, 460, town::canal_houses),
    scene("neon-rain", 480, 640, town::neon_rain),
    scene("island-town", 640, 480, town::island_town),
    scene("isometric-city", 640, 480, town::isometric_city),
    scene("suspension-bridge", 740, 440, travel::suspension_bridge),
    scene("lighthouse", 600, 560, travel::lighthouse),
    scene("balloons", 640, 560, travel::balloons),
    scene("steam-train", 720, 460, travel::steam_train),
    scene("ferris-wheel", 520, 640, travel::ferris_wheel),
    scene("fruit-bowl", 640, 480, food::fruit_bowl),
    scene("citrus-slices", 640, 480, food::citrus_slices),
    scene("latte", 640, 520, food::latte),
    scene("pizza", 560, 560, food::pizza),
    scene("donuts", 600, 600, food::donuts),
    scene("sunflower-vase", 500, 640, home::sunflower_vase),
    scene("bookshelf", 660, 440, home::bookshelf),
    scene("cactus-pots", 640, 480, home::cactus_pots),
    scene("pebbles", 600, 500, home::pebbles),
    scene("record-grooves", 640, 500, home::record_grooves),
    scene("ringed-planet", 640, 480, space::ringed_planet),
    scene("blue-planet", 640, 480, space::blue_planet),
    scene("spiral-galaxy", 680, 500, space::spiral_galaxy),
    scene("eclipse", 640, 480, space::eclipse),
    scene("rocket-launch", 480, 640, space::rocket_launch),
    scene("moon-walk", 640, 480, space::moon_walk),
    scene("stained-glass", 560, 600, tiles::stained_glass),
    scene("truchet-tiles", 640, 480, tiles::truchet_tiles),
    scene("bauhaus", 625, 500, tiles::bauhaus),
    scene("mandala", 560, 560, tiles::mandala),
    scene("quilt", 644, 552, tiles::quilt),
    scene("wave-scales", 640, 480, tiles::wave_scales),
    scene("star-tiles", 640, 480, tiles::star_tiles),
    scene("flow-field", 680, 480, fields::flow_field),
    scene("marbled-paper", 520, 640, fields::marbled_paper),
    scene("low-poly-peaks", 640, 480, fields::low_poly_peaks),
    scene("contour-map", 640, 480, fields::contour_map),
    scene("julia-set", 640, 480, fields::julia_set),
    scene("jazz-poster", 460, 640, print::jazz_poster),
    scene("lake-poster", 480, 660, print::lake_poster),
    scene("type-specimen", 680, 440, print::type_specimen),
    scene("sheet-music", 560, 620, print::sheet_music),
    scene("chess-board", 640, 520, print::chess_board),
    scene("metro-map", 680, 480, charts::metro_map),
    scene("harvest-chart", 640, 480, charts::harvest_chart),
    scene("star-chart", 640, 600, charts::star_chart),
    scene("treasure-map", 640, 480, charts::treasure_map),
    scene("ginger-cat", 600, 600, faces::ginger_cat),
    scene("night-owl", 520, 640, faces::night_owl),
    scene("tin-robot", 500, 660, faces::tin_robot),
    scene("lady-with-hat", 540, 660, faces::lady_with_hat),
    scene("forest-fox", 640, 480, animals::forest_fox),
    scene("singing-whale", 720, 460, animals::singing_whale),
    scene("butterflies", 640, 520, animals::butterflies),
    scene("toucan", 640, 480, animals::toucan),
    scene("coral-reef", 640, 480, animals::coral_reef),
];
