#!/usr/bin/python3
"""usage: yaml_to_json.py IN.yaml OUT.json: the same document as compact JSON; dates stay text."""
import json
import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as source:
    document = yaml.load(source, Loader=yaml.SafeLoader)
with open(sys.argv[2], "w", encoding="utf-8") as target:
    json.dump(document, target, ensure_ascii=False, separators=(",", ":"), default=str)
