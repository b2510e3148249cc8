#!/usr/bin/env bash
# Collects the sentences to translate (N_, _, _l, ngettext in Python; _ in templates) and brings the English catalogue
# up to date. The source language is Chinese. Says at the end how many are translated; the rest have an empty msgstr.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"

template=$(mktemp)
trap 'rm -f "$template"' EXIT
pybabel --quiet extract --mapping-file babel.cfg --keywords N_ --keywords _l --sort-by-file --add-location file --no-wrap \
  --project Ruhu --output-file "$template" .
if [ -d survey/translations/en ]; then
  pybabel --quiet update --input-file "$template" --output-dir survey/translations --locale en --no-wrap \
    --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
else
  pybabel --quiet init --input-file "$template" --output-dir survey/translations --locale en --no-wrap
fi
pybabel compile --directory survey/translations --statistics
