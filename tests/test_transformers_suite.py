"""How the tests of transformers come here: from the archive of the installed version, and nothing else out of it."""

import io
import subprocess
import tarfile

import pytest
import transformers
import transformers_suite


def archive(folder, version, files):
    """A source archive with these files."""
    path = folder / f"transformers-{version}.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        files = {"PKG-INFO": f"Metadata-Version: 2.4\nName: transformers\nVersion: {version}\n"} | files
        for name, text in files.items():
            member = tarfile.TarInfo(f"transformers-{version}/{name}")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return path


def test_the_tests_alone_are_unpacked(tmp_path):
    files = {
        "tests/test_some.py": "x = 1",
        "setup.py": "y",
        "tests/../../evil.py": "z",
        "tests/deep/test_more.py": "w",
    }
    transformers_suite._unpack(archive(tmp_path, transformers.__version__, files), tmp_path / "out")
    assert [file.name for file in tmp_path.rglob("*.py")] == ["test_some.py"]
    assert (tmp_path / "out" / "test_some.py").read_text() == "x = 1"


def test_the_archive_of_another_version_is_refused(tmp_path):
    with pytest.raises(transformers_suite.Unavailable, match=r"is of transformers 1\.2, .* is installed"):
        transformers_suite._unpack(archive(tmp_path, "1.2", {}), tmp_path / "out")


def test_without_the_archive_the_error_quotes_pip(tmp_path, monkeypatch):
    def fails(command, **_):
        return subprocess.CompletedProcess(command, 1, "", "WARNING: retrying\nERROR: no network\n")

    monkeypatch.setattr(subprocess, "run", fails)
    with pytest.raises(
        transformers_suite.Unavailable, match=r"could not download .*transformers==.*: ERROR: no network"
    ):
        transformers_suite._download(tmp_path)
