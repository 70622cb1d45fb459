"""The vector art of the sample gallery: one module per object type, one function per class.

Each module has CLASSES, which maps a class name to a function that draws it, and SCENE, which says where such things
stand (see `scene.py`). A drawing function gets a `View` and returns an SVG fragment inside a 400 x 400 box.
"""
