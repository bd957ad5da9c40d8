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


def sheets(pdf):
    """The words on each page, as WeasyPrint and Chromium write them with fonts of one family."""
    plain = unpacked(pdf)
    letters = dict(_letters(plain))
    places = re.findall(rb"/Type /Page[^s].*?/Contents (\d+) 0 R", plain, re.S)
    drawn = [re.search(rb"\n" + place + rb" 0 obj(.*?)endobj", plain, re.S)[1] for place in places]
    return ["".join(letters.get(glyph, "?") for glyph in _glyphs(each)) for each in drawn]


def _letters(plain):
    for one in re.findall(rb"beginbfchar(.*?)endbfchar", plain, re.S):
        for glyph, letters in re.findall(rb"<(\w+)> <(\w+)>", one):
            yield int(glyph, 16), bytes.fromhex(letters.decode()).decode("utf-16-be")
    for several in re.findall(rb"beginbfrange(.*?)endbfrange", plain, re.S):
        for first, last, letter in re.findall(rb"<(\w+)> <(\w+)> <(\w{4})>", several):
            for number, glyph in enumerate(range(int(first, 16), int(last, 16) + 1)):
                yield glyph, chr(int(letter, 16) + number)


def _glyphs(drawn):
    for text in re.findall(rb"\[(.*?)\] ?TJ|(<[0-9A-Fa-f]+>) Tj", drawn, re.S):
        for four in re.findall(rb"<([0-9A-Fa-f]+)>", b"".join(text)):
            yield from (int(four[place : place + 4], 16) for place in range(0, len(four), 4))
