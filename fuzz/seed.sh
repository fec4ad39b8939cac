#!/bin/sh
# Fills fuzz/corpus, from which the fuzz targets start: with the fixtures of the formats, the
# examples, and the phrases and examples of the embedded rules. May be run again at any time.
set -eu
cd "$(dirname "$0")"
root=..

# Copies files into the corpus of a target, as they are.
copy() {
    target=$1
    shift
    mkdir -p "corpus/$target"
    for file; do
        cp "$file" "corpus/$target/$(basename "$(dirname "$file")")-$(basename "$file")"
    done
}

# The same, each behind its name and a NUL.
copy_named() {
    target=$1
    shift
    mkdir -p "corpus/$target"
    for file; do
        name=$(basename "$file")
        { printf '%s\0' "$name"; cat "$file"; } > "corpus/$target/$(basename "$(dirname "$file")")-$name"
    done
}

# Cuts what it is told into a file for every so many lines.
lines() {
    mkdir -p "corpus/$1"
    split -a 4 -l "$2" - "corpus/$1/line-"
}

copy_named formats_auto "$root"/tests/formats/*/* "$root"/examples/*/*
copy_named renderers "$root"/tests/formats/*/* "$root"/examples/*/*
copy stream "$root"/tests/formats/*/*.json*
copy formats_each "$root"/tests/formats/*/* "$root"/examples/*/*
for folder in "$root"/tests/formats/*; do
    copy "format_$(basename "$folder" | tr - _)" "$folder"/*
done
copy format_text "$root"/examples/drafts/*

for target in check rewrites; do
    copy "$target" "$root"/examples/drafts/*
    sed -n 's/^\(flag\|pass\) = "\(.*\)"$/\2/p' "$root"/rules/*.toml | lines "$target" 16
done
copy packs "$root"/tests/cmd/*/*.toml
sed -n '/^```toml/,/^```/{/^```/!p}' "$root"/docs/writing-rules.md > corpus/packs/writing-rules.toml
grep -oh '"[^"=]*[[({<^*.$][^"=]*"' "$root"/rules/*.toml | tr -d '"' | sort -u | awk 'NR % 8 == 0' | lines phrases 1

# What once failed is where to look for its like.
for folder in regressions/*/; do
    if [ -d "$folder" ]; then copy "$(basename "$folder")" "$folder"*; fi
done
