"""PDFs that tests look into."""

import re
import zlib


def unpacked(pdf):
    """A PDF with its packed streams in the clear."""

    def open_up(match):
        try:
            return zlib.decompress(match[1])
        except zlib.error:
            return match[1]

    return re.sub(rb"stream\r?\n(.*?)\r?\nendstream", open_up, pdf, flags=re.S)
