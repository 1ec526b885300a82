# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Questions that scripts/setup asks of the ruby and python3 in PATH, and what it fetches for them.

ruby_has() { ruby -rrbconfig -e "exit($1)"; }

ruby_loads() { GEM_PATH="$(gem_path)" ruby -e "require '$1'" >/dev/null 2>&1 </dev/null; }

python_has() { python3 -c "import os, sys, sysconfig; sys.exit(not ($1))"; }

# debian_owns COMMAND: whether the interpreter that runs for it is Debian's own.
debian_owns() {
    case $1 in
    ruby) [[ $(ruby -rrbconfig -e 'print RbConfig.ruby') == /usr/bin/* ]] ;;
    python3) [[ $(python3 -c 'import sys; print(sys.base_prefix)') == /usr ]] ;;
    esac
}

need_debian() {
    debian_owns "$1" || die "$(command -v "$1") lacks what Debian packages as $2; add it to that installation"
    missing+=("$2")
}

# Where gems of a ruby that is not Debian's are kept, in front of its own places.
gem_path() { printf '%s:%s' "$PWD/build/gems" "$(ruby -e 'print Gem.path.join(":")' 2>/dev/null)"; }

fetch_gems() {
    local gem
    for gem in msgpack minitest; do
        [[ $gem == minitest && $with_tests == no ]] && continue
        ruby_loads "$gem" && continue
        say "fetching the gem $gem into build/gems"
        quietly "setup-gem-$gem" gem install --no-document --install-dir build/gems "$gem"
    done
}

# fetch_python_packages REQUIREMENTS TARGET: again only when the requirements or the interpreter change.
fetch_python_packages() {
    [[ -f $1 ]] || return 0
    local want
    want=$(python3 -c 'import sys; print(sys.version)'; cat "$1")
    [[ -f $2/fetched && $(<"$2/fetched") == "$want" ]] && return
    say "fetching the Python packages of $1 into $2"
    rm -rf "$2"
    quietly "setup-pip-${2##*/}" python3 -m pip install --quiet --root-user-action=ignore \
        --disable-pip-version-check --target "$2" -r "$1"
    printf '%s\n' "$want" >"$2/fetched"
}
