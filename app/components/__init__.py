"""What the tabs share: result cards, the image input, charts and the palette."""
