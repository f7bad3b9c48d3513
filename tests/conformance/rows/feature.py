"""feature: Hessian and structure tensor with their eigenvalues, the Hessian determinant, shape_index."""

import skimage.feature as ski

from ..images import signed, tensor
from ..model import Case, Op, Tol
from .filters import MODES, SUMS

ROWS = [
    Op(
        "feature.hessian_matrix",
        ski.hessian_matrix,
        args=[
            dict(use_gaussian_derivatives=True),
            dict(use_gaussian_derivatives=False),
            {},
            *(dict(sigma=1.5, mode=m, cval=0.6, use_gaussian_derivatives=g) for m in MODES for g in (True, False)),
            dict(sigma=0.6, use_gaussian_derivatives=True),
            dict(sigma=(1, 2), use_gaussian_derivatives=True),
            dict(sigma=(1, 2), use_gaussian_derivatives=False),
            *(dict(order=o, use_gaussian_derivatives=g) for o in ("xy", "rc") for g in (True, False)),
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
        single=True,
        nan=False,
    ),
    Op(
        "feature.structure_tensor",
        ski.structure_tensor,
        args=[
            {},
            dict(sigma=2.5),
            dict(sigma=(1, 2)),
            *(dict(sigma=1.5, mode=m, cval=0.6) for m in MODES),
            dict(order="xy"),
            dict(order="rc", sigma=0.7),
        ],
        bad=[
            dict(order="ab"),
            Case(dict(order="xy"), ndim=(3, 4)),
            dict(sigma=-1),
            dict(sigma=(1,) * 6),
            dict(mode="nonsense"),
        ],
        exact=SUMS,
        single=True,
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
