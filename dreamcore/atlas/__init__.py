"""What each layer of a network sees, and each channel of a layer: a tile for every one, in pages to leaf through.

`pages` says what there is and imports no torch; `making` gives a page's sheet, from what was made before if there is
such a thing. The pages of the built-in network come with the program, in `ready`.
"""
