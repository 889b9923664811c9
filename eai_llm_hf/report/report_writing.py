"""The files that `eai-llm explain --report` writes: a page, a document, or a picture each.

Clips are added as their records come. A clip that could not be explained has its error where the others have their
result.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from eai_llm_hf.processing.skeleton.clip import UnifiedClip

from .html_report import error_section, render_html, section
from .picture_page import PICTURE_SUFFIXES, Page, path_of
from .record_picture import error_page, record_page
from .record_view import person_names

REPORT_SUFFIXES = (".html", *PICTURE_SUFFIXES)


class Report(ABC):
    """Where the clips of a run are shown; a context manager, which on leaving writes what has come.

    Attributes:
        written: The files so far.
    """

    def __init__(self, path: Path, clips: int):
        self.path = path
        self.clips = clips
        self.written: list[Path] = []

    def add(self, records: Sequence[Mapping[str, Any]], people: Sequence[UnifiedClip]) -> None:
        """Shows one recording.

        Args:
            records: What the pipeline gave for it: a record for each person, or one of an error.
            people: The movement of each person; none with an error.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if "error" in records[0]:
            self._add_error(records[0])
            return
        for record, clip, name in zip(records, people, person_names(records[0]["source"], len(people)), strict=True):
            self._add(record, clip, name, len(people) > 1)

    @abstractmethod
    def _add(self, record: Mapping[str, Any], clip: UnifiedClip, name: str, one_of_several: bool) -> None: ...

    @abstractmethod
    def _add_error(self, record: Mapping[str, Any]) -> None: ...

    @abstractmethod
    def close(self) -> None:
        """Writes what has not been written yet."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _HtmlReport(Report):
    """One page with a section for each."""

    def __init__(self, path: Path, clips: int):
        super().__init__(path, clips)
        self._sections: list[dict[str, Any]] = []

    def _add(self, record: Mapping[str, Any], clip: UnifiedClip, name: str, one_of_several: bool) -> None:
        self._sections.append(section(record, clip, name))

    def _add_error(self, record: Mapping[str, Any]) -> None:
        self._sections.append(error_section(record, Path(record["source"]).name))

    def close(self) -> None:
        if self._sections:
            # A file name may hold bytes that are no text; they become question marks.
            self.path.write_text(render_html(self._sections), encoding="utf-8", errors="replace")
            self.written.append(self.path)


class _PdfReport(Report):
    """One document with a page for each."""

    def __init__(self, path: Path, clips: int):
        from matplotlib.backends.backend_pdf import PdfPages

        super().__init__(path, clips)
        self._pages = PdfPages(path)

    def _add(self, record: Mapping[str, Any], clip: UnifiedClip, name: str, one_of_several: bool) -> None:
        self._write(record_page(record, clip, name))

    def _add_error(self, record: Mapping[str, Any]) -> None:
        self._write(error_page(record))

    def _write(self, page: Page) -> None:
        self._pages.savefig(page.figure)
        self.written = [self.path]

    def close(self) -> None:
        self._pages.close()


class _PictureReport(Report):
    """A file for each, numbered where there are several."""

    def _add(self, record: Mapping[str, Any], clip: UnifiedClip, name: str, one_of_several: bool) -> None:
        self._write(record_page(record, clip, name), one_of_several)

    def _add_error(self, record: Mapping[str, Any]) -> None:
        self._write(error_page(record), False)

    def _write(self, page: Page, one_of_several: bool) -> None:
        numbered = self.clips > 1 or one_of_several
        path = self.path.with_stem(f"{self.path.stem}-{len(self.written) + 1}") if numbered else self.path
        page.save(path)
        self.written.append(path)

    def close(self) -> None:
        pass  # each picture is written as it comes


def report_path(path: str | Path) -> Path:
    """The path of a report.

    Raises:
        ValueError: If its suffix is none of `REPORT_SUFFIXES`.
    """
    return path_of("a report", path, REPORT_SUFFIXES)


def open_report(path: str | Path, clips: int) -> Report:
    """A report to add recordings to.

    Args:
        path: File to write. `.html` and `.pdf` hold all recordings; of `.png` and `.svg` each gets a file of its own,
            `walk-1.png` and so on, where there are several.
        clips: How many recordings there will be.

    Raises:
        ValueError: If the suffix is another.
    """
    path = report_path(path)
    kinds: dict[str, type[Report]] = {".html": _HtmlReport, ".pdf": _PdfReport}
    return kinds.get(path.suffix.lower(), _PictureReport)(path, clips)
