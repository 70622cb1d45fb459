"""Plotly charts in the page: the component, and plotly.js itself."""
