# What a developer does; `just` alone lists it. Everything also works by hand: each recipe is a line or two.

uv := ".boot/bin/uv"
export UV_CACHE_DIR := justfile_directory() / ".uv-cache"
export UV_CUSTOM_COMPILE_COMMAND := "just lock"
compile := uv + " pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11"

_default:
    @just --list --unsorted

# Tests, all of them in two processes: `just test`; some in one: `just test tests/audio -q`.
test *ARGS:
    ./vtuber test {{ARGS}}

# Formatting, lint, types and import rules.
lint:
    ./vtuber --version
    .venv/bin/python -I scripts/set_up.py lint
    .venv/bin/ruff check
    .venv/bin/ruff format --check
    .venv/bin/basedpyright
    .venv/bin/lint-imports

# Everything that CI does.
ci:
    .ci/run

# Writes the four locks anew within the bounds of pyproject.toml; `just lock --upgrade` moves to the newest versions.
# Each is held to the ones before it, so that they install together.
lock *ARGS:
    {{compile}} {{ARGS}} pyproject.toml --group build -o requirements.lock
    {{compile}} {{ARGS}} --group test -c requirements.lock -o requirements-test.lock
    {{compile}} {{ARGS}} --group lint -c requirements.lock -c requirements-test.lock -o requirements-lint.lock

# The one tool that set-up fetches by itself: `just lock-uv 0.13.9`.
lock-uv VERSION:
    echo 'uv=={{VERSION}}' | {{compile}} - -o requirements-boot.lock

# Does every locked package have a wheel, on every system and Python we promise? (Nothing is installed.)
lock-check:
    #!/bin/sh
    set -eu
    failed=0
    export MACOSX_DEPLOYMENT_TARGET=14.0
    for python in 3.11 3.12 3.13 3.14; do
        for system in x86_64-manylinux_2_28 aarch64-manylinux_2_28 aarch64-apple-darwin x86_64-pc-windows-msvc; do
            for lock in requirements.lock requirements-test.lock; do
                printf '%s %s %s ' "$python" "$system" "$lock"
                {{uv}} pip install --quiet --dry-run --target "$UV_CACHE_DIR/nowhere" --python-version "$python" \
                    --python-platform "$system" --no-build --require-hashes -r "$lock" && echo ok || failed=1
            done
        done
    done
    exit $failed
