"""Reports that belong together, by name.

`censys-2019` is the set with which Censys showed in January 2019 what CWMP services are: server
software, products, countries, the 25 most frequent of each. Its products came from all services
of a host; ours come from the CWMP answer alone, so a product is the device where the answer
names one, else the software that answered.
"""

from gatewatch.model.fields import FIELDS
from gatewatch.report.groupings import PRODUCTS, Grouping, by_field

__all__ = ["PRESETS"]

PRESETS: dict[str, tuple[Grouping, ...]] = {
    "censys-2019": (by_field(FIELDS["server"]), PRODUCTS, by_field(FIELDS["country"])),
}
