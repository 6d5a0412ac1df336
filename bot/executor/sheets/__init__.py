"""Sheets of members' pictures: a challenge's results on a dark wall, and the leaves of a gallery.

`making` reads the pictures, `results` and `leaf` are the two kinds of sheet; what they are drawn with is
`dreamcore.sheets`.
"""
