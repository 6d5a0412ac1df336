"""Many pictures on one sheet: a challenge's results on a dark wall, and the leaves of a gallery.

`layout` says where pictures hang, `lettering` writes in whatever script a name has, `wall` paints what is behind and
around them; `results` and `leaf` are the two kinds of sheet. Pictures come decoded, texts come translated.
"""
