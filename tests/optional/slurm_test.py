#!/usr/bin/env python3
"""The array jobs of bench/experiments and datasets/derive on a Slurm of one node.

    slurm_test.py HWNAS SOURCE_DIR

Starts munged, slurmctld and slurmd (Debian's slurm-wlm and munge) in a folder of
its own, as the user who calls it. Exit 77 where they are not installed.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

EXPERIMENT = """
name = "e"
repetitions = 6
[protocol]
evaluations = 20
[[problem]]
objectives = ["accuracy:val"]
[[strategy]]
name = "random"
[[strategy]]
name = "regularized-evolution"
"""

RECIPE = """
name = "slurm-test@1"
space = "nb201@1{cells=1,channels=8,stages=2,stem_stride=2}"
[data]
dataset = "fashion-mnist"
image_size = 14
classes = 10
training_images = 256
validation_images = 200
[training]
epochs = 1
batch = 128
peak_rate = 0.3
warm_up = 0.3
momentum = 0.9
weight_decay = 0.0005
flip = false
[[series]]
seed = 0
networks = 4
[[series]]
seed = 1
networks = 4
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Slurm:
    """One node that is this machine, until it is left."""

    def __init__(self, folder):
        self.folder = folder
        self.daemons = []
        host = socket.gethostname().split(".")[0]
        user = subprocess.check_output(["id", "-un"], text=True).strip()
        for name in ("state", "spool"):
            (folder / name).mkdir()
        key = folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        munge = folder / "munge.socket"
        (folder / "slurm.conf").write_text(
            f"""ClusterName=hwnas-test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={free_port()}
SlurmdPort={free_port()}
AuthType=auth/munge
AuthInfo=socket={munge}
CredType=cred/munge
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={os.cpu_count()} State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""
        )
        os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
        self.start(
            "munged",
            "--foreground",
            "--force",
            f"--key-file={key}",
            f"--socket={munge}",
            f"--pid-file={folder}/munged.pid",
            f"--log-file={folder}/munged.log",
            f"--seed-file={folder}/munged.seed",
        )
        self.wait_until(munge.exists, "munged")
        self.start("slurmctld", "-D")
        self.start("slurmd", "-D", "-N", host)
        self.wait_until(
            lambda: "idle"
            in subprocess.run(
                ["sinfo", "--noheader", "--format=%T"],
                capture_output=True,
                text=True,
            ).stdout,
            "the node",
        )

    def start(self, *command):
        log = open(self.folder / (command[0] + ".out"), "w")
        self.daemons.append(
            subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        )

    def wait_until(self, ready, what):
        for _ in range(300):
            if ready():
                return
            time.sleep(0.1)
        for log in sorted(self.folder.glob("*.out")) + sorted(self.folder.glob("*.log")):
            print(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}")
        raise SystemExit(f"slurm_test: {what} did not come up in 30 s")

    def run(self, script, *arguments):
        """Sends an array job of three tasks and waits for its end."""
        subprocess.run(
            ["sbatch", "--wait", "--array=1-3", "--cpus-per-task=1", script]
            + [str(a) for a in arguments],
            cwd=self.folder,
            check=True,
            timeout=300,
        )

    def stop(self):
        for daemon in reversed(self.daemons):
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()


def main():
    hwnas = str(pathlib.Path(sys.argv[1]).resolve())
    source = pathlib.Path(sys.argv[2]).resolve()
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    lacking = [p for p in ("munged", "slurmctld", "slurmd", "sbatch") if not shutil.which(p)]
    if lacking:
        print(f"skipped: no {', '.join(lacking)}")
        return 77
    os.environ["HWNAS"] = hwnas

    def call(*arguments):
        return subprocess.run(
            [hwnas] + [str(a) for a in arguments],
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        slurm = Slurm(folder)
        try:
            (folder / "e.toml").write_text(EXPERIMENT)
            slurm.run(source / "bench/experiments/run.sbatch", "e.toml", "synthetic", "part")
            parts = sorted(folder.glob("part.*.db"))
            assert len(parts) == 3, parts
            call("merge", *parts, "--out", folder / "merged.db")
            call("run", folder / "e.toml", "--table", "synthetic", "--out", folder / "whole.db")
            merged = call("info", folder / "merged.db", "--format", "json")
            whole = call("info", folder / "whole.db", "--format", "json")
            assert '"runs": 12' in whole and merged == whole, (merged, whole)

            (folder / "r.toml").write_text(RECIPE)
            slurm.run(source / "datasets/derive/derive.sbatch", "r.toml", "shards")
            (folder / "one").mkdir()
            call("derive", folder / "r.toml", "--shards", folder / "one")
            files = sorted(f.name for f in (folder / "one").glob("*.csv"))
            assert files == sorted(f.name for f in (folder / "shards").glob("*.csv")), files

            def rows(path):  # all but the seconds
                return [
                    [f for i, f in enumerate(line.split(",")) if i != 5]
                    for line in path.read_text().splitlines()
                ]

            for name in files:
                assert rows(folder / "one" / name) == rows(folder / "shards" / name), name
        finally:
            slurm.stop()
    print("runs merged and shards trained by three tasks each are those of one call")
    return 0


if __name__ == "__main__":
    sys.exit(main())
