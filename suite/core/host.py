"""What a study ran on and with: processor, cores, versions, commit."""

from __future__ import annotations

import os
import platform
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from suite.core.addresses import without_secrets
from suite.core.hardware import cores, processor

PACKAGES = (
    "keras-comparison-suite",
    "tensorflow",
    "keras",
    "keras-cv",
    "jax",
    "torch",
    "optuna",
    "mlflow",
    "numpy",
    "pandas",
)


def install_command(package: str) -> str:
    """What to type to have a package in the environment that this process runs in, which may come without pip."""
    return f"python -m pip install {package}" if find_spec("pip") else f"uv pip install {package}"


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of every installed package that can change a number."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


@cache
def commit() -> str | None:
    """The git commit of the suite's checkout, `+changes` where files differ from it; None outside a checkout."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    try:
        head = _git(root, "rev-parse", "HEAD")
        return head + ("+changes" if _git(root, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, check=True, capture_output=True, text=True, env=without_secrets(os.environ)
    )
    return done.stdout.strip()


@cache
def host() -> dict[str, str | int]:
    """Processor, cores that this process may use, and system."""
    return {"cpu": processor(), "cores": cores(), "system": f"{platform.system()} {platform.machine()}"}


def memory_bytes_allowed() -> int:
    """The memory that processes here may use: the machine's, or less where a control group says so."""
    import psutil

    total = int(psutil.virtual_memory().total)
    try:
        return min(total, int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    except (OSError, ValueError):  # no control group, or "max"
        return total


def memory_kills() -> int:
    """How many processes the system has killed for want of memory so far (Linux; 0 where it does not tell)."""
    for path in ("/sys/fs/cgroup/memory.events", "/proc/vmstat"):
        try:
            for line in Path(path).read_text(encoding="utf-8").splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
        except OSError:
            continue
    return 0
