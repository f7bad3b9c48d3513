"""Before NumPy is imported: its exp for AVX-512 differs from the C library's in the last bit, and with it SciPy's Gaussian weights.

Results that are promised to the bit are promised for equal weights, so the oracle uses the exp that all other processors have.
"""

import os

os.environ.setdefault("NPY_DISABLE_CPU_FEATURES", "AVX512_SKX AVX512_ICL AVX512_SPR X86_V4")
