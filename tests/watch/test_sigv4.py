"""Signatures as AWS publishes them."""

from gatewatch.watch.sigv4 import signed


def test_the_published_example_of_a_get_is_signed_as_published() -> None:
    """The case `get-vanilla` of the Signature Version 4 test suite."""
    headers = signed(
        "GET",
        "https://example.amazonaws.com/",
        {},
        b"",
        key_id="AKIDEXAMPLE",
        secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        region="us-east-1",
        service="service",
        at="20150830T123600Z",
    )
    assert headers["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, "
        "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )
