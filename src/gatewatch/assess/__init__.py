"""How bad an answer is: known vulnerabilities and weak configuration, each with its reason.

Knowledge is data (`data/advisories`, `data/weaknesses`); no vulnerability is named in this code.
"""
