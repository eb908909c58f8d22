//! One device after the first, on a thread of its own.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::thread::JoinHandle;

use burn::tensor::Device;
use crossbeam_channel::Receiver;
use crossbeam_channel::Sender;

use super::Peers;
use super::State;
use super::flat;
use crate::data::loader::LoaderError;
use crate::distill::DistillError;
use crate::distill::learner::Learner;
use crate::distill::methods::Place;
use crate::distill::recipe::Recipe;
use crate::distill::step_batch::StepBatch;
use crate::distill::teacher::Teacher;
use crate::distill::teacher::TeacherPlan;
use crate::models::ArchitectureSpec;
use crate::monitor::Monitor;

/// What a device builds its networks of.
pub struct MemberPlan {
    pub recipe: Recipe,
    pub spec: &'static ArchitectureSpec,
    pub teacher: Option<Arc<TeacherPlan>>,
    pub n_pictures: usize,
    pub device: Device,
}

/// What the first device asks for; orders are carried out one after another.
pub enum Order {
    /// Become equal to the first device. Answered by an empty report.
    Equal(Arc<State>),
    /// Find the gradients of some pictures. Answered by a report.
    Share(Box<Share>),
    /// Take over the student after a step.
    Update {
        numbers: Arc<Vec<f32>>,
        applied: bool,
    },
}

/// Pictures of a step.
pub struct Share {
    pub batch: StepBatch,
    pub place: Place,
    /// The loss is multiplied with it.
    pub factor: f32,
}

/// What came out on a device.
#[derive(Default)]
pub struct Report {
    /// Of all parameters that learn, in the order of their names.
    pub gradients: Vec<f32>,
    pub statistics: Vec<f32>,
}

/// The first device's side of a thread.
pub struct Member {
    orders: Option<Sender<Order>>,
    reports: Receiver<Report>,
    thread: Option<JoinHandle<()>>,
}

impl Member {
    pub fn start(plan: MemberPlan, peers: Peers) -> Result<Self, DistillError> {
        // A share, the update after it, and what makes all equal again.
        let (orders, orders_receiver) = crossbeam_channel::bounded(4);
        let (reports_sender, reports) = crossbeam_channel::bounded(2);
        let place = peers.place;
        let thread = std::thread::Builder::new()
            .name(format!("compute-{place}"))
            .spawn(move || work(&plan, &peers, &orders_receiver, &reports_sender))
            .map_err(|error| {
                log::debug!("{error}");
                LoaderError::NoThread
            })?;
        Ok(Self {
            orders: Some(orders),
            reports,
            thread: Some(thread),
        })
    }

    /// `false` when the thread has ended.
    pub fn send(&self, order: Order) -> bool {
        let orders = self.orders.as_ref();
        orders.is_some_and(|orders| orders.send(order).is_ok())
    }

    /// Waits for the next report; `None` when the thread has ended.
    pub fn report(&self) -> Option<Report> {
        self.reports.recv().ok()
    }

    /// Waits for the end of the thread, which gets no more orders.
    pub fn join(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            // A panic was caught inside, and its text is the reason of the meeting.
            thread.join().ok();
        }
    }
}

fn work(plan: &MemberPlan, peers: &Peers, orders: &Receiver<Order>, reports: &Sender<Report>) {
    let mut learner = None;
    for order in orders {
        let outcome = catch_unwind(AssertUnwindSafe(|| obey(plan, peers, &mut learner, order)));
        match outcome {
            Ok(Some(report)) => {
                if reports.send(report).is_err() {
                    return;
                }
            }
            Ok(None) => {}
            Err(panic) => {
                peers.meeting.end(&text(panic.as_ref()));
                return;
            }
        }
    }
}

const EQUAL_FIRST: &str = "a device is made equal before its first pictures";

fn obey(
    plan: &MemberPlan,
    peers: &Peers,
    learner: &mut Option<Learner>,
    order: Order,
) -> Option<Report> {
    match order {
        Order::Equal(state) => {
            let mut new = build(plan, peers);
            new.equal(&state);
            *learner = Some(new);
            Some(Report::default())
        }
        Order::Share(share) => {
            let learner = learner.as_mut().expect(EQUAL_FIRST);
            let Share {
                batch,
                place,
                factor,
            } = *share;
            let monitor = Monitor::silent();
            let pass = learner.pass(&batch, place, factor, &monitor).ok()?;
            Some(Report {
                gradients: flat::joined(pass.gradients.into_values().collect()),
                statistics: flat::numbers(&learner.student, flat::Kind::Statistics),
            })
        }
        Order::Update { numbers, applied } => {
            let learner = learner.as_mut().expect(EQUAL_FIRST);
            let student = learner.student.clone();
            learner.student = flat::filled(student, flat::Kind::All, &numbers);
            learner.method.end(applied);
            None
        }
    }
}

fn build(plan: &MemberPlan, peers: &Peers) -> Learner {
    let plain = plan.device.clone().inner();
    let teacher = plan.teacher.as_ref();
    let mut learner = Learner::new(
        &plan.recipe,
        plan.spec,
        teacher.map(|teacher| Teacher::on(teacher, &plain)),
        plan.n_pictures,
        &plan.device,
        Some(peers.clone()),
    );
    if plan.recipe.network.fixed_statistics {
        learner.fix_statistics();
    }
    learner
}

/// What a panic says.
fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a device has stopped").to_owned()
}
