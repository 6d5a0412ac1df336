"""Pictures out of noise: what a network imagines when it is asked for a class, a layer or a channel.

`recipe` says what can be asked for and imports no torch; `imagine` makes it.
"""
