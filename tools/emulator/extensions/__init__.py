"""Stand-ins for what moto does not do, loaded into the emulator of `tools/emulate` and nowhere else.

Each module here teaches one service of moto what AWS does and moto leaves out, so that whole stacks can be applied
instead of being stripped. `faults.py` beside this package shows every one of these gaps on a moto without extensions:
when moto closes a gap, the fault is gone, the check fails, and the extension goes too.
"""
