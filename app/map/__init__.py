"""The point map: the Python half here, the JavaScript half in web/."""
