# SPDX-License-Identifier: MIT
"""Writes .env.example: the scaling guide's block, then every other variable; the tables of the help come from stdin."""

import re
import sys
import textwrap

# The scaling guide's, word for word.
GUIDE = """\
# Kafka Configuration
KAFKA_BOOTSTRAP_SERVERS=localhost:9092
KAFKA_VIDEO_TOPIC_PARTITIONS=6
KAFKA_DETECTIONS_TOPIC_PARTITIONS=6

# S3 Configuration (required for scaling)
AWS_ACCESS_KEY_ID=your_access_key
AWS_SECRET_ACCESS_KEY=your_secret_key
AWS_REGION=us-east-1
S3_BUCKET=your-bucket-name
S3_DELETE_LOCAL_AFTER_UPLOAD=true  # Delete local files after S3 upload
"""

REST = """
# ---- Every other variable, with its default. docs/CONFIGURATION.md has the form of this file, and what is allowed. ----
"""

# Of variables with a * in their name: one of them.
EXAMPLES = {"KAFKA_PROPERTY_*": "KAFKA_PROPERTY_SSL_CA_LOCATION=/etc/firewatch/ca.pem"}
LEFT_OUT = "Of the Python original"


def rows(help_text):
    """(group, variable, default, meaning) of each option that has a variable; the default "" where it is none to write."""
    group = ""
    for line in help_text.splitlines():
        if line.startswith("### "):
            group = line[4:]
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 6 and (variable := re.fullmatch(r"`([A-Z0-9_*]+)`", cells[1])):
            default = re.fullmatch(r"`(.*)`", cells[3])
            yield group, variable.group(1), default.group(1) if default else "", cells[4]


def commented(help_text):
    done, last = set(re.findall(r"^(\w+)=", GUIDE, re.M)), ""
    for group, variable, default, meaning in rows(help_text):
        if variable in done or group == LEFT_OUT:
            continue
        done.add(variable)
        if group != last:
            yield f"\n# -- {group}\n"
            last = group
        yield from (f"# {line}\n" for line in textwrap.wrap(meaning, 110))
        yield f"#{EXAMPLES.get(variable, f'{variable}={default}')}\n"


if __name__ == "__main__":
    sys.stdout.write(GUIDE + REST + "".join(commented(sys.stdin.read())))
