# Reads JSON values, one per line, and prints the lines that the reference writes for them (docs/format.md 8, "A line").
import json
import sys

for line in sys.stdin.buffer:
    text = json.dumps(json.loads(line), sort_keys=True, ensure_ascii=False) + "\n"
    sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))
