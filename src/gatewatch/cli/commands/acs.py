"""`gatewatch acs`: the provider's side of CWMP, and the devices that it serves."""

import argparse

from gatewatch.cli.acs import acs_words

HELP = "Serve your own devices over CWMP: see them, set them, upgrade them."
EXAMPLES = (
    "gatewatch acs serve --lab",
    "gatewatch acs serve --listen 192.0.2.1 --public-url http://acs.example.org:7548",
    "gatewatch acs devices 'software:1.0*'",
    "gatewatch acs device 00259E-HG8245-S1",
    "gatewatch acs set 00259E-HG8245-S1 Device.WiFi.SSID.1.SSID=guest --yes",
    "gatewatch acs firmware list",
    "gatewatch acs audit --verify",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command for each file in cli/acs."""
    words = parser.add_subparsers(metavar="WORD", required=True, dest="word")
    for word, module in acs_words().items():
        sub = words.add_parser(word, help=module.HELP, description=f"{module.HELP.capitalize()}.")
        module.configure(sub)


def run(args: argparse.Namespace) -> int:
    """Does it."""
    return acs_words()[args.word].run(args)
