//! Several devices that teach one student together.
//!
//! - Owns: a thread for each device after the first, with networks and memories of its own there.
//! - Invariant: no tensor goes from one thread to another; what devices exchange are plain numbers.
//! - Invariant: between two steps all devices hold the same student; the first device has moved it.
//! - Not here: which devices there are (`devices`), losses, the optimiser.
//!
//! The collective operations of Burn 0.22 exist for CUDA with NCCL and for remote devices only.
//! Numbers that go through the main memory reach every device, and a test without a graphics card.
//!
//! Each device takes an equal share of the pictures of a step. Losses compare the rows of all
//! devices ([`Peers::whole`]), gradients are summed, and the first device moves the student and
//! hands it out. A batch normalization counts the pictures on its device, as it counts those of a
//! part on one device; its running statistics become the mean of all devices.

mod flat;
mod meeting;
mod member;
mod rows;

use std::sync::Arc;

use burn::tensor::Tensor;
use burn::tensor::TensorData;

use super::DistillError;
use super::gradients::FlatTensors;
use super::methods::Place;
use super::methods::Saved;
use super::step_batch::StepBatch;
use super::student::Student;
use crate::weights::TensorMap;
use meeting::Meeting;
use member::Member;
use member::Order;
use member::Share;

pub use member::MemberPlan;
pub use rows::Peers;
pub use rows::Same;
pub use rows::ViewRows;

/// The devices after the first one. Dropping it ends their threads.
pub struct Team {
    meeting: Arc<Meeting<rows::PlainRows>>,
    members: Vec<Member>,
    /// All hold what the first one holds.
    is_equal: bool,
}

/// Everything in which two devices have to be equal.
pub struct State {
    pub student: TensorMap,
    pub method: Saved,
    /// First blocks that do not learn.
    pub frozen_blocks: usize,
    /// Pictures at once: all devices meet equally often.
    pub micro_batch: usize,
}

impl Team {
    /// Starts a thread for each device after the first; they build their networks at the first step.
    pub fn start(plans: Vec<MemberPlan>) -> Result<Self, DistillError> {
        let meeting = Arc::new(Meeting::new(plans.len() + 1));
        let mut team = Self {
            meeting: meeting.clone(),
            members: Vec::new(),
            is_equal: false,
        };
        for (idx, plan) in plans.into_iter().enumerate() {
            let peers = Peers {
                meeting: meeting.clone(),
                place: idx + 1,
            };
            team.members.push(Member::start(plan, peers)?);
        }
        Ok(team)
    }

    /// The first device's way to the rows of all.
    pub fn peers(&self) -> Peers {
        Peers {
            meeting: self.meeting.clone(),
            place: 0,
        }
    }

    /// The first device has other weights or memories than before.
    pub const fn outdate(&mut self) {
        self.is_equal = false;
    }

    /// Makes all devices equal to the first one where they are not.
    pub fn equalize(&mut self, state: impl FnOnce() -> State) {
        if self.is_equal {
            return;
        }
        let state = Arc::new(state());
        for member in &self.members {
            self.send(member, Order::Equal(state.clone()));
        }
        for member in &self.members {
            self.report(member);
        }
        self.is_equal = true;
    }

    /// Gives each device its pictures of a step, and returns those of the first.
    pub fn hand_out(&self, batch: &StepBatch, place: Place, factor: f32) -> StepBatch {
        let n = batch.ids.len() / (self.members.len() + 1);
        for (idx, member) in self.members.iter().enumerate() {
            let first = (idx + 1) * n;
            let share = Share {
                batch: batch.rows(first..first + n),
                place,
                factor,
            };
            self.send(member, Order::Share(Box::new(share)));
        }
        batch.rows(0..n)
    }

    /// Gradients summed over all devices, and running statistics averaged.
    pub fn collect(&self, gradients: FlatTensors, student: Student) -> (FlatTensors, Student) {
        let own = flat::numbers(&student, flat::Kind::Statistics);
        let (mut others, mut changes) = (Vec::new(), Vec::new());
        for member in &self.members {
            let report = self.report(member);
            add(&mut others, report.gradients);
            let pairs = report.statistics.iter().zip(&own);
            add(
                &mut changes,
                pairs.map(|(other, own)| other - own).collect(),
            );
        }
        // Equal ones stay as they are, to the last digit.
        let n = self.members.len() as f32 + 1.0;
        let pairs = own.iter().zip(&changes);
        let statistics: Vec<f32> = pairs.map(|(own, change)| own + change / n).collect();
        let student = flat::filled(student, flat::Kind::Statistics, &statistics);
        (sum(gradients, &others), student)
    }

    /// Hands out the student after a step.
    pub fn update(&self, student: &Student, applied: bool) {
        let numbers = Arc::new(flat::numbers(student, flat::Kind::All));
        for member in &self.members {
            let numbers = numbers.clone();
            self.send(member, Order::Update { numbers, applied });
        }
    }

    fn send(&self, member: &Member, order: Order) {
        if !member.send(order) {
            self.fail();
        }
    }

    fn report(&self, member: &Member) -> member::Report {
        member.report().unwrap_or_else(|| self.fail())
    }

    /// A device failed, which is a failure of the step: a full memory has to be found in the text.
    fn fail(&self) -> ! {
        let reason = self.meeting.reason();
        panic!("{}", reason.as_deref().unwrap_or("a device has stopped"));
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.meeting.end("the step was given up");
        for member in &mut self.members {
            member.join();
        }
    }
}

fn add(sum: &mut Vec<f32>, numbers: Vec<f32>) {
    if sum.is_empty() {
        *sum = numbers;
        return;
    }
    assert_eq!(sum.len(), numbers.len(), "all devices teach one student");
    for (total, number) in sum.iter_mut().zip(numbers) {
        *total += number;
    }
}

/// Each gradient with its numbers of the other devices added.
fn sum(gradients: FlatTensors, others: &[f32]) -> FlatTensors {
    let mut left = others;
    let added = |(name, own): (String, Tensor<1>)| {
        let [n] = own.dims();
        let (numbers, rest) = left.split_at(n);
        left = rest;
        let other = TensorData::new(numbers.to_vec(), [n]);
        let total = own.clone() + Tensor::from_data(other, &own.device());
        (name, total)
    };
    gradients.into_iter().map(added).collect()
}
