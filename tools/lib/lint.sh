# lint: every rule runs; one failure fails the verb.

lint_all() {
  local failed=0 rule cpp
  mapfile -t cpp < <(git ls-files -co --exclude-standard -- '*.h' '*.cpp' '*.cu')
  if [ "${1:-}" = --fix ]; then
    quiet "clang-format" "$VENV/bin/clang-format" -i "${cpp[@]}"
    quiet "ruff format" "$VENV/bin/ruff" format .
    quiet "ruff fix" "$VENV/bin/ruff" check --fix .
  fi
  quiet "format of C++ (${#cpp[@]} files)" "$VENV/bin/clang-format" --dry-run -Werror "${cpp[@]}" || failed=1
  quiet "format of Python" "$VENV/bin/ruff" format --check . || failed=1
  quiet "ruff" "$VENV/bin/ruff" check . || failed=1
  for rule in layers banned file_size paths; do
    quiet "lint $rule" "$VENV/bin/python" "tools/lint/$rule.py" || failed=1
  done
  loud "lint compile_time" "$VENV/bin/python" tools/lint/compile_time.py "build/$(default_preset)" || failed=1
  return "$failed"
}
