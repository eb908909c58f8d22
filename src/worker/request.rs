//! What a screen or the command line can ask the worker for, and what comes back.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::data::Picture;
use crate::distill::RunConfig;
use crate::distill::RunEvent;
use crate::distill::RunSummary;
use crate::distill::preview::Preview;
use crate::eval::report::KeptReport;
use crate::eval::torture::TortureReport;
use crate::index::PictureId;
use crate::index::SearchBench;
use crate::index::Skipped;
use crate::matching::Band;
use crate::matching::Comparison;
use crate::models::ImportReport;
use crate::models::ModelInfo;
use crate::monitor::Progress;
use crate::verdicts::ContentHash;

/// One job, for as long as the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// A picture to search with or to compare.
#[derive(Clone, Debug)]
pub enum Source {
    File(PathBuf),
    /// Pasted pixels that are in no file.
    Pixels {
        name: String,
        picture: Arc<Picture>,
    },
}

/// Everything the worker can do. Long jobs run one after another; quick ones in between.
#[derive(Clone, Debug)]
pub enum JobRequest {
    /// Draw the demo library when it is not there yet, and make it searchable. Long.
    OpenDemo,
    /// Bring a library up to date with folders. With no folders: with its own roots. Long.
    Index {
        library: PathBuf,
        folders: Vec<PathBuf>,
        /// A model id; `None` is the model in use.
        model: Option<String>,
        /// A device id; `None` is the one of the settings, or the fastest.
        device: Option<String>,
    },
    /// Search a library for copies of one picture. Quick.
    Find {
        library: PathBuf,
        query: Source,
        model: Option<String>,
        device: Option<String>,
        top: usize,
    },
    /// Align two pictures and collect the evidence. Quick.
    Compare {
        a: Source,
        b: Source,
        model: Option<String>,
        device: Option<String>,
    },
    /// Views of a picture as a recipe draws them. Quick.
    Preview(Box<PreviewOrder>),
    /// A few steps of a run, for an estimate of time and memory. Long.
    Trial(Box<RunConfig>),
    /// Teach a student; goes on from the last checkpoint when the run folder has one. Long.
    Distill(Box<RunConfig>),
    /// Pictures a second of a model on a device. Long.
    MeasureModel {
        model: String,
        device: Option<String>,
    },
    /// Count the pictures of training folders and try to read the header of each. Long.
    CheckPictures { folders: Vec<PathBuf> },
    /// Descriptors of pictures, and of all pictures of folders. Long.
    Embed {
        pictures: Vec<PathBuf>,
        model: Option<String>,
        device: Option<String>,
    },
    /// Write the judged pairs whose pictures are still there as a table for training. Long.
    ExportVerdicts { to: PathBuf },
    /// Measure a model by a protocol. Long.
    Evaluate(Box<EvaluateOrder>),
    /// Say what data set a folder or archive is. Long.
    CheckDataset { path: PathBuf },
    /// Make copies of pictures and look for their originals. Long.
    Torture(TortureOrder),
    /// Measure how fast this computer decodes, embeds and searches. Long.
    Bench { device: Option<String> },
    /// Measure how long the edits of training take on pictures of a folder. Long.
    BenchAugmentations { pictures: PathBuf },
    /// Measure networks with random weights. Long.
    BenchNetworks {
        /// Ids of the table of architectures, or `all`.
        networks: Vec<String>,
        batch_sizes: Vec<usize>,
        /// How long each of them is measured.
        measured: Duration,
        /// A device id; `None` is every device.
        device: Option<String>,
    },
    /// Measure training steps with random weights. Long.
    BenchTraining(Box<TrainingOrder>),
    /// Take a folder and its pictures out of a library; the files stay. Quick.
    RemoveFolder { library: PathBuf, folder: PathBuf },
    /// Put a damaged library aside and begin an empty one; a sound one stays as it is. Quick.
    RebuildLibrary { library: PathBuf },
    /// Download a published model and import it. Runs beside the others.
    Download(DownloadOrder),
}

/// An evaluation that somebody asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EvaluateOrder {
    /// Row of the table of protocols.
    pub protocol: String,
    /// Folder or archive.
    pub data: PathBuf,
    pub model: Option<String>,
    pub device: Option<String>,
    /// Options that are not as usual.
    pub options: BTreeMap<String, String>,
    /// Where files for the challenge are written, if they are wanted.
    pub submission: Option<PathBuf>,
}

/// A torture test that somebody asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TortureOrder {
    pub pictures: Vec<PathBuf>,
    pub model: Option<String>,
    pub device: Option<String>,
    /// A folder of pictures to search among; where there is none, what lies beside the first picture and
    /// the demo pictures.
    pub among: Option<PathBuf>,
}

/// A published model that somebody asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DownloadOrder {
    /// Row of the catalog.
    pub model: String,
    /// One of its files; `None` is the one to take.
    pub format: Option<String>,
    /// Where the same file is, instead of the published address.
    pub mirror: Option<String>,
    /// Where the file stays; `None` removes it once it is imported.
    pub keep: Option<PathBuf>,
}

/// A picture whose views somebody wants to see.
#[derive(Clone, Debug, PartialEq)]
pub struct PreviewOrder {
    /// TOML.
    pub recipe: String,
    /// Counted from 0; a stage that is not there is the last one.
    pub stage: usize,
    pub picture: PathBuf,
    /// Pictures that may be put behind or over it.
    pub others: Vec<PathBuf>,
    pub seed: u64,
}

/// What a finished job leaves behind for the screens.
#[derive(Clone, Debug)]
pub enum JobResult {
    /// The demo library is at this place, and these are good pictures to search it with.
    OpenDemo {
        library: PathBuf,
        queries: Vec<PathBuf>,
        report: IndexReport,
    },
    Index {
        library: PathBuf,
        report: IndexReport,
    },
    Find(FindReport),
    Compare(Box<CompareReport>),
    Preview(PreviewReport),
    Trial(TrialReport),
    Distill(RunSummary),
    MeasureModel(ModelInfo),
    CheckPictures(PictureCheck),
    Embed(EmbedReport),
    ExportVerdicts(VerdictsReport),
    /// The report has been kept with its model.
    Evaluate(Box<KeptReport>),
    CheckDataset(Box<DatasetCheck>),
    Torture(Box<TortureResult>),
    Bench(BenchReport),
    BenchAugmentations(Vec<AugmentationRow>),
    BenchNetworks(NetworkBench),
    BenchTraining(TrainingBench),
    RemoveFolder {
        library: PathBuf,
    },
    RebuildLibrary {
        library: PathBuf,
    },
    Download(Box<DownloadReport>),
}

/// What a folder or archive is.
#[derive(Clone, Debug, PartialEq)]
pub struct DatasetCheck {
    pub path: PathBuf,
    /// Row of the table of layouts.
    pub layout: &'static str,
    pub label: &'static str,
    pub help: &'static str,
    /// Where it comes from.
    pub origin: &'static str,
    pub parts: Vec<DatasetPart>,
    /// Why it cannot be used as it is: a needed part is missing.
    pub problem: Option<String>,
    /// Rows of the table of protocols that fit.
    pub protocols: Vec<&'static str>,
}

/// A part of a data set.
#[derive(Clone, Debug, PartialEq)]
pub struct DatasetPart {
    pub what: &'static str,
    /// Its names, separated by bars.
    pub names: &'static str,
    /// The one that is there.
    pub found: Option<&'static str>,
    pub is_needed: bool,
    pub n_pictures: Option<u64>,
    /// Pictures of the published set.
    pub n_expected: Option<u32>,
}

/// A torture test and whose it was.
#[derive(Clone, Debug)]
pub struct TortureResult {
    pub model: ModelInfo,
    pub report: TortureReport,
}

/// A published model that is there now.
#[derive(Clone, Debug)]
pub struct DownloadReport {
    pub model: ModelInfo,
    /// What became of each tensor of its file.
    pub report: ImportReport,
}

/// What indexing did. The fields are the JSON of `copylens index`.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct IndexReport {
    pub added: usize,
    pub unchanged: usize,
    pub removed: usize,
    /// Pictures left out, each with its reason. Partial success is still success.
    pub skipped: Vec<Skipped>,
    pub seconds: f64,
}

/// The copies found for one query, best first.
#[derive(Clone, Debug)]
pub struct FindReport {
    pub library: PathBuf,
    pub query: Source,
    /// Of the bytes of the query's file, or of its pixels where there is no file.
    pub hash: Option<ContentHash>,
    /// The query picture itself, at most 1024 pixels wide or high.
    pub picture: Arc<Picture>,
    /// The nearest pictures whatever their band, so that the window can band them again.
    pub matches: Vec<Match>,
    /// Pictures searched, and pictures the library knows of.
    pub searched: usize,
    pub total: usize,
    pub seconds: f64,
}

/// One found picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    pub id: PictureId,
    pub path: PathBuf,
    /// Of the bytes of the file.
    pub hash: ContentHash,
    /// Cosine of the two descriptors, -1 to 1.
    pub similarity: f32,
    /// The band at the normal threshold; the window bands again at other notches.
    pub band: Band,
    /// The files hold the same bytes.
    pub same_file: bool,
    /// The query was turned or mirrored to find this, in words.
    pub view: Option<&'static str>,
    pub file_bytes: u64,
    pub width: u32,
    pub height: u32,
    /// JPEG, at most 320 pixels wide or high.
    pub thumbnail: Option<Arc<Vec<u8>>>,
}

/// Two pictures and what connects them.
#[derive(Clone, Debug)]
pub struct CompareReport {
    pub a: Arc<Picture>,
    pub b: Arc<Picture>,
    pub comparison: Comparison,
}

/// Judged pairs that were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictsReport {
    pub path: PathBuf,
    pub n_copies: usize,
    pub n_others: usize,
    /// Pairs left out because a picture is no longer there.
    pub n_missing: usize,
}

/// Views of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct PreviewReport {
    pub picture: PathBuf,
    pub preview: Preview,
}

/// What a trial of a few steps measured.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialReport {
    pub seconds_per_step: f64,
    pub pictures_per_second: f64,
    /// The whole run at this rate.
    pub total: Duration,
    /// Highest memory of the process, bytes, where it can be measured.
    pub memory_bytes: Option<u64>,
}

/// How the training pictures are.
#[derive(Clone, Debug, Default)]
pub struct PictureCheck {
    pub folders: Vec<PathBuf>,
    pub readable: usize,
    pub unreadable: Vec<Skipped>,
    /// Some readable ones, from all over the folders.
    pub samples: Vec<PathBuf>,
}

/// Descriptors in the order of the pictures that were asked for.
#[derive(Clone, Debug, Default)]
pub struct EmbedReport {
    /// Length of a descriptor.
    pub dimensions: usize,
    pub rows: Vec<(PathBuf, Vec<f32>)>,
    pub skipped: Vec<Skipped>,
}

/// How fast this computer is.
#[derive(Clone, Debug)]
pub struct BenchReport {
    /// Id of the device that embedded.
    pub device: String,
    /// JPEG photos of 1024 x 768 pixels, one core, and all cores together.
    pub decode_per_second: f64,
    pub decode_per_second_all_cores: f64,
    pub embed: Vec<EmbedSpeed>,
    /// By number of descriptors.
    pub search: Vec<(usize, SearchBench)>,
}

/// How fast one model embeds at one batch size.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct EmbedSpeed {
    pub model: String,
    pub batch_size: usize,
    pub pictures_per_second: f64,
}

/// How long one edit, or a whole pipeline of them, takes on one core. The fields are the JSON of
/// `copylens bench --augmentations`.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct AugmentationRow {
    pub id: &'static str,
    pub is_pipeline: bool,
    /// A picture.
    pub micros: f64,
}

/// How fast networks are on this computer.
#[derive(Clone, Debug)]
pub struct NetworkBench {
    /// Threads that a processor computes with.
    pub threads: usize,
    pub rows: Vec<NetworkSpeed>,
    pub left_out: Vec<NetworkLeftOut>,
}

/// How fast one network embeds at one batch size. The fields are the JSON of `copylens bench`.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct NetworkSpeed {
    pub network: String,
    pub device: String,
    /// What computes.
    pub engine: String,
    /// Of the trunk.
    pub parameters: usize,
    /// Side of the square pictures in pixels.
    pub size: u32,
    pub batch_size: usize,
    pub pictures_per_second: f64,
}

/// A network for which there is too little memory.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct NetworkLeftOut {
    pub network: String,
    pub device: String,
    pub batch_size: usize,
    /// An estimate from above.
    pub needed_bytes: u64,
    pub free_bytes: u64,
}

/// Training steps that somebody wants to know the cost of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainingOrder {
    /// Presets or recipe files, or `all`.
    pub presets: Vec<String>,
    /// Ids of the table of architectures; a teacher is there only in recipes that have one.
    pub student: String,
    pub teacher: String,
    /// What recipes call them: `f32`, `bf16`, `f16`, `auto`.
    pub precisions: Vec<String>,
    pub batch: usize,
    /// Side of the views in pixels.
    pub size: u32,
    pub n_steps: u32,
    pub device: Option<String>,
}

/// What training steps cost on a device. The fields are the JSON of `copylens bench`.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct TrainingBench {
    pub device: String,
    pub student: String,
    /// Side of the views in pixels.
    pub size: u32,
    pub rows: Vec<TrainingCost>,
    pub left_out: Vec<TrainingLeftOut>,
}

/// One recipe in one precision.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct TrainingCost {
    pub preset: String,
    /// In which it was computed, which may be another one than was asked for.
    pub precision: String,
    pub batch: usize,
    pub seconds_per_step: f64,
    pub pictures_per_second: f64,
    /// What the device holds for tensors.
    pub device_bytes: Option<u64>,
    /// The most memory the program ever held.
    pub program_bytes: Option<u64>,
    /// Shares of the time of a step, 0 to 1.
    pub shares: BTreeMap<String, f64>,
}

/// A recipe that cannot be measured here.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct TrainingLeftOut {
    pub preset: String,
    pub reason: String,
}

/// How a job ended. Exactly one of these reaches the screens for each job.
#[derive(Clone, Debug)]
pub enum Outcome {
    Done(JobResult),
    Stopped,
    /// Something the job knew could happen.
    Failed(Failure),
    /// A bug: the job panicked. The compute thread is replaced before the next job.
    Crashed(String),
}

/// What happened, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub message: String,
    pub advice: Option<String>,
}

/// News of a job; each one counts and they come in order.
#[derive(Clone, Debug)]
pub enum Event {
    Started {
        id: JobId,
        title: String,
    },
    /// Indexing made more pictures searchable.
    Indexed {
        id: JobId,
        library: PathBuf,
        searchable: usize,
    },
    Run {
        id: JobId,
        event: RunEvent,
    },
    Ended {
        id: JobId,
        outcome: Outcome,
    },
}

/// A job in the activity bar.
#[derive(Clone, Debug)]
pub struct ActiveJob {
    pub id: JobId,
    /// In words for the user: `Reading your pictures`.
    pub title: String,
    pub progress: Progress,
    pub time_left: Option<Duration>,
    pub paused: bool,
    pub stopping: bool,
    /// Waiting for its turn behind another job.
    pub waiting: bool,
    /// Training can also be ended early with what it has.
    pub can_finish: bool,
}
