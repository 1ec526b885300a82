# SPDX-License-Identifier: Apache-2.0
"""Every language folder has the same shape: a README, tests, the six examples, the grid's two programs."""

EXAMPLES = ("three_takers", "producer_consumer", "nonblocking", "bounded", "sentinels", "joinable")

# Per language: a page, a test, an example, the two halves of the grid.
SHAPES = {
    "bindings/python": ("README.md", "tests/test_*.py", "examples/{}.py", "grid/grid_*.py"),
    "bindings/ruby": ("README.md", "test/test_*.rb", "examples/{}.rb", "grid/grid_*.rb"),
    "bindings/go": ("README.md", "*_test.go", "examples/{}/*.go", "grid/*/*.go"),
    "c_api": ("CONVENTIONS.md", "../tests/c_api/*_test.c", "examples/{}.c", "examples/grid/grid_*.c"),
}
NOT_A_LANGUAGE = {"common"}


def incomplete_languages(tree):
    folders = {f"bindings/{path.name}" for path in (tree.top / "bindings").iterdir() if path.is_dir()}
    for folder in sorted(folders - {f"bindings/{name}" for name in NOT_A_LANGUAGE} - set(SHAPES)):
        yield f"{folder}: tests/tidy/language_folders.py does not know this language"
    for folder, (page, test, example, grid) in SHAPES.items():
        wanted = [page, test, grid, *(example.format(name) for name in EXAMPLES)]
        for pattern in wanted:
            if not list((tree.top / folder).glob(pattern)):
                yield f"{folder}/{pattern}: missing"
