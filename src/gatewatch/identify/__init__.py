"""What a response is: software, vendor, model, type, firmware, role, each with its evidence.

Knowledge is data (`data/fingerprints`, `data/vocabulary`); no product is named in this code.
"""
