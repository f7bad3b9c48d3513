# setup: Debian packages and the Python environment.

PACKAGES=(g++ cmake ninja-build ccache pkg-config libhwy-dev libtbb-dev doctest-dev python3-venv python3-dev qemu-user git
          # The slide reader's codecs and metadata; the names hold for Debian 12 and Ubuntu 24.04
          # (libjpeg-dev is libjpeg-turbo on both).
          libjpeg-dev libopenjp2-7-dev libdeflate-dev libisal-dev libzstd-dev libwebp-dev liblzma-dev libpng-dev
          libpugixml-dev)

setup_all() {
  setup_packages
  setup_venv "$VENV" tools/requirements.txt
}

# setup_packages [PACKAGE...]: those that are missing, of the ones that every verb needs by default.
setup_packages() {
  [ $# -gt 0 ] || set -- "${PACKAGES[@]}"
  if ! command -v dpkg-query >/dev/null; then
    printf 'not a Debian system: these must be there already: %s\n' "$*"
    return 0
  fi
  local package missing=()
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] || quiet "install ${missing[*]}" install_packages "${missing[@]}"
}

install_packages() {
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "neither root nor sudo: ask for 'apt-get install $*'"
    as_root=(sudo)
  fi
  # Lists are fetched only here: an up-to-date machine needs no network.
  "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# The interpreter for .venv, checked.
host_python() {
  local python=${OPSIN_PYTHON:-python3}
  command -v "$python" >/dev/null || die "no $python: set OPSIN_PYTHON"
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    die "$python is $("$python" --version): 3.11 or newer is needed, set OPSIN_PYTHON"
  command -v "$python"
}

# setup_venv FOLDER REQUIREMENTS: made anew when the interpreter changed, filled when the requirements did.
setup_venv() {
  local folder=$1 requirements=$2 python identity
  python=$(host_python)
  identity=$("$python" -c 'import sys; print(sys.base_prefix, sys.version)' | fingerprint_stdin)
  once "$folder/.interpreter" "$identity" quiet "create ${folder#"$ROOT"/}" "$python" -m venv --clear "$folder"
  once "$folder/.requirements" "$(fingerprint "$requirements")" \
    quiet "install $requirements" "$folder/bin/python" -m pip install --disable-pip-version-check -r "$requirements"
}

fingerprint_stdin() { sha256sum | cut -d ' ' -f 1; }
