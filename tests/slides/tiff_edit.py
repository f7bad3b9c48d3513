"""Damaging TIFFs on purpose: a walker over the bytes that changes single fields. Classic and BigTIFF, both byte orders."""

import struct

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
CODES = {1: "B", 3: "H", 4: "I", 5: "I", 16: "Q"}  # A RATIONAL counts as two LONGs.


class Tiff:
    """The bytes of a TIFF and where its fields are."""

    def __init__(self, content):
        self.data = bytearray(content)
        self.order = "<" if self.data[:2] == b"II" else ">"
        self.big = self.get(2, "H") == 43
        self.word = "Q" if self.big else "I"
        self.first = 8 if self.big else 4

    def get(self, offset, code):
        return struct.unpack_from(self.order + code, self.data, offset)[0]

    def put(self, offset, code, value):
        struct.pack_into(self.order + code, self.data, offset, value & (2 ** (8 * struct.calcsize(code)) - 1))

    def ifd_offset(self, number):
        at = self.first
        for _ in range(number):
            at = self.next_field(self.get(at, self.word))
        return self.get(at, self.word)

    def entry_count(self, ifd):
        return self.get(ifd, "Q" if self.big else "H")

    def entries(self, ifd):
        head, size = (8, 20) if self.big else (2, 12)
        return [ifd + head + i * size for i in range(self.entry_count(ifd))]

    def next_field(self, ifd):
        head, size = (8, 20) if self.big else (2, 12)
        return ifd + head + self.entry_count(ifd) * size

    def entry(self, ifd, tag):
        for at in self.entries(ifd):
            if self.get(at, "H") == tag:
                return at
        raise KeyError(f"no tag {tag}")

    def value_field(self, entry):
        return entry + (12 if self.big else 8)

    def array(self, entry):
        """Where an entry's values are, and of which type."""
        kind, count = self.get(entry + 2, "H"), self.get(entry + 4, self.word)
        inline = SIZES[kind] * count <= (8 if self.big else 4)
        return (self.value_field(entry) if inline else self.get(self.value_field(entry), self.word)), kind

    # Edits: one method per key of a case's edit.

    def set(self, ifd, tag, type=None, count=None, value=None, index=None, rename=None):
        """Fields of an entry: its type, count, value field as it is, or one of its values; a new tag number."""
        entry = self.entry(self.ifd_offset(ifd), tag)
        if index is not None:
            at, kind = self.array(entry)
            self.put(at + index * struct.calcsize(CODES[kind]), CODES[kind], value)
        elif value is not None:
            kind = type or self.get(entry + 2, "H")
            code = CODES.get(kind, self.word) if SIZES.get(kind, 99) <= (8 if self.big else 4) else self.word
            self.put(self.value_field(entry), self.word, 0)
            self.put(
                self.value_field(entry), code if (count or self.get(entry + 4, self.word)) == 1 else self.word, value
            )
        if type is not None:
            self.put(entry + 2, "H", type)
        if count is not None:
            self.put(entry + 4, self.word, count)
        if rename is not None:
            self.put(entry, "H", rename)

    def fill(self, ifd, tag, value):
        """All values of an array."""
        entry = self.entry(self.ifd_offset(ifd), tag)
        at, kind = self.array(entry)
        for i in range(self.get(entry + 4, self.word)):
            self.put(at + i * SIZES[kind], CODES[kind], value)

    def alias(self, ifd, tag, to):
        """The value of one tag lies where another one's does."""
        offset = self.ifd_offset(ifd)
        source = self.value_field(self.entry(offset, to))
        self.put(self.value_field(self.entry(offset, tag)), self.word, self.get(source, self.word))

    def next(self, ifd, to=None, offset=None):
        """The pointer to the next IFD: to an IFD by number, or anywhere."""
        target = self.ifd_offset(to) if to is not None else offset
        self.put(self.next_field(self.ifd_offset(ifd)), self.word, target)

    def first_ifd(self, offset):
        self.put(self.first, self.word, offset)

    def sub_ifd(self, ifd, to):
        """Makes a tag a SubIFDs tag that points at an IFD of the chain."""
        offset = self.ifd_offset(ifd)
        entry = self.entry(offset, 305)  # Software: not needed by anybody.
        target = self.ifd_offset(to)
        self.put(entry, "H", 330)
        self.put(entry + 2, "H", 16 if self.big else 4)
        self.put(entry + 4, self.word, 1)
        self.put(self.value_field(entry), self.word, target)

    def entries_said(self, ifd, count):
        self.put(self.ifd_offset(ifd), "Q" if self.big else "H", count)

    def truncate(self, at=None, last=None):
        del self.data[at if at is not None else len(self.data) - last :]

    def append(self, hex):
        self.data += bytes.fromhex(hex)

    def write(self, offset, hex):
        new = bytes.fromhex(hex)
        self.data[offset : offset + len(new)] = new

    def in_tile(self, ifd, index, find, hex, at=0):
        """Overwrites bytes of a tile, `at` bytes behind where `find` begins: markers of image codecs."""
        starts, kind = self.array(self.entry(self.ifd_offset(ifd), 324))
        start = self.get(starts + index * SIZES[kind], CODES[kind])
        self.write(self.data.index(bytes.fromhex(find), start) + at, hex)

    def shorten(self, ifd, index, by):
        """A tile whose length says that it ends earlier."""
        lengths, kind = self.array(self.entry(self.ifd_offset(ifd), 325))
        at = lengths + index * SIZES[kind]
        self.put(at, CODES[kind], self.get(at, CODES[kind]) - by)

    def tile(self, ifd, index, hex=None, text=None, length=None, at=0):
        """Bytes of a tile from `at` on, and its length."""
        offset = self.ifd_offset(ifd)
        tags = (324, 325) if any(self.get(e, "H") == 324 for e in self.entries(offset)) else (273, 279)
        starts, kind = self.array(self.entry(offset, tags[0]))
        start = self.get(starts + index * SIZES[kind], CODES[kind])
        if hex is not None:
            self.write(start + at, hex)
        if length is not None:
            lengths, kind = self.array(self.entry(offset, tags[1]))
            self.put(lengths + index * SIZES[kind], CODES[kind], length)

    def move_tile(self, ifd, index, hex):
        """New bytes of a tile, behind everything else."""
        offset = self.ifd_offset(ifd)
        new = bytes.fromhex(hex)
        for tag, value in ((324, len(self.data)), (325, len(new))):
            at, kind = self.array(self.entry(offset, tag))
            self.put(at + index * SIZES[kind], CODES[kind], value)
        self.data += new


def edited(content, edits):
    """Applies edits, each a mapping of one method's name to its arguments."""
    tiff = None
    for edit in edits:
        ((name, arguments),) = edit.items()
        tiff = tiff or Tiff(content)
        getattr(tiff, name)(**arguments)
    return bytes(tiff.data) if tiff else content
