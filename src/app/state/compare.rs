//! What the Compare sheet shows.

use std::sync::Arc;
use std::time::Instant;

use crate::index::PictureId;
use crate::worker::CompareReport;
use crate::worker::Failure;
use crate::worker::JobId;

/// How the two pictures are laid out; keys 1 to 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CompareMode {
    #[default]
    SideBySide,
    Wipe,
    Blink,
    Links,
    HeatMap,
}

impl CompareMode {
    /// Order on screen and of the number keys.
    pub const ALL: [Self; 5] = [
        Self::SideBySide,
        Self::Wipe,
        Self::Blink,
        Self::Links,
        Self::HeatMap,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::SideBySide => "Side by side",
            Self::Wipe => "Wipe",
            Self::Blink => "Blink",
            Self::Links => "Links",
            Self::HeatMap => "Heat map",
        }
    }

    /// One sentence that says what to do in this mode.
    pub fn help(self) -> &'static str {
        match self {
            Self::SideBySide => "Both pictures next to each other. Scroll to zoom, drag to move.",
            Self::Wipe => "Drag the divider to uncover one picture below the other.",
            Self::Blink => "Hold Space to see the other picture in the same place.",
            Self::Links => "Lines connect places that show the same thing in both pictures.",
            Self::HeatMap => "Bright places of one picture are found again in the other one.",
        }
    }
}

/// Two pictures being compared.
#[derive(Clone, Debug)]
pub struct CompareState {
    /// The match that is compared with the query.
    pub match_id: PictureId,
    pub job: Option<JobId>,
    pub asked_at: Instant,
    pub outcome: Compared,
    pub mode: CompareMode,
    pub is_aligned: bool,
}

/// How far the comparison is.
#[derive(Clone, Debug)]
pub enum Compared {
    Waiting,
    Done(Arc<CompareReport>),
    Failed(Failure),
}
