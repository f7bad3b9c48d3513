"""The table: one row per op, `Op(name, oracle, args, exact, ...)`. tests/conformance/model.py says what each field steers."""

from .rows import color, edges, feature, filters, morphology, ndimage, ndimage_morphology, ridges, util

OPS = [
    row
    for module in (util, color, filters, edges, ridges, feature, morphology, ndimage, ndimage_morphology)
    for row in module.ROWS
]
BY_NAME = {op.name: op for op in OPS}
assert len(BY_NAME) == len(OPS), "two rows have the same name"
