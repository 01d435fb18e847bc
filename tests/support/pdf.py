"""What a PDF that Chromium made says, page by page: enough of the format to read its own."""

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\s*(.*?)\s*endobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*?)\nendstream", re.DOTALL)
SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|(\bTd\b|\bTm\b|\bET\b)")


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, in the order in which they are drawn, without spaces: a PDF places letters."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    found = [body for body in objects.values() if re.search(rb"/Type\s*/Page\b", body)]
    order = [int(each) for each in re.findall(rb"(\d+) 0 R", _kids(objects))]
    pages = [objects[each] for each in order] if len(order) == len(found) else found
    return [_page(page, objects) for page in pages]


def _kids(objects: dict[int, bytes]) -> bytes:
    roots = [body for body in objects.values() if re.search(rb"/Type\s*/Pages\b", body)]
    found = re.search(rb"/Kids\s*\[(.*?)\]", roots[0], re.DOTALL) if len(roots) == 1 else None
    return found[1] if found else b""


def _page(page: bytes, objects: dict[int, bytes]) -> str:
    fonts = {
        name: _letters(objects[int(number)], objects)
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", page)
    }
    drawn = re.search(rb"/Contents (\d+) 0 R", page)
    said, letters = [], dict[int, str]()
    for font, glyphs, _ in SHOWN.findall(_stream(objects[int(drawn[1])])) if drawn else ():
        if font:
            letters = fonts.get(font, {})
        for at in range(0, len(glyphs), 4):
            said.append(letters.get(int(glyphs[at : at + 4], 16), ""))
    return re.sub(r"\s+", "", "".join(said))


def _letters(font: bytes, objects: dict[int, bytes]) -> dict[int, str]:
    """Which letter each glyph of a font is."""
    named = re.search(rb"/ToUnicode (\d+) 0 R", font)
    table = _stream(objects[int(named[1])]) if named else b""
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for glyph, letter in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(glyph, 16)] = bytes.fromhex(letter.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, letter in re.findall(
            rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]{4})>", block
        ):
            for n, glyph in enumerate(range(int(first, 16), int(last, 16) + 1)):
                found[glyph] = chr(int(letter, 16) + n)
    return found


def _stream(body: bytes) -> bytes:
    found = STREAM.search(body)
    raw = found[1] if found else b""
    return zlib.decompressobj().decompress(raw) if b"/FlateDecode" in body else raw
