"""Filters (skimage.filters)."""

import sys

from opsin import (
    _edges,
    _frequency,
    _gabor,
    _gaussian,
    _hysteresis,
    _lpi,
    _median,
    _rank_order,
    _ridges,
    _sharpen,
    _sparse,
    _threshold_li,
    _threshold_local,
    _thresholds,
    _try_all,
    _window,
)
from opsin import _rank as rank
from opsin._edges import *  # noqa: F403
from opsin._frequency import *  # noqa: F403
from opsin._gabor import *  # noqa: F403
from opsin._gaussian import *  # noqa: F403
from opsin._hysteresis import *  # noqa: F403
from opsin._lpi import *  # noqa: F403
from opsin._median import *  # noqa: F403
from opsin._rank_order import *  # noqa: F403
from opsin._ridges import *  # noqa: F403
from opsin._sharpen import *  # noqa: F403
from opsin._sparse import *  # noqa: F403
from opsin._threshold_li import *  # noqa: F403
from opsin._threshold_local import *  # noqa: F403
from opsin._thresholds import *  # noqa: F403
from opsin._try_all import *  # noqa: F403
from opsin._window import *  # noqa: F403

# `import opsin.filters.rank` works although filters is a module: as os.path in the standard library.
sys.modules[f"{__name__}.rank"] = rank

__all__ = [
    *_edges.__all__,
    *_frequency.__all__,
    *_gabor.__all__,
    *_gaussian.__all__,
    *_hysteresis.__all__,
    *_lpi.__all__,
    *_median.__all__,
    *_rank_order.__all__,
    *_ridges.__all__,
    *_sharpen.__all__,
    *_sparse.__all__,
    *_threshold_li.__all__,
    *_threshold_local.__all__,
    *_thresholds.__all__,
    *_try_all.__all__,
    *_window.__all__,
    "rank",
]
