#!/usr/bin/python3
"""Training throughput of `hwnas derive` beside a plain PyTorch loop.

    compare_torch.py HWNAS RECIPE.toml [NETWORKS]

Trains the recipe's first networks with seed 0 by both, one after the other and
one thread each, and prints processor seconds and accuracies. The PyTorch side
is the loop one would write: the same effective networks, images,
number of steps, optimiser, rates and evaluations; its start and its order
of images are its own, so that accuracies are alike and not equal. Needs
Debian's python3-torch and dataset-fashion-mnist.
"""
import gzip
import math
import os
import subprocess
import sys
import tempfile
import time
import tomllib

os.environ["OMP_NUM_THREADS"] = "1"
import torch  # noqa: E402
from torch import nn  # noqa: E402

FOLDER = "/usr/share/datasets/fashion-mnist/"
EDGES = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)]


def read_images(prefix, size):
    with gzip.open(f"{FOLDER}{prefix}-images-idx3-ubyte.gz") as file:
        pixels = bytearray(file.read()[16:])
    with gzip.open(f"{FOLDER}{prefix}-labels-idx1-ubyte.gz") as file:
        labels = bytearray(file.read()[8:])
    images = torch.frombuffer(pixels, dtype=torch.uint8).float() / 255
    images = nn.functional.avg_pool2d(images.view(-1, 1, 28, 28), 28 // size)
    labels = torch.frombuffer(labels, dtype=torch.uint8).long()
    return (images - 0.286) / 0.33, labels


def conv(inputs, outputs, kernel, stride=1):
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs))


class Cell(nn.Module):
    def __init__(self, decisions, channels):
        super().__init__()
        live = [edge for edge, op in zip(EDGES, decisions) if op != 0]
        above = {0}
        below = {3}
        for a, b in live:
            if a in above:
                above.add(b)
        for a, b in reversed(live):
            if b in below:
                below.add(a)
        self.edges = []
        self.operations = nn.ModuleList()
        for (a, b), op in zip(EDGES, decisions):
            if op == 0 or a not in above or b not in below:
                continue
            self.edges.append((a, b))
            self.operations.append(
                [nn.Identity(), conv(channels, channels, 1),
                 conv(channels, channels, 3),
                 nn.AvgPool2d(3, 1, 1, count_include_pad=False)][op - 1])

    def forward(self, x):
        nodes = {0: x}
        for (a, b), operation in zip(self.edges, self.operations):
            y = operation(nodes[a])
            nodes[b] = nodes[b] + y if b in nodes else y
        return nodes[3]


class Reduction(nn.Module):
    def __init__(self, inputs, outputs, odd):
        super().__init__()
        self.a = conv(inputs, outputs, 3, 2)
        self.b = conv(outputs, outputs, 3)
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(2, 2, 1 if odd else 0, count_include_pad=False),
            nn.Conv2d(inputs, outputs, 1, bias=False))

    def forward(self, x):
        return self.b(self.a(x)) + self.shortcut(x)


def network(decisions, skeleton, size, classes):
    channels = skeleton["channels"]
    size = math.ceil(size / skeleton["stem_stride"])
    layers = [nn.Conv2d(1, channels, 3, skeleton["stem_stride"], 1, bias=False),
              nn.BatchNorm2d(channels)]
    for stage in range(skeleton["stages"]):
        if stage > 0:
            layers.append(Reduction(channels, 2 * channels, size % 2 == 1))
            channels *= 2
            size = math.ceil(size / 2)
        layers += [Cell(decisions, channels) for _ in range(skeleton["cells"])]
    layers += [nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
               nn.Flatten(), nn.Linear(channels, classes)]
    model = nn.Sequential(*layers)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
    return model


def correct(model, images, labels):
    model.eval()
    with torch.no_grad():
        count = sum((model(x).argmax(1) == y).sum().item()
                    for x, y in zip(images.split(1000), labels.split(1000)))
    model.train()
    return count


def train(model, training, data):
    images, labels = data["training"]
    batches = len(images) // training["batch"]
    steps = training["epochs"] * batches
    warm_up = training["warm_up"]
    optimiser = torch.optim.SGD(
        model.parameters(), lr=0.1, momentum=training["momentum"],
        weight_decay=training["weight_decay"], nesterov=True)
    step = 0
    for _ in range(training["epochs"]):
        order = torch.randperm(len(images))
        for b in range(batches):
            chosen = order[b * training["batch"]:(b + 1) * training["batch"]]
            at = (step + 0.5) / steps
            factor = at / warm_up if at < warm_up else 0.5 * (
                1 + math.cos(math.pi * (at - warm_up) / (1 - warm_up)))
            optimiser.param_groups[0]["lr"] = training["peak_rate"] * factor
            optimiser.zero_grad(set_to_none=True)
            loss = nn.functional.cross_entropy(model(images[chosen]),
                                               labels[chosen])
            loss.backward()
            optimiser.step()
            step += 1
        correct(model, *data["validation"])
    return correct(model, *data["test"])


def main():
    hwnas, path = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    torch.set_num_threads(1)
    torch.manual_seed(0)
    with open(path, "rb") as file:
        recipe = tomllib.load(file)
    skeleton = {key: int(value) for key, value in (
        item.split("=") for item in
        recipe["space"].split("{")[1].rstrip("}").split(","))}
    size = recipe["data"]["image_size"]
    classes = recipe["data"]["classes"]
    trained = recipe["data"]["training_images"]
    validated = recipe["data"]["validation_images"]
    assert not recipe["training"]["flip"] and classes == 10
    images, labels = read_images("train", size)
    data = {"training": (images[:trained], labels[:trained]),
            "validation": (images[-validated:], labels[-validated:]),
            "test": read_images("t10k", size)}

    ours = theirs = 0.0
    accuracies = [0.0, 0.0]
    with tempfile.TemporaryDirectory() as shards:
        for position in range(count):
            subprocess.run([hwnas, "derive", path, "--shards", shards,
                            "--threads", "1", "--limit", "1"], check=True,
                           stdout=subprocess.DEVNULL)
            file = next(name for name in os.listdir(shards)
                        if name.startswith("seed0-"))
            with open(os.path.join(shards, file)) as rows:
                row = next(line.split(",") for line in rows
                           if line.startswith(f"{position},"))
            decisions = [int(d) for d in row[1].split(".")]
            model = network(decisions, skeleton, size, classes)
            begin = time.process_time()
            test = train(model, recipe["training"], data)
            theirs += time.process_time() - begin
            ours += float(row[-2])
            accuracies[0] += int(row[-3]) / 100 / count
            accuracies[1] += test / 100 / count
            print(f"{position}: hwnas {float(row[-2]):.2f} s, "
                  f"{int(row[-3]) / 100:.2f} %; PyTorch "
                  f"{theirs:.2f} s so far, {test / 100:.2f} %", flush=True)
    print(f"{count} networks: hwnas {ours / count:.3f} s and "
          f"{accuracies[0]:.2f} % a network, PyTorch {torch.__version__} "
          f"{theirs / count:.3f} s and {accuracies[1]:.2f} %, "
          f"{theirs / ours:.2f} times as long")


if __name__ == "__main__":
    main()
