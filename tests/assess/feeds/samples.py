"""Small files of each feed, with made-up numbers beside those that the catalogue knows."""

import json

__all__ = ["EPSS", "KEV", "NVD", "SAMPLES"]

EPSS = (
    b"#model_version:v2025.03.14,score_date:2026-11-23T12:55:00Z\n"
    b"cve,epss,percentile\n"
    b"CVE-1999-0001,0.01025,0.76\n"
    b"CVE-2014-9222,0.91234,0.99812\n"
    b"CVE-2017-9765,5e-05,1.0\n"
)
KEV = json.dumps(
    {
        "title": "A catalogue",
        "catalogVersion": "2026.11.23",
        "dateReleased": "2026-11-23T10:00:00.000Z",
        "count": 2,
        "vulnerabilities": [
            {
                "cveID": "CVE-2014-9222",
                "dateAdded": "2026-11-20",
                "knownRansomwareCampaignUse": "Known",
            },
            {"cveID": "CVE-2099-0001", "dateAdded": "2026-11-21", "notes": 'é ] } " [ {'},
        ],
    },
    indent=1,
    ensure_ascii=False,
).encode()


def scored(name: str, metrics: dict[str, object]) -> dict[str, object]:
    """One vulnerability as NVD writes it."""
    return {"cve": {"id": name, "metrics": metrics, "descriptions": [{"lang": "en", "value": "x"}]}}


def metric(vector: str, kind: str = "Primary") -> dict[str, object]:
    """One score."""
    return {"source": "nvd@nist.gov", "type": kind, "cvssData": {"vectorString": vector}}


_HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
_LOW = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"
NVD = json.dumps(
    {
        "resultsPerPage": 4,
        "startIndex": 0,
        "totalResults": 4,
        "format": "NVD_CVE",
        "version": "2.0",
        "timestamp": "2026-11-23T11:00:00.000",
        "vulnerabilities": [
            scored(
                "CVE-2014-9222",
                {
                    "cvssMetricV2": [metric("AV:N/AC:L/Au:N/C:C/I:C/A:C")],
                    "cvssMetricV31": [metric(_LOW, "Secondary"), metric(_HIGH)],
                },
            ),
            scored("CVE-2017-9765", {"cvssMetricV30": [metric(_HIGH.replace("3.1", "3.0"))]}),
            scored("CVE-2013-6786", {}),
            scored("CVE-2099-0001", {"cvssMetricV31": [metric("nonsense")]}),
        ],
    }
).encode()

SAMPLES = {"epss": EPSS, "kev": KEV, "nvd": NVD}
