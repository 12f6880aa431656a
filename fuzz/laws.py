"""What more than one harness asks."""

__all__ = ["check_one_line"]


def check_one_line(error: Exception, longest: int = 1000) -> None:
    """An error tells its reader something, on one line that is safe to show."""
    text = str(error)
    assert text, repr(error)
    assert text.isprintable(), text
    assert len(text) <= longest, text
