"""gatewatch finds exposed CWMP (TR-069) services, understands them and gets them fixed."""

__version__ = "0.1.0"
