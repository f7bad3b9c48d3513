# Shared by every verb: places, progress lines, errors. bash ignores `set -e` inside a function whose status is tested, so
# functions that run under quiet, loud or suite chain their commands with && or || return.

VENV=$ROOT/.venv
LOGS=$ROOT/build/logs
JOBS=${OPSIN_JOBS:-$(nproc)}
# Objects made in one checkout serve in another: paths are hashed relative to it.
export CCACHE_BASEDIR=$ROOT CCACHE_NOHASHDIR=1

die() {
  printf 'tools/dev: %s\n' "$*" >&2
  exit 1
}

# One line per finished step: seconds, outcome, title.
progress() { printf '[%4d s] %-4s %s\n' "$1" "$2" "$3"; }

# quiet TITLE COMMAND...: the output goes to a log and is shown only when the command fails.
quiet() {
  local title=$1 start=$SECONDS log status=0
  shift
  mkdir -p "$LOGS"
  log=$LOGS/$(tr -cs 'a-zA-Z0-9\n' '-' <<<"$title").log
  "$@" >"$log" 2>&1 || status=$?
  if [ "$status" -ne 0 ]; then
    progress $((SECONDS - start)) FAIL "$title"
    tail -n 60 "$log" >&2
    printf 'whole log: %s\n' "${log#"$ROOT"/}" >&2
    return "$status"
  fi
  progress $((SECONDS - start)) ok "$title"
}

# loud TITLE COMMAND...: the output is shown as it comes.
loud() {
  local title=$1 start=$SECONDS status=0
  shift
  "$@" || status=$?
  if [ "$status" -ne 0 ]; then
    progress $((SECONDS - start)) FAIL "$title"
    return "$status"
  fi
  progress $((SECONDS - start)) ok "$title"
}

# The line of FILE for a table: the last one that counts tests, else the last one that says something.
last_line() {
  sed 's/=\{2,\}//g; s/^ *//; s/ *$//' "$1" |
    awk 'NF { last = $0 } /[0-9] passed|[0-9] failed|tests passed/ { count = $0 }
         END { print substr(count ? count : last, 1, 90) }'
}

# fingerprint FILE... : one hash of the contents of files and of the words that do not name one.
fingerprint() {
  local item
  for item in "$@"; do
    if [ -f "$item" ]; then cat "$item"; else printf '%s\n' "$item"; fi
  done | sha256sum | cut -d ' ' -f 1
}

# Runs COMMAND only when the fingerprint in FILE differs from KEY, and records KEY after success.
once() {
  local file=$1 key=$2
  shift 2
  if [ -f "$file" ] && [ "$(cat "$file")" = "$key" ]; then return 0; fi
  "$@" || return
  mkdir -p "$(dirname "$file")"
  printf '%s\n' "$key" >"$file"
}
