"""Compares roles that deploy with what terraform was seen to call for their stacks: no emulator is needed for that.

Usage: roles.py SYNTHESIZED
"""

import pathlib
import sys

import permissions
from stacks import Stack
from terraform import Failure


def main():
    everyone = [Stack(document.parent) for document in sorted(pathlib.Path(sys.argv[1]).glob("*/main.tf.json"))]
    roles = permissions.roles(everyone)
    recorded = permissions.recorded()
    if gone := recorded.keys() - roles.keys():
        raise Failure(f"no stack makes {', '.join(sorted(gone))}\n  hint: remove what is recorded of it")
    if not recorded:
        raise Failure("nothing is recorded")
    for role, called in recorded.items():
        print(f"  {permissions.compare(role, roles[role], called)}")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"error: {failure}")
