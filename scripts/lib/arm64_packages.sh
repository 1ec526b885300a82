# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The libraries that the C tests need in a cross build for ARM64. Sourced by scripts/setup.

is_arm64() { [[ $(uname -m) == aarch64 ]]; }

# Only unpacked, into build/arm64-packages. Installing them needs the system's own libraries in exactly the version of
# the ARM64 ones, so apt would upgrade the system. For the same reason apt gets lists of its own here.
fetch_arm64_packages() {
    ! is_arm64 || return 0
    local packages=(libcmocka0 libcmocka-dev libmsgpackc2 libmsgpack-dev)
    local target=$PWD/build/arm64-packages
    [[ ! -f $target/fetched || $(<"$target/fetched") != "${packages[*]}" ]] || return 0
    say "fetching for ARM64 into build/arm64-packages: ${packages[*]}"
    rm -rf "$target"
    mkdir -p "$target/apt/lists/partial" "$target/apt/archives/partial" || die "$target cannot be made"
    local apt=(apt-get -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root
        -o Acquire::Retries=3 -o Acquire::Languages=none
        -o Dir::State::Lists="$target/apt/lists" -o Dir::Cache="$target/apt")
    quietly setup-arm64-update "${apt[@]}" update
    (cd "$target/apt/archives" && quietly setup-arm64-download "${apt[@]}" download "${packages[@]}") || exit
    local archive
    for archive in "$target"/apt/archives/*.deb; do
        quietly setup-arm64-unpack dpkg -x "$archive" "$target"
    done
    rm -rf "$target/apt"
    printf '%s\n' "${packages[*]}" >"$target/fetched"
}
