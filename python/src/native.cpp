// SPDX-License-Identifier: Apache-2.0
// opsin._native: the extension module. One bind_<module> per public header.
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "array_caster.h"
#include "core/check.h"
#include "core/device_api.h"
#include "core/memory.h"
#include "modules.h"
#include "opsin/device.h"
#include "opsin/error.h"
#include "opsin/slide.h"

namespace opsin::python {
namespace {

/// Exceptions of opsin's own; they live as long as the interpreter.
struct Exceptions {
  PyObject* cuda;
  PyObject* unsupported_format;
};
Exceptions own;

/// C++ exceptions as the Python exception of the same name.
void translate(const std::exception_ptr& p, void* exceptions) {
  try {
    std::rethrow_exception(p);
  } catch (const ValueError& e) {
    PyErr_SetString(PyExc_ValueError, e.what());
  } catch (const TypeError& e) {
    PyErr_SetString(PyExc_TypeError, e.what());
  } catch (const IndexError& e) {
    PyErr_SetString(PyExc_IndexError, e.what());
  } catch (const NotImplementedError& e) {
    PyErr_SetString(PyExc_NotImplementedError, e.what());
  } catch (const MemoryError& e) {
    PyErr_SetString(PyExc_MemoryError, e.what());
  } catch (const UnsupportedFormatError& e) {
    PyErr_SetString(static_cast<Exceptions*>(exceptions)->unsupported_format, e.what());
  } catch (const IoError& e) {
    PyErr_SetString(PyExc_OSError, e.what());
  } catch (const CudaError& e) {
    PyErr_SetString(static_cast<Exceptions*>(exceptions)->cuda, e.what());
  } catch (const RuntimeError& e) {
    PyErr_SetString(PyExc_RuntimeError, e.what());
  }
}

}  // namespace
}  // namespace opsin::python

NB_MODULE(_native, m) {
  using namespace opsin::python;
  m.doc() = "opsin's compiled core; use the package opsin.";
  // An array in a global variable lives until the interpreter is gone, which nanobind would report as a leak.
  nb::set_leak_warnings(false);
  nb::object cuda_error = nb::steal(PyErr_NewExceptionWithDoc(
      "opsin.CudaError", "CUDA is not available, or one of its calls failed.", PyExc_RuntimeError, nullptr));
  m.attr("CudaError") = cuda_error;
  nb::object unsupported_format = nb::steal(PyErr_NewExceptionWithDoc(
      "opsin.UnsupportedFormatError", "A file of no format that opsin reads.", PyExc_OSError, nullptr));
  m.attr("UnsupportedFormatError") = unsupported_format;
  opsin::python::own = {cuda_error.release().ptr(), unsupported_format.release().ptr()};
  nb::register_exception_translator(translate, &opsin::python::own);

  bind_array(m);
  m.def("version", [] { return std::string(opsin::version()); });
  m.def("cpu_targets", &opsin::cpu_targets);
  m.def("cpu_target", &opsin::cpu_target);
  m.def("cuda_device_count", &opsin::cuda_device_count);
  m.def("cuda_devices", [] {
    std::vector<std::string> devices;
    for (int i = 0; i < opsin::cuda_device_count(); ++i) devices.push_back(opsin::core::device_api().describe(i));
    return devices;
  });
  m.def("cuda_unavailable_reason", &opsin::cuda_unavailable_reason);
  m.def("num_threads", &opsin::num_threads);
  m.def("set_num_threads", &opsin::set_num_threads);
  m.def("synchronize", [](const std::string& device) {
    const opsin::Device d = opsin::Device::parse(device);
    const nb::gil_scoped_release release;
    opsin::synchronize(d);
  });
  m.def(
      "_warn",
      [](const std::string& text) {
        Call().invoke([&] {
          opsin::core::warn(opsin::Warning::Category::user, text);
          return 0;
        });
      },
      nb::arg("text"), "The way of an operation's warnings to Python, for its test.");
  m.def("cached_cpu_bytes", &opsin::core::cached_cpu_bytes);
  m.def("cached_cuda_bytes", &opsin::core::cached_cuda_bytes);
  m.def("release_cached_memory", [](const std::string& device) {
    const opsin::Device d = opsin::Device::parse(device);
    const nb::gil_scoped_release release;
    if (d.kind == opsin::DeviceKind::cpu) {
      opsin::core::release_cached_cpu_memory();
    } else {
      opsin::core::release_cached_cuda_memory(d);
    }
  });
  m.def("set_float_policy", [](const std::string& policy) {
    if (policy != "skimage" && policy != "single")
      throw opsin::ValueError("the float policy is \"skimage\" or \"single\", not \"" + policy + "\"");
    const auto before =
        opsin::set_float_policy(policy == "single" ? opsin::FloatPolicy::single : opsin::FloatPolicy::skimage);
    return std::string(before == opsin::FloatPolicy::single ? "single" : "skimage");
  });
  m.def("float_policy",
        [] { return std::string(opsin::float_policy() == opsin::FloatPolicy::single ? "single" : "skimage"); });

  nb::module_ color = m.def_submodule("color");
  bind_color(color);
  bind_color_difference(color);
  bind_color_spaces(color);
  nb::module_ data = m.def_submodule("data");
  bind_data(data);
  nb::module_ exposure = m.def_submodule("exposure");
  bind_exposure(exposure);
  bind_exposure_adjust(exposure);
  nb::module_ feature = m.def_submodule("feature");
  bind_feature(feature);
  bind_feature_corners(feature);
  bind_feature_maps(feature);
  bind_feature_peaks(feature);
  nb::module_ filters = m.def_submodule("filters");
  bind_filters(filters);
  bind_filters_edges(filters);
  bind_filters_frequency(filters);
  bind_filters_gabor(filters);
  bind_filters_lpi(filters);
  bind_filters_ridges(filters);
  bind_filters_rank(filters);
  bind_filters_sharpen(filters);
  bind_filters_sparse(filters);
  bind_filters_threshold(filters);
  bind_filters_threshold_local(filters);
  nb::module_ measure = m.def_submodule("measure");
  bind_measure_blocks(measure);
  bind_measure_colocalization(measure);
  bind_measure_moments(measure);
  bind_filters_window(filters);
  nb::module_ metrics = m.def_submodule("metrics");
  bind_metrics(metrics);
  nb::module_ morphology = m.def_submodule("morphology");
  bind_morphology(morphology);
  nb::module_ ndimage = m.def_submodule("ndimage");
  bind_ndimage(ndimage);
  bind_ndimage_generic(ndimage);
  bind_ndimage_fourier(ndimage);
  bind_ndimage_morphology(ndimage);
  bind_ndimage_order(ndimage);
  nb::module_ slide = m.def_submodule("slide");
  bind_slide(slide);
  bind_loader(slide);
  nb::module_ segmentation = m.def_submodule("segmentation");
  bind_segmentation(segmentation);
  nb::module_ transform = m.def_submodule("transform");
  bind_transform_integral(transform);
  nb::module_ util = m.def_submodule("util");
  bind_util(util);
  bind_util_arrange(util);
  bind_util_noise(util);
}
