"""Many pictures on one sheet: what every sheet is drawn with, a challenge's results as well as a series of dreams.

`layout` says where pictures hang, `lettering` writes in whatever script a name has, `wall` paints what is behind and
around them. Pictures come decoded, texts come translated.
"""
