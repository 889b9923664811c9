"""The files that `eai-llm explain --report` writes: an HTML page, a PDF, or a picture of each recording.

Recordings are added as their records arrive. One that could not be explained shows its error instead.
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
from .video_frames import video_frames

REPORT_SUFFIXES = (".html", *PICTURE_SUFFIXES)


class Report(ABC):
    """A report to which recordings are added; a context manager that finishes the files on leaving.

    Attributes:
        path: The file to write.
        clips: How many recordings there will be.
        written: The files written so far.
    """

    def __init__(self, path: Path, clips: int):
        self.path = path
        self.clips = clips
        self.written: list[Path] = []

    def add(
        self, records: Sequence[Mapping[str, Any]], people: Sequence[UnifiedClip], video: str | None = None
    ) -> None:
        """Shows one recording.

        Args:
            records: The records of its people, or a single error record.
            people: The movement of each person; empty with an error.
            video: The video that it comes from, of which a page shows some frames; or None.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        names = person_names(records[0]["source"], len(records))
        clips: Sequence[UnifiedClip | None] = people or [None]
        for record, clip, name in zip(records, clips, names, strict=True):
            self._add(record, clip, name, len(records) > 1, video)

    @abstractmethod
    def _add(
        self, record: Mapping[str, Any], clip: UnifiedClip | None, name: str, one_of_several: bool, video: str | None
    ) -> None:
        """Shows a record, or an error if there is no clip."""

    @abstractmethod
    def close(self) -> None:
        """Writes what has not been written yet."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _page(record: Mapping[str, Any], clip: UnifiedClip | None, name: str) -> Page:
    return error_page(record) if clip is None else record_page(record, clip, name)


class _HtmlReport(Report):
    """One HTML page with a section for each recording or person."""

    def __init__(self, path: Path, clips: int):
        super().__init__(path, clips)
        self._sections: list[dict[str, Any]] = []

    def _add(
        self, record: Mapping[str, Any], clip: UnifiedClip | None, name: str, one_of_several: bool, video: str | None
    ) -> None:
        number = len(self._sections) + 1
        if clip is None:
            self._sections.append(error_section(record, name, number))
            return
        frames = video_frames(video, record, clip) if video else []
        self._sections.append(section(record, clip, name, number) | {"video": frames})

    def close(self) -> None:
        if self._sections:
            # A file name may hold bytes that are not text; they become question marks.
            self.path.write_text(render_html(self._sections), encoding="utf-8", errors="replace")
            self.written.append(self.path)


class _PdfReport(Report):
    """One PDF with a page for each recording or person."""

    def __init__(self, path: Path, clips: int):
        from matplotlib.backends.backend_pdf import PdfPages

        super().__init__(path, clips)
        self._pages = PdfPages(path)

    def _add(
        self, record: Mapping[str, Any], clip: UnifiedClip | None, name: str, one_of_several: bool, video: str | None
    ) -> None:
        self._pages.savefig(_page(record, clip, name).figure)
        self.written = [self.path]

    def close(self) -> None:
        self._pages.close()


class _PictureReport(Report):
    """A picture for each recording or person, numbered if there are several."""

    def _add(
        self, record: Mapping[str, Any], clip: UnifiedClip | None, name: str, one_of_several: bool, video: str | None
    ) -> None:
        numbered = self.clips > 1 or one_of_several
        path = self.path.with_stem(f"{self.path.stem}-{len(self.written) + 1}") if numbered else self.path
        _page(record, clip, name).save(path)
        self.written.append(path)

    def close(self) -> None:
        pass  # each picture is written when its record arrives


def report_path(path: str | Path) -> Path:
    """The path of a report.

    Raises:
        ValueError: If its suffix is none of `REPORT_SUFFIXES`.
    """
    return path_of("a report", path, REPORT_SUFFIXES)


def open_report(path: str | Path, clips: int) -> Report:
    """A report to add recordings to.

    Args:
        path: File to write. A `.html` or `.pdf` file holds all recordings. As `.png` or `.svg`, each recording gets a
            file of its own, `walk-1.png` and so on if there are several.
        clips: How many recordings there will be.

    Raises:
        ValueError: If its suffix is none of `REPORT_SUFFIXES`.
    """
    path = report_path(path)
    kinds: dict[str, type[Report]] = {".html": _HtmlReport, ".pdf": _PdfReport}
    return kinds.get(path.suffix.lower(), _PictureReport)(path, clips)
