"""Prints what `copylens bench --training rdcd` prints, for PyTorch on the same device.

    venv/bin/pip install torch torchvision
    venv/bin/python tests/reference/bench_training_torch.py --precision f32,bf16 --batch 128 --size 224 --steps 10
    venv/bin/python tests/reference/bench_training_torch.py --device cpu --batch 8 --size 64 --steps 2 --json

One step of RDCD with random weights, as Copylens takes it: a frozen teacher (ResNet-50, GeM, 512 numbers), a student
(EfficientNet-B0, GeM, 512 numbers and a projector to 256), its momentum copy, two queues, contrast + 5 x hard-negative +
relational, SGD. Half precision is torch.autocast with weights, pooling, head, similarities and losses in f32; f16 has a
GradScaler. Convolutions are channels_last. Pictures are random numbers made in advance: `loading` is their way to the
device.
"""

import argparse
import copy
import json
import resource
import time
from contextlib import nullcontext

import torch
import torch.nn.functional as F
import torchvision
from torch import nn

TEACHER_DIMENSIONS = 512
DIMENSIONS = 256
DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16, "f16": torch.float16}
PIECES = ("loading", "teacher", "momentum student", "forward", "backward", "optimiser")


class Trunk(nn.Module):
    """The layers of a torchvision network before its pooling."""

    def __init__(self, name: str):
        super().__init__()
        net = getattr(torchvision.models, name)()
        if hasattr(net, "features"):
            self.layers = net.features
        else:
            parts = [net.conv1, net.bn1, net.relu, net.maxpool, net.layer1, net.layer2, net.layer3, net.layer4]
            self.layers = nn.Sequential(*parts)
        with torch.no_grad():
            self.channels = self.layers.eval()(torch.zeros(1, 3, 64, 64)).shape[1]

    def forward(self, x):
        return self.layers(x)


class Network(nn.Module):
    def __init__(self, name: str, projects: bool):
        super().__init__()
        self.trunk = Trunk(name)
        self.fc = nn.Linear(self.trunk.channels, TEACHER_DIMENSIONS)
        self.projector = nn.Linear(TEACHER_DIMENSIONS, DIMENSIONS) if projects else None

    def forward(self, x, autocast):
        with autocast():
            maps = self.trunk(x)
        cells = maps.float().clamp(min=1e-6)
        large = self.fc(cells.pow(3).mean(dim=(2, 3)).pow(1 / 3))
        small = large if self.projector is None else self.projector(large)
        return F.normalize(large, dim=1), F.normalize(small, dim=1)


def rdcd(z, key, queue, large, teacher, teacher_queue):
    """contrast(0.07) + 5 x hard-negative + relational(0.04)."""
    negatives = z @ queue.T
    logits = torch.cat([(z * key).sum(1, keepdim=True), negatives], 1) / 0.07
    contrast = F.cross_entropy(logits, torch.zeros(len(z), dtype=torch.long, device=z.device))
    hard = -(1 - negatives.max(1).values).clamp(min=1e-3).log().mean()
    target = F.log_softmax(teacher @ teacher_queue.T / 0.04, 1)
    seen = F.log_softmax(large @ teacher_queue.T / 0.04, 1)
    return contrast + 5 * hard + F.kl_div(seen, target, reduction="batchmean", log_target=True)


class Clock:
    """Times of the pieces of a step; off unless it is asked for."""

    def __init__(self, device: torch.device):
        self.device, self.is_on = device, False
        self.times = dict.fromkeys(PIECES, 0.0)

    def wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def time(self, piece: str, work):
        if not self.is_on:
            return work()
        self.wait()
        started = time.perf_counter()
        done = work()
        self.wait()
        self.times[piece] += time.perf_counter() - started
        return done


class Step:
    def __init__(self, arguments, precision: str, device: torch.device):
        dtype = DTYPES[precision]
        self.device, self.clock = device, Clock(device)
        self.autocast = nullcontext if precision == "f32" else lambda: torch.autocast(device.type, dtype=dtype)
        layout = {"memory_format": torch.channels_last}
        self.teacher = Network(arguments.teacher, projects=False).to(device, **layout).eval().requires_grad_(False)
        self.student = Network(arguments.student, projects=True).to(device, **layout).train()
        self.key = copy.deepcopy(self.student).requires_grad_(False)
        self.optimiser = torch.optim.SGD(self.student.parameters(), lr=1e-6, momentum=0.9, weight_decay=1e-6)
        self.scaler = torch.amp.GradScaler(device.type, enabled=precision == "f16")
        shape = (arguments.batch, 3, arguments.size, arguments.size)
        self.views = [torch.randn(shape) for _ in range(2)]
        if device.type == "cuda":
            self.views = [view.pin_memory() for view in self.views]
        rows = lambda width: F.normalize(torch.randn(arguments.queue, width, device=device), dim=1)
        self.queue, self.teacher_queue = rows(DIMENSIONS), rows(TEACHER_DIMENSIONS)
        self.next = 0

    def take(self):
        time_of = self.clock.time
        layout = {"memory_format": torch.channels_last, "non_blocking": True}
        x, other = time_of("loading", lambda: [view.to(self.device, **layout) for view in self.views])
        with torch.no_grad():
            time_of("momentum student", self.follow)
            _, key = time_of("momentum student", lambda: self.key(other, self.autocast))
            teacher, _ = time_of("teacher", lambda: self.teacher(x, self.autocast))

        def forward():
            large, z = self.student(x, self.autocast)
            return rdcd(z, key, self.queue, large, teacher, self.teacher_queue)

        loss = time_of("forward", forward)
        time_of("backward", lambda: self.scaler.scale(loss).backward())
        time_of("optimiser", lambda: self.move(key, teacher))
        return loss.detach()

    def follow(self):
        own, new = list(self.key.parameters()), list(self.student.parameters())
        torch._foreach_lerp_(own, new, 0.01)

    def move(self, key, teacher):
        self.scaler.step(self.optimiser)
        self.scaler.update()
        self.optimiser.zero_grad(set_to_none=True)
        n = min(len(key), len(self.queue) - self.next)
        self.queue[self.next : self.next + n] = key[:n]
        self.teacher_queue[self.next : self.next + n] = teacher[:n]
        self.next = (self.next + n) % len(self.queue)


def measure(arguments, precision: str, device: torch.device) -> dict:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    step = Step(arguments, precision, device)

    def steps() -> float:
        step.clock.wait()
        started = time.perf_counter()
        for _ in range(arguments.steps):
            loss = step.take()
        step.clock.wait()
        assert torch.isfinite(loss), "the loss is not a number"
        return (time.perf_counter() - started) / arguments.steps

    steps()
    seconds = steps()
    step.clock.is_on = True
    steps()
    total = sum(step.clock.times.values())
    return {
        "preset": "rdcd",
        "precision": precision,
        "batch": arguments.batch,
        "seconds_per_step": seconds,
        "pictures_per_second": arguments.batch / seconds,
        "device_bytes": torch.cuda.max_memory_allocated() if device.type == "cuda" else None,
        "program_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "shares": {piece: spent / total for piece, spent in step.clock.times.items()},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--precision", default="f32", type=lambda text: text.split(","))
    parser.add_argument("--student", default="efficientnet_b0")
    parser.add_argument("--teacher", default="resnet50")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--queue", type=int, default=192, help="entries; Copylens has half as many as it draws pictures")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.backends.cudnn.benchmark = True
    device = torch.device(arguments.device)
    rows = [measure(arguments, precision, device) for precision in arguments.precision]
    if arguments.json:
        print(json.dumps({"device": str(device), "student": arguments.student, "size": arguments.size, "rows": rows}))
        return
    print(f"{arguments.student} on {device}, views of {arguments.size} x {arguments.size}, PyTorch {torch.__version__}")
    print(f"{'recipe':<16} {'numbers':<8} {'batch':>6} {'pictures/s':>11} {'memory':>10}  where the time goes")
    for row in rows:
        memory = (row["device_bytes"] or row["program_bytes"]) / 1e9
        ordered = sorted(row["shares"].items(), key=lambda share: -share[1])
        shares = ", ".join(f"{piece} {share * 100:.0f} %" for piece, share in ordered)
        cells = f"{row['preset']:<16} {row['precision']:<8} {row['batch']:>6} {row['pictures_per_second']:>11.1f}"
        print(f"{cells} {memory:>7.2f} GB  {shares}")


if __name__ == "__main__":
    main()
