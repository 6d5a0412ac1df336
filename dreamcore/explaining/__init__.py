"""What a network makes of one picture, level by level, on a sheet that says it in plain words.

`recipe` is what may be asked for and `words` what is said (neither imports torch); `beliefs` asks the network what it
sees; `making` is the work itself, and `dreamcore.sheets` draws.
"""
