"""Real Singer targets, each in a virtual environment of its own, as Meltano installs them."""

from __future__ import annotations

import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

CACHE = Path(__file__).resolve().parent.parent.parent / ".cache" / "targets"


@dataclass(frozen=True, slots=True)
class Target:
    """A target that can be installed.

    Attributes:
        name: Its command.
        requirements: What to install for it.
    """

    name: str
    requirements: tuple[str, ...]

    @property
    def home(self) -> Path:
        """Its virtual environment."""
        return CACHE / self.name

    def installed(self) -> Path:
        """The path of its command, installed now if it is not yet."""
        self.install()
        return self.home / "bin" / self.name

    def install(self) -> None:
        """Install it, unless it is there and current.

        Raises:
            subprocess.CalledProcessError: The package index does not have it, or is out of reach.
        """
        CACHE.mkdir(parents=True, exist_ok=True)
        stamp = self.home / "stamp"
        wanted = "\n".join(self.requirements)
        with FileLock(CACHE / f"{self.name}.lock"):
            if not stamp.exists() or stamp.read_text() != wanted:
                venv.create(self.home, with_pip=True, clear=True)
                pip = [str(self.home / "bin" / "python"), "-m", "pip", "install", "--quiet"]
                subprocess.run([*pip, *self.requirements], check=True)
                stamp.write_text(wanted)

    def installed_with(self, project: Path) -> Path:
        """The path of the command that ``project`` brings, built anew, beside the requirements."""
        command = self.installed()
        pip = [str(self.home / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        again = ["--no-deps", "--force-reinstall", str(project)]
        subprocess.run([*pip, *again], check=True)
        return command


#: From duckdb 1.3 on, the target loses the first row of each batch where a date-time is in a
#: column (seen with 0.8.0); setuptools brings pkg_resources, which newer environments lack.
DUCKDB = Target("target-duckdb", ("target-duckdb==0.8.0", "duckdb<1.3", "setuptools<81"))
POSTGRES = Target("target-postgres", ("meltanolabs-target-postgres==0.8.1",))
JSONL = Target("target-jsonl", ("target-jsonl==0.1.4",))
