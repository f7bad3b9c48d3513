"""feature: Hessian and structure tensor with their eigenvalues, the Hessian determinant, shape_index."""

from dataclasses import replace

import skimage.feature as ski

from ..images import signed, tensor
from ..model import Case, Op, Tol
from .filters import MODES, SUMS


def _gaussian(**kwargs):
    """With Gaussian derivatives: in float32 opposite taps take a difference, and the zero tap between them is left out."""
    return Case(dict(use_gaussian_derivatives=True, **kwargs), nan=("float64",))


ROWS = [
    Op(
        "feature.hessian_matrix",
        ski.hessian_matrix,
        args=[
            _gaussian(),
            dict(use_gaussian_derivatives=False),
            {},
            *(_gaussian(sigma=1.5, mode=m, cval=0.6) for m in MODES),
            *(dict(sigma=1.5, mode=m, cval=0.6, use_gaussian_derivatives=False) for m in MODES),
            replace(_gaussian(sigma=0.6), nan=()),
            _gaussian(sigma=(1, 2)),
            dict(sigma=(1, 2), use_gaussian_derivatives=False),
            *(_gaussian(order=o) for o in ("xy", "rc")),
            *(dict(order=o, use_gaussian_derivatives=False) for o in ("xy", "rc")),
        ],
        bad=[
            dict(order="ab", use_gaussian_derivatives=True),
            Case(dict(order="xy", use_gaussian_derivatives=False), ndim=(3, 4)),
            dict(mode="nonsense", use_gaussian_derivatives=True),
            dict(sigma=-1, use_gaussian_derivatives=False),
            dict(sigma=(1,) * 6, use_gaussian_derivatives=True),
        ],
        exact=SUMS,
        tol=Tol(f32=3e-6, f64=1e-13),
        single=True,
        differences="NaN and inf do not reach taps below the last bit, nor the zero tap in the middle of float32 derivatives",
    ),
    *(
        Op(
            f"feature.{name}",
            getattr(ski, name),
            args=[{}],
            bad=[Case({}, make=lambda shape, dtype, rng: ([],)), Case({}, make=lambda shape, dtype, rng: (None,))],
            make=tensor,
            ndim=(2, 3, 4),
            dtypes=("float32", "float64"),
            tol=Tol(f32=3e-6, f64=1e-13),
            exact="tolerance: closed form in 2-D and 3-D where the oracle calls LAPACK in 3-D",
            rescales=False,
            nan=False,
            edge_shapes=False,
        )
        for name in ("hessian_matrix_eigvals", "structure_tensor_eigenvalues")
    ),
    Op(
        "feature.hessian_matrix_det",
        ski.hessian_matrix_det,
        args=[
            {},
            dict(sigma=3),
            dict(sigma=2, approximate=False),
            dict(sigma=5.5, approximate=True),
            dict(sigma=1, approximate=False),
            Case(dict(sigma=2), make=signed),
        ],
        bad=[dict(sigma=-1, approximate=False)],
        ndim=(2, 3, 4),
        tol=Tol(f32=3e-6, f64=1e-12),
        exact="tolerance: box sums of an integral image in 2-D; a closed determinant where the oracle calls LAPACK",
        nan=False,
        differences="the approximation is float64 for every image and float policy, as scikit-image's is for float32 images",
    ),
    Op(
        "feature.structure_tensor",
        ski.structure_tensor,
        args=[
            # In float32 the Sobel derivative takes a difference: the zero tap in its middle does not see NaN and inf.
            Case(kwargs, nan=("float64",))
            for kwargs in [
                {},
                dict(sigma=2.5),
                dict(sigma=(1, 2)),
                *(dict(sigma=1.5, mode=m, cval=0.6) for m in MODES),
                dict(order="xy"),
                dict(order="rc", sigma=0.7),
            ]
        ],
        bad=[
            dict(order="ab"),
            Case(dict(order="xy"), ndim=(3, 4)),
            dict(sigma=-1),
            dict(sigma=(1,) * 6),
            Case(dict(mode="nonsense"), ndim=(2, 3, 4)),  # of an image that is refused as well, it is named first
        ],
        exact=SUMS,
        single=True,
        differences="NaN and inf do not reach the zero tap in the middle of float32 derivatives",
    ),
    Op(
        "feature.shape_index",
        ski.shape_index,
        args=[{}, dict(sigma=2), *(dict(sigma=1.5, mode=m, cval=0.6) for m in MODES)],
        bad=[dict(mode="nonsense"), dict(sigma=-1), Case({}, ndim=(3, 4))],
        ndim=(2,),
        # A ratio of sums and differences of eigenvalues: ill-conditioned where both are small.
        tol=Tol(f32=3e-3, f64=1e-9, outliers=0.02),
        exact="tolerance: an angle that is ill-conditioned where the surface is nearly flat",
        single=True,
        nan=False,
    ),
]
