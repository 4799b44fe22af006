"""Ways to train the same network, each a process of its own that trains as many steps as it is asked for.

A contestant is a module of this folder. Started with what to train as JSON, it prints `ready` once everything is traced
and compiled, and then answers each line, a number of steps, with the seconds that they took. So several of them stay
ready side by side and are asked in turn: what else the machine does strikes all of them alike.
"""
