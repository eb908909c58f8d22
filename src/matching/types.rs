//! What comparing two pictures finds, as plain data.

/// How sure Copylens is that one picture is a copy of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The pictures agree everywhere.
    Same,
    /// The same picture after an edit, verified by geometry.
    Edited,
    /// Alike, but no common region was proven.
    Maybe,
    Different,
}

/// An affine map of pixels, row-major 2x3: `x' = m0 x + m1 y + m2`, `y' = m3 x + m4 y + m5`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    pub m: [f64; 6],
}

/// Two cells that see the same thing. Positions in pixels of the upright pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correspondence {
    pub a: [f32; 2],
    pub b: [f32; 2],
    /// Cosine of the two local descriptors after the mean is taken away.
    pub similarity: f32,
    /// Agrees with the alignment.
    pub inlier: bool,
}

/// How well each cell of a picture is found in the other one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatMap {
    pub rows: usize,
    pub cols: usize,
    /// `[rows][cols]`, 0 (like unrelated pictures) to 1 (the same), on a fixed scale.
    pub values: Vec<f32>,
}

/// Two pictures and the evidence for or against a copy.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Cosine of the whole-picture descriptors, -1 to 1.
    pub similarity: f32,
    pub verdict: Verdict,
    /// Maps pixels of B onto A, when an alignment was found.
    pub transform: Option<Affine>,
    /// B is a mirror image of what it shows of A.
    pub mirrored: bool,
    pub inliers: usize,
    /// Mutual nearest neighbours, best first.
    pub correspondences: Vec<Correspondence>,
    pub heat_a: HeatMap,
    pub heat_b: HeatMap,
    /// Share of A, and of B, that lies in the common region, 0 to 1.
    pub overlap_a: f32,
    pub overlap_b: f32,
    /// What was found, in words: "The middle third of the original, mirrored, turned by 12 degrees".
    pub sentence: String,
    /// What to try when nothing was found.
    pub advice: Option<String>,
}
