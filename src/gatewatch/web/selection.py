"""What a query finds as one file, in any format that the command line writes.

A file is written beside, on disk when it grows, and sent when it is whole, so that what arrives is
complete; its length is bounded, and whoever wants more is told the command. Device text is escaped
by each format in its own way, and no page ever shows such a file: it is always kept.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, BinaryIO, TextIO, cast

from gatewatch.formats.export import ListExporter, exporters
from gatewatch.formats.write import TextWriter, writers
from gatewatch.model.errors import FormatUnfit
from gatewatch.model.exposed import About
from gatewatch.model.fields import FIELDS, Field
from gatewatch.model.language import Language
from gatewatch.model.moment import iso
from gatewatch.model.table import Document, Page, Table
from gatewatch.query.printing import printed
from gatewatch.query.search import addresses, count_services, services
from gatewatch.report.exposed import exposed
from gatewatch.web.visit import Download

if TYPE_CHECKING:
    from gatewatch.query.asking import Question

__all__ = ["FORMATS", "MOST_ROWS", "exported", "table_file"]

MOST_ROWS = 1_000_000
"""Of a file; more is better written by the command, into a file of one's own."""
FORMATS = tuple(name for name in sorted(writers()) if name not in ("png", "svg"))
"""Those that hold a list; pictures hold charts."""
_IN_MEMORY = 1 << 20
_PIECE = 1 << 16
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_TEXT = "text/plain; charset=utf-8"
_TLP = "amber"


def exported(
    question: "Question", name: str, fields: Sequence[Field], language: Language
) -> Download:
    """The services of `question` in the format `name`, one of FORMATS or of `exporters()`.

    Raises FormatUnfit where there are more than a file holds, or none at all.
    """
    found = count_services(question.con, question.scope.node)
    if found > MOST_ROWS:
        raise FormatUnfit(
            where=name,
            what=f"the query finds {found:,}, and a file made here holds {MOST_ROWS:,}",
            mend="narrow it, or run the command that the page shows with --limit 0 -o FILE",
        )
    named = f"gatewatch-{question.scope.infos[-1].id}"
    if name in FORMATS:
        columns = fields or [entry for entry in FIELDS.values() if not entry.extra]
        rows = services(question.con, question.scope.node, columns, sort=FIELDS["ip"])
        table = Table([entry.name for entry in columns], rows)
        return table_file(Document([table], page=Page(language=language)), name, named)
    if not found:
        mend = "choose a query that finds something"
        raise FormatUnfit(where=name, what="holds services, and there are none", mend=mend)
    return _for_others(question, name, named, found)


def table_file(document: Document, name: str, named: str) -> Download:
    """`document` as a file of the format `name`, called `named` and an ending."""
    writer = writers()[name]
    ending = writer.SUFFIXES[0] if writer.SUFFIXES else ".txt"
    if isinstance(writer, TextWriter):
        body = _as_text(lambda out: writer.write(document, out))
    else:
        body = _spooled(lambda out: writer.write_bytes(document, out))
    return Download(body, _TYPES.get(name, _TEXT), f"{named}{ending}")


def _for_others(question: "Question", name: str, named: str, found: int) -> Download:
    exporter, node = exporters()[name], question.scope.node
    ending = exporter.SUFFIXES[0] if exporter.SUFFIXES else ".txt"
    if isinstance(exporter, ListExporter):
        entries = exporter.entries(addresses(question.con, node))
        body = _as_text(lambda out: out.writelines(f"{entry}\n" for entry in entries))
        return Download(body, _TEXT, f"{named}{ending}")
    limit = exporter.LIMIT
    if limit and found > limit.entries:
        raise FormatUnfit(
            where=name,
            what=f"the query finds {found:,}, one file holds {limit.entries:,}: {limit.because}",
            mend="narrow it, or let gatewatch export write numbered files",
        )
    infos = question.scope.infos
    last = iso(max(info.last_seen for info in infos))
    about = About(printed(question.scope.query), tuple(question.scope.ids), last, _TLP)
    body = _as_text(lambda out: exporter.write(exposed(question.con, node), about, out))
    return Download(body, _TEXT, f"{named}{ending}")


def _as_text(write: Callable[[TextIO], None]) -> Iterator[bytes]:
    def whole(out: BinaryIO) -> None:
        text = io.TextIOWrapper(out, "utf-8", "backslashreplace", newline="")
        write(text)
        text.flush()
        text.detach()

    return _spooled(whole)


def _spooled(write: Callable[[BinaryIO], None]) -> Iterator[bytes]:
    """Writes now, while the lake is open; gives the pieces later."""
    file: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  (closed by `_pieces`)
    try:
        write(cast("BinaryIO", file))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return _pieces(file)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
