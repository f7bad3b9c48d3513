"""The public functions whose scikit-image tests opsin has to pass: submodule -> names."""

_EDGES = ["sobel", "scharr", "prewitt", "farid", "roberts"]

SWAPPED = {
    "color": ["gray2rgb", "rgb2gray", "rgba2rgb"],
    "feature": [
        "hessian_matrix",
        "hessian_matrix_det",
        "hessian_matrix_eigvals",
        "shape_index",
        "structure_tensor",
        "structure_tensor_eigenvalues",
    ],
    "filters": [
        "correlate_sparse",
        "difference_of_gaussians",
        "frangi",
        "gabor",
        "gabor_kernel",
        "gaussian",
        "hessian",
        "laplace",
        "meijering",
        "sato",
        "unsharp_mask",
        *_EDGES,
        *(f"{edge}_{axis}" for edge in _EDGES if edge != "roberts" for axis in "hv"),
        "roberts_neg_diag",
        "roberts_pos_diag",
    ],
    "util": [
        "compare_images",
        "crop",
        "dtype_limits",
        "img_as_bool",
        "img_as_float",
        "img_as_float32",
        "img_as_float64",
        "img_as_int",
        "img_as_ubyte",
        "img_as_uint",
        "invert",
    ],
}
