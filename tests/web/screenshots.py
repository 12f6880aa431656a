"""Pictures of every page: `python -m tests.web.screenshots FOLDER`, light, dark and on a phone.

For people to look at; none is kept in the repository.
"""

import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import ViewportSize, sync_playwright
from tests.web.served import FLAGS, served
from tests.web.street import street

PAGES = {
    "start": "/",
    "search": "/search?q=country%3AIT",
    "search-nothing": "/search?q=country%3AIT+server%3Anobody",
    "search-error": "/search?q=country%3AIT+servr%3Ax",
    "host": "/host/192.0.2.7",
    "report": "/report?by=server",
    "report-preset": "/report?preset=censys-2019",
    "report-cross": "/report?by=country&by2=server&n=8",
    "report-trend": "/report?view=trend&by=software",
    "report-map": "/report?view=map&by=country",
    "report-rare": "/report?view=rare&by=server",
    "report-odd": "/report?view=anomaly",
    "report-compare": "/report?view=compare&by=server",
    "report-error": "/report?view=map&by=server",
    "diff": "/diff",
    "saved": "/saved",
    "scans": "/scans",
    "network": "/as/64496",
    "fields": "/fields",
    "help": "/help",
}
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
LOOKS: tuple[tuple[ViewportSize, Literal["light", "dark"], str], ...] = (
    (WIDE, "light", "light"),
    (WIDE, "dark", "dark"),
    (PHONE, "light", "phone"),
)


def main(folder: Path, *only: str) -> None:
    """Writes `<page>-<look>.png` into `folder`; `only` names pages."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        served(street(Path(place) / "lake")) as origin,
        sync_playwright() as tool,
    ):
        chromium = tool.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for size, scheme, look in LOOKS:
            page = chromium.new_page(viewport=size, color_scheme=scheme)
            for name, address in PAGES.items():
                if not only or name in only:
                    page.goto(origin + address)
                    page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)
        chromium.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
