"""Five steps of every optimiser, by PyTorch where it has it.

    python tests/reference/optimisers.py        writes tests/reference/golden/optimisers.safetensors

Keys are `<case>/<tensor>`. Parameters: `weight` [3, 4], `bias` [4], `scale` [5] which starts at zero. Gradients are
given: `gradients/<parameter>` [5, ...], rates and weight decays by step in `<case>/rates` [5, 2].
`<case>/<parameter>` [5, ...] is the parameter after each step, in f64 rounded once.
"""

import pathlib

import torch
from safetensors.torch import save_file

GOLDEN = pathlib.Path(__file__).parent / "golden"
STEPS = 5
SHAPES = {"weight": (3, 4), "bias": (4,), "scale": (5,)}


class Lars(torch.optim.Optimizer):
    """SGD with momentum on gradients whose length is adapted, written from SSCD's formula."""

    def __init__(self, groups, momentum=0.9, trust=0.001, epsilon=1e-8):
        super().__init__(groups, dict(lr=0.0, weight_decay=0.0, momentum=momentum, trust=trust, epsilon=epsilon, adapts=True))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for w in group["params"]:
                g, decay = w.grad, group["weight_decay"]
                of_w, of_g = w.norm(), g.norm()
                if not group["adapts"]:
                    g = g + decay * w
                elif of_w > 0 and of_g > 0:
                    g = (g + decay * w) * group["trust"] * of_w / (of_g + decay * of_w + group["epsilon"])
                state = self.state[w]
                state["v"] = group["momentum"] * state["v"] + g if "v" in state else g
                w -= group["lr"] * state["v"]


def main():
    generator = torch.Generator().manual_seed(1)
    start = {
        name: torch.zeros(shape) if name == "scale" else torch.randn(shape, generator=generator)
        for name, shape in SHAPES.items()
    }
    gradients = {name: torch.randn(STEPS, *shape, generator=generator) for name, shape in SHAPES.items()}
    gradients["scale"][2] = 0.0
    out = {f"start/{name}": value for name, value in start.items()}
    out |= {f"gradients/{name}": value for name, value in gradients.items()}

    def case(name, build, rates, factors=None, clip_each=0.0, frozen=()):
        """`factors`: (rate, weight decay, adapts) by parameter."""
        params = {key: torch.nn.Parameter(value.double().clone()) for key, value in start.items()}
        factors = factors or {}
        optimiser = build([{"params": [param], "name": key} for key, param in params.items()])
        rates = torch.tensor(rates)
        out[f"{name}/rates"] = rates
        after = {key: [] for key in params}
        for step in range(STEPS):
            for group in optimiser.param_groups:
                rate, decay, adapts = factors.get(group["name"], (1.0, 1.0, True))
                group["lr"] = rates[step, 0].item() * rate
                group["weight_decay"] = rates[step, 1].item() * decay
                group["adapts"] = adapts
            for key, param in params.items():
                param.grad = None if key in frozen and step == 0 else gradients[key][step].double()
                if clip_each and param.grad is not None:
                    # As DINO does it: tensor by tensor.
                    param.grad *= min(clip_each / (param.grad.norm().item() + 1e-6), 1.0)
            optimiser.step()
            for key, param in params.items():
                after[key].append(param.detach().float().clone())
        out.update({f"{name}/{key}": torch.stack(values) for key, values in after.items()})

    def constant(rate, decay):
        return [[rate, decay]] * STEPS

    falling = [[0.1 / (step + 1), 0.02 * (step + 1)] for step in range(STEPS)]
    no_decay = {"bias": (1.0, 0.0, True), "scale": (1.0, 0.0, True)}
    case("sgd", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), constant(0.1, 0.01))
    case("sgd-groups", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9), falling,
         {"weight": (0.5, 2.0, True), "bias": (1.0, 0.0, True), "scale": (1.0, 0.0, True)})
    case("lars", Lars, constant(4.8, 1e-6))
    case("lars-decay", Lars, constant(1.0, 0.1))
    case("lars-vectors-apart", Lars, falling, {"bias": (1.0, 0.0, False), "scale": (1.0, 0.0, False)})
    case("adam", lambda p: torch.optim.Adam(p), constant(1e-2, 4e-4))
    case("adam-w", lambda p: torch.optim.AdamW(p), constant(1e-2, 0.04))
    case("adam-w-dino", lambda p: torch.optim.AdamW(p), falling, no_decay, clip_each=1.5, frozen=("weight",))
    assert all(t.isfinite().all() for t in out.values())
    save_file({k: v.contiguous().clone() for k, v in out.items()}, GOLDEN / "optimisers.safetensors", {"torch": torch.__version__})
    print({k: v[-1].flatten()[:2].tolist() for k, v in out.items() if "weight" in k})


if __name__ == "__main__":
    main()
