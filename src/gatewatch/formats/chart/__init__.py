"""Charts as SVG, drawn from a table and its chart hint: one drawing for pages, files and pictures.

A drawing has classes and no colours; `style.py` gives them, light and dark. Nothing is told by
colour alone: bars and cells carry their numbers, lines their names, strokes and marks.
"""
