"""Ways to spoil a file of text or bytes, each a pure function of its content and a generator."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np

Mutation = Callable[[bytes, np.random.Generator], bytes]

HOSTILE_CELLS = (
    "NaN", "nan", "inf", "-inf", "Infinity", "1e999", "-1", "0", "", " ", "=cmd|' /C calc'!A0", "+1+1",
    "@SUM(1)", "9" * 400, "1_000", "0x1F", "１２", "1,2,3", "two", "null", "None", "2018-02-30",
    "99999999999", "1e-320", "\x07",
)  # fmt: skip


def truncate(content: bytes, rng: np.random.Generator) -> bytes:
    """Cut the file short."""
    return content[: int(rng.integers(0, len(content)))]


def flip_bytes(content: bytes, rng: np.random.Generator) -> bytes:
    """Replace a few bytes by any others."""
    spoiled = bytearray(content)
    for at in rng.integers(0, len(content), 5):
        spoiled[at] = int(rng.integers(0, 256))
    return bytes(spoiled)


def delete_slice(content: bytes, rng: np.random.Generator) -> bytes:
    """Lose up to forty bytes in the middle."""
    at = int(rng.integers(0, len(content)))
    return content[:at] + content[at + int(rng.integers(1, 40)) :]


def repeat_slice(content: bytes, rng: np.random.Generator) -> bytes:
    """Write up to two hundred bytes twice."""
    at = int(rng.integers(0, len(content)))
    end = at + int(rng.integers(1, 200))
    return content[:end] + content[at:end] + content[end:]


def insert_hostile(content: bytes, rng: np.random.Generator) -> bytes:
    """Put a control character, quote or delimiter anywhere."""
    at = int(rng.integers(0, len(content)))
    symbol = rng.choice(
        ["\0", '"', "'", ",", ";", "\t", "\r", "\n", "\ufeff", "\u2028", "\x1a", "\\", "{", "]"]
    )
    return content[:at] + str(symbol).encode() + content[at:]


def hostile_number(content: bytes, rng: np.random.Generator) -> bytes:
    """Replace one number by something that is none."""
    found = list(re.finditer(rb"(?<![A-Za-z0-9.])-?[0-9]+(\.[0-9]+)?(?![A-Za-z0-9])", content))
    match = found[int(rng.integers(0, len(found)))]
    cell = HOSTILE_CELLS[int(rng.integers(0, len(HOSTILE_CELLS)))].encode()
    return content[: match.start()] + cell + content[match.end() :]


def hostile_cell(content: bytes, rng: np.random.Generator) -> bytes:
    """Replace one cell of a delimited file, the header's included."""
    lines = content.split(b"\n")
    row = int(rng.integers(0, max(len(lines) - 1, 1)))
    cells = lines[row].split(b",")
    cells[int(rng.integers(0, len(cells)))] = HOSTILE_CELLS[int(rng.integers(0, len(HOSTILE_CELLS)))].encode()
    lines[row] = b",".join(cells)
    return b"\n".join(lines)


def negate_numbers(content: bytes, rng: np.random.Generator) -> bytes:
    """Turn a third of the plain numbers negative."""
    return re.sub(rb"(?<=[,: ])([0-9]+)", lambda m: b"-" + m[1] if rng.random() < 1 / 3 else m[1], content)


def duplicate_header(content: bytes, rng: np.random.Generator) -> bytes:
    """Name a column twice."""
    header, _, rest = content.partition(b"\n")
    names = header.split(b",")
    names[int(rng.integers(0, len(names)))] = names[0]
    return b",".join(names) + b"\n" + rest


def shuffle_lines(content: bytes, rng: np.random.Generator) -> bytes:
    """Put the lines in another order, the header anywhere."""
    lines = content.split(b"\n")
    return b"\n".join(lines[i] for i in rng.permutation(len(lines)))


def other_encoding(content: bytes, rng: np.random.Generator) -> bytes:
    """Write the text in an encoding that is not UTF-8."""
    text = content.decode("utf-8", errors="replace").replace("a", "é", 3)
    return text.encode(
        str(rng.choice(["latin-1", "utf-16", "utf-16-le", "utf-32", "cp500"])), errors="replace"
    )


def lose_delimiters(content: bytes, rng: np.random.Generator) -> bytes:
    """Drop a tenth of the commas."""
    return re.sub(rb",", lambda m: b"" if rng.random() < 0.1 else m[0], content)


def nothing_left(content: bytes, rng: np.random.Generator) -> bytes:
    """An empty file, blanks, a byte order mark alone or the header alone."""
    kinds = (
        b"",
        b" \n\t\n",
        b"\xef\xbb\xbf",
        content.partition(b"\n")[0],
        b"\n" * 1_000,
        b"#\n",
        b"PAR1",
        b"[]",
        b"{}",
    )
    return kinds[int(rng.integers(0, len(kinds)))]


def one_long_line(content: bytes, rng: np.random.Generator) -> bytes:
    """Ten megabytes without a line end."""
    unit = (b"x", b"1,", b'"', b"[", content.replace(b"\n", b" "))[int(rng.integers(0, 5))]
    return (unit * (10_000_000 // len(unit) + 1))[:10_000_000]


def long_line_below(content: bytes, rng: np.random.Generator) -> bytes:
    """A row of ten megabytes below good ones."""
    return content + one_long_line(content, rng)


TEXT_MUTATIONS: Mapping[str, tuple[Mutation, int]] = {
    mutation.__name__: (mutation, times)
    for mutation, times in (
        (truncate, 15), (flip_bytes, 15), (delete_slice, 15), (repeat_slice, 15), (insert_hostile, 20),
        (hostile_number, 25), (hostile_cell, 40), (negate_numbers, 10), (duplicate_header, 8),
        (shuffle_lines, 8), (other_encoding, 12), (lose_delimiters, 10), (nothing_left, 12),
        (one_long_line, 5), (long_line_below, 5),
    )
}  # fmt: skip
BINARY_MUTATIONS: Mapping[str, tuple[Mutation, int]] = {
    name: TEXT_MUTATIONS[name]
    for name in ("truncate", "flip_bytes", "delete_slice", "repeat_slice", "nothing_left")
}


def cases(suffix: str, mutations: Mapping[str, tuple[Mutation, int]]) -> list[tuple[str, str, int]]:
    """Every (suffix, mutation, seed) of a kind of file."""
    return [(suffix, name, seed) for name, (_, times) in mutations.items() for seed in range(times)]


def spoiled(content: bytes, name: str, seed: int) -> bytes:
    """The content after the named mutation."""
    return TEXT_MUTATIONS[name][0](content, np.random.default_rng(seed))
