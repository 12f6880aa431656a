"""The provider's side of CWMP; for now the simulated devices for labs, tests and the demo."""
